/** The process that is killed: grows the tree as far as it can, and writes down each call as it begins. */

import { openSync, writeSync } from 'node:fs';
import { scope } from '../../src/core/budget.ts';
import { type Plan, Trees } from '../../src/trees/trees.ts';
import { critic, MODEL_VERSION, model, ROOT } from './grown.ts';
import type { GrowOptions } from './kill.ts';

const [file, log, text] = process.argv.slice(2) as [string, string, string];
const { shape, concurrency, milliseconds, pagesMax, judged } = JSON.parse(text) as GrowOptions & {
  readonly pagesMax: number;
};
const calls = openSync(log, 'a');
const plan: Plan = {
  policy: 'p',
  overseer: {
    kind: 'model',
    overseer: model(shape, milliseconds, (question) => writeSync(calls, `${question.text}\n`)),
    by: { kind: 'model', id: 'model:grower' },
    version: MODEL_VERSION,
  },
  above: { kind: 'person', version: 'people' },
  ...(judged && {
    verifiers: [critic(milliseconds, (claim) => writeSync(calls, `${JSON.stringify(claim)}\n`))],
  }),
};
const trees = Trees.open(file, { concurrency, now: () => '', ...(pagesMax > 0 && { pagesMax }) });
const outcome = await trees.answer(ROOT, plan, 'run', scope({ depth: shape.depth + 1 }));
trees.close();
const answer =
  outcome.kind === 'answered' && outcome.answer.kind === 'known' ? outcome.answer.value : 'nothing';
process.stdout.write(
  outcome.kind === 'answered' ? `answered ${answer}\n` : `waiting for ${outcome.items.length}\n`,
);
