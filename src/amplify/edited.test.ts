/** Answers after an edit, on permutations that can be walked by hand. */

import { expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { known } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Transcript } from '../core/workspace.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { amplify } from './amplify.ts';
import { edited } from './edited.ts';

const task = permutationPowering({ elements: 8, powers: 16 });
const walk = ({ permutation, power, element }: PowerQuestion, from = element): number =>
  power === 0 ? from : walk({ permutation, power: power - 1, element }, permutation.image[from]!);
const x: Assistant<PowerQuestion, number> = {
  origin: { name: 'X', groundTruth: false },
  answer: async (questions) => questions.map((question) => known(walk(question))),
};
const asked = [2, 3, 4].flatMap((level) => task.sample(Random.seeded(1), { split: 'train', size: 8, level }));

async function transcripts() {
  const all: Transcript<PowerQuestion, number>[] = [];
  await amplify(task.overseer, x, { record: (one) => all.push(one) }).answer(asked, scope());
  return all;
}

test('the same sub-answer again gives the same answer, wherever it stands', async () => {
  for (const one of await transcripts())
    for (const [place, { answer }] of one.exchanges.entries()) {
      expect(await edited(task.overseer, x, one, { place, answer }, scope())).toEqual(one);
    }
});

test('another sub-answer gives what H makes of it: from there the walk goes on', async () => {
  for (const one of await transcripts())
    for (const [place, { question }] of one.exchanges.entries()) {
      const other = (question.element + 3) % 8;
      const found = await edited(task.overseer, x, one, { place, answer: known(other) }, scope());
      const done = one.exchanges
        .slice(0, place + 1)
        .reduce((sum, exchange) => sum + exchange.question.power, 0);
      const rest = { ...one.question, power: one.question.power - done };
      expect(found.answer).toEqual(known(walk(rest, other)));
      expect(found.exchanges[place]).toEqual({ question, answer: known(other) });
      expect(found.exchanges.length).toBe(one.exchanges.length);
    }
});

test('an edit beyond the transcript is a bug', async () => {
  const [one] = await transcripts();
  await expect(edited(task.overseer, x, one!, { place: 9, answer: known(0) }, scope())).rejects.toThrow(
    /an edit at 9/,
  );
});
