import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { long } from '../../test/long.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { hch } from '../amplify/hch.ts';
import { memo } from '../amplify/memo.ts';
import { hashText, Random } from '../base/random.ts';
import type { Overseer } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Workspace } from '../core/workspace.ts';
import type { Imitator } from '../distill/imitator.ts';
import { actionWords, workspaceWords } from '../overseers/predictor.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { CORRESPONDENCE, Correspondence, type CorrespondenceOptions } from './correspondence.ts';
import { type Decision, type Decisions, type Item, nameOf, type Point } from './decisions.ts';
import type { Moment } from './supervision.ts';

type Own = Workspace<PowerQuestion, number>;

const task = permutationPowering({ elements: 8, powers: 8 });
const right = withEnvironment(task.environment, memo(hch(task.overseer, task.environment, 3), task.key));
const OPTIONS: CorrespondenceOptions = {
  ...CORRESPONDENCE,
  ...{ decisionsMax: 200, steps: 20, waitingMax: 8, window: 10, stageTests: 4, first: 4, ahead: 3 },
};

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

/** Makes the decisions of the script but for those in a share of the workspaces, where it would reply "unknown" until it
 *  was told; and it is the surer the more it was told. */
function pupil(share: number) {
  const told = new Set<string>();
  const wanting = (words: readonly number[]) => {
    const name = nameOf(words);
    return !told.has(name) && hashText(name)[0] / 2 ** 32 < share;
  };
  const scripts = new Map<string, readonly number[]>();
  const overseer: Overseer<PowerQuestion, number> = {
    origin: { name: "H'", groundTruth: false },
    act: async (workspaces: readonly Own[]) => {
      const actions = await task.overseer.act(workspaces, scope());
      workspaces.forEach((own, i) => {
        scripts.set(nameOf(workspaceWords(task, own)), actionWords(task.encoding, actions[i]!));
      });
      return actions;
    },
  };
  const says = async (all: readonly (readonly number[])[]) =>
    all.map((words) => {
      const isWanting = wanting(words);
      const action = isWanting ? [task.encoding.words + 1, 0] : scripts.get(nameOf(words))!;
      return { words: action, sure: isWanting ? 0.5 : 1, read: nameOf(words) };
    });
  const imitator = {
    overseer: { ...overseer, forget: () => {}, says },
    steps: 0,
    hear: (words: readonly number[]) => told.add(nameOf(words)),
    learn: async () => 0,
  };
  return { imitator: imitator as unknown as Imitator<PowerQuestion, number>, scripts };
}

/** A person who answers after so many points, or never. */
function inbox(scripts: ReadonlyMap<string, readonly number[]>, delay: number) {
  const log: { readonly items: readonly Item[]; readonly at: Point }[] = [];
  const decided = new Map<string, readonly number[]>();
  let polls = 0;
  const since = new Map<string, number>();
  const decisions: Decisions = {
    ask: (items, at) => {
      log.push({ items, at });
      for (const { words } of items) since.set(nameOf(words), polls);
    },
    taken: async (items, _, waits) => {
      polls++;
      const due = items.filter(({ words }) => waits || polls - since.get(nameOf(words))! > delay);
      const made = due.map(({ words }): Decision => {
        const action = scripts.get(nameOf(words))!;
        return { words, action, by: 'person:ada', seconds: 2 };
      });
      for (const { words, action } of made) decided.set(nameOf(words), action);
      return made;
    },
    expectStanding: () => {},
    decided: (words) => decided.get(nameOf(words)),
  };
  return { log, decided, decisions };
}

function corresponding(share: number, delay: number, change: Partial<CorrespondenceOptions> = {}) {
  const { imitator, scripts } = pupil(share);
  const { log, decided, decisions } = inbox(scripts, delay);
  const options = { ...OPTIONS, ...change };
  const own = new Correspondence(task, decisions, imitator, options, Random.seeded(3).split('labels'));
  return { own, log, decided };
}

const STEPS = 25;

describe('a correspondence', () => {
  test('never asks for more than it may, never lets more wait than it may, and asks nothing twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 10 }),
        fc.nat(6),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 12 }),
        async (tenths, delay, decisionsMax, waitingMax) => {
          const { own, log, decided } = corresponding(tenths / 10, delay, { decisionsMax, waitingMax });
          for (let step = 0; step < STEPS; step++) {
            await own.prepare(moment(step));
            expect(own.state.waiting.length).toBeLessThanOrEqual(waitingMax);
            expect(own.state.decided).toBe(decided.size);
          }
          const asked = log.flatMap(({ items }) => items.map(({ words }) => nameOf(words)));
          expect(asked.length).toBeLessThanOrEqual(decisionsMax);
          expect(new Set(asked).size).toBe(asked.length);
          expect(own.state.seconds).toBe(2 * decided.size);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('stops asking when the time of people is spent', async () => {
    const { own } = corresponding(1, 0, { secondsMax: 40 });
    for (let step = 0; step < STEPS; step++) await own.prepare(moment(step));
    expect(own.state.seconds).toBeGreaterThanOrEqual(40);
    expect(own.state.seconds).toBeLessThanOrEqual(40 + 2 * 2 * OPTIONS.waitingMax); // what waited then is taken still
  });

  test('asks by doubt only where H′ is not sure', async () => {
    const { own, log } = corresponding(0.3, 0);
    for (let step = 0; step < 4; step++) await own.prepare(moment(step));
    const items = log.flatMap((one) => one.items);
    const unsure = items.filter(({ why }) => why === 'unsure');
    expect(unsure.length).toBeGreaterThan(5);
    for (const { sure } of unsure) expect(sure).toBe(0.5);
    expect(items.some(({ why, sure }) => why === 'random' && sure === 1)).toBe(true);
  });

  long(
    'tests by chance alone: its estimate is of what H′ does on its way, neither of the doubtful nor of the learned',
    async () => {
      // H′ that learns nothing from being told stays as wanting as it was.
      const share = 0.3;
      let [right, n] = [0, 0];
      for (let seed = 0; seed < 12; seed++) {
        const { imitator, scripts } = pupil(share);
        const { decisions } = inbox(scripts, 0);
        Object.assign(imitator, { hear: () => {} });
        const deaf = { ...OPTIONS, decisionsMax: 400, startShare: 1, wrongMax: 0 };
        const own = new Correspondence(task, decisions, imitator, deaf, Random.seeded(seed).split('labels'));
        for (let step = 0; step < STEPS; step++) await own.prepare(moment(step));
        right += own.state.tested.right;
        n += own.state.tested.n;
      }
      expect(n).toBeGreaterThan(300);
      expect(Math.abs(right / n - (1 - share))).toBeLessThan(0.08);
    },
  );

  test('holds a stage until H′ is trusted there, and lets X go on for so many steps only', async () => {
    const { own } = corresponding(1, Number.POSITIVE_INFINITY, { decisionsMax: 1000, steps: 1 });
    expect(own.holds({ step: 0, stage: 'first' })).toBe(true);
    let waits = 0;
    own.onWaiting = async () => {
      waits++;
    };
    for (let step = 0; step < STEPS && !waits; step++) await own.prepare(moment(step));
    expect(waits).toBeGreaterThan(0); // somebody who never answers by themselves is waited for
    const knowing = corresponding(0, 0);
    for (let step = 0; step < STEPS; step++) await knowing.own.prepare(moment(step));
    expect(knowing.own.holds({ step: STEPS, stage: 'first' })).toBe(false);
    expect(knowing.own.holds({ step: STEPS, stage: 'second' })).toBe(true);
  });

  test('without any decision allowed holds nothing and asks nobody', async () => {
    const { own, log } = corresponding(1, 0, { decisionsMax: 0 });
    for (let step = 0; step < 5; step++) expect(await own.prepare(moment(step))).toBe(0);
    expect(own.holds({ step: 5, stage: 'first' })).toBe(false);
    expect(log).toEqual([]);
  });
});
