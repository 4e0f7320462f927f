import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { hch } from '../amplify/hch.ts';
import { memo } from '../amplify/memo.ts';
import { nobody } from '../assistants/nobody.ts';
import type { Proportion } from '../base/proportion.ts';
import { hashText, Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import { drawExam } from '../core/exam.ts';
import type { Demand, Task } from '../core/task.ts';
import { type PowerQuestion, type PowerTask, permutationPowering } from '../tasks/permutation-powering.ts';
import type { Stage } from './curriculum.ts';
import { agreement, examine, type GateOptions, horizonOf, type Sitting } from './gate.ts';

type PowerAssistant = Assistant<PowerQuestion, number>;

const task = permutationPowering({ elements: 8, powers: 16 });
const options: GateOptions = {
  advance: 0.85,
  finish: 0.98,
  horizon: 0.9,
  questions: 256,
  attempt: 0.85,
  stepsMin: 50,
  stepsBetween: 10,
};
const stageOf = (level: number): Stage => ({ level, size: 8, iteration: level - 1, gated: true });
const sitting = (level: number, change: Partial<Sitting> = {}): Sitting => ({
  stage: stageOf(level),
  last: level === task.levels,
  spent: false,
  ...change,
});

/** Right at every level, by decomposition alone. */
const right = memo(hch(task.overseer, task.levels - task.levelsOfPrimitives), task.key);

/** An assistant that answers as `right` does, but for the questions that `change` has another answer to. */
function but(change: (question: PowerQuestion, answer: Answer<number>) => Answer<number>): PowerAssistant {
  return {
    origin: { name: 'X', groundTruth: false },
    answer: async (questions, scope) => {
      const answers = await right.answer(questions, scope);
      return questions.map((question, i) => change(question, answers[i]!));
    },
  };
}

const other = (answer: Answer<number>) => (answer.kind === 'known' ? known((answer.value + 1) % 8) : answer);
/** A share of the questions, the same whenever asked. */
const chosen = (question: PowerQuestion, share: number) => hashText(task.key(question))[0] < share * 2 ** 32;

const gate = (assistant: PowerAssistant, sat: Sitting, change: Partial<GateOptions> = {}) => {
  const amplified = amplify(task.overseer, memo(assistant, task.key));
  return examine(task, assistant, amplified, sat, { ...options, ...change }, Random.seeded(1));
};

describe('an assistant that is right everywhere', () => {
  test.each([2, 3, 4])('passes at level %i and has the whole horizon', async (level) => {
    const { passed, perLevel, horizon, agreement, threshold } = await gate(right, sitting(level));
    expect({ passed, horizon, value: agreement.value }).toEqual({ passed: true, horizon: level, value: 1 });
    expect(threshold).toBe(level === task.levels ? options.finish : options.advance);
    expect(perLevel.map(({ value, n }) => [value, n])).toEqual(new Array(level).fill([1, 256]));
  });

  test('passes nothing in a stage without a gate, even when its budget is spent', async () => {
    const warmUp = { ...sitting(2), stage: { ...stageOf(2), gated: false } };
    expect((await gate(right, { ...warmUp, spent: true })).passed).toBe(false);
  });

  test('does not pass on fewer questions than the threshold takes', async () => {
    // Wilson: all of n right is at least .98 with 95 % confidence from n = 189 on.
    expect((await gate(right, sitting(4), { questions: 184 })).passed).toBe(false);
    expect((await gate(right, sitting(4), { questions: 192 })).passed).toBe(true);
  });
});

describe('an assistant that is wrong', () => {
  /** At one level, in a share of its questions. */
  const wrongAt = (level: number, share: number) =>
    but((question, answer) =>
      task.level(question) === level && chosen(question, share) ? other(answer) : answer,
    );

  test.each([1, 2, 3, 4])(
    'at level %i of 4 fails the last gate, and the horizon ends before',
    async (level) => {
      const verdict = await gate(wrongAt(level, 0.3), sitting(4, { spent: true }));
      expect(verdict.passed).toBe(false);
      expect(verdict.horizon).toBe(level - 1);
      verdict.perLevel.slice(0, level - 1).forEach(({ value }) => {
        expect(value).toBe(1);
      });
      expect(verdict.perLevel[level - 1]!.value).toBeLessThan(0.8);
    },
  );

  test('at the frontier fails there, and no lower level is asked any more', async () => {
    const verdict = await gate(wrongAt(3, 0.3), sitting(3));
    expect(verdict).toMatchObject({ passed: false, perLevel: [], threshold: options.advance });
    expect(verdict.agreement.value).toBeLessThan(0.8);
  });

  test('a little at the frontier moves it, but does not end the run', async () => {
    const verdict = await gate(wrongAt(3, 0.05), sitting(3));
    expect(verdict).toMatchObject({ passed: true, horizon: 3 });
    const last = await gate(wrongAt(4, 0.03), sitting(4, { spent: true }));
    expect(last).toMatchObject({ passed: false, horizon: 4 });
  });

  test('in sub-answers, so that H is misled, does not agree by answering rightly itself', async () => {
    const verdict = await gate(wrongAt(3, 1), sitting(4, { spent: true }));
    expect(verdict.perLevel.map(({ value }) => value > 0.9)).toEqual([true, true, false, false]);
  });
});

describe('unknown', () => {
  test('agrees with nothing, not even with unknown', async () => {
    const exams = [drawExam(task, 'gate', 3, 64, Random.seeded(1))];
    const [both] = await agreement(nobody, nobody, exams);
    const [own] = await agreement(nobody, right, exams);
    const [justified] = await agreement(right, nobody, exams);
    for (const measured of [both, own, justified]) expect(measured).toMatchObject({ value: 0, n: 64 });
  });

  test('of whatever reason counts against the one who says it', async () => {
    const share = 0.2;
    const silent = but((question, answer) => (chosen(question, share) ? unknown('unsure') : answer));
    const { passed, agreement } = await gate(silent, sitting(2, { last: true }));
    expect(passed).toBe(false);
    expect(agreement.value).toBeCloseTo(1 - share, 1);
  });

  test('from ⊥ ends the horizon where it begins', async () => {
    expect(await gate(nobody, sitting(4, { spent: true }))).toMatchObject({ passed: false, horizon: 0 });
  });
});

describe('agreement', () => {
  /** Three contexts, one exam for each number of questions; two assistants that agree where the bits say so. */
  test('is counted by context, exam for exam, in order', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }), { maxLength: 4 }), {
          maxLength: 4,
        }),
        async (exams) => {
          const bits = exams.flat(2);
          const numbers = (values: readonly number[]): Assistant<number, number> => ({
            origin: { name: 'X', groundTruth: false },
            answer: async (questions) => questions.map((question) => known(values[question]!)),
          });
          let question = 0;
          const asked = exams.map((exam) => exam.map((context) => context.map(() => question++)));
          const measured = await agreement(
            numbers(bits.map(() => 0)),
            numbers(bits.map((same) => (same ? 0 : 1))),
            asked,
          );
          expect(measured.map(({ n }) => n)).toEqual(exams.map((exam) => exam.flat().length));
          measured.forEach(({ value, n }, i) => {
            expect(value * n).toBeCloseTo(exams[i]!.flat().filter(Boolean).length);
          });
        },
      ),
      { seed: 1 },
    ));

  test('is of values: how sure the two are does not matter', async () => {
    const exams = [drawExam(task, 'gate', 2, 64, Random.seeded(1))];
    const unsure = but((_, answer) => (answer.kind === 'known' ? known(answer.value, 0.1) : answer));
    expect((await agreement(unsure, right, exams))[0]!.value).toBe(1);
  });
});

describe('the horizon', () => {
  const levels = (...lows: readonly number[]) =>
    lows.map((low): Proportion => ({ value: low, low, high: 1, n: 1 }));

  test.each([
    [[], 0],
    [[0.89], 0],
    [[0.9], 1],
    [[0.95, 0.91, 0.99], 3],
    [[0.95, 0.5, 0.99], 1],
  ])('of %j is %i', (lows, horizon) => {
    expect(horizonOf(levels(...lows), 0.9)).toBe(horizon);
  });
});

describe('a gate sees', () => {
  test('contexts of its own pile, at full size, and nothing else, whoever is asked', async () => {
    const { spied, demands, contexts } = spyOn(task);
    const seen: object[] = [];
    const overseer: Overseer<PowerQuestion, number> = {
      origin: task.overseer.origin,
      act: (workspaces, scope) => {
        for (const { question, exchanges } of workspaces)
          seen.push(question.permutation, ...exchanges.map((exchange) => exchange.question.permutation));
        return task.overseer.act(workspaces, scope);
      },
    };
    const assistant: PowerAssistant = {
      origin: right.origin,
      answer: (questions, scope) => {
        seen.push(...questions.map(({ permutation }) => permutation));
        return right.answer(questions, scope);
      },
    };
    await examine(spied, assistant, amplify(overseer, assistant), sitting(4), options, Random.seeded(1));
    expect(new Set(seen)).toEqual(contexts);
    expect(new Set(demands.map(({ split, size }) => `${split} ${size}`))).toEqual(new Set(['gate 8']));
    expect(new Set(demands.map(({ level }) => level))).toEqual(new Set([1, 2, 3, 4]));
  });

  test('no ground truth: what it compares came from H and X alone', () => {
    expect(amplify(task.overseer, right).origin.groundTruth).toBe(false);
  });

  test('other contexts at another look, and the same at the same', async () => {
    const look = async (step: number) => {
      const { spied, contexts } = spyOn(task);
      const random = Random.seeded(1).split('gate').split(step);
      await examine(spied, right, right, sitting(2), options, random);
      return new Set([...contexts].map((context) => (context as PowerQuestion['permutation']).key));
    };
    const [first, again, next] = [await look(50), await look(50), await look(60)];
    expect(again).toEqual(first);
    expect([...next].filter((key) => first.has(key)).length).toBeLessThan(next.size / 4);
  });
});

/** The task, and what was sampled from it. */
function spyOn(task: PowerTask): { spied: PowerTask; demands: Demand[]; contexts: Set<object> } {
  const demands: Demand[] = [];
  const contexts = new Set<object>();
  const sample: PowerTask['sample'] = (random, demand) => {
    demands.push(demand);
    const questions = task.sample(random, demand);
    contexts.add(task.encoding.context(questions[0]!));
    return questions;
  };
  return { spied: { ...task, sample }, demands, contexts };
}

describe('by chance, in 500 looks', () => {
  const LOOKS = 500;
  const QUESTIONS = 8;

  /** Questions about nothing, in contexts of eight: what is asked does not matter here, and drawing it costs nothing. */
  const coins: Task<number, number> = {
    ...(permutationPowering({ elements: 8, powers: 4 }) as unknown as Task<number, number>),
    sample: () => new Array<number>(QUESTIONS).fill(0),
  };
  const amplified: Assistant<number, number> = {
    origin: { name: 'Amplify^H(X)', groundTruth: false },
    answer: async (questions) => questions.map(() => known(0)),
  };

  /** How often an assistant that agrees at this rate passes; whole contexts fail together with the chance `shared`. */
  async function passes(rate: number, shared: number): Promise<number> {
    const random = Random.seeded(11);
    const drawn = () => known(random.uniform() < rate ? 0 : 1);
    const assistant: Assistant<number, number> = {
      origin: { name: 'X', groundTruth: false },
      answer: async (questions) =>
        Array.from({ length: questions.length / QUESTIONS }, () => {
          const together = random.uniform() < shared ? drawn() : undefined;
          return Array.from({ length: QUESTIONS }, () => together ?? drawn());
        }).flat(),
    };
    let passed = 0;
    for (let look = 0; look < LOOKS; look++) {
      const at: Sitting = { stage: { ...stageOf(2), gated: true }, last: false, spent: false };
      const settings = { ...options, questions: 1024 };
      if ((await examine(coins, assistant, amplified, at, settings, random)).passed) passed++;
    }
    return passed / LOOKS;
  }

  test('an assistant .02 below the threshold passes less than 5 in 100', async () => {
    expect(await passes(options.advance - 0.02, 0)).toBeLessThan(0.01);
  });

  test('and also when the questions of a context stand or fall together', async () => {
    expect(await passes(options.advance - 0.02, 0.3)).toBeLessThan(0.05);
  });

  test('one just at the threshold passes one look in forty: the interval has two sides', async () => {
    expect(await passes(options.advance, 0)).toBeLessThan(0.05);
  });

  test('one .05 above passes nearly always', async () => {
    expect(await passes(options.advance + 0.05, 0)).toBeGreaterThan(0.95);
  });
});
