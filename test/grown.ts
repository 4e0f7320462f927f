/** Runs of a small recipe in the current folder, grown as far as they go without people: how many letters the words of the
 *  question have, each asked for by itself. */

import { writeFileSync } from 'node:fs';
import { beginGrove, Grove, type TreeFile } from '../src/project/grove.ts';
import { loadRecipe } from '../src/project/recipe.ts';
import { Trees } from '../src/trees/trees.ts';

const FILE = 'lengths.mjs';
const RECIPE = `export const recipe = {
  name: 'lengths',
  policy: 'How many letters has the word?',
  question: ({ text }) => ({ text: text ?? 'one three one' }),
  isSimple: ({ text }) => !text.includes(' '),
  *script({ text }) {
    const heard = yield text.split(' ').map((word) => ({ text: word }));
    return { kind: 'known', value: heard.map((one) => one.value ?? '?').join(' + '), confidence: 1 };
  },
  answer: ({ text }) => 'has ' + text.length + ' letters',
};
`;

export function putRecipe(): void {
  writeFileSync(FILE, RECIPE);
}

/** X is a program unless said otherwise. */
export async function begin(
  name: string,
  assistant = 'program',
  text?: string,
  more: Partial<TreeFile> = {},
): Promise<void> {
  const { recipe, source } = await loadRecipe(FILE);
  const root = recipe.question({ documents: [], ...(text !== undefined && { text }) });
  const file: TreeFile = {
    ...{ recipe: FILE, source, root, overseer: 'script', assistant, limits: { depth: 5 } },
    ...{ started: new Date().toISOString(), command: `capstan run ${FILE}`, version: '0', ...more },
  };
  await beginGrove(`runs/${name}`, file, {});
}

/** With a session of its own on the ledger, which ends so. */
export async function grow(
  name: string,
  assistant?: string,
  text?: string,
  state?: string,
  more?: Partial<TreeFile>,
): Promise<void> {
  await begin(name, assistant, text, more);
  await Grove.with(`runs/${name}`, {}, async (grove) => {
    const began = grove.record({ kind: 'run-started' });
    let ended = '';
    await grove.answer(async (place, { kind }) => {
      ended = kind;
      grove.keep(await grove.transcript(place), place);
    });
    grove.record({ kind: 'run-ended', ends: began, words: { state: state ?? ended } });
  });
}

/** A person answers all that waits, but for what `spares` names. */
export function answerAll(value: string, spares: readonly string[] = []): void {
  const now = () => new Date().toISOString();
  const trees = Trees.open('memory/trees.db', { now });
  for (const item of trees.inbox.open())
    if (!spares.includes(item.workspace.question.text))
      trees.inbox.decide(item, {
        action: { kind: 'reply', answer: { kind: 'known', value, confidence: 1 } },
        by: { kind: 'person', id: 'person:bo' },
        run: item.run,
        spent: { calls: 0, tokens: 0, micros: 0, seconds: 9 },
        ...{ began: now(), ended: now() },
      });
  trees.close();
}
