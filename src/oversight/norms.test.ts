import { describe, expect, test } from 'vitest';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { changed, changeOn, inForce, lookAt, type Norms } from './norms.ts';

const saying = (say: (question: number) => Answer<number>): Assistant<number, number> => ({
  origin: { name: 'somebody', groundTruth: false },
  answer: async (questions) => questions.map(say),
});
const EXAM = [
  [1, 2, 3],
  [4, 5, 6],
];

describe('norms', () => {
  test('have versions in order, each in force from its iteration on', () => {
    const first: Norms = changed([], { policy: 'a', iteration: 1, decisions: 0 });
    const norms = changed(first, { policy: 'b', iteration: 3, decisions: 70 });
    expect(norms.map(({ version, policy }) => [version, policy])).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
    expect([0, 1, 2, 3, 9].map((iteration) => inForce(norms, iteration)?.version)).toEqual([
      undefined,
      1,
      1,
      2,
      2,
    ]);
    expect(first.length).toBe(1);
    const refused = [
      { policy: 'b', iteration: 4, decisions: 80 },
      { policy: 'c', iteration: 2, decisions: 80 },
      { policy: 'c', iteration: 4, decisions: 60 },
    ];
    for (const one of refused) expect(() => changed(norms, one)).toThrow('norms: expected');
    expect(changed(norms, { policy: 'a', iteration: 5, decisions: 80 }).at(-1)!.version).toBe(3);
  });

  test('flip what the two say otherwise, keep the rest, and leave out what either does not know', async () => {
    const before = saying((question) => (question === 6 ? unknown('unsure') : known(question % 2)));
    const after = saying((question) => known(question === 3 ? 0 : question % 2));
    const change = await changeOn(EXAM, before, after);
    expect(change.map(({ question, cluster, isFlipped }) => [question, cluster, isFlipped])).toEqual([
      [1, 0, false],
      [2, 0, false],
      [3, 0, true],
      [4, 1, false],
      [5, 1, false],
    ]);
    const of = async (x: Assistant<number, number>) =>
      (await lookAt(change, x, 7)).map(({ at, agreesNew, agreesOld }) => [at, agreesNew, agreesOld]);
    expect((await of(before))[2]).toEqual([7, false, true]);
    expect((await of(after))[2]).toEqual([7, true, false]);
    expect((await of(saying(() => unknown('nobody')))).flat()).not.toContain(true);
  });
});
