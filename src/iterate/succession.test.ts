/** How one iteration follows on the other, in runs of a few steps: whoever goes on from a state ends in the same bits, and each way
 *  keeps of the X before what it says it keeps. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { scopeFor } from '../core/budget.ts';
import type { StudentState } from '../distill/replicas.ts';
import { Student, type StudentOptions } from '../distill/student.ts';
import { OPTIMIZER } from '../network/optimizer.ts';
import { Runtime } from '../onnx/runtime.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { stages } from './curriculum.ts';
import { type IterateOptions, iterate } from './iterate.ts';
import { type Progress, START } from './progress.ts';
import { RATCHET } from './ratchet.ts';
import { Replaying } from './replaying.ts';
import { directly } from './supervision.ts';

const task = permutationPowering({ elements: 4, powers: 8 });
const STUDENT: StudentOptions = {
  width: 4,
  heads: 1,
  expansion: 1,
  optimizer: { ...OPTIMIZER, warmUp: 1 },
  replicas: 1,
  averageHorizon: 10,
  learnsUnknown: false,
};
/** Two iterations of three steps, behind gates that anybody passes. */
const TRAINING: IterateOptions = {
  curriculum: { sizeStart: 4, levelMax: 3, byLevel: true, contexts: 2, frontierShare: 0.5 },
  gate: { advance: 0, finish: 0, questions: 8, attempt: -1, stepsMin: 3, warmUpMin: 1, stepsBetween: 1 },
  ratchet: RATCHET,
  stepsPerIteration: 20,
  stepsMax: 100,
  endless: false,
  memo: true,
};
const random = Random.seeded(3);

interface Way {
  readonly name: string;
  readonly student: Partial<StudentOptions>;
  readonly curriculum?: Partial<IterateOptions['curriculum']>;
}
const ENSEMBLE = { members: 2, share: 0.5, temperature: 2 };
const WAYS: readonly Way[] = [
  {
    name: 'fresh, logit residual, accumulated data',
    student: { fresh: true, residual: 'logit' },
    curriculum: { again: true, data: { kind: 'accumulate', share: 0.5 } },
  },
  { name: 'fresh, input residual', student: { fresh: true, residual: 'input' } },
  { name: 'continued, anchored', student: { anchoring: 1 } },
  { name: 'fresh ensemble', student: { fresh: true, ensemble: ENSEMBLE } },
];

let runtime: Runtime;
beforeAll(async () => {
  runtime = await Runtime.open({ threads: 1, backend: 'native' });
}, 60_000);
afterAll(() => runtime.close());

/** What a run leaves at one of its events: all that it goes on from. */
interface Left {
  readonly kind: string;
  readonly progress: Progress;
  readonly iteration: number;
  readonly state: StudentState;
  readonly replay: Float32Array;
  readonly lessons: number;
}

/** From there to the end, or from the beginning. */
async function run(
  { curriculum = {} }: Way,
  student: Student<PowerQuestion, number>,
  from?: Left,
): Promise<readonly Left[]> {
  const options = { ...TRAINING, curriculum: { ...TRAINING.curriculum, ...curriculum } };
  const replaying = new Replaying(task, options.curriculum, random, from?.replay);
  if (from) await student.restore(from.state, from.iteration);
  const left: Left[] = [];
  const supervision = directly(task);
  for await (const event of iterate(
    task,
    supervision,
    student,
    options,
    random,
    from?.progress ?? START,
    replaying,
  ))
    left.push({
      kind: event.kind,
      progress: event.progress,
      iteration: student.iteration,
      state: structuredClone(await student.state()),
      replay: replaying.state(),
      lessons: event.kind === 'trained' ? event.lessons.length : 0,
    });
  return left;
}

const begin = ({ student }: Way) =>
  Student.fresh(task, { ...STUDENT, ...student }, [runtime], random.split('weights'));

describe.each(WAYS)('$name', (way) => {
  test('resumed at the end of an iteration, or within one, is uninterrupted to the bit', async () => {
    const student = await begin(way);
    const whole = await run(way, student);
    const boundary = whole.findIndex(({ kind }) => kind === 'iteration-ended');
    expect(whole[boundary]!.iteration).toBe(1);
    expect(whole.at(-1)).toMatchObject({ iteration: 2, progress: { state: 'finished' } });
    for (const cut of [boundary, boundary + 2]) {
      const rest = await run(way, student, whole[cut]);
      expect(rest).toEqual(whole.slice(cut + 1));
    }
    // The first step of the second iteration is not taken from where the first ended, if it begins anew.
    const [before, after] = [whole[boundary]!.state, whole[boundary + 1]!.state];
    const own = before.parameters.length;
    const moved = Math.max(...before.parameters.map((x, i) => Math.abs(x - after.parameters[i % own]!)));
    if (way.student.fresh) expect(moved).toBeGreaterThan(0.1);
    else expect(moved).toBeLessThan(0.1);
    expect(after.previous).toEqual(way.student.fresh ? before.average : undefined);
    if (way.student.residual || way.student.anchoring)
      expect(after.parameters.slice(-own)).toEqual(before.average); // X before, as it was
    expect(whole.filter(({ kind }) => kind === 'trained').every(({ lessons }) => lessons === 2)).toBe(true);
    expect(whole.at(-1)!.replay.length > 0).toBe(way.curriculum?.data !== undefined);
  });
});

describe('a fresh student', () => {
  test('warms up again at every stage of before, within half of the steps of its iteration', () => {
    const plan = stages(task, { ...TRAINING.curriculum, sizeStart: 2, again: true });
    const shown = plan.map(({ iteration, level, size, gated, until }) => [
      iteration,
      level,
      size,
      gated,
      until,
    ]);
    expect(shown).toEqual([
      [1, 1, 2, false, undefined],
      [1, 2, 2, false, undefined],
      [1, 2, 4, true, undefined],
      [2, 1, 2, false, 0.5 / 3],
      [2, 2, 2, false, 1 / 3],
      [2, 2, 4, false, 0.5],
      [2, 3, 4, true, undefined],
    ]);
  });

  test('is taught by nobody in the first iteration, and by the X of the first in the second', async () => {
    const way: Way = { name: 'fresh', student: { fresh: true } };
    const student = await begin(way);
    expect(student.voices('X1', false).teacher.origin.name).toBe('⊥');
    const whole = await run(way, student);
    const boundary = whole.findIndex(({ kind }) => kind === 'iteration-ended');
    const asked = task.sample(Random.seeded(1), { split: 'test', size: 4, level: 3 });
    const heard = await student.voices('X2', false).teacher.answer(asked, scopeFor(4));
    await student.restore(whole[boundary]!.state, 1);
    expect(await student.voices('X1', false).x.answer(asked, scopeFor(4))).toEqual(heard);
  });
});

test('replaced data are of the newest frontier alone; accumulated ones are those and what was taught before', async () => {
  const levelsOf = async (data: IterateOptions['curriculum']['data']) => {
    const student = await begin({ name: '', student: {} });
    const seen: number[][] = [];
    const options = {
      ...TRAINING,
      curriculum: { ...TRAINING.curriculum, contexts: 4, ...(data && { data }) },
    };
    for await (const event of iterate(task, directly(task), student, options, random))
      if (event.kind === 'trained' && event.stage.iteration === 2)
        seen.push(event.lessons.map(({ questions }) => task.level(questions[0]!)));
    return seen;
  };
  const replaced = await levelsOf({ kind: 'replace' });
  expect(replaced.length).toBeGreaterThan(2);
  expect(new Set(replaced.flat())).toEqual(new Set([3]));
  const accumulated = await levelsOf({ kind: 'accumulate', share: 0.5 });
  for (const levels of accumulated) {
    expect(levels.slice(0, 2)).toEqual([3, 3]);
    expect(Math.max(...levels.slice(2))).toBeLessThan(3);
  }
});
