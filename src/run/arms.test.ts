import { describe, expect, test } from 'vitest';
import type { Examiner } from '../evaluate/examiners.ts';
import { permutationPoweringExaminer } from '../examiners/permutation-powering.ts';
import { stages } from '../iterate/curriculum.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { baselinePlans, mainPlan } from './arms.ts';
import { configure } from './configuration.ts';

const task = permutationPowering({ elements: 8, powers: 32 });
const configuration = configure({ task: task.name, size: 8, powers: 32 });
const examiner: Examiner<PowerQuestion, number> = permutationPoweringExaminer;
const STEPS = 321;
const ida = mainPlan(task, examiner, configuration);
const plans = baselinePlans(task, examiner, configuration, STEPS);
const all = [ida, ...plans];
const planOf = (key: string) => plans.find((plan) => plan.key === key)!;

describe('the arms', () => {
  test('are IDA, the supervised yardstick, no curriculum, and one control for each level but the last', () => {
    expect(all.map(({ key, kind, levelMax }) => [key, kind, levelMax])).toEqual([
      ['ida', 'ida', undefined],
      ['supervised', 'supervised', undefined],
      ['no-curriculum', 'no-curriculum', undefined],
      ['control-2', 'control', 2],
      ['control-3', 'control', 3],
      ['control-4', 'control', 4],
    ]);
  });

  test('lie in folders of their own, and have names of their own', () => {
    expect(new Set(all.map(({ key }) => key)).size).toBe(all.length);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { key } of all) expect(key).toMatch(/^[a-z][\w-]*$/);
  });

  test('know no ground truth, but for the one that says so', () => {
    expect(
      all.filter(({ overseers }) => overseers.some(({ origin }) => origin.groundTruth)).map(({ key }) => key),
    ).toEqual(['supervised']);
    for (const { key, overseers } of all)
      if (key !== 'supervised') expect(overseers).toEqual([task.overseer]);
  });

  test('can all be run: their stages exist', () => {
    for (const { training } of all) expect(stages(task, training.curriculum).at(-1)!.gated).toBe(true);
  });
});

describe('each baseline changes one thing', () => {
  test('the supervised one changes the overseer, and nothing of the training', () => {
    expect(planOf('supervised').training).toEqual(configuration.training);
    expect(ida.training).toEqual(configuration.training);
  });

  test('the one without curriculum has one stage, at the steps that IDA took', () => {
    const { training } = planOf('no-curriculum');
    expect(stages(task, training.curriculum)).toEqual([{ level: 5, size: 8, iteration: 1, gated: true }]);
    const { sizeStart } = configuration.training.curriculum;
    expect({ ...training.curriculum, byLevel: true, sizeStart }).toEqual(configuration.training.curriculum);
  });

  test.each([2, 3, 4])('the control of level %i stops there, at the steps that IDA took', (level) => {
    const { training } = planOf(`control-${level}`);
    expect(Math.max(...stages(task, training.curriculum).map((stage) => stage.level))).toBe(level);
    expect({ ...training.curriculum, levelMax: task.levels }).toEqual(configuration.training.curriculum);
  });

  test('all but the supervised one are as long as IDA, whatever their gates say', () => {
    for (const { key, training } of plans.slice(1)) {
      const { stepsMax, stepsPerIteration, endless, gate } = training;
      expect({ key, stepsMax, stepsPerIteration, endless }).toEqual({
        key,
        stepsMax: STEPS,
        stepsPerIteration: STEPS,
        endless: true,
      });
      expect(gate).toEqual(configuration.training.gate);
    }
  });

  test('of a task that H judges with primitives alone there is no control', () => {
    const small = permutationPowering({ elements: 8, powers: 4 });
    const keys = baselinePlans(small, examiner, configure({ task: small.name, size: 8, powers: 4 }), STEPS);
    expect(keys.map(({ key }) => key)).toEqual(['supervised', 'no-curriculum']);
  });
});
