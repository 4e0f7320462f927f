/** The machine auditor, shown an assistant that always walks, and others. */

import { describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { Random } from '../base/random.ts';
import { known } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Transcript } from '../core/workspace.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { machineAuditor } from './auditor.ts';

const task = permutationPowering({ elements: 8, powers: 16 });
type Shown = Transcript<PowerQuestion, number>;

const walked = ({ permutation, power, element }: PowerQuestion): number => {
  let x = element;
  for (let i = 0; i < power; i++) x = permutation.image[x]!;
  return x;
};
const by = (answer: (question: PowerQuestion) => number): Assistant<PowerQuestion, number> => ({
  origin: { name: 'X', groundTruth: false },
  answer: async (questions) => questions.map((question) => known(answer(question))),
});

async function transcripts(x: Assistant<PowerQuestion, number>, questions: readonly PowerQuestion[]) {
  const shown: Shown[] = [];
  await amplify(task.overseer, x, { record: (one) => shown.push(one) }).answer(questions, scope());
  return shown;
}

/** All questions about some permutations, shuffled. */
function contexts(count: number): readonly (readonly PowerQuestion[])[] {
  return Array.from({ length: count }, (_, i) => {
    const random = Random.seeded(1).split(i);
    const [{ permutation }] = task.sample(random, { split: 'test', size: 8, level: 1 }) as [PowerQuestion];
    const all = permutation.domain.flatMap((element) =>
      Array.from({ length: 14 }, (_, k) => ({ permutation, power: k + 2, element })),
    );
    return random.split('order').shuffle(all);
  });
}

async function accuracy(x: (question: PowerQuestion) => number, count = 60) {
  let [explained, bare, n] = [0, 0, 0];
  for (const questions of contexts(8)) {
    const auditor = machineAuditor(task.encoding, await transcripts(by(x), questions.slice(0, count)));
    for (const question of questions.slice(-20)) {
      n++;
      if (auditor.with(question) === task.encoding.wordOf(x(question))) explained++;
      if (auditor.without(question) === task.encoding.wordOf(x(question))) bare++;
    }
  }
  return { with: explained / n, without: bare / n };
}

describe('a machine auditor', () => {
  test('foretells from transcripts what an assistant says that does as they do, and not from answers alone', async () => {
    const found = await accuracy(walked);
    expect(found.with).toBeGreaterThan(0.9);
    expect(found.without).toBeLessThan(0.4);
  });

  test('is misled where X does not do as its transcripts do', async () => {
    // X is right at simple questions and halves, as transcripts show, and says something else at the last level.
    const fickle = (question: PowerQuestion) => (question.power >= 8 ? question.element : walked(question));
    const found = await accuracy(fickle);
    expect(found.with).toBeLessThan(0.75);
  });

  test('guesses no better with few transcripts than it can look up', async () => {
    const [few, many] = [await accuracy(walked, 6), await accuracy(walked, 60)];
    expect(few.with).toBeLessThan(many.with - 0.2);
  });

  test('does not use what was said literally of the question, as itself or as a sub-question', async () => {
    const [questions] = contexts(1) as [readonly PowerQuestion[]];
    const large = questions.find(({ power }) => power >= 4)!;
    const auditor = machineAuditor(task.encoding, await transcripts(by(walked), [large]));
    expect(auditor.with(large)).toBeUndefined();
    expect(auditor.with({ ...large, power: large.power >> 1 })).toBe(
      auditor.without(large) ?? task.encoding.wordOf(walked(large)),
    );
  });

  test('has no guess where it was shown nothing', () => {
    const auditor = machineAuditor(task.encoding, []);
    expect(auditor.with(contexts(1)[0]![0]!)).toBeUndefined();
    expect(auditor.without(contexts(1)[0]![0]!)).toBeUndefined();
  });
});
