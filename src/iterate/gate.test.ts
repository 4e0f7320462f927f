import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { hch } from '../amplify/hch.ts';
import { memo } from '../amplify/memo.ts';
import { nobody } from '../assistants/nobody.ts';
import { hashText, Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { drawExam } from '../core/exam.ts';
import type { Demand, Task } from '../core/task.ts';
import { ask } from '../core/workspace.ts';
import type { Proportion } from '../statistics/proportion.ts';
import { type PowerQuestion, type PowerTask, permutationPowering } from '../tasks/permutation-powering.ts';
import { agreement, examine, type GateOptions, horizonOf, type Sitting } from './gate.ts';

type PowerAssistant = Assistant<PowerQuestion, number>;

const task = permutationPowering({ elements: 8, powers: 16 });
const options: GateOptions = {
  advance: 0.9,
  finish: 0.98,
  questions: 320,
  attempt: 0.85,
  stepsMin: 50,
  warmUpMin: 50,
  stepsBetween: 10,
};

/** Whom H asks: look-ups are no questions to X. */
const withFacts = (assistant: PowerAssistant) => withEnvironment(task.environment, assistant);

/** Right at every level, by decomposition alone. */
const right = memo(hch(task.overseer, task.environment, task.levels - task.levelsOfPrimitives), task.key);

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

interface At {
  readonly level: number;
  readonly spent?: boolean;
  /** What the gate asks for; `advance`, unless the level is the last. */
  readonly threshold?: number;
  readonly questions?: number;
}
const sitting = (
  assistant: PowerAssistant,
  { level, threshold, questions = options.questions }: Omit<At, 'spent'>,
  amplified = amplify(task.overseer, withFacts(memo(assistant, task.key))),
): Sitting<PowerQuestion, number> => ({
  task,
  assistant,
  amplified,
  level,
  threshold: threshold ?? (level === task.levels ? options.finish : options.advance),
  options: { ...options, questions },
});
const gate = (assistant: PowerAssistant, { spent = false, ...at }: At) =>
  examine(sitting(assistant, at), spent, Random.seeded(1));

describe('an assistant that is right everywhere', () => {
  test.each([1, 2, 3, 4])('passes at level %i and has the whole horizon', async (level) => {
    const { passed, perLevel, horizon, agreement, threshold } = await gate(right, { level });
    expect({ passed, horizon, value: agreement.value }).toEqual({ passed: true, horizon: level, value: 1 });
    expect(threshold).toBe(level === task.levels ? options.finish : options.advance);
    expect(perLevel.map(({ value, n }) => [value, n])).toEqual(new Array(level).fill([1, 320]));
  });

  test('does not pass on fewer questions than the threshold takes', async () => {
    // 35 contexts of 8 questions are 280 / (1 + 7 · .05) independent ones; t is 2.03: 207 / (207 + t²) > .98.
    expect((await gate(right, { level: 4, questions: 272 })).passed).toBe(false);
    expect((await gate(right, { level: 4, questions: 280 })).passed).toBe(true);
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
      const verdict = await gate(wrongAt(level, 0.3), { level: 4, spent: true });
      expect(verdict.passed).toBe(false);
      expect(verdict.horizon).toBe(level - 1);
      verdict.perLevel.slice(0, level - 1).forEach(({ value }) => {
        expect(value).toBe(1);
      });
      expect(verdict.perLevel[level - 1]!.value).toBeLessThan(0.8);
    },
  );

  test('where H does not see it, far below the frontier, does not pass either', async () => {
    for (const spent of [false, true]) {
      const verdict = await gate(wrongAt(1, 0.3), { level: 3, spent });
      expect(verdict).toMatchObject({ passed: false, horizon: 0, agreement: { value: 1 } });
      expect(verdict.perLevel.length).toBe(3);
    }
  });

  test('about the first levels, and agrees with H misled by it on the frontier alone, does not pass', async () => {
    // It takes σ(x) and σ²(x), σ³(x) for x, and above that says what H makes of its own sub-answers.
    const still: PowerAssistant = {
      origin: { name: 'X', groundTruth: false },
      answer: async (questions) => questions.map(({ element }) => known(element)),
    };
    const misled = amplify(task.overseer, withFacts(still));
    const circular: PowerAssistant = {
      origin: { name: 'X', groundTruth: false },
      answer: async (questions, scope) => {
        const high = await misled.answer(questions, scope);
        const low = await still.answer(questions, scope);
        return questions.map((question, i) => (task.level(question) < 3 ? low[i]! : high[i]!));
      },
    };
    const verdict = await gate(circular, { level: 3 });
    expect(verdict.agreement).toMatchObject({ value: 1, n: 320 });
    expect(verdict).toMatchObject({ passed: false, horizon: 0 });
    expect(verdict.perLevel.map(({ value }) => value > 0.9)).toEqual([false, false, true]);
  });

  test('at the frontier fails there, and no lower level is asked any more', async () => {
    const verdict = await gate(wrongAt(3, 0.3), { level: 3 });
    expect(verdict).toMatchObject({ passed: false, perLevel: [], threshold: options.advance });
    expect(verdict.agreement.value).toBeLessThan(0.8);
  });

  test('a little moves the frontier, but does not end the run', async () => {
    const verdict = await gate(wrongAt(3, 0.05), { level: 3, questions: 1024 });
    expect(verdict).toMatchObject({ passed: true, horizon: 3 });
    const last = await gate(wrongAt(4, 0.03), { level: 4, spent: true });
    expect(last).toMatchObject({ passed: false, horizon: 4 });
    const below = await gate(wrongAt(2, 0.03), { level: 4, spent: true });
    expect(below).toMatchObject({ passed: false, horizon: 4, agreement: { value: 1 } });
  });

  test('in sub-answers, so that H is misled, does not agree by answering rightly itself', async () => {
    const verdict = await gate(wrongAt(3, 1), { level: 4, spent: true });
    expect(verdict.perLevel.map(({ value }) => value > 0.9)).toEqual([true, true, false, false]);
  });
});

describe('a look that passes is looked at again', () => {
  /** Right in its first so many exams, wrong afterwards. */
  function lucky(exams: number): PowerAssistant {
    let asked = 0;
    return {
      origin: { name: 'X', groundTruth: false },
      answer: async (questions, scope) => {
        const answers = await right.answer(questions, scope);
        return asked++ < exams ? answers : answers.map(other);
      },
    };
  }
  /** H with right sub-answers, whatever the assistant says. */
  const judged = amplify(task.overseer, withFacts(right));
  const look = (exams: number, spent = false) =>
    examine(sitting(lucky(exams), { level: 3 }, judged), spent, Random.seeded(1));

  test('and the second figure is the verdict: luck in the first does not pass', async () => {
    // Each look asks at the frontier first, then at all levels below it.
    for (const spent of [false, true]) {
      const second = await look(2, spent);
      expect(second).toMatchObject({ passed: false, agreement: { value: 0 }, horizon: 0 });
      expect(second.perLevel.map(({ value }) => value)).toEqual([0, 0, 0]);
    }
    expect(await look(3)).toMatchObject({ passed: false, agreement: { value: 1 }, horizon: 0 });
    expect(await look(4)).toMatchObject({ passed: true, horizon: 3 });
  });

  test('on contexts that the first did not have', async () => {
    const large = permutationPowering({ elements: 16, powers: 8 });
    const sure: PowerAssistant = {
      origin: { name: 'X', groundTruth: false },
      answer: async (questions) => questions.map(() => known(0)),
    };
    const { spied, keys } = spyOn(large);
    const { passed, perLevel } = await examine(
      { task: spied, assistant: sure, amplified: sure, level: 3, threshold: 0.9, options },
      false,
      Random.seeded(1),
    );
    expect(passed).toBe(true);
    expect(keys.length).toBe(2 * 3 * 20); // two looks at three levels of 20 contexts with 16 questions
    expect(new Set(keys).size).toBe(keys.length);
    // The figures are of the second look alone.
    expect(perLevel.map(({ n }) => n)).toEqual([320, 320, 320]);
  });
});

describe('what a gate costs', () => {
  test.each([
    ['that passes', right, 3],
    ['that fails at the frontier', nobody, 3],
    ['that is confirmed', right, 2],
  ])('%s is every decision of H, in both looks', async (_, assistant, level) => {
    let decisions = 0;
    const counted: Overseer<PowerQuestion, number> = {
      origin: task.overseer.origin,
      act: (workspaces, scope) => {
        decisions += workspaces.length;
        return task.overseer.act(workspaces, scope);
      },
    };
    const answering: PowerAssistant = {
      origin: assistant.origin,
      // In a scope of its own: `right` asks H too, which is not what the gate asks H for.
      answer: (questions) => assistant.answer(questions, scope()),
    };
    const amplified = amplify(counted, withFacts(answering));
    const verdict = await examine(sitting(answering, { level }, amplified), false, Random.seeded(1));
    expect(decisions).toBeGreaterThan(0);
    expect(verdict.decisions).toBe(decisions);
  });

  test('has a bound: an H that only ever asks is given up after 64 decisions for each question', async () => {
    const endless: Overseer<PowerQuestion, number> = {
      origin: task.overseer.origin,
      act: async (workspaces) => workspaces.map(({ question }) => ask(question)),
    };
    const verdict = await examine(
      sitting(right, { level: 2, questions: 64 }, amplify(endless, right)),
      true,
      Random.seeded(1),
    );
    expect(verdict).toMatchObject({ passed: false, horizon: 0, agreement: { value: 0, n: 64 } });
    expect(verdict.decisions).toBeGreaterThan(2 * 64);
    expect(verdict.decisions).toBeLessThanOrEqual(64 * 2 * 64);
  });
});

describe('unknown', () => {
  const exams = [drawExam(task, 'gate', 3, 64, Random.seeded(1))];
  const figure = async (assistant: PowerAssistant, amplified: PowerAssistant) =>
    (await agreement({ assistant, amplified }, exams)).perLevel[0];

  test('agrees with nothing, not even with unknown', async () => {
    for (const measured of [
      await figure(nobody, nobody),
      await figure(nobody, right),
      await figure(right, nobody),
    ])
      expect(measured).toMatchObject({ value: 0, n: 64 });
    expect(await figure(right, right)).toMatchObject({ value: 1, n: 64 });
  });

  test('of whatever reason counts against the one who says it', async () => {
    const share = 0.2;
    const silent = but((question, answer) => (chosen(question, share) ? unknown('unsure') : answer));
    const { passed, agreement } = await gate(silent, { level: 2 });
    expect(passed).toBe(false);
    expect(agreement.value).toBeCloseTo(1 - share, 1);
  });

  test('from ⊥ ends the horizon where it begins', async () => {
    expect(await gate(nobody, { level: 4, spent: true })).toMatchObject({ passed: false, horizon: 0 });
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
          const { perLevel: measured, decisions } = await agreement(
            {
              assistant: numbers(bits.map(() => 0)),
              amplified: numbers(bits.map((same) => (same ? 0 : 1))),
            },
            asked,
          );
          expect(decisions).toBe(0);
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
    const { perLevel } = await agreement({ assistant: unsure, amplified: right }, exams);
    expect(perLevel[0]!.value).toBe(1);
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
    const watched = { ...sitting(assistant, { level: 4 }, amplify(overseer, assistant)), task: spied };
    await examine(watched, false, Random.seeded(1));
    expect(new Set(seen)).toEqual(contexts);
    expect(new Set(demands.map(({ split, size }) => `${split} ${size}`))).toEqual(new Set(['gate 8']));
    expect(new Set(demands.map(({ level }) => level))).toEqual(new Set([1, 2, 3, 4]));
  });

  test('no ground truth: what it compares came from H and X alone', () => {
    expect(amplify(task.overseer, withFacts(right)).origin.groundTruth).toBe(false);
  });

  test('other contexts at another look, and the same at the same', async () => {
    const look = async (step: number) => {
      const { spied, keys } = spyOn(task);
      const random = Random.seeded(1).split('gate').split(step);
      await examine({ ...sitting(right, { level: 2 }, right), task: spied }, false, random);
      return new Set(keys);
    };
    const [first, again, next] = [await look(50), await look(50), await look(60)];
    expect(again).toEqual(first);
    expect([...next].filter((key) => first.has(key)).length).toBeLessThan(next.size / 4);
  });
});

/** The task, and what was sampled from it. */
function spyOn(task: PowerTask) {
  const demands: Demand[] = [];
  const contexts = new Set<object>();
  const keys: string[] = [];
  const sample: PowerTask['sample'] = (random, demand) => {
    demands.push(demand);
    const questions = task.sample(random, demand);
    contexts.add(task.encoding.context(questions[0]!));
    keys.push(questions[0]!.permutation.key);
    return questions;
  };
  return { spied: { ...task, sample }, demands, contexts, keys };
}

describe('by chance, in 500 looks', () => {
  const LOOKS = 500;
  const QUESTIONS = 8;

  /** Questions about nothing, in contexts of eight: what is asked does not matter here, and drawing it costs nothing. */
  const coins: Task<number, number> = {
    ...(permutationPowering({ elements: 8, powers: 4 }) as unknown as Task<number, number>),
    level: () => 1,
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
      const at: Sitting<number, number> = {
        task: coins,
        assistant,
        amplified,
        level: 1, // so that there is one level to pass
        threshold: options.advance,
        options: { ...options, questions: 1024 },
      };
      if ((await examine(at, false, random)).passed) passed++;
    }
    return passed / LOOKS;
  }

  test('an assistant .02 below the threshold never passes', async () => {
    expect(await passes(options.advance - 0.02, 0)).toBe(0);
  });

  test('and also when the questions of a context stand or fall together', async () => {
    expect(await passes(options.advance - 0.02, 0.3)).toBeLessThan(0.005);
  });

  test('one just at the threshold passes hardly ever: it would have to be lucky twice', async () => {
    expect(await passes(options.advance, 0)).toBeLessThan(0.005);
    expect(await passes(options.advance, 0.1)).toBeLessThan(0.01);
  });

  test('one .05 above passes nearly always', async () => {
    expect(await passes(options.advance + 0.05, 0)).toBeGreaterThan(0.95);
  });
});
