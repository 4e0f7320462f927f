import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import type { Demand } from '../core/task.ts';
import { permutationPowering } from '../tasks/permutation-powering.ts';
import { type CurriculumOptions, Drawer, drawLessons, type Stage, stages } from './curriculum.ts';

const SEEDED = { seed: 1, numRuns: 50 };

const taskOf = (elements: number, powers: number) => permutationPowering({ elements, powers });
const task = taskOf(8, 16);
const options = (change: Partial<CurriculumOptions> = {}): CurriculumOptions => ({
  sizeStart: 4,
  levelMax: task.levels,
  byLevel: true,
  contexts: 16,
  frontierShare: 0.5,
  ...change,
});

/** One stage a line: «iteration: level at size», a gated one with a bar behind it. */
const shown = (plan: readonly Stage[]) =>
  plan.map(({ iteration, level, size, gated }) => `${iteration}: ${level} at ${size}${gated ? ' |' : ''}`);

describe('the stages', () => {
  test('of 8 elements and powers below 16', () => {
    expect(shown(stages(task, options()))).toEqual([
      '1: 1 at 4',
      '1: 2 at 4',
      '1: 2 at 8 |',
      '2: 3 at 8 |',
      '3: 4 at 8 |',
    ]);
  });

  test('of 16 elements and powers below 32', () => {
    expect(shown(stages(taskOf(16, 32), options({ sizeStart: 8, levelMax: 5 })))).toEqual([
      '1: 1 at 8',
      '1: 2 at 8',
      '1: 2 at 16 |',
      '2: 3 at 16 |',
      '3: 4 at 16 |',
      '4: 5 at 16 |',
    ]);
  });

  test('of 64 elements and powers below 64', () => {
    expect(shown(stages(taskOf(64, 64), options({ sizeStart: 16, levelMax: 6 })))).toEqual([
      '1: 1 at 16',
      '1: 2 at 16',
      '1: 2 at 32',
      '1: 2 at 64 |',
      '2: 3 at 64 |',
      '3: 4 at 64 |',
      '4: 5 at 64 |',
      '5: 6 at 64 |',
    ]);
  });

  test('without levels are one, with everything at once, or one for each size', () => {
    expect(shown(stages(task, options({ byLevel: false, sizeStart: 8 })))).toEqual(['1: 4 at 8 |']);
    const large = options({ byLevel: false, sizeStart: 8, levelMax: 6 });
    expect(shown(stages(taskOf(48, 64), large))).toEqual([
      '1: 6 at 8',
      '1: 6 at 16',
      '1: 6 at 32',
      '1: 6 at 48 |',
    ]);
  });

  test('up to the levels that H judges with primitives are one iteration', () => {
    expect(shown(stages(task, options({ levelMax: 2, sizeStart: 8 })))).toEqual(['1: 1 at 8', '1: 2 at 8 |']);
  });

  const chosen = fc
    .record({ elements: fc.integer({ min: 7, max: 80 }), digits: fc.integer({ min: 2, max: 8 }) })
    .chain(({ elements, digits }) =>
      fc.record({
        task: fc.constant(taskOf(elements, 2 ** digits)),
        sizeStart: fc.integer({ min: 2, max: elements }),
        levelMax: fc.integer({ min: 2, max: digits }),
      }),
    );

  test('of an iteration end with one gated stage at full size, and no other is gated', () =>
    fc.assert(
      fc.property(chosen, ({ task, sizeStart, levelMax }) => {
        const plan = stages(task, options({ sizeStart, levelMax }));
        plan.forEach((stage, i) => {
          expect(stage.gated).toBe(stage.iteration !== plan[i + 1]?.iteration);
          if (stage.gated) expect(stage.size).toBe(task.sizeMax);
        });
      }),
      SEEDED,
    ));

  test('rise by one level or one size at a time, and an iteration is one level of the frontier', () =>
    fc.assert(
      fc.property(chosen, ({ task, sizeStart, levelMax }) => {
        const plan = stages(task, options({ sizeStart, levelMax }));
        expect(plan[0]).toMatchObject({ level: 1, size: sizeStart, iteration: 1 });
        expect(plan.at(-1)).toMatchObject({ level: levelMax, iteration: levelMax - 1, gated: true });
        for (const [i, next] of plan.slice(1).entries()) {
          const before = plan[i]!;
          const harder = next.level === before.level + 1 && next.size === before.size;
          const larger = next.level === before.level && next.size === Math.min(2 * before.size, task.sizeMax);
          expect(harder || larger).toBe(true);
          if (before.gated) expect(next.iteration).toBe(before.iteration + 1);
        }
      }),
      SEEDED,
    ));

  test.each([
    [{ sizeStart: 1 }, 'first size: expected an integer from 2 to 8, got 1'],
    [{ sizeStart: 9 }, 'first size: expected an integer from 2 to 8, got 9'],
    [{ sizeStart: 2.5 }, 'first size: expected an integer from 2 to 8, got 2.5'],
    [{ sizeStart: Number.NaN }, 'first size: expected an integer from 2 to 8, got NaN'],
    [{ levelMax: 1 }, 'highest level: expected an integer from 2 to 4, got 1'],
    [{ levelMax: 5 }, 'highest level: expected an integer from 2 to 4, got 5'],
    [{ levelMax: Number.POSITIVE_INFINITY }, 'highest level: expected an integer from 2 to 4, got Infinity'],
  ])('do not exist for %j', (change, message) => {
    expect(() => stages(task, options(change))).toThrow(
      expect.objectContaining({ code: 'invalid', message }),
    );
  });
});

describe('the lessons of a step', () => {
  const stage: Stage = { level: 3, size: 5, iteration: 2, gated: true };
  const draw = (change: Partial<CurriculumOptions> = {}, seed = 1, at = stage) =>
    drawLessons(task, options(change), at, Random.seeded(seed));

  /** What was demanded of the task. */
  function demands(change: Partial<CurriculumOptions>, at = stage): readonly Demand[] {
    const seen: Demand[] = [];
    const spied = {
      ...task,
      sample: (random: Random, demand: Demand) => {
        seen.push(demand);
        return task.sample(random, demand);
      },
    };
    drawLessons(spied, options(change), at, Random.seeded(1));
    return seen;
  }

  test('are as many contexts as wanted, of the size of the stage, from the pile of training alone', () => {
    for (const contexts of [1, 16, 100])
      expect(demands({ contexts }).map(({ split, size }) => `${split} ${size}`)).toEqual(
        new Array(contexts).fill('train 5'),
      );
    for (const questions of draw()) expect(questions.length).toBe(5);
  });

  test('ask at the frontier by the share wanted, and else any level up to it, the frontier included', () => {
    const CONTEXTS = 600;
    const rate = (levels: readonly number[], level: number) =>
      levels.filter((other) => other === level).length / levels.length;
    for (const frontierShare of [0, 0.5, 1]) {
      const levels = demands({ frontierShare, contexts: CONTEXTS }).map(({ level }) => level);
      expect(Math.max(...levels)).toBe(3);
      expect(Math.min(...levels)).toBe(frontierShare === 1 ? 3 : 1);
      expect(rate(levels, 3)).toBeCloseTo(frontierShare + (1 - frontierShare) / 3, 1);
      expect(rate(levels, 1)).toBeCloseTo((1 - frontierShare) / 3, 1);
    }
  });

  test('at the first level ask that level alone', () => {
    const first = { ...stage, level: 1 };
    expect(demands({ frontierShare: 0 }, first).every(({ level }) => level === 1)).toBe(true);
  });

  test('are the same for the same stream, and each context has a stream of its own', () =>
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 12 }), (seed, contexts) => {
        const lessons = draw({ contexts }, seed);
        expect(draw({ contexts }, seed)).toEqual(lessons);
        expect(draw({ contexts: contexts + 1 }, seed).slice(0, contexts)).toEqual(lessons);
      }),
      SEEDED,
    ));

  test('differ from step to step', () => {
    const root = Random.seeded(1).split('lesson');
    const keys = Array.from({ length: 20 }, (_, step) =>
      drawLessons(task, options(), { ...stage, size: 8 }, root.split(step)).map((questions) =>
        task.key(questions[0]!),
      ),
    ).flat();
    expect(new Set(keys).size).toBeGreaterThan(300);
  });
});

describe('a drawer', () => {
  const plan = stages(task, options());
  const drawer = () => new Drawer(task, options(), Random.seeded(1));

  test('draws the lessons of a step and a stage, whatever was drawn or prepared before', () =>
    fc.assert(
      fc.property(
        fc.array(fc.record({ step: fc.nat(3), stage: fc.nat(plan.length - 1), ahead: fc.boolean() })),
        (calls) => {
          const used = drawer();
          for (const { step, stage, ahead } of calls) {
            if (ahead) used.prepare(step, plan[stage]!);
            else
              expect(used.draw(step, plan[stage]!)).toEqual(
                drawLessons(task, options(), plan[stage]!, Random.seeded(1).split(step)),
              );
          }
        },
      ),
      SEEDED,
    ));
});
