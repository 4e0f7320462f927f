/** H′ learns from a person: played by the task's own script, which answers what waits in the inbox. The runs are a few steps
 *  long; what they learn is nonsense, and whether it is the same nonsense is what counts. */

import { hash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkpointsIn, loadCheckpoint } from '../src/registry/promotion.ts';
import { decisionsNow, decisionsTaken } from '../src/run/again.ts';
import type { Configuration } from '../src/run/configuration.ts';
import { ANSWERS, askedIn, takenIn } from '../src/run/inbox.ts';
import { recordingText, workspaceKey } from '../src/run/recording.ts';
import type { RunOptions } from '../src/run/run.ts';
import { parseAction } from '../src/run/said.ts';
import { Folder } from '../src/storage/folder.ts';
import { appendLines } from '../src/storage/lines.ts';
import { permutationPowering } from '../src/tasks/permutation-powering.ts';
import { taskEntry } from '../src/tasks/tasks.ts';
import { long } from './long.ts';
import { StandIn, type StandInOptions } from './stand-in.ts';
import { carryOutTiny, createTiny, tiny } from './tiny-run.ts';

const root = mkdtempSync(join(tmpdir(), 'capstan-person-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const task = permutationPowering({ elements: 8, powers: 8 });
const opened = taskEntry('permutation-powering').open({ elements: 8, powers: 8 });

/** Two stages of it that end by their gates and two that warm up. */
function configuration(known?: string, decisions = 80): Configuration {
  const whole = tiny({ overseer: 'person', decisions, ...(known !== undefined && { known }) });
  const { person, labels } = whole;
  const brief = { steps: 20, study: 8, waitingMax: 8, first: 8, ahead: 2, window: 6, stageTests: 2 };
  return {
    ...whole,
    person: { ...person!, ...brief },
    labels: { ...labels, imitator: { ...labels.imitator, width: 16, rows: 32 } },
  };
}

/** A person who is never busy with anything else. */
const AT_ONCE = Number.POSITIVE_INFINITY;

/** Decisions of runs that begin many times. */
const FEW = 32;

let runs = 0;

class Played {
  readonly path = join(root, `run-${++runs}`);
  readonly folder = new Folder(this.path);
  readonly #person: StandIn;

  constructor(options: StandInOptions = {}, known?: string, decisions?: number) {
    this.#person = new StandIn(task, options);
    const own = configuration(known === undefined ? undefined : hash('sha256', known), decisions);
    createTiny({ path: this.path, configuration: own, ...(known !== undefined && { known }) });
  }

  /** The person answers whenever the run has nothing else to do, and `busy` of what waits after each step. */
  async carryOut(busy = 0, options: Partial<RunOptions> = {}) {
    const ledger = join(root, `ledger-${runs}`);
    const { record } = await carryOutTiny(
      { path: this.path, ledger },
      {
        tell: (event) => {
          if (event.kind === 'trained' && busy > 0) this.answer(busy);
          if (event.kind === 'asked' && busy === AT_ONCE) this.answer();
        },
        pause: async () => expect(this.answer()).toBeGreaterThan(0),
        ...options,
      },
    );
    return record.arms[0]!;
  }

  answer(count?: number): number {
    return this.#person.answer(this.folder, count);
  }

  get lineages() {
    const arm = new Folder(join(this.path, 'ida'));
    return checkpointsIn(arm)
      .map((one) => loadCheckpoint(arm, one).lineage)
      .sort((a, b) => a.iteration - b.iteration);
  }

  /** The bits of all checkpoints, by hash. */
  get checkpoints(): readonly string[] {
    return new Folder(join(this.path, 'ida')).list('checkpoints');
  }

  get taken(): string {
    return readFileSync(join(this.path, 'inbox/taken.jsonl'), 'utf8');
  }
}

describe('a run that learns from a person', () => {
  const whole = new Played();

  test('asks as many decisions as it may and no more, never more at once than may wait', async () => {
    const arm = await whole.carryOut(1);
    expect(arm.decisions).toBeGreaterThan(40);
    expect(arm.decisions).toBeLessThanOrEqual(80);
    expect(arm.person).toMatchObject({ decisions: arm.decisions, by: ['person:stand-in'] });
    expect(whole.checkpoints.length).toBe(2);
    const waiting = new Set<string>();
    const asked = askedIn(whole.folder);
    for (const { at, decisions } of takenIn(whole.folder)) {
      for (const item of asked) {
        const isBefore = item.at.step < at.step || (item.at.step === at.step && item.at.turn < at.turn);
        if (isBefore) waiting.add(item.id);
      }
      const taken = takenIn(whole.folder).filter(
        (one) => one.at.step < at.step || (one.at.step === at.step && one.at.turn < at.turn),
      );
      for (const { id } of taken.flatMap((one) => one.decisions)) waiting.delete(id);
      expect(waiting.size).toBeLessThanOrEqual(8);
      for (const { id } of decisions) expect(waiting.has(id)).toBe(true);
    }
  });

  test('trains X while answers are awaited', () => {
    const steps = new Set(takenIn(whole.folder).map(({ at }) => at.step));
    expect(steps.size).toBeGreaterThan(3);
  });

  test('asks by chance and by doubt, no workspace twice', () => {
    const asked = askedIn(whole.folder);
    expect(new Set(asked.map(({ why }) => why))).toEqual(new Set(['random', 'unsure']));
    expect(new Set(asked.map(({ shown }) => workspaceKey(shown))).size).toBe(asked.length);
  });

  long('stops where it has nothing else to do, and ends in the same bytes as if it had waited', async () => {
    const waits = new Played({}, undefined, FEW);
    await waits.carryOut();
    const stops = new Played({}, undefined, FEW);
    let sessions = 0;
    for (let ended = false; !ended; sessions++)
      try {
        await stops.carryOut(0, { pause: undefined });
        ended = true;
      } catch (error) {
        expect(error).toMatchObject({ code: 'interrupted', message: expect.stringContaining('awaited') });
        expect(stops.answer()).toBeGreaterThan(0);
      }
    expect(sessions).toBeGreaterThan(3);
    expect(stops.taken).toBe(waits.taken);
    expect(stops.checkpoints).toEqual(waits.checkpoints);
  });

  long(
    'killed after every third step and resumed, ends in the same bytes as if its decisions had arrived so by themselves',
    async () => {
      const killed = new Played({}, undefined, FEW);
      for (let at = 1, ended = false; !ended; at += 3) {
        const controller = new AbortController();
        const tell: RunOptions['tell'] = (event) => {
          if (event.kind !== 'trained') return;
          killed.answer(1);
          if (event.arm.steps === at) controller.abort();
        };
        try {
          await killed.carryOut(0, { signal: controller.signal, tell });
          ended = true;
        } catch (error) {
          expect(error).toMatchObject({ code: 'interrupted' });
        }
      }
      const again = new Played({}, recordingText(decisionsTaken(killed.folder)), FEW);
      await again.carryOut(0, { pause: undefined });
      expect(again.lineages).toEqual(killed.lineages);
      expect(again.checkpoints).toEqual(killed.checkpoints);
      expect(again.checkpoints).not.toEqual(whole.checkpoints);
    },
  );

  test('played back from its recording ends in the same bytes, and asks nobody', async () => {
    const recording = recordingText(decisionsTaken(whole.folder));
    const again = new Played({}, recording);
    await again.carryOut(0, { pause: undefined });
    expect(again.folder.exists(ANSWERS)).toBe(false);
    expect(again.checkpoints).toEqual(whole.checkpoints);
  });
});

describe('a wrong decision', () => {
  long(
    'shows in the checkpoints; corrected, it is in none: they are, bit for bit, those of a run that never had it',
    async () => {
      const right = new Played();
      await right.carryOut(AT_ONCE);
      const { workspace, text } = decisionsTaken(right.folder)[0]!;
      const wrong = new Played({ instead: new Map([[workspaceKey(workspace), 'reply unknown']]) });
      await wrong.carryOut(AT_ONCE);
      expect(wrong.checkpoints).not.toEqual(right.checkpoints);

      const { id, shown } = askedIn(wrong.folder).find(
        (item) => workspaceKey(item.shown) === workspaceKey(workspace),
      )!;
      const fields = { by: 'person:ada', seconds: 0, time: '2026-01-31T12:00:00.000Z', entry: 0 };
      const corrected = { id, ...parseAction(task, shown, text), ...fields, corrects: true };
      appendLines(wrong.folder, ANSWERS, [corrected]);
      // It goes on from nothing that the wrong one shaped.
      await expect(wrong.carryOut()).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringContaining('--again'),
      });
      const again = new Played({}, recordingText(decisionsNow(wrong.folder, configuration(), opened)));
      await again.carryOut(AT_ONCE);
      expect(again.lineages).toEqual(right.lineages);
      expect(again.checkpoints).toEqual(right.checkpoints);
    },
  );

  test('that is corrected while the run is at work stops it after that step, before any checkpoint has it', async () => {
    const run = new Played();
    let corrected = Number.POSITIVE_INFINITY;
    const tell: RunOptions['tell'] = (event) => {
      if (event.kind === 'asked') run.answer();
      if (event.kind !== 'trained' || event.arm.steps !== 3) return;
      corrected = event.arm.steps;
      const { id, action } = takenIn(run.folder)[0]!.decisions[0]!;
      const { shown } = askedIn(run.folder).find((item) => item.id === id)!;
      const own = parseAction(task, shown, action[1] === 0 ? 'reply 1' : 'reply unknown');
      const fields = { by: 'person:ada', seconds: 0, time: '2026-01-31T12:00:00.000Z', entry: 0 };
      appendLines(run.folder, ANSWERS, [{ id, ...own, ...fields, corrects: true }]);
    };
    await expect(run.carryOut(0, { tell })).rejects.toMatchObject({ code: 'refused' });
    expect(corrected).toBe(3);
    expect(run.checkpoints).toEqual([]);
  });
});
