/** Looks at gates are on the record, and training that a gate or a revocation ends has one end there. */

import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { carryOutTiny, createTiny, entriesOf, recorderIn, tiny } from '../../test/tiny-run.ts';
import type { Entry } from '../ledger/entry.ts';
import { auditRun } from '../provenance/audit.ts';
import { promoted } from '../registry/promotion.ts';
import { revoke } from '../registry/revocation.ts';
import { Folder } from '../storage/folder.ts';
import { readState } from './state.ts';

const home = fs.mkdtempSync(join(tmpdir(), 'capstan-looks-'));
afterAll(() => fs.rmSync(home, { recursive: true, force: true }));
let [path, ledger, arm] = ['', '', new Folder(home)];
let runs = 0;
beforeEach(() => {
  const own = join(home, String(++runs));
  [path, ledger] = [join(own, 'one'), join(own, 'ledger')];
  arm = new Folder(join(path, 'ida'));
});

const own = tiny();
/** Nobody passes its gate, which is looked at after every fourth step. */
const SHUT = {
  ...own,
  training: {
    ...own.training,
    gate: { ...own.training.gate, advance: 1, finish: 1, stepsBetween: 4 },
    stepsPerIteration: 60,
  },
};
const of = (entries: readonly Entry[], kind: Entry['kind']) => entries.filter((entry) => entry.kind === kind);
const filesOf = (folder: Folder) =>
  Object.fromEntries(folder.files().map((name) => [name, folder.readText(name)]));

describe('a gate that does not open', () => {
  test('has every look on the record with its figures, before a state is saved that has seen it', async () => {
    createTiny({ path, ledger, configuration: SHUT });
    const record = recorderIn(ledger);
    let looks = 0;
    const saved: number[] = [];
    const { record: outcome } = await carryOutTiny(
      { path, ledger },
      {
        record: (make) =>
          record((first) => {
            const drafts = make(first);
            looks += drafts.filter(({ kind }) => kind === 'gate-looked').length;
            return drafts;
          }),
        tell: () => {
          const progress = readState(arm)?.progress;
          if (progress?.state !== 'running' || saved.includes(progress.step)) return;
          expect(looks).toBe(progress.looks);
          saved.push(progress.step);
        },
      },
    );
    expect(saved).toEqual([50]);
    expect(outcome.arms[0]!.state).toBe('gate-failed');
    const entries = entriesOf(ledger);
    const [looked, decided] = [of(entries, 'gate-looked'), of(entries, 'gate-decided')[0]!];
    const steps = looked.map(({ figures }) => figures!.step!);
    expect(steps).toEqual(Array.from({ length: 14 }, (_, i) => 6 + 4 * i)); // after two warm-ups of two steps
    const numbers = [...looked, decided].map(({ figures }) => figures!.look);
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
    const [began] = of(entries, 'training-started');
    for (const { parents, figures, subjects } of looked) {
      expect(parents).toEqual([began!.seq]);
      expect(subjects).toBeUndefined();
      expect(figures).toMatchObject({ passed: 0, iteration: 1, level: 2, 'threshold-ppm': 1_000_000 });
      expect(figures!['low-ppm']).toBeLessThan(1_000_000);
      expect(figures!.questions).toBeGreaterThanOrEqual(16);
    }
    expect(auditRun(path, entries)).toMatchObject({ checkpoints: 1, unrecorded: [] });
    const without = entries.filter((entry) => entry !== looked[3]);
    expect(() => auditRun(path, without)).toThrow('expected look 4 of ida before it, got none');
  });

  test('says so too where training is stopped, and costs the bytes nothing', async () => {
    createTiny({ path, ledger, configuration: SHUT });
    const stop = new AbortController();
    await expect(
      carryOutTiny(
        { path, ledger },
        {
          signal: stop.signal,
          tell: (event) => {
            if (event.kind === 'trained' && event.arm.steps === 11) stop.abort();
          },
        },
      ),
    ).rejects.toThrow('stopped after');
    const stopped = entriesOf(ledger);
    const kinds = stopped.map(({ kind }) => kind);
    expect(kinds.slice(2, -1)).toEqual(['training-started', 'gate-looked', 'gate-looked', 'training-ended']);
    await carryOutTiny({ path, ledger });
    const entries = entriesOf(ledger);
    // What was not saved is done again, and says the same.
    const again = of(entries, 'gate-looked').slice(2, 4);
    expect(again.map(({ figures }) => figures)).toEqual(
      of(stopped, 'gate-looked').map(({ figures }) => figures),
    );
    expect(auditRun(path, entries)).toMatchObject({ unrecorded: [] });

    const silent = join(home, 'silent');
    createTiny({ path: silent, ledger, configuration: SHUT });
    await carryOutTiny({ path: silent, ledger }, { record: () => 0 });
    expect(filesOf(new Folder(join(silent, 'ida')))).toEqual(filesOf(arm));
  });
});

test('a training that goes on from what was revoked serves nobody, and has one end', async () => {
  createTiny({ path, ledger });
  const stop = new AbortController();
  const tell = ({ kind }: { readonly kind: string }) => {
    if (kind === 'iteration-ended') stop.abort();
  };
  await expect(carryOutTiny({ path, ledger }, { signal: stop.signal, tell })).rejects.toThrow(
    'stopped after',
  );
  revoke(arm, { hash: promoted(arm).hash, reason: 'x', salt: '', entry: 9 });
  await expect(carryOutTiny({ path, ledger })).rejects.toThrow(expect.objectContaining({ code: 'refused' }));
  const entries = entriesOf(ledger); // which verifies that everything ends what is open
  const begun = of(entries, 'training-started').map(({ seq }) => seq);
  expect(of(entries, 'training-ended').map(({ ends }) => ends)).toEqual(begun);
  expect(of(entries, 'model-promoted').length).toBe(1);
});
