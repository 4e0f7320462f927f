import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { nobody } from '../assistants/nobody.ts';
import { hashText, Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Demand } from '../core/task.ts';
import { ask } from '../core/workspace.ts';
import { type Examiner, reveal, seal } from '../examiners/examiner.ts';
import { permutationPoweringExaminer } from '../examiners/permutation-powering.ts';
import { sequentialAssignmentsExaminer } from '../examiners/sequential-assignments.ts';
import { shortestPathExaminer } from '../examiners/shortest-path.ts';
import { proportion } from '../statistics/proportion.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { sequentialAssignments } from '../tasks/sequential-assignments.ts';
import { type PathQuestion, shortestPath } from '../tasks/shortest-path.ts';
import { TASKS } from '../tasks/tasks.ts';
import { accuracy, checkpointExams, isRight, overall, pointExams, testExams } from './accuracy.ts';
import { examinerOf } from './examiners.ts';

const task = permutationPowering({ elements: 8, powers: 16 });

/** Answers by a rule of its own, the same whenever asked. */
const by = (answer: (question: PowerQuestion) => Answer<number>): Assistant<PowerQuestion, number> => ({
  origin: { name: 'X', groundTruth: false },
  answer: async (questions) => questions.map(answer),
});
const walked = ({ permutation, power, element }: PowerQuestion): number => {
  let x = element;
  for (let i = 0; i < power; i++) x = permutation.image[x]!;
  return x;
};
const chance = (question: PowerQuestion) => hashText(task.key(question))[0] / 2 ** 32;

describe('test exams', () => {
  const exams = testExams(task, permutationPoweringExaminer, 20, Random.seeded(1));

  test('are one for each level, from level 1, on full-size contexts of the pile of tests', () => {
    expect(exams.length).toBe(task.levels);
    exams.forEach((exam, i) => {
      expect(exam.map((context) => context.length)).toEqual([8, 8, 8]);
      for (const question of exam.flat()) expect(task.level(question)).toBe(i + 1);
    });
    const splits = new Set<string>();
    const spied: typeof task = {
      ...task,
      sample: (random, demand) => {
        splits.add(demand.split);
        return task.sample(random, demand);
      },
    };
    testExams(spied, permutationPoweringExaminer, 20, Random.seeded(1));
    expect(splits).toEqual(new Set(['test']));
  });

  test('are the same for the same stream', () => {
    expect(testExams(task, permutationPoweringExaminer, 20, Random.seeded(1))).toEqual(exams);
  });
});

describe('graded exams', () => {
  const paths = shortestPath({ vertices: 8 });
  const pathExaminer = shortestPathExaminer({ vertices: 8 });
  const exams = testExams(paths, pathExaminer, 200, Random.seeded(1));
  const gradeOf = (question: PathQuestion) => pathExaminer.grade!(question);

  test('are one for each grade, easiest first, each of the questions of that grade', () => {
    expect(exams.length).toBe(pathExaminer.grades!.length);
    exams.forEach((exam, grade) => {
      expect(exam.flat().length).toBeGreaterThan(0);
      expect(exam.flat().filter((question) => gradeOf(question) !== grade)).toEqual([]);
    });
  });

  test('are on full-size contexts of the pile of tests, each apart from the others, none without a question', () => {
    const demands: Demand[] = [];
    const contexts = new Set<object>();
    const spied: typeof paths = {
      ...paths,
      sample: (random, demand) => {
        demands.push(demand);
        const sampled = paths.sample(random, demand);
        contexts.add(sampled[0]!.graph);
        return sampled;
      },
    };
    const spiedExams = testExams(spied, pathExaminer, 200, Random.seeded(1));
    for (const demand of demands) expect(demand).toEqual({ split: 'test', size: 8, level: 1 });
    for (const exam of spiedExams) {
      const graphs = exam.map((context) => new Set(context.map(({ graph }) => graph)));
      expect(graphs.map(({ size }) => size)).toEqual(exam.map(() => 1));
      expect(new Set(graphs.flatMap((one) => [...one])).size).toBe(exam.length);
      for (const [graph] of graphs) expect(contexts).toContain(graph);
    }
    expect(contexts.size).toBe(demands.length);
  });

  test('together have six times as many questions, and all that were sampled: each grade as often as it is', () => {
    const all: PathQuestion[] = [];
    const spied: typeof paths = {
      ...paths,
      sample: (random, demand) => {
        const sampled = paths.sample(random, demand);
        all.push(...sampled);
        return sampled;
      },
    };
    const together = testExams(spied, pathExaminer, 200, Random.seeded(1)).flat(2);
    expect(together.length).toBeGreaterThanOrEqual(6 * 200);
    expect(together.length).toBeLessThan(6 * 200 + 32);
    expect(together.map(paths.key).sort()).toEqual(all.map(paths.key).sort());
  });

  test('follow the frequencies of a sample of their own', () => {
    const [graphs, perGraph] = [375, 32];
    const large = testExams(paths, pathExaminer, (graphs * perGraph) / 6, Random.seeded(1));
    const sizes = large.map((exam) => exam.flat().length);
    const total = sizes.reduce((sum, n) => sum + n, 0);
    const samples = Array.from({ length: graphs }, (_, i) =>
      paths.sample(Random.seeded(i), { split: 'gate', size: 8, level: 1 }).map(gradeOf),
    );
    const natural = sizes.map((n, grade) => {
      const shares = samples.map((grades) => grades.filter((one) => one === grade).length / perGraph);
      const mean = shares.reduce((sum, share) => sum + share, 0) / graphs;
      const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / graphs;
      // Four standard deviations: questions about one graph go together.
      expect(Math.abs(n / total - mean)).toBeLessThan(4 * Math.sqrt((2 * variance) / graphs));
      return mean;
    });
    // Rare grades have few.
    expect(Math.max(...natural)).toBeGreaterThan(10 * Math.min(...natural));
  });

  test('are the same for the same stream, and others for another', () => {
    expect(testExams(paths, pathExaminer, 200, Random.seeded(1))).toEqual(exams);
    expect(testExams(paths, pathExaminer, 200, Random.seeded(2))).not.toEqual(exams);
  });

  test('of a task with roots are of these', () => {
    const programs = sequentialAssignments({ variables: 8 });
    const examiner = sequentialAssignmentsExaminer({ depth: 5 });
    const rooted = new Set<string>();
    const spied: typeof programs = {
      ...programs,
      sample: () => {
        throw new Error('expected roots alone');
      },
      roots: (random, split) => {
        expect(split).toBe('test');
        const drawn = programs.roots!(random, split);
        for (const question of drawn) rooted.add(programs.key(question));
        return drawn;
      },
    };
    const asked = testExams(spied, examiner, 50, Random.seeded(1));
    expect(asked.length).toBe(6);
    expect(new Set(asked.flat(2).map(programs.key))).toEqual(rooted);
    asked.forEach((exam, depth) => {
      for (const question of exam.flat()) expect(examiner.grade!(question)).toBe(depth);
    });
  });

  test('leave out what has no grade, and count only the rest', () => {
    const shy: typeof pathExaminer = {
      ...pathExaminer,
      grade: (question) => (question.kind === 'step' ? undefined : pathExaminer.grade!(question)),
    };
    const asked = testExams(paths, shy, 200, Random.seeded(1)).flat(2);
    expect(new Set(asked.map(({ kind }) => kind))).toEqual(new Set(['dist']));
    expect(asked.length).toBeGreaterThanOrEqual(6 * 200);
    expect(asked.length).toBeLessThan(6 * 200 + 32);
  });

  test('of a curve are smaller than those of a checkpoint, and share no context with them', () => {
    const [point, checkpoint] = [pointExams, checkpointExams].map((draw) =>
      draw(paths, pathExaminer).flat(2),
    ) as [PathQuestion[], PathQuestion[]];
    expect(point.length).toBeGreaterThanOrEqual(6 * 256);
    expect(checkpoint.length).toBeGreaterThanOrEqual(6 * 1024);
    const graphs = new Set(point.map(({ graph }) => graph.key));
    expect(checkpoint.filter(({ graph }) => graphs.has(graph.key))).toEqual([]);
  });
});

describe('accuracy', () => {
  const exams = testExams(task, permutationPoweringExaminer, 800, Random.seeded(2));
  const measured = (assistant: Assistant<PowerQuestion, number>) =>
    accuracy(assistant, permutationPoweringExaminer, exams);

  test('of right answers is 1, of nobody’s 0', async () => {
    const right = await measured(by((question) => known(walked(question))));
    expect(right.map(({ value, n }) => [value, n])).toEqual(new Array(4).fill([1, 800]));
    expect((await measured(nobody)).map(({ value }) => value)).toEqual([0, 0, 0, 0]);
  });

  test('counts «unknown» as wrong', async () => {
    const careful = by((question) => (chance(question) < 0.3 ? unknown('unsure') : known(walked(question))));
    for (const { value } of await measured(careful)) expect(value).toBeCloseTo(0.7, 1);
  });

  test('of an H that only ever asks is 0, and comes to an end: it is given up after 64 decisions a question', async () => {
    let decisions = 0;
    const curious: Overseer<PowerQuestion, number> = {
      origin: task.overseer.origin,
      act: async (workspaces) => {
        decisions += workspaces.length;
        return workspaces.map(({ question }) => ask(question));
      },
    };
    const few = testExams(task, permutationPoweringExaminer, 16, Random.seeded(3));
    const figures = await accuracy(amplify(curious, nobody), permutationPoweringExaminer, few);
    expect(figures.map(({ value, n }) => [value, n])).toEqual(new Array(4).fill([0, 16]));
    expect(decisions).toBeGreaterThan(4 * 16);
    expect(decisions).toBeLessThanOrEqual(64 * 4 * 16);
  });

  test('is of each level its own', async () => {
    const levels = await measured(
      by((question) => known(task.level(question) === 3 ? -1 : walked(question))),
    );
    expect(levels.map(({ value }) => value)).toEqual([1, 1, 0, 1]);
  });

  test('has an interval by contexts: questions that stand or fall together say less', async () => {
    const apart = by((question) => known(chance(question) < 0.7 ? walked(question) : -1));
    const together = by((question) =>
      known(chance({ ...question, power: 1, element: 0 }) < 0.7 ? walked(question) : -1),
    );
    const [one] = await measured(apart);
    const [other] = await measured(together);
    expect(other!.high - other!.low).toBeGreaterThan(2 * (one!.high - one!.low));
  });

  test('counts question for question what isRight says of it', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.array(fc.integer({ min: -1, max: 2 })))), async (exams) => {
        /** A question is the answer to give, −1 for unknown; the truth is always 1. */
        const examiner: Examiner<number, number> = { truth: () => seal(1) };
        const say = (value: number) => (value < 0 ? unknown('unsure') : known(value));
        const assistant: Assistant<number, number> = {
          origin: { name: 'X', groundTruth: false },
          answer: async (questions) => questions.map(say),
        };
        const figures = await accuracy(assistant, examiner, exams);
        figures.forEach(({ value, n }, i) => {
          const asked = exams[i]!.flat();
          expect(n).toBe(asked.length);
          expect(value * n).toBeCloseTo(asked.filter((one) => isRight(examiner, one, say(one))).length);
        });
      }),
      { seed: 1 },
    ));
});

describe('overall', () => {
  test('is the share of right answers of all exams together', () =>
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.boolean(), { minLength: 1 }), { minLength: 1, maxLength: 8 }),
        (exams) => {
          const figures = exams.map((answers) =>
            proportion(answers.map((right) => ({ right: Number(right), n: 1 }))),
          );
          const all = exams.flat();
          expect(overall(figures)).toBeCloseTo(all.filter(Boolean).length / all.length, 10);
        },
      ),
    ));

  test('takes an exam without questions for nothing', () => {
    const half = proportion([
      { right: 1, n: 1 },
      { right: 0, n: 1 },
    ]);
    expect(overall([proportion([]), half, proportion([])])).toBe(0.5);
  });

  test('of exams that an assistant took is the share that isRight finds right', async () => {
    const exams = testExams(task, permutationPoweringExaminer, 100, Random.seeded(4));
    const some = by((question) =>
      known(chance(question) < 1 / (2 * task.level(question)) ? -1 : walked(question)),
    );
    const questions = exams.flat(2);
    const answers = await some.answer(questions, scope());
    const right = questions.filter((question, i) =>
      isRight(permutationPoweringExaminer, question, answers[i]!),
    );
    const figures = await accuracy(some, permutationPoweringExaminer, exams);
    expect(overall(figures)).toBeCloseTo(right.length / questions.length, 10);
  });
});

describe('an answer is right', () => {
  const truthIs = <A>(value: A): Examiner<string, A> => ({ truth: () => seal(value) });

  test('when it is known and the very value, however unsure', () => {
    expect(isRight(truthIs(3), '?', known(3))).toBe(true);
    expect(isRight(truthIs(3), '?', known(3, 0))).toBe(true);
    expect(isRight(truthIs(3), '?', known(4))).toBe(false);
  });

  test('never when it is unknown, even if there is nothing to know', () => {
    for (const reason of ['nobody', 'unsure', 'escalated', 'budget'] as const)
      expect(isRight(truthIs(undefined), '?', unknown(reason))).toBe(false);
  });

  test('where several are, if the examiner accepts it, whatever its one truth', () => {
    const even: Examiner<string, number> = { truth: () => seal(2), accepts: (_, answer) => answer % 2 === 0 };
    expect([2, 4, 3].map((value) => isRight(even, '?', known(value)))).toEqual([true, true, false]);
    expect(isRight(even, '?', unknown('unsure'))).toBe(false);
    const never: Examiner<string, number> = { truth: () => seal(2), accepts: () => false };
    expect(isRight(never, '?', known(2))).toBe(false);
  });
});

describe('an examiner', () => {
  test.each(TASKS)('of $name is found, knows its answers, and has the grades of its size', (entry) => {
    for (const size of [8, 16]) {
      const any = entry.open(entry.parameters({ size }));
      const examiner = examinerOf(any);
      const demand = { split: 'test', size, level: any.levels } as const;
      for (const question of any.sample(Random.seeded(1), demand)) {
        expect(isRight(examiner, question, known(reveal(examiner.truth(question))))).toBe(true);
        const grade = examiner.grade?.(question);
        if (grade !== undefined) expect(examiner.grades![grade]).toBeDefined();
      }
    }
  });

  test('is found by the name of its task', () => {
    const [question] = task.sample(Random.seeded(1), { split: 'test', size: 8, level: 4 });
    const examiner = examinerOf(task) as unknown as Examiner<PowerQuestion, number>;
    expect(isRight(examiner, question!, known(walked(question!)))).toBe(true);
  });

  test.each(['', 'chess', 'toString', '__proto__'])('of «%s» is not found, in words', (name) => {
    expect(() => examinerOf({ name, parameters: {} })).toThrow(
      expect.objectContaining({
        code: 'not-found',
        message: `task «${name}»: expected one with an examiner`,
      }),
    );
  });
});
