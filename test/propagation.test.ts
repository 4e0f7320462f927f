/** Error from level to level, on scripts alone: what the long proof measures on networks. */

import { expect, test } from 'vitest';
import { Random } from '../src/base/random.ts';
import { known } from '../src/core/answer.ts';
import type { Assistant } from '../src/core/assistant.ts';
import { propagation } from '../src/evaluate/propagation.ts';
import { permutationPoweringExaminer as examiner } from '../src/examiners/permutation-powering.ts';
import { wildcardSearchExaminer } from '../src/examiners/wildcard-search.ts';
import { noisy } from '../src/overseers/noisy.ts';
import type { PowerQuestion } from '../src/tasks/permutation-powering.ts';
import type { PatternQuestion } from '../src/tasks/wildcard-search.ts';
import {
  asked,
  byOthers,
  bySecond,
  type Made,
  measure,
  outcomes,
  planted,
  powersTask,
  tower,
} from './propagation.ts';
import { misadding, patterns, wildcards } from './wildcard-second.ts';

const task = powersTask(8, 16);
const contexts = asked(task, [2, 3, 4], 16, Random.seeded(1));
const slip = noisy(task.overseer, { kind: 'systematic', word: task.encoding.wordOf(3) }, task);
const random = Random.seeded(2);
const right: Assistant<PowerQuestion, number> = {
  origin: { name: 'X', groundTruth: false },
  answer: async (questions) =>
    questions.map(({ permutation: { image }, power, element }) => {
      let x = element;
      for (let i = 0; i < power; i++) x = image[x]!;
      return known(x);
    }),
};

test('a mistake by a rule grows from level to level, half verified less, and all verified not', async () => {
  const errors = async (share: number) =>
    propagation(
      await outcomes(task, examiner, tower(task, bySecond(task, slip), 4, share, random), contexts),
    ).map(({ error }) => error.value);
  const [none, half, all] = [await errors(0), await errors(0.5), await errors(1)];
  expect(none[0]).toBe(1 / 8);
  expect(none[1]! / none[0]!).toBeGreaterThan(1.5);
  expect(none[2]!).toBeGreaterThan(none[1]!);
  for (const level of [0, 1, 2]) expect(half[level]!).toBeLessThan(none[level]!);
  for (const level of [0, 1, 2]) expect(all[level]!).toBeLessThan(0.05);
});

test('planted mistakes are inherited and not the level’s own, and what is mended is told from what was right', async () => {
  const x = planted(task, right, 0.2, random);
  const found = await measure(task, examiner, { overseer: task.overseer, isVerified: false }, x, contexts);
  const [, ...levels] = propagation(found.nodes);
  for (const { local, error, inherited } of levels) {
    expect(local!.value).toBe(0);
    expect(error.value).toBe(inherited.value);
    expect(error.value).toBeGreaterThan(0.2);
  }
  expect(found.mended.every(({ wasRight, isRight }) => wasRight === isRight)).toBe(true);
  const verified = await measure(task, examiner, { overseer: slip, isVerified: true }, right, contexts);
  const wrong = verified.mended.filter(({ wasRight }) => !wasRight);
  expect(wrong.length).toBe(16 * 3);
  expect(wrong.filter(({ isRight }) => isRight).length / wrong.length).toBeGreaterThan(0.7);
  expect(verified.mended.filter(({ wasRight, isRight }) => wasRight && !isRight)).toEqual([]);
});

test('a second decomposition is no help where every decomposition errs alike; overseers with other rules are', async () => {
  const patterned = wildcards(16);
  const asking = patterns(patterned, [1, 2, 3], 8, 12, Random.seeded(3));
  const begins = (with_: string) => misadding(patterned.overseer, (pattern) => pattern.startsWith(with_));
  const [h, ...others] = [begins('ab'), begins('ba'), begins('bb')];
  const errors = async (made: Made<PatternQuestion, number>, share: number) => {
    const whole = tower(patterned, made, 3, share, random);
    return propagation(await outcomes(patterned, wildcardSearchExaminer, whole, asking)).map(
      ({ error }) => error.value,
    );
  };
  const alone = await errors(bySecond(patterned, h!), 0);
  expect(alone[2]).toBeGreaterThan(alone[0]!);
  expect(await errors(bySecond(patterned, h!), 1)).toEqual(alone);
  expect(await errors(byOthers(patterned, [h!, ...others]), 1)).toEqual([0, 0, 0]);
});
