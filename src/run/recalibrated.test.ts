import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { carryOutTiny, createTiny, entriesOf, PATIENCE_MS, recorderIn, tiny } from '../../test/tiny-run.ts';
import { CapstanError } from '../base/errors.ts';
import { auditRun } from '../provenance/audit.ts';
import { Folder } from '../storage/folder.ts';
import { type CalibrationFile, readCalibration } from './calibrated.ts';
import type { Recorder } from './chronicle.ts';
import { configure } from './configuration.ts';
import { causeAt, recalibratingEach } from './recalibrated.ts';

const home = mkdtempSync(join(tmpdir(), 'capstan-recalibrated-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const placed = (name: string) => ({
  path: join(home, name, 'run'),
  ledger: join(home, name, 'ledger'),
  configuration: { ...tiny(), recalibrate: { ...recalibratingEach(1), contexts: 20, perContext: 4 } },
});
const calibrationIn = (path: string): CalibrationFile => readCalibration(new Folder(path))!;
const calibratedIn = (ledger: string) => entriesOf(ledger).filter(({ kind }) => kind === 'model-calibrated');
const bytesOf = (path: string, name: string) => readFileSync(join(path, name), 'utf8');

test(
  'a run calibrates what it serves as it goes on, each time against what is in force, and all of it is on the ledger',
  async () => {
    const place = placed('whole');
    createTiny(place);
    const { record } = await carryOutTiny(place);
    const [first, second] = calibratedIn(place.ledger);
    const decided = entriesOf(place.ledger).filter(({ kind }) => kind === 'model-promoted');
    const { iterations } = record.arms[0]!;
    expect([first, second].map((entry) => entry!.parents)).toEqual(decided.map(({ seq }) => [seq]));
    expect([first, second].map((entry) => entry!.subjects![1]!.sha256)).toEqual(
      iterations.map(({ checkpoint }) => checkpoint),
    );
    expect(first).toMatchObject({ figures: { iteration: 1 }, words: { judge: 'H', cause: 'schedule' } });
    expect(first!.figures).not.toHaveProperty('round');
    const file = calibrationIn(place.path);
    expect(file).toMatchObject({
      checkpoint: iterations[1]!.checkpoint,
      recalibration: { round: 1, of: iterations[0]!.checkpoint },
      during: { iteration: 2, cause: 'schedule' },
    });
    expect(iterations.map(({ calibration }) => [calibration?.checkpoint, calibration?.accepted])).toEqual([
      [iterations[0]!.checkpoint, undefined],
      [iterations[1]!.checkpoint, file.recalibration!.accepted],
    ]);
    expect(bytesOf(place.path, 'report.html')).toContain('>calibrated</span>');
    expect(second!.figures).toMatchObject({ round: 1, accepted: Number(file.recalibration!.accepted) });
    expect(auditRun(place.path, entriesOf(place.ledger)).unrecorded).toEqual([]);

    // Killed once the entry is durable, and before the file takes its place.
    const killed = placed('killed');
    createTiny(killed);
    const recorder = recorderIn(killed.ledger);
    let isDead = false;
    const dying: Recorder = (make) => {
      const number = isDead
        ? 0
        : recorder((first) => {
            const drafts = make(first);
            isDead = drafts.some(
              ({ kind, figures }) => kind === 'model-calibrated' && figures?.iteration === 2,
            );
            return drafts;
          });
      if (isDead) throw new CapstanError('storage', 'killed');
      return number;
    };
    await expect(carryOutTiny(killed, { record: dying })).rejects.toThrow('killed');
    expect(auditRun(killed.path, entriesOf(killed.ledger)).unrecorded).toContainEqual(
      expect.stringContaining('calibration.next.json: on the record'),
    );
    await carryOutTiny(killed);
    expect(bytesOf(killed.path, 'calibration.json')).toBe(bytesOf(place.path, 'calibration.json'));
    expect(auditRun(killed.path, entriesOf(killed.ledger)).unrecorded).toEqual([]);
    expect(calibratedIn(killed.ledger).length).toBe(3);
  },
  PATIENCE_MS,
);

test(
  'it is what is served that is calibrated, also where an iteration brought nothing to serve',
  async () => {
    const place = placed('held');
    createTiny(place);
    const asked: string[] = [];
    // The second waits for people.
    const promotion = () => (asked.push('') === 1 ? ('gate' as const) : ('people' as const));
    const { record } = await carryOutTiny(place, { promotion });
    const [one, two] = record.arms[0]!.iterations;
    const held = entriesOf(place.ledger).filter(({ kind }) => kind === 'gate-decided')[1]!;
    expect([one, two].map((iteration) => iteration!.calibration!.checkpoint)).toEqual([
      ...[one!.checkpoint, one!.checkpoint],
    ]);
    expect(calibratedIn(place.ledger)[1]).toMatchObject({
      parents: [held.seq],
      figures: { iteration: 2, round: 1 },
    });
    expect(calibrationIn(place.path)).toMatchObject({ checkpoint: one!.checkpoint });
  },
  PATIENCE_MS,
);

test('it is time every so many iterations, and after an alarm', () => {
  expect([1, 2, 3, 4].map((iteration) => causeAt({ every: 2 }, iteration, false))).toEqual([
    ...[undefined, 'schedule', undefined, 'schedule'],
  ]);
  expect([1, 2].map((iteration) => causeAt({ every: 2 }, iteration, true))).toEqual(['alarm', 'alarm']);
});

test('nobody but H is asked in a run, and a run that is not asked to says nothing of it', () => {
  const choices = { task: 'permutation-powering', size: 8, powers: 8 };
  expect(configure({ ...choices, recalibrate: 2 }).recalibrate).toMatchObject({ every: 2, risk: 0.05 });
  expect(configure(choices)).not.toHaveProperty('recalibrate');
  for (const overseer of ['person', 'truth'] as const)
    expect(() => configure({ ...choices, recalibrate: 2, overseer })).toThrow('--recalibrate: expected');
  expect(() => configure({ ...choices, recalibrate: -1 })).toThrow('recalibrate');
});
