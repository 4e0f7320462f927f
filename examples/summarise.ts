/** Summarises a long document by parts of parts. With a model: --assistant ollama:llama3.2; without one, each part gives its
 *  first sentence. */

import { known, type Recipe } from 'capstan';

/** Characters that one may read at once. */
const SHORT = 1500;

/** Two halves, between paragraphs or sentences where there are any near the middle. */
function halves(text: string): readonly string[] {
  const middle = text.length / 2;
  const breaks = [...text.matchAll(/\n\s*\n|(?<=[.!?])\s/g)].map(({ index }) => index);
  const nearest = breaks.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0] ?? middle;
  const at = nearest > 0 && nearest < text.length - 1 ? nearest : Math.floor(middle);
  return [text.slice(0, at), text.slice(at)];
}

export const recipe: Recipe = {
  name: 'summarise',
  policy: 'Summarise the document in at most three sentences. Say nothing that it does not say.',
  question: ({ text, documents }) => ({ text: text ?? 'What does it say?', documents }),
  isSimple: ({ documents = [] }) => documents.reduce((sum, { text }) => sum + text.length, 0) <= SHORT,
  *script({ text, documents = [] }) {
    const parts = documents.length > 1 ? documents.map((one) => one.text) : halves(documents[0]!.text);
    const { name } = documents[0]!;
    const answers = yield parts.map((part, i) => ({
      text,
      documents: [{ name: `${name}.${i + 1}`, text: part }],
    }));
    const gap = answers.find((answer) => answer.kind === 'unknown');
    if (gap) return gap;
    const joined = answers.map((answer) => (answer.kind === 'known' ? answer.value : '')).join('\n');
    if (joined.length >= parts.join('').length) return known(joined);
    const [whole] = yield [{ text, documents: [{ name: `${name}, summaries`, text: joined }] }];
    return whole!;
  },
  answer: ({ documents = [] }) =>
    /^[^.!?]*[.!?]?/.exec(documents.map(({ text }) => text.trim()).join(' '))?.[0],
};
