/** What a picnic costs, line by line: a first tree. X is a program that reads «3 at 4» and nothing else. Of what it cannot read
 *  it says so, and with `--escalate person` that comes to you. What it reads wrongly, nobody notices yet. */

import { fitsSchema, known, type Recipe } from 'capstan';

const SHOPPING = `bread, 3 at 4
melons, 4, two for 5
cheese, 2 at 7, half price today
juice, 6 at 3`;

/** What a line comes to, as far as a program sees. */
function priceOf(line: string): number | undefined {
  const [, count, price] = /(\d+) at (\d+)/.exec(line) ?? [];
  return count === undefined ? undefined : Number(count) * Number(price);
}

export const recipe: Recipe = {
  name: 'picnic',
  policy: 'Say what it costs, as a number alone.',
  question: ({ text, documents }) => ({
    text: text ?? 'What does the picnic cost?',
    documents: documents.length > 0 ? documents : [{ name: 'shopping', text: SHOPPING }],
  }),
  isSimple: ({ documents }) => documents === undefined,
  *script({ documents = [] }) {
    const lines = documents.flatMap(({ text }) => text.split('\n')).filter((line) => line.trim() !== '');
    const answers = yield lines.map((line) => ({ text: `${line}: how much?` }));
    const unknown = answers.find(({ kind }) => kind === 'unknown');
    if (unknown) return unknown;
    return known(String(answers.reduce((sum, one) => sum + Number(one.kind === 'known' && one.value), 0)));
  },
  answer: ({ text }) => String(priceOf(text) ?? 'I cannot read that'),
  verifiers: [fitsSchema({ type: 'number' })],
};
