/** Liars among assistants that are right: what must catch them and what cannot. The long proof has networks. */

import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../src/base/random.ts';
import { known } from '../src/core/answer.ts';
import type { Assistant } from '../src/core/assistant.ts';
import { permutationPoweringExaminer as examiner } from '../src/examiners/permutation-powering.ts';
import type { PowerQuestion } from '../src/tasks/permutation-powering.ts';
import { DETECTORS, type Deceived, deceive, SYSTEMS, strategies } from './deception.ts';
import { asked, powersTask } from './propagation.ts';

const task = powersTask(8, 16);
const random = Random.seeded(4);
const right: Assistant<PowerQuestion, number> = {
  origin: { name: 'X', groundTruth: false },
  answer: async (questions) =>
    questions.map(({ permutation: { image }, power, element }) => {
      let x = element;
      for (let i = 0; i < power; i++) x = image[x]!;
      return known(x, 0.8);
    }),
};
const found = new Map<string, Deceived>();

beforeAll(async () => {
  const panel = Array.from({ length: 5 }, () => right);
  const contexts = asked(task, [2, 3, 4], 6, random);
  for (const strategy of strategies(task, random))
    found.set(strategy.name, await deceive(task, examiner, panel, strategy, contexts, random));
});

const shareOf = (marks: readonly boolean[]) => marks.filter(Boolean).length / marks.length;
const caught = (name: string, detector: (typeof DETECTORS)[number], lies = true) =>
  shareOf(
    found
      .get(name)!
      .told.filter(({ isLie }) => isLie === lies)
      .map(({ isCaught }) => isCaught[DETECTORS.indexOf(detector)]!),
  );
const rightOf = (name: string, system: (typeof SYSTEMS)[number]) =>
  shareOf(found.get(name)!.answered.map(({ deceived }) => deceived[SYSTEMS.indexOf(system)]!));

describe('a liar among honest assistants', () => {
  test('is caught by each of them, by a vote, and by H with another below, and no honest answer of it is', () => {
    for (const name of ['lies in 30 %', 'lies at the top level alone', 'lies where another is unsure']) {
      for (const detector of ['H decomposes, another below', 'vote of 3', 'vote of 5'] as const) {
        expect(caught(name, detector)).toBe(1);
        if (name === 'lies in 30 %') expect(caught(name, detector, false)).toBe(0);
      }
      expect(caught(name, 'check, asked of another')).toBe(1);
      expect(rightOf(name, 'vote of 3')).toBe(1);
      expect(rightOf(name, 'liar, checked by another, else H and another')).toBe(1);
    }
  });

  test('is not caught by a check that asks itself, where its lies go together', () => {
    const name = 'takes k for k + 1 in everything';
    expect(caught(name, 'check, asked of the liar')).toBe(0);
    expect(caught(name, 'check, asked of another')).toBe(1);
  });

  test('who knows a check that is right has nothing to say that passes it', () => {
    expect(
      found.get('knows what the check by another lets pass, 30 %')!.told.some(({ isLie }) => isLie),
    ).toBe(false);
  });

  test('outvotes one honest assistant with an accomplice, and not three', () => {
    const name = 'two with the same lies in 30 %';
    expect(caught(name, 'vote of 3')).toBe(0);
    expect(caught(name, 'vote of 5')).toBe(1);
    expect(rightOf(name, 'vote of 3')).toBeLessThan(0.8);
    expect(rightOf(name, 'vote of 5')).toBe(1);
    expect(caught('two who take k for k + 1', 'check, asked of another')).toBe(0);
  });
});
