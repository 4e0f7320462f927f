import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { nobody } from '../assistants/nobody.ts';
import { Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import { scope } from '../core/budget.ts';
import { OPTIMIZER } from '../network/optimizer.ts';
import { STATE } from '../network/step.ts';
import { Runtime } from '../onnx/runtime.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { type StudentState, shares } from './replicas.ts';
import { type Learned, type Lesson, Student, type StudentOptions } from './student.ts';

type PowerStudent = Student<PowerQuestion, number>;
type PowerLesson = Lesson<PowerQuestion, number>;

const task = permutationPowering({ elements: 8, powers: 8 });
const OPTIONS: StudentOptions = {
  width: 32,
  heads: 1,
  expansion: 2,
  optimizer: { ...OPTIMIZER, learningRate: 0.01, warmUp: 20 },
  replicas: 1,
  averageHorizon: 20,
  learnsUnknown: false,
};
/** With the facts and nobody to ask. */
const ALONE = withEnvironment(task.environment, nobody);
const ROUNDS = 2;
const CONTEXTS = 16;

let runtimes: readonly Runtime[];
let student: PowerStudent;
let untrained: StudentState;

beforeAll(async () => {
  runtimes = await Promise.all([1, 2].map(() => Runtime.open({ threads: 1, backend: 'native' })));
  student = await fresh(1);
  untrained = await student.state();
});
afterAll(() => Promise.all(runtimes.map((runtime) => runtime.close())));

function fresh(replicas: number): Promise<PowerStudent> {
  const options = { ...OPTIONS, replicas };
  return Student.fresh(task, options, runtimes.slice(0, replicas), Random.seeded(1));
}

/** Lessons of H alone, at levels that it answers without an assistant. */
async function lessonsOf(seed: number, levels = 2): Promise<readonly PowerLesson[]> {
  const contexts = Array.from({ length: CONTEXTS }, (_, i) =>
    task.sample(Random.seeded(seed).split(i), { split: 'train', size: 4, level: 1 + (i % levels) }),
  );
  const targets = await amplify(task.overseer, ALONE).answer(contexts.flat(), scope());
  return contexts.map((questions, i) => ({ questions, targets: targets.slice(4 * i, 4 * i + 4) }));
}

/** Some steps from a state on; what was learned in each. */
async function learn(
  from: StudentState,
  steps: readonly number[],
  who = student,
): Promise<readonly Learned[]> {
  await who.restore(from);
  const learned: Learned[] = [];
  for (const step of steps) learned.push(await who.learn(await lessonsOf(step), step, ROUNDS));
  return learned;
}
const steps = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe('a fresh student', () => {
  test('is the same for the same chance, and its teacher begins as itself', async () => {
    const again = await (await fresh(1)).state();
    expect(again).toEqual(untrained);
    expect(again.average).toEqual(again.parameters);
    expect(new Set(again.first)).toEqual(new Set([0]));
    const other = await Student.fresh(task, OPTIONS, runtimes.slice(0, 1), Random.seeded(2));
    expect((await other.state()).parameters).not.toEqual(untrained.parameters);
  });

  test('has as many parameters as its weights together', () => {
    expect(student.parameterCount).toBe(untrained.parameters.length);
    const named = student.named(untrained.parameters);
    expect(named.flatMap(({ values }) => [...values])).toEqual([...untrained.parameters]);
    for (const { shape, values } of named) expect(values.length).toBe(shape.reduce((a, b) => a * b, 1));
  });
});

describe('learning', () => {
  test('lowers the loss of a small problem until the student says what it was taught', async () => {
    const learned: Learned[] = [];
    await student.restore(untrained);
    for (const step of steps(0, 150)) learned.push(await student.learn(await lessonsOf(step, 1), step, 1));
    const mean = (part: readonly Learned[]) => part.reduce((sum, { loss }) => sum + loss, 0) / part.length;
    const agreement = (part: readonly Learned[]) =>
      part.flatMap(({ agreed }) => agreed.flat()).filter(Boolean).length / (part.length * CONTEXTS * 4);
    expect(mean(learned.slice(-20))).toBeLessThan(mean(learned.slice(0, 20)) / 10);
    expect(agreement(learned.slice(0, 5))).toBeLessThan(0.6);
    expect(agreement(learned.slice(-20))).toBeGreaterThan(0.99);
    // The teacher learned with it, and on contexts that nobody was taught.
    const teacher = student.assistant('X', false);
    const asked = task.sample(Random.seeded(1), { split: 'test', size: 4, level: 1 });
    const right = await amplify(task.overseer, ALONE).answer(asked, scope());
    const said = await teacher.answer(asked, scope());
    expect(said.map(shown)).toEqual(right.map(shown));
  });

  test('takes no note of rounds that no question needs: a longer frontier changes nothing for shorter questions', async () => {
    const lessons = await lessonsOf(4);
    await student.restore(untrained);
    const short = await student.learn(lessons, 0, ROUNDS);
    await student.restore(untrained);
    const long = await student.learn(lessons, 0, ROUNDS + 2);
    expect(long.loss).toBeCloseTo(short.loss, 5);
    expect(long.agreed).toEqual(short.agreed);
  });

  test('begins with a loss near that of guessing among the words', async () => {
    const [first] = await learn(untrained, [0]);
    expect(first!.loss).toBeGreaterThan(Math.log(task.encoding.words) / 2);
    expect(first!.loss).toBeLessThan(Math.log(task.encoding.words) * 2);
  });

  test('of the first step makes the teacher the student; later it follows slowly', async () => {
    await learn(untrained, [0]);
    const one = await student.state();
    // The teacher of step 0 is replaced whole: old + (new − old), as floats do it.
    one.average.forEach((value, i) => {
      expect(value).toBeCloseTo(one.parameters[i]!, 6);
    });
    await learn(one, steps(1, 6));
    const { average, parameters } = await student.state();
    expect(average).not.toEqual(parameters);
  });

  test('tells of every question that was taught something whether the student would have said the same', async () => {
    const lessons = await lessonsOf(3);
    const masked = lessons.map(({ questions, targets }, i) => ({
      questions,
      targets: targets.map((target, q) => (q < i % 5 ? unknown('unsure') : target)),
    }));
    await student.restore(untrained);
    const before = await student.learn(lessons, 0, ROUNDS);
    await student.restore(untrained);
    const { agreed } = await student.learn(masked, 0, ROUNDS);
    expect(before.agreed.flat()).not.toContain(undefined);
    expect(new Set(before.agreed.flat()).size).toBe(2);
    // The same student, asked the same.
    expect(agreed).toEqual(
      before.agreed.map((same, i) => same.map((one, q) => (q < i % 5 ? undefined : one))),
    );
  });
});

const shown = (answer: Answer<number>) => (answer.kind === 'known' ? answer.value : answer.reason);

describe('unknown targets', () => {
  const reasons = ['nobody', 'unsure', 'escalated', 'budget'] as const;
  const mask = fc.array(fc.option(fc.constantFrom(...reasons), { freq: 2 }), {
    minLength: CONTEXTS * 4,
    maxLength: CONTEXTS * 4,
  });

  /** What one step makes of the lessons, where those of the mask are unknown. */
  async function taught(lessons: readonly PowerLesson[]): Promise<StudentState> {
    await student.restore(untrained);
    await student.learn(lessons, 0, ROUNDS);
    return student.state();
  }

  test('have no influence: neither their reason nor their question changes a bit', async () => {
    const lessons = await lessonsOf(5);
    await fc.assert(
      fc.asyncProperty(mask, async (reasons) => {
        const masked = lessons.map(({ questions, targets }, i) => ({
          questions,
          targets: targets.map((target, q): Answer<number> => {
            const reason = reasons[4 * i + q];
            return reason ? unknown(reason) : target;
          }),
        }));
        const otherwise = masked.map(({ questions, targets }) => ({
          questions: questions.map((question, q) =>
            targets[q]!.kind === 'known'
              ? question
              : { ...question, power: 1, element: (question.element + 1) % 4 },
          ),
          targets: targets.map((target) => (target.kind === 'known' ? target : unknown('nobody'))),
        }));
        expect(await taught(otherwise)).toEqual(await taught(masked));
      }),
      { seed: 1, numRuns: 5 },
    );
  });

  test('alone teach nothing: the loss is 0, and the parameters stay', async () => {
    const lessons = await lessonsOf(5);
    const silent = lessons.map(({ questions }) => ({
      questions,
      targets: questions.map(() => unknown('unsure')),
    }));
    await student.restore(untrained);
    const { loss, agreed } = await student.learn(silent, 0, ROUNDS);
    expect(Math.abs(loss)).toBe(0);
    expect(agreed).toEqual(silent.map(({ questions }) => questions.map(() => undefined)));
    expect((await student.state()).parameters).toEqual(untrained.parameters);
  });

  test('leave known ones their weight: twice as few known, each counts twice', async () => {
    const lessons = (await lessonsOf(7)).slice(0, 1);
    const [{ questions, targets }] = lessons as [PowerLesson];
    await student.restore(untrained);
    const losses: number[] = [];
    for (let only = 0; only < 4; only++) {
      await student.restore(untrained);
      const one = targets.map((target, q) => (q === only ? target : unknown('unsure')));
      losses.push((await student.learn([{ questions, targets: one }], 0, ROUNDS)).loss);
    }
    await student.restore(untrained);
    const { loss } = await student.learn(lessons, 0, ROUNDS);
    expect(loss).toBeCloseTo(losses.reduce((a, b) => a + b, 0) / 4, 5);
  });
});

describe('a student that learns «unknown»', () => {
  const learner = () =>
    Student.fresh(task, { ...OPTIONS, learnsUnknown: true }, runtimes.slice(0, 1), Random.seeded(1));
  /** All that is asked with the power 1 is unknown; H alone knows all of it. */
  const withheld = async (seed: number): Promise<readonly PowerLesson[]> =>
    (await lessonsOf(seed)).map(({ questions, targets }) => ({
      questions,
      targets: questions.map(({ power }, q) => (power === 1 ? unknown('unsure') : targets[q]!)),
    }));

  test('says it where it was taught it, and agrees with it; one that does not guesses there, and agrees with nothing', async () => {
    const asked = task.sample(Random.seeded(5), { split: 'test', size: 4, level: 1 });
    const taughtSo = async (who: PowerStudent) => {
      await who.restore(untrained);
      let last: Learned | undefined;
      for (const step of steps(0, 120)) last = await who.learn(await withheld(step), step, ROUNDS);
      const lessons = await withheld(119);
      const ofUnknown = lessons.flatMap(({ targets }, i) =>
        last!.agreed[i]!.filter((_, q) => targets[q]!.kind === 'unknown'),
      );
      expect(ofUnknown.length).toBeGreaterThan(20);
      return { ofUnknown: new Set(ofUnknown), said: await who.assistant('X', false).answer(asked, scope()) };
    };
    const learned = await taughtSo(await learner());
    expect(learned).toEqual({ ofUnknown: new Set([true]), said: asked.map(() => unknown('unsure')) });
    const masked = await taughtSo(student);
    expect(masked.ofUnknown).toEqual(new Set([undefined]));
    expect(masked.said.every(({ kind }) => kind === 'known')).toBe(true);
  });

  test('does not mind why nobody knows', async () => {
    const who = await learner();
    const lessons = await withheld(2);
    const reasons = ['nobody', 'unsure', 'escalated', 'budget'] as const;
    const states: StudentState[] = [];
    for (const reason of reasons) {
      await who.restore(untrained);
      const otherwise = lessons.map(({ questions, targets }) => ({
        questions,
        targets: targets.map((target) => (target.kind === 'unknown' ? unknown(reason) : target)),
      }));
      await who.learn(otherwise, 0, ROUNDS);
      states.push(await who.state());
    }
    expect(states).toEqual(reasons.map(() => states[0]));
    expect(states[0]!.parameters).not.toEqual(untrained.parameters);
  });

  test('learns the same as any other where all is known, bit for bit', async () => {
    const who = await learner();
    expect(await learn(untrained, steps(0, 3), who)).toEqual(await learn(untrained, steps(0, 3)));
    const state = await who.state();
    await learn(untrained, steps(0, 3));
    expect(state).toEqual(await student.state());
  });

  test('begins with weights that sum to 1: as much to learn from «unknown» as from any answer', async () => {
    const who = await learner();
    const lessons = await withheld(7);
    await who.restore(untrained);
    const { loss } = await who.learn(lessons, 0, ROUNDS);
    expect(loss).toBeGreaterThan(Math.log(task.encoding.words) / 2);
    expect(loss).toBeLessThan(Math.log(task.encoding.words) * 2);
  });
});

describe('state', () => {
  test('and the number of the step are all that the next step depends on', async () => {
    const uninterrupted = await learn(untrained, steps(0, 12));
    const end = await student.state();
    const another = await fresh(1);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 11 }), async (cut) => {
        await learn(untrained, steps(0, cut));
        const state = await student.state();
        expect(await learn(state, steps(cut, 12), another)).toEqual(uninterrupted.slice(cut));
        expect(await another.state()).toEqual(end);
      }),
      { seed: 1, numRuns: 4 },
    );
  });

  test('is a copy: what the student learns later does not change it', async () => {
    await student.restore(untrained);
    const state = await student.state();
    const before = structuredClone(state);
    await learn(untrained, steps(0, 2));
    expect(state).toEqual(before);
  });
});

describe('replicas', () => {
  test('learn what one student alone learns, but for rounding, and never drift apart', async () => {
    const alone = await learn(untrained, steps(0, 10));
    const { average } = await student.state();
    const pair = await fresh(2);
    const together = await learn(untrained, steps(0, 10), pair);
    together.forEach(({ loss, agreed }, i) => {
      expect(loss).toBeCloseTo(alone[i]!.loss, 4);
      expect(agreed).toEqual(alone[i]!.agreed);
    });
    (await pair.state()).average.forEach((value, i) => {
      expect(value).toBeCloseTo(average[i]!, 3);
    });
    for (const name of STATE) {
      const [first, second] = await Promise.all(runtimes.map((runtime) => runtime.get(name)));
      expect(first).toEqual(second);
    }
  });

  test('share unknown targets fairly: a share with none known teaches nothing', async () => {
    const lessons = (await lessonsOf(2)).map(({ questions, targets }, i) => ({
      questions,
      targets: i < CONTEXTS / 2 ? targets : targets.map(() => unknown('unsure')),
    }));
    await student.restore(untrained);
    const alone = await student.learn(lessons, 0, ROUNDS);
    const pair = await fresh(2);
    const { loss, agreed } = await pair.learn(lessons, 0, ROUNDS);
    expect(loss).toBeCloseTo(alone.loss, 5);
    expect(agreed).toEqual(alone.agreed);
  });

  test('take equal shares, in order, or none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 8 }), (count, size) => {
        const items = Array.from({ length: count * size }, (_, i) => i);
        const parts = shares(items, count);
        expect(parts.map((part) => part.length)).toEqual(new Array(count).fill(size));
        expect(parts.flat()).toEqual(items);
      }),
      { seed: 1 },
    );
    expect(() => shares([1, 2, 3], 2)).toThrow(
      expect.objectContaining({
        code: 'invalid',
        message: 'contexts: expected a multiple of 2 replicas, got 3',
      }),
    );
  });
});

describe('X', () => {
  test.each([true, false])('carries whether ground truth shaped its targets: %s', (groundTruth) => {
    const { origin } = student.assistant('X3', groundTruth);
    expect(origin).toEqual({ name: 'X3', groundTruth });
    expect(amplify(task.overseer, student.assistant('X3', groundTruth)).origin.groundTruth).toBe(groundTruth);
  });

  test('is the teacher, not the student', async () => {
    await learn(untrained, steps(0, 8));
    const state = await student.state();
    const asked = task.sample(Random.seeded(1), { split: 'test', size: 4, level: 2 });
    const said = await student.assistant('X', false).answer(asked, scope());
    await student.restore({ ...state, parameters: state.average });
    expect(await student.assistant('X', false).answer(asked, scope())).toEqual(said);
    await student.restore({ ...state, average: state.parameters });
    expect(await student.assistant('X', false).answer(asked, scope())).not.toEqual(said);
  });
});

test('an answer that is known is a target of any confidence', async () => {
  const [lesson] = (await lessonsOf(1)) as [PowerLesson];
  const doubted = {
    ...lesson,
    targets: lesson.targets.map((target) => (target.kind === 'known' ? known(target.value, 0.1) : target)),
  };
  await student.restore(untrained);
  const sure = await student.learn([lesson], 0, ROUNDS);
  await student.restore(untrained);
  expect(await student.learn([doubted], 0, ROUNDS)).toEqual(sure);
});
