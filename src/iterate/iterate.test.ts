import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { unknown } from '../core/answer.ts';
import type { Overseer } from '../core/assistant.ts';
import type { Demand } from '../core/task.ts';
import { ask } from '../core/workspace.ts';
import type { StudentState } from '../distill/replicas.ts';
import { Student } from '../distill/student.ts';
import { OPTIMIZER } from '../network/optimizer.ts';
import { Runtime } from '../onnx/runtime.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { stages } from './curriculum.ts';
import { type IterateEvent, type IterateOptions, iterate, type TrainedEvent } from './iterate.ts';
import { type Progress, START } from './progress.ts';
import { RATCHET } from './ratchet.ts';
import { directly } from './supervision.ts';

type Event = IterateEvent<PowerQuestion, number>;
type Trained = TrainedEvent<PowerQuestion, number>;

const task = permutationPowering({ elements: 8, powers: 8 });
const STUDENT = {
  width: 16,
  heads: 2,
  expansion: 2,
  optimizer: { ...OPTIMIZER, learningRate: 0.01, warmUp: 10 },
  replicas: 1,
  averageHorizon: 10,
  learnsUnknown: false,
};
/** Two iterations of a few steps each, behind gates that anybody passes. */
const EASY: IterateOptions = {
  curriculum: { sizeStart: 4, levelMax: 3, byLevel: true, contexts: 4, frontierShare: 0.5 },
  gate: { advance: 0, finish: 0, questions: 16, attempt: -1, stepsMin: 2, warmUpMin: 2, stepsBetween: 2 },
  ratchet: RATCHET,
  stepsPerIteration: 20,
  stepsMax: 100,
  endless: false,
  memo: true,
};
/** A gate that nobody passes. */
const SHUT: IterateOptions['gate'] = { ...EASY.gate, advance: 1, finish: 1 };

let runtime: Runtime;
/** One student for all tests, so that its graphs are compiled once; each test begins by `fresh`. */
let student: Student<PowerQuestion, number>;
let untrained: StudentState;
const random = Random.seeded(3);

/** One run that several tests look at, with the student after each event, and all that its task and H were shown. */
const reference = {
  events: [] as Event[],
  states: [] as StudentState[],
  demands: [] as Demand[],
  shown: new Set<string>(),
};

beforeAll(async () => {
  runtime = await Runtime.open({ threads: 1, backend: 'native' });
  student = await newStudent();
  untrained = await student.state();
  const at: typeof task = {
    ...task,
    sample: (stream, demand) => {
      reference.demands.push(demand);
      return task.sample(stream, demand);
    },
  };
  const overseer: Overseer<PowerQuestion, number> = {
    origin: task.overseer.origin,
    act: (workspaces, scope) => {
      for (const { question } of workspaces) reference.shown.add(question.permutation.key);
      return task.overseer.act(workspaces, scope);
    },
  };
  for await (const event of run({}, { at, overseer })) {
    reference.events.push(event);
    reference.states.push(await student.state());
  }
});
afterAll(() => runtime.close());

const newStudent = () => Student.fresh(task, STUDENT, [runtime], random.split('weights'));

interface Start {
  readonly overseer?: Overseer<PowerQuestion, number>;
  readonly at?: typeof task;
}

/** A run from the beginning. */
async function* run(change: Partial<IterateOptions> = {}, start: Start = {}): AsyncGenerator<Event> {
  const { overseer = task.overseer, at = task } = start;
  await student.restore(untrained);
  yield* iterate(at, directly(at, [overseer]), student, { ...EASY, ...change }, random);
}

async function all(events: AsyncIterable<Event>): Promise<readonly Event[]> {
  const seen: Event[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

const ended = (events: readonly Event[]) => events.filter((event) => event.kind === 'iteration-ended');
const trained = (events: readonly Event[]) => events.filter((event) => event.kind === 'trained');
const last = (events: readonly Event[]): Progress => events.at(-1)!.progress;

describe('a run', () => {
  test('goes through its stages in order, and each iteration ends once, at its gate', () => {
    const { events } = reference;
    expect(ended(events).map(({ stage, verdict }) => [stage.iteration, stage.level, verdict.passed])).toEqual(
      [
        [1, 2, true],
        [2, 3, true],
      ],
    );
    expect(events.at(-1)).toMatchObject({ kind: 'iteration-ended', progress: { state: 'finished' } });
    expect(last(events).horizons).toEqual([2, 3]);
    const plan = stages(task, EASY.curriculum);
    for (const { stage, progress } of trained(events)) expect(stage).toEqual(plan[progress.stage]);
  });

  test('spends the least number of steps in every stage before the next, and before the gate is looked at', async () => {
    const counts = (events: readonly Event[]) => trained(events).map(({ progress }) => progress.stage);
    expect(counts(reference.events)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    const gate = { ...EASY.gate, stepsMin: 1, warmUpMin: 3 };
    expect(counts(await all(run({ gate })))).toEqual([0, 0, 0, 1, 1, 1, 2, 3]);
  });

  test('counts: one event for each step, and steps since the stage and the iteration began', () => {
    let before = START;
    let iteration = 1;
    for (const event of reference.events) {
      const { progress, stage } = event;
      if (event.kind === 'trained') {
        expect(progress.step).toBe(before.step + 1);
        expect(progress.decisions).toBeGreaterThan(before.decisions);
        expect(progress.iterationSteps).toBe(stage.iteration === iteration ? before.iterationSteps + 1 : 1);
        expect(progress.stageSteps).toBe(progress.stage === before.stage ? before.stageSteps + 1 : 1);
        iteration = stage.iteration;
      } else expect(progress.step).toBe(before.step);
      before = progress;
    }
  });

  test('is the same run again, event for event and bit for bit', async () => {
    expect(await all(run())).toEqual(reference.events);
    expect(await student.state()).toEqual(reference.states.at(-1));
  });

  test('teaches what H says, about contexts of the size of the stage', () => {
    for (const { lessons, stage } of trained(reference.events)) {
      expect(lessons.length).toBe(EASY.curriculum.contexts);
      for (const { questions, targets } of lessons) {
        expect(questions.length).toBe(stage.size);
        expect(targets.length).toBe(stage.size);
        // What H judges alone is right from the first step on.
        questions.forEach(({ permutation, element, power }, i) => {
          if (power === 1) expect(targets[i]).toMatchObject({ value: permutation.image[element] });
        });
      }
    }
  });

  test('draws from the piles of training and of gates, and H is shown no context of a test', () => {
    const { demands, shown } = reference;
    expect(new Set(demands.map(({ split }) => split))).toEqual(new Set(['train', 'gate']));
    const tested = Array.from({ length: 3000 }, (_, i) => {
      const [question] = task.sample(random.split(i), { split: 'test', size: 8, level: 1 });
      return question!.permutation.key;
    });
    expect(shown.size).toBeGreaterThan(40);
    expect(tested.filter((key) => shown.has(key))).toEqual([]);
  });
});

describe('progress and the student’s state are all it takes to go on', () => {
  test('from any step to the same events and the same bits, even with a student that never ran before', async () => {
    const { events, states } = reference;
    const another = await newStudent();
    await fc.assert(
      fc.asyncProperty(fc.nat(events.length - 2), async (cut) => {
        // As it would come back from a file.
        const from: Progress = JSON.parse(JSON.stringify(events[cut]!.progress));
        await another.restore(states[cut]!);
        const rest = await all(iterate(task, directly(task, [task.overseer]), another, EASY, random, from));
        expect(rest).toEqual(events.slice(cut + 1));
        expect(await another.state()).toEqual(states.at(-1));
      }),
      { seed: 1, numRuns: 3, examples: [[0]] },
    );
  });
});

describe('a budget', () => {
  test('of one iteration ends the run where its gate does not pass, with every level measured', async () => {
    const events = await all(run({ gate: SHUT, stepsPerIteration: 6 }));
    const [end, ...more] = ended(events);
    expect(more).toEqual([]);
    expect(end).toMatchObject({
      progress: { state: 'gate-failed', step: 6, iterationSteps: 6 },
      verdict: { passed: false, threshold: 1 },
    });
    expect(end!.verdict.perLevel.length).toBe(end!.stage.level);
    expect(end!.progress.horizons).toEqual([end!.verdict.horizon]);
  });

  test('is one for each iteration: what one left over, the next does not have', async () => {
    const strictAtLast = { ...EASY.gate, finish: 1 };
    const events = await all(run({ gate: strictAtLast, stepsPerIteration: 7 }));
    expect(ended(events).map(({ verdict }) => verdict.passed)).toEqual([true, false]);
    expect(last(events)).toMatchObject({ state: 'gate-failed', iterationSteps: 7 });
  });

  test('of the whole run ends it at that step, in whatever stage it is', async () => {
    for (const stepsMax of [1, 5]) {
      const events = await all(run({ gate: SHUT, stepsMax }));
      expect(trained(events).length).toBe(stepsMax);
      expect(last(events)).toMatchObject({ state: 'gate-failed', step: stepsMax });
    }
  });

  test('spent in a warm-up passes no gate, however good the student', async () => {
    const events = await all(run({ stepsMax: 1 }));
    expect(ended(events)).toMatchObject([{ verdict: { passed: false }, stage: { gated: false } }]);
  });

  test('spent where the gate passes ends the run there: no later gate is examined untrained', async () => {
    const events = await all(run({ stepsMax: 6 }));
    expect(trained(events).length).toBe(6);
    expect(
      ended(events).map(({ verdict, progress }) => [verdict.passed, progress.step, progress.state]),
    ).toEqual([[true, 6, 'gate-failed']]);
    expect(last(events)).toMatchObject({ looks: 1, horizons: [2] });
  });

  test('that reaches to the last gate is enough', async () => {
    const { step } = last(reference.events);
    expect(last(await all(run({ stepsMax: step })))).toMatchObject({ state: 'finished', step });
    // And a step less, when the student is examined as it is, one that has not come there is not.
    expect(last(await all(run({ stepsMax: step - 1 })))).toMatchObject({ state: 'finished' });
    expect(last(await all(run({ stepsMax: step - 2 })))).toMatchObject({ state: 'gate-failed' });
  });
});

describe('every loop is bounded', () => {
  test('an H that only ever asks teaches nothing but «unknown: budget», and the run comes to its end', async () => {
    const curious: Overseer<PowerQuestion, number> = {
      origin: { name: 'H?', groundTruth: false },
      act: async (workspaces) => workspaces.map(({ question }) => ask(question)),
    };
    const events = await all(run({ gate: SHUT, stepsMax: 2 }, { overseer: curious }));
    expect(trained(events).length).toBe(2);
    let before = 0;
    for (const { lessons, progress } of trained(events)) {
      const targets = lessons.flatMap((lesson) => lesson.targets);
      expect(targets).toEqual(targets.map(() => unknown('budget')));
      expect(progress.decisions - before).toBeLessThanOrEqual(64 * targets.length);
      before = progress.decisions;
    }
    expect(last(events)).toMatchObject({ state: 'gate-failed', step: 2, horizons: [0], weight: 0 });
  });
});

describe('what a run knows of itself', () => {
  /** H, counted. */
  const counting = (origin = task.overseer.origin) => {
    const count = { decisions: 0 };
    const overseer: Overseer<PowerQuestion, number> = {
      origin,
      act: (workspaces, scope) => {
        count.decisions += workspaces.length;
        return task.overseer.act(workspaces, scope);
      },
    };
    return { count, overseer };
  };

  test('is every decision of H, behind lessons and gates, and every look', async () => {
    for (const gate of [EASY.gate, SHUT]) {
      const { count, overseer } = counting();
      let looks = 0;
      for await (const { kind, progress } of run({ gate, stepsPerIteration: 8 }, { overseer })) {
        expect(progress.decisions).toBe(count.decisions);
        if (kind === 'iteration-ended') looks = progress.looks;
      }
      // At the two gates once; or at that of level 2 after 2 steps and after 4, its last.
      expect(looks).toBe(2);
    }
  });

  test('is whether ground truth shaped a target, and that stays, whoever oversees what follows', async () => {
    const { overseer } = counting({ name: 'oracle', groundTruth: true });
    const events = await all(run({ stepsMax: 3 }, { overseer }));
    expect(events.map(({ progress }) => progress.groundTruth)).toEqual(events.map(() => true));
    await student.restore(untrained);
    const from = events[0]!.progress;
    const rest = await all(
      iterate(task, directly(task, [task.overseer]), student, { ...EASY, stepsMax: 3 }, random, from),
    );
    expect(rest.map(({ progress }) => progress.groundTruth)).toEqual(rest.map(() => true));
    for (const { progress } of reference.events) expect(progress.groundTruth).toBe(false);
  });
});

describe('an endless run', () => {
  test('trains at its last frontier to the last step, whether the gate would pass or not, and ends as intended', async () => {
    for (const gate of [EASY.gate, { ...EASY.gate, finish: 1 }]) {
      const events = await all(run({ endless: true, gate, stepsPerIteration: 12, stepsMax: 12 }));
      expect(trained(events).length).toBe(12);
      expect(last(events)).toMatchObject({ state: 'finished', step: 12 });
    }
  });

  test('without a curriculum is one iteration of so many steps', async () => {
    const curriculum = { ...EASY.curriculum, byLevel: false };
    const events = await all(run({ endless: true, curriculum, stepsPerIteration: 5, stepsMax: 5 }));
    expect(events.map(({ kind }) => kind)).toEqual([...new Array(5).fill('trained'), 'iteration-ended']);
    expect(ended(events)[0]!.verdict.perLevel.length).toBe(3);
  });
});

describe('a memo', () => {
  test('changes no target, no bit and no decision, only how often X is asked', async () => {
    const before = runtime.operations;
    const events = await all(run());
    const between = runtime.operations;
    expect(await all(run({ memo: false }))).toEqual(events);
    expect(runtime.operations - between).toBeGreaterThan(between - before);
    expect(await student.state()).toEqual(reference.states.at(-1));
  });
});

describe('at the end', () => {
  test('no step is taken: a run that has ended yields nothing', async () => {
    const { operations } = runtime;
    for (const state of ['finished', 'gate-failed'] as const) {
      const from: Progress = { ...START, state, step: 12, stage: 2 };
      expect(await all(iterate(task, directly(task, [task.overseer]), student, EASY, random, from))).toEqual(
        [],
      );
    }
    expect(runtime.operations).toBe(operations);
  });

  test('the generator returns where it stands', async () => {
    await student.restore(untrained);
    const steps = iterate(task, directly(task, [task.overseer]), student, { ...EASY, stepsMax: 2 }, random);
    let turn = await steps.next();
    let progress = START;
    while (!turn.done) {
      progress = turn.value.progress;
      turn = await steps.next();
    }
    expect(turn.value).toEqual(progress);
    expect(await steps.next()).toEqual({ done: true, value: undefined });
  });
});

describe('leaving the loop', () => {
  test('stops at once: nothing more runs, and the student is as it was at that event', async () => {
    let at: Trained | undefined;
    let then: StudentState | undefined;
    for await (const event of run()) {
      if (event.kind !== 'trained' || event.progress.step < 3) continue;
      at = event;
      then = await student.state();
      break;
    }
    const { operations } = runtime;
    await student.state(); // answered after all that the runtime was asked before
    expect(at!.progress.step).toBe(3);
    expect(runtime.operations).toBe(operations);
    expect(await student.state()).toEqual(then);
  });
});
