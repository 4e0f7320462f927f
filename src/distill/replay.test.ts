import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import { permutationPowering } from '../tasks/permutation-powering.ts';
import { importance, Replay, replayedOf, type Taught } from './replay.ts';

const task = permutationPowering({ elements: 8, powers: 4 });
/** Questions that follow from where they were taught, as those of a run do. */
const questionsAt = ({ step, place }: Taught) =>
  task.sample(Random.seeded(step).split(place), { split: 'train', size: 8, level: 2 });
const replay = (state?: Float32Array) => new Replay(task.encoding, questionsAt, Random.seeded(9), state);
const WORDS = task
  .sample(Random.seeded(0), { split: 'train', size: 8, level: 1 })
  .map(({ element }) => task.encoding.wordOf(element));
const targetsOf = ({ step, place }: Taught): readonly Answer<number>[] =>
  Array.from({ length: 8 }, (_, q) =>
    q === place ? unknown('unsure') : known(task.encoding.answerOf(WORDS[(step + q) % 8]!)!),
  );
/** `count` lessons of two places in every step of an iteration. */
const taughtIn = (iteration: number, count: number): readonly Taught[] =>
  Array.from({ length: count }, (_, i) => ({
    iteration,
    stage: iteration,
    step: 1000 * iteration + (i >> 1),
    place: i % 2,
  }));

function filled(
  lessons: readonly Taught[],
  into = replay(),
): Replay<ReturnType<typeof questionsAt>[number], number> {
  for (const taught of lessons) into.remember(taught, targetsOf(taught));
  return into;
}

describe('what is taught again', () => {
  test('is what was taught then: the same questions, the same targets, unknown ones too', () => {
    const lessons = [...taughtIn(1, 20), ...taughtIn(2, 20)];
    const by = new Map(lessons.map((one) => [JSON.stringify(questionsAt(one).map(task.key)), one]));
    for (const { questions, targets, weight } of filled(lessons).draw(3, 50, 0.25, Random.seeded(1))) {
      const taught = by.get(JSON.stringify(questions.map(task.key)))!;
      expect(taught.iteration).toBeLessThan(3);
      expect(targets).toEqual(targetsOf(taught));
      expect(weight).toBe(0.25);
    }
  });

  test('comes from every iteration before alike, however many lessons each had, and from none at hand', () => {
    const memory = filled([...taughtIn(1, 10), ...taughtIn(2, 60), ...taughtIn(3, 30)]);
    const drawn = memory.draw(3, 2000, 1, Random.seeded(2));
    const firsts = new Set(taughtIn(1, 10).map((one) => JSON.stringify(questionsAt(one).map(task.key))));
    const thirds = new Set(taughtIn(3, 30).map((one) => JSON.stringify(questionsAt(one).map(task.key))));
    const share = (of: ReadonlySet<string>) =>
      drawn.filter(({ questions }) => of.has(JSON.stringify(questions.map(task.key)))).length / 2000;
    expect(share(firsts)).toBeGreaterThan(0.444); // ± 5 standard deviations around 1/2
    expect(share(firsts)).toBeLessThan(0.556);
    expect(share(thirds)).toBe(0);
    expect(memory.draw(1, 5, 1, Random.seeded(3))).toEqual([]);
  });

  test('is a sample of so many of each iteration, each as likely as any other', () => {
    const state = filled([...taughtIn(1, 1200), ...taughtIn(2, 8)]).state();
    const size = 5 + 8;
    const kept = Array.from({ length: state.length / size }, (_, i) => [
      ...state.subarray(i * size, i * size + 4),
    ]);
    expect(kept.filter(([iteration]) => iteration === 1).length).toBe(512);
    expect(kept.filter(([iteration]) => iteration === 2).length).toBe(8);
    const late = kept.filter(([iteration, , step]) => iteration === 1 && step! >= 1300).length; // the second half
    expect(late / 512).toBeGreaterThan(0.4);
    expect(late / 512).toBeLessThan(0.6);
  });

  test('is all that goes on from what was saved, wherever that was', () => {
    const lessons = [...taughtIn(1, 530), ...taughtIn(2, 40)];
    const whole = filled(lessons).state();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 570 }), (cut) => {
        const saved = filled(lessons.slice(0, cut)).state();
        expect(filled(lessons.slice(cut), replay(saved)).state()).toEqual(whole);
      }),
      { seed: 1, numRuns: 3 },
    );
  });
});

describe('how much it counts', () => {
  const steps = fc
    .record({ iteration: fc.integer({ min: 2, max: 9 }), contexts: fc.integer({ min: 2, max: 64 }) })
    .chain(({ iteration, contexts }) =>
      fc.integer({ min: 1, max: contexts - 1 }).map((replayed) => ({ iteration, contexts, replayed })),
    );

  test('makes the newest iteration one part in n of a step, and all weights as many as there are lessons', () => {
    fc.assert(
      fc.property(steps, ({ iteration, contexts, replayed }) => {
        const weights = importance(iteration, replayed, contexts);
        const fresh = weights.fresh * (contexts - replayed);
        expect(fresh + weights.replayed * replayed).toBeCloseTo(contexts, 9);
        expect(fresh / contexts).toBeCloseTo(1 / iteration, 9);
      }),
    );
  });

  test('is nothing in the first iteration, while a student warms up, and where data are replaced', () => {
    const [first, second, warming] = [
      { iteration: 1, gated: true },
      { iteration: 2, gated: true },
      { iteration: 2, gated: false },
    ] as const;
    const all = [first, second, warming];
    expect(all.map((at) => replayedOf({ kind: 'accumulate', share: 0.5 }, 16, at))).toEqual([0, 8, 0]);
    expect(all.map((at) => replayedOf({ kind: 'replace' }, 16, at))).toEqual([0, 0, 0]);
    expect(replayedOf(undefined, 16, second)).toBe(0);
  });
});
