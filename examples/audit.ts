/** Audits a program function by function: what each may do wrong, and at the end the worst. With a model or a person as
 *  assistant; without, it lists what a reader should look at twice. */

import { known, type Recipe } from 'capstan';

const SUSPECT = /\b(eval|innerHTML|exec|as any|TODO|FIXME|catch\s*\{\s*\})/g;
const START =
  /^(?:export\s+)?(?:async\s+)?(?:function\*?\s+\w+|class\s+\w+|const\s+\w+\s*=\s*(?:async\s*)?\()/gm;

/** The text from each beginning of a function or class to the next. */
function pieces(text: string): readonly string[] {
  const starts = [0, ...[...text.matchAll(START)].map(({ index }) => index), text.length];
  return starts.slice(1).flatMap((end, i) => (end > starts[i]! ? [text.slice(starts[i], end)] : []));
}

export const recipe: Recipe = {
  name: 'audit',
  policy:
    'You audit one function of a program. Name each way in which it can fail or be abused, with the line that does it, worst first; say «nothing» if there is none.',
  question: ({ text, documents }) => ({ text: text ?? 'What can go wrong?', documents }),
  isSimple: ({ documents = [] }) => documents.length === 1 && pieces(documents[0]!.text).length === 1,
  *script({ text, documents = [] }) {
    const parts = documents.flatMap((file) =>
      pieces(file.text).map((piece, i) => ({ name: `${file.name}#${i + 1}`, text: piece })),
    );
    if (parts.length === 0) return known('nothing');
    const answers = yield parts.map((part) => ({ text, documents: [part] }));
    const found = answers.flatMap((answer, i) => {
      const said = answer.kind === 'known' ? answer.value : `not audited (${answer.reason})`;
      return said === 'nothing' ? [] : [`${parts[i]!.name}: ${said}`];
    });
    return known(found.join('\n') || 'nothing');
  },
  answer: ({ documents = [] }) =>
    [...new Set(documents[0]?.text.match(SUSPECT) ?? [])].join(', ') || 'nothing',
};
