import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withEnvironment } from '../amplify/environment.ts';
import { hch } from '../amplify/hch.ts';
import { memo } from '../amplify/memo.ts';
import { hashText, Random } from '../base/random.ts';
import { known } from '../core/answer.ts';
import type { Overseer } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { reply, type Transcript } from '../core/workspace.ts';
import { Imitator, type ImitatorOptions, type ImitatorState } from '../distill/imitator.ts';
import { Student } from '../distill/student.ts';
import { OPTIMIZER } from '../network/optimizer.ts';
import { Runtime } from '../onnx/runtime.ts';
import type { Predictor } from '../overseers/predictor.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { type ApprenticeState, Apprenticeship, LABELS, type LabelOptions } from './apprenticeship.ts';
import { type IterateOptions, iterate } from './iterate.ts';
import { RATCHET } from './ratchet.ts';
import { directly, type Moment } from './supervision.ts';

type PowerOverseer = Overseer<PowerQuestion, number>;

const task = permutationPowering({ elements: 8, powers: 8 });
const random = Random.seeded(2);
const OPTIONS: LabelOptions = {
  decisionsMax: 1000,
  startShare: 1,
  steps: 1,
  batch: 4,
  window: 10,
  wrongMax: 1,
  auditEvery: 5,
  audit: 2,
  study: 3,
};

/** Whom H asks: somebody who knows. */
const right = withEnvironment(task.environment, memo(hch(task.overseer, task.environment, 3), task.key));
const key = task.key;

function moment(step: number, stage = 'first'): Moment<PowerQuestion, number> {
  return {
    step,
    stage,
    draw: (count, stream) =>
      Array.from({ length: count }, (_, i) => {
        const own = stream.split(i);
        const asked = task.sample(own, { split: 'train', size: 8, level: 1 + own.below(3) });
        return asked[own.below(asked.length)]!;
      }),
    assistant: right,
  };
}

/** H, with what it decided. */
function watched(h: PowerOverseer = task.overseer) {
  const count = { decisions: 0 };
  const overseer: PowerOverseer = {
    origin: h.origin,
    act: (workspaces, scope) => {
      count.decisions += workspaces.length;
      return h.act(workspaces, scope);
    },
  };
  return { count, overseer };
}

const sureness = (key: string): number => hashText(key)[0] / 2 ** 32;

/** An imitator that says something wrong until it knows so many decisions of H, and then what H says. It notes what it
 *  is asked and what it is told. */
function pupil(needs: number) {
  const log: { readonly kind: 'asked' | 'told' | 'studied'; readonly keys: readonly string[] }[] = [];
  let known_ = 0;
  let steps = 0;
  const overseer: Predictor<PowerQuestion, number> = {
    origin: { name: "H'", groundTruth: false },
    forget: () => {},
    says: async () => [],
    act: async (workspaces, scope) => {
      log.push({ kind: 'asked', keys: workspaces.map(({ question }) => key(question)) });
      if (known_ >= needs) return task.overseer.act(workspaces, scope);
      return workspaces.map(({ question }) => reply(known(99, sureness(key(question)))));
    },
  };
  const imitator = {
    overseer,
    get decisions() {
      return known_;
    },
    get steps() {
      return steps;
    },
    remember(transcripts: readonly Transcript<PowerQuestion, number>[]) {
      log.push({ kind: 'told', keys: transcripts.map(({ question }) => key(question)) });
      for (const { exchanges } of transcripts) known_ += exchanges.length + 1;
    },
    learn: async (count: number) => {
      log.push({ kind: 'studied', keys: [] });
      steps += count;
      return 1;
    },
  };
  return { log, imitator: imitator as unknown as Imitator<PowerQuestion, number> };
}

function apprentice(needs: number, change: Partial<LabelOptions> = {}) {
  const { count, overseer } = watched();
  const { log, imitator } = pupil(needs);
  const options = { ...OPTIONS, ...change };
  const supervision = new Apprenticeship(overseer, task, imitator, options, random.split('labels'));
  return { supervision, imitator, log, count };
}

describe('H itself', () => {
  const supervision = directly(task, [task.overseer]);

  test('makes the targets, and nothing has to be prepared', async () => {
    const { count, overseer } = watched();
    const own = directly(task, [overseer]);
    for (const step of [0, 1, 10]) expect(await own.prepare(moment(step))).toBe(0);
    expect(count.decisions).toBe(0);
    const questions = moment(0).draw(20, random);
    const targets = own.targets(right, right, 1);
    expect(await targets.answer(questions, scope())).toEqual(await right.answer(questions, scope()));
    expect(count.decisions).toBeGreaterThan(20);
  });

  test('says whether it knows ground truth', () => {
    expect(supervision).toMatchObject({ isH: true, origin: { groundTruth: false } });
    const oracle = { ...task.overseer, origin: { name: 'oracle', groundTruth: true } };
    expect(directly(task, [oracle]).origin.groundTruth).toBe(true);
  });
});

describe('H′', () => {
  test('is as tainted as the one it learns from', () => {
    for (const groundTruth of [true, false]) {
      const h = { ...task.overseer, origin: { name: 'H', groundTruth } };
      const { imitator } = pupil(0);
      const { origin, isH, overseer } = new Apprenticeship(h, task, imitator, OPTIONS, random);
      expect([origin.groundTruth, overseer.origin.groundTruth, isH]).toEqual([
        groundTruth,
        groundTruth,
        false,
      ]);
    }
  });

  test('makes the targets', async () => {
    const { supervision, count } = apprentice(Infinity);
    const questions = moment(0).draw(5, random);
    const targets = await supervision.targets(right).answer(questions, scope());
    expect(targets).toMatchObject(questions.map(() => ({ value: 99 })));
    expect(count.decisions).toBe(0);
  });

  test('that is not trusted makes X wait until its last answers are H’s', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 150 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(3),
        async (needs, window, batch, wrongMax) => {
          const { supervision, imitator, count } = apprentice(needs, { window, batch, wrongMax });
          const made = await supervision.prepare(moment(1));
          const { recent, tested } = supervision.state;
          expect(recent.length).toBe(window);
          expect(recent.filter((same) => !same).length).toBeLessThanOrEqual(wrongMax);
          // No sooner than that: without the last batch it would not have been trusted.
          expect(imitator.decisions).toBeGreaterThanOrEqual(window > wrongMax ? needs : 0);
          expect(tested.transcripts % batch).toBe(0);
          expect(made).toBe(imitator.decisions);
          expect(made).toBe(count.decisions);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('that is trusted is examined every so many steps, and not in between', async () => {
    const { supervision } = apprentice(0);
    await supervision.prepare(moment(1));
    const { transcripts } = supervision.state.tested;
    const at: number[] = [];
    for (let step = 2; step <= 20; step++) {
      const before = supervision.state.tested.transcripts;
      await supervision.prepare(moment(step));
      if (supervision.state.tested.transcripts > before) at.push(step);
    }
    expect(at).toEqual([5, 10, 15, 20]);
    expect(supervision.state.tested.transcripts).toBe(transcripts + 4 * OPTIONS.audit);
  });

  test('that fails an examination is not trusted any more, and X waits again', async () => {
    // As long as its window is right it is trusted; then H changes its mind about everything.
    const { imitator } = pupil(0);
    let mood = 0;
    const moody: PowerOverseer = {
      origin: task.overseer.origin,
      act: async (workspaces, scope) =>
        mood > 0 ? workspaces.map(() => reply(known(-1))) : task.overseer.act(workspaces, scope),
    };
    const options = { ...OPTIONS, audit: 2, wrongMax: 1, decisionsMax: 400 };
    const supervision = new Apprenticeship(moody, task, imitator, options, random);
    await supervision.prepare(moment(1));
    mood = 1;
    expect(await supervision.prepare(moment(2))).toBe(0);
    expect(await supervision.prepare(moment(5))).toBeGreaterThan(2 + 20 * OPTIONS.batch);
    expect(imitator.decisions).toBeGreaterThan(400 - 2 * OPTIONS.batch * (task.asksMax + 1)); // it never gets over it
  });

  test('meets new questions at a new stage: it is examined on a batch of them before it is trusted again', async () => {
    const { supervision } = apprentice(0);
    await supervision.prepare(moment(1));
    expect(await supervision.prepare(moment(2))).toBe(0);
    const before = supervision.state.tested.transcripts;
    expect(await supervision.prepare(moment(3, 'second'))).toBeGreaterThan(0);
    const { tested, stage, recent } = supervision.state;
    expect(tested.transcripts - before).toBe(OPTIONS.batch);
    expect([stage, recent.length]).toEqual(['second', OPTIONS.window]);
    expect(await supervision.prepare(moment(4, 'second'))).toBe(0);
  });

  test('that knows the questions of one stage and not those of the next makes X wait there again', async () => {
    let needs = 0;
    const { imitator } = pupil(0);
    const forgetful = Object.create(imitator, {
      overseer: {
        value: {
          ...imitator.overseer,
          act: (...given: Parameters<PowerOverseer['act']>) =>
            imitator.decisions < needs
              ? Promise.resolve(given[0].map(() => reply(known(99))))
              : imitator.overseer.act(...given),
        },
      },
    }) as typeof imitator;
    const supervision = new Apprenticeship(task.overseer, task, forgetful, OPTIONS, random.split('labels'));
    await supervision.prepare(moment(1, 'first'));
    needs = imitator.decisions + 60;
    expect(await supervision.prepare(moment(2, 'first'))).toBe(0);
    await supervision.prepare(moment(3, 'second'));
    expect(imitator.decisions).toBeGreaterThanOrEqual(needs);
    const { recent } = supervision.state;
    expect(recent.filter((same) => !same).length).toBeLessThanOrEqual(OPTIONS.wrongMax);
  });

  test('is told of no transcript that it was not asked first, and studies only while it is found wanting', async () => {
    const { supervision, log } = apprentice(40);
    for (let step = 1; step <= 30; step++) await supervision.prepare(moment(step, step < 12 ? 'a' : 'b'));
    const asked = new Set<string>();
    const told = new Set<string>();
    let studied = 0;
    for (const { kind, keys } of log) {
      if (kind === 'asked') for (const each of keys) asked.add(each);
      if (kind === 'studied') studied++;
      if (kind !== 'told') continue;
      for (const each of keys) expect(asked.has(each)).toBe(true);
      for (const each of keys) told.add(each);
      asked.clear(); // having been asked in an earlier batch would not do
    }
    expect(told.size).toBeGreaterThan(40);
    const last = log.findLastIndex(({ kind }) => kind === 'studied');
    const learned = log
      .slice(0, last)
      .filter(({ kind }) => kind === 'told')
      .flatMap(({ keys }) => keys);
    expect(learned.length).toBeLessThan(40); // it knew everything after as many decisions
    expect(studied).toBeGreaterThan(0);
    expect(studied).toBeLessThan(supervision.state.batches);
    expect(supervision.state.steps).toBe(studied * OPTIONS.study);
  });

  test('is also taught the questions that it is least sure of, among many more: as lessons, not as tests', async () => {
    const { supervision, log } = apprentice(Infinity, { decisionsMax: 100 });
    await supervision.prepare(moment(1));
    const lessons = log.flatMap(({ kind, keys }, i) => {
      const asked = log[i - 1];
      return kind === 'told' && asked?.kind === 'asked' && new Set(asked.keys).size > OPTIONS.batch
        ? [{ keys, asked: asked.keys }]
        : [];
    });
    // With each batch, unless the budget ended with its tests.
    expect(lessons.length).toBeGreaterThanOrEqual(supervision.state.batches - 1);
    expect(lessons.length).toBeGreaterThan(1);
    for (const { keys, asked } of lessons) {
      const unsure = asked.toSorted((a, b) => sureness(a) - sureness(b));
      expect(keys).toEqual(unsure.slice(0, keys.length));
      expect(asked.length).toBeGreaterThan(3 * keys.length);
    }
    const told = log.flatMap(({ kind, keys }) => (kind === 'told' ? keys : []));
    const untested = lessons.flatMap(({ keys }) => keys);
    expect(supervision.state.tested.transcripts).toBe(told.length - untested.length);
  });

  test('is asked before it is told: what it has learned since does not count', async () => {
    // It knows all after the first batch, which counts as wrong.
    const { supervision } = apprentice(1, { batch: 8, window: 16, wrongMax: 0 });
    await supervision.prepare(moment(1));
    const { tested } = supervision.state;
    expect(tested.transcripts - tested.answers).toBe(8);
    expect(tested.transcripts).toBe(24);
    // And of those decisions none, of the others all, were H's.
    expect(tested.exact).toBeLessThan(tested.decisions);
    expect(tested.exact).toBeGreaterThan(0);
  });

  test('learns nothing from being compared: not what is asked, nor how it stands', async () => {
    const { supervision, imitator, log } = apprentice(0);
    const before = supervision.state;
    const questions = moment(0).draw(30, random);
    const { right: same, exact, decisions, transcripts } = await supervision.test(questions, right);
    expect(same).toEqual(questions.map(() => true));
    expect(exact).toEqual(decisions);
    expect(decisions).toEqual(transcripts.map(({ exchanges }) => exchanges.length + 1));
    expect(transcripts.map(({ question }) => question)).toEqual(questions);
    expect(log.filter(({ kind }) => kind !== 'asked')).toEqual([]);
    expect([supervision.state, imitator.decisions]).toEqual([before, 0]);
  });
});

describe('the label budget', () => {
  const run = async (needs: number, change: Partial<LabelOptions>) => {
    const { supervision, imitator, count } = apprentice(needs, change);
    let told = 0;
    for (let step = 0; step < 12; step++)
      told += await supervision.prepare(moment(step, step < 6 ? 'a' : 'b'));
    return { told, decisions: imitator.decisions, made: count.decisions };
  };
  const budgets = fc.record({
    decisionsMax: fc.integer({ min: 1, max: 120 }),
    batch: fc.integer({ min: 1, max: 9 }),
    audit: fc.integer({ min: 1, max: 4 }),
  });
  const needs = fc.constantFrom(0, 50, Infinity);

  test('is exceeded neither by what H decides nor by what H′ is told', async () => {
    await fc.assert(
      fc.asyncProperty(budgets, needs, async (change, needs) => {
        const { decisions, made } = await run(needs, change);
        expect(decisions).toBeLessThanOrEqual(change.decisionsMax);
        expect(made).toBeLessThanOrEqual(change.decisionsMax);
      }),
      { numRuns: 30 },
    );
  });

  test('once spent lets X go on with what H′ knows: nobody waits for ever', async () => {
    await fc.assert(
      fc.asyncProperty(budgets, async (change) => {
        const { decisions } = await run(Infinity, change);
        // Not a whole batch was left, with the doubtful ones that come with it.
        expect(decisions).toBeGreaterThan(change.decisionsMax - 2 * change.batch * (task.asksMax + 1));
      }),
      { numRuns: 20 },
    );
  });

  test('is spent at the pace of the steps, however badly H′ does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 1, noNaN: true }), async (startShare) => {
        const change = { decisionsMax: 600, startShare, steps: 40 };
        const { supervision, imitator } = apprentice(Infinity, change);
        for (let step = 0; step < 60; step++) {
          await supervision.prepare(moment(step));
          const share = Math.min(1, startShare + ((1 - startShare) * step) / 40);
          expect(imitator.decisions).toBeLessThanOrEqual(600 * share);
        }
        expect(imitator.decisions).toBeGreaterThan(600 - 2 * OPTIONS.batch * (task.asksMax + 1));
      }),
      { numRuns: 10 },
    );
  });

  test('counts every decision of H, as it is told', async () => {
    const { told, decisions, made } = await run(50, {});
    expect(told).toBe(decisions);
    expect(made).toBe(decisions);
  });

  test('is by default large enough for a window of every batch', () => {
    expect(LABELS.decisionsMax).toBeGreaterThan(LABELS.window * 4);
  });
});

describe('with a network that learns', () => {
  const IMITATOR: ImitatorOptions = {
    width: 16,
    rows: 32,
    names: 'alike',
    optimizer: { ...OPTIMIZER, learningRate: 3e-3, warmUp: 5 },
  };
  const LIMITS: LabelOptions = { ...OPTIONS, batch: 8, window: 16, decisionsMax: 400, study: 20 };
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await Runtime.open({ threads: 1, backend: 'native' });
  });
  afterAll(() => runtime.close());

  const fresh = () => Imitator.fresh(task, IMITATOR, [runtime], random.split('weights'));
  const taught = (imitator: Imitator<PowerQuestion, number>, h = task.overseer, state?: ApprenticeState) =>
    new Apprenticeship(h, task, imitator, LIMITS, random.split('labels'), state);

  test('an apprenticeship that was saved goes on from there to the same bits', async () => {
    const stage = (step: number) => (step < 7 ? 'a' : 'b');
    const imitator = await fresh();
    const whole = taught(imitator);
    const saves: { readonly state: ApprenticeState; readonly vectors: ImitatorState }[] = [];
    const made: number[] = [];
    for (let step = 0; step < 14; step++) {
      const vectors = structuredClone(await imitator.state());
      saves.push({ state: JSON.parse(JSON.stringify(whole.state)), vectors });
      made.push(await whole.prepare(moment(step, stage(step))));
    }
    const end = { state: whole.state, vectors: await imitator.state() };
    expect(made[0]).toBeGreaterThan(0);
    for (const cut of [0, 3, 8]) {
      const { state, vectors } = saves[cut]!;
      const again = await Imitator.fresh(task, IMITATOR, [runtime], Random.seeded(77));
      await again.restore(vectors, state.steps);
      const resumed = taught(again, task.overseer, state);
      const rest: number[] = [];
      for (let step = cut; step < 14; step++) rest.push(await resumed.prepare(moment(step, stage(step))));
      expect(rest).toEqual(made.slice(cut));
      expect({ state: resumed.state, vectors: await again.state() }).toEqual(end);
    }
  });

  test('a run counts the decisions of H and no others, neither those of H′ nor those at gates', async () => {
    const student = await Student.fresh(
      task,
      {
        width: 16,
        heads: 2,
        expansion: 2,
        optimizer: OPTIMIZER,
        replicas: 1,
        averageHorizon: 10,
        learnsUnknown: false,
      },
      [runtime],
      random.split('student'),
    );
    const options: IterateOptions = {
      curriculum: { sizeStart: 8, levelMax: 3, byLevel: true, contexts: 2, frontierShare: 0.5 },
      gate: { advance: 0, finish: 0, questions: 16, attempt: -1, stepsMin: 2, warmUpMin: 2, stepsBetween: 2 },
      ratchet: RATCHET,
      stepsPerIteration: 20,
      stepsMax: 100,
      endless: false,
      memo: true,
    };
    const { count, overseer } = watched();
    const imitator = await fresh();
    const supervision = taught(imitator, overseer);
    let gates = 0;
    for await (const { kind, progress } of iterate(task, supervision, student, options, random)) {
      expect(progress.decisions).toBe(count.decisions);
      expect(progress.decisions).toBe(imitator.decisions);
      expect(progress.groundTruth).toBe(false);
      if (kind === 'iteration-ended') gates++;
    }
    expect(gates).toBe(2);
    expect(count.decisions).toBeGreaterThan(0);
    expect(supervision.state.stage).toBe('3/8');
  });
});
