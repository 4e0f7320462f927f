import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { Entry } from '../ledger/entry.ts';
import { type AuditRecord, auditsText } from '../run/audited.ts';
import { type CalibrationFile, calibrationText } from '../run/calibrated.ts';
import {
  auditSaid,
  calibrationSaid,
  keepMeasured,
  type Measured,
  nextOf,
  type Said,
  takeEffect,
} from '../run/measured.ts';
import { Folder } from '../storage/folder.ts';
import { auditMeasured, leftOf } from './measured.ts';

const root = mkdtempSync(join(tmpdir(), 'capstan-measured-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const MODEL = 'a'.repeat(64);
const rate = { value: 0.1, low: 0.05, high: 0.2, error: 0.03, n: 20 };
const audit = (answers: number): AuditRecord => ({
  ...{ model: MODEL, judge: 'H', answers, rate, levels: [], slices: [] },
  audits: [{ question: 'q', level: 1, said: 'a', wrong: false, probability: 0.5, round: 0 }],
});
const shared = { value: 0.02, low: 0.01, high: 0.03, n: 100 };
const calibration = (risk: number): CalibrationFile => ({
  ...{ checkpoint: MODEL, risk, method: 'isotonic', reference: 'HCH_1', piles: [] },
  confidence: {
    direct: { groundTruth: false, levels: {}, otherwise: { kind: 'temperature', temperature: 1 } },
    ...{ dependence: 0, combination: { groundTruth: false, maps: {} } as never },
    ...{ keep: 0.5, depth: 1, thresholds: [] },
  },
  check: { brierBefore: 0.2, brierAfter: 0.1, escalated: shared, keptAndWrong: shared },
});

let run: Folder;
let entries: Entry[];
const gate: Entry = {
  ...{ v: 1, seq: 0, time: '2026-01-31T12:00:00.000Z', kind: 'gate-decided', run: 'one' },
  actor: { id: 'program:capstan', kind: 'program' },
  subjects: [{ name: 'checkpoint', sha256: MODEL }],
};
beforeEach(() => {
  run = new Folder(mkdtempSync(join(root, 'run-')));
  entries = [gate];
});

const append = (kind: Measured, said: Said, change: Partial<Entry> = {}): number =>
  entries.push({ ...gate, seq: entries.length, kind, parents: [0], ...said, ...change }) - 1;
const life = () => ({ name: 'one', entries, open: [], isOpen: false });
const found = () => auditMeasured(run, life());

/** Two calibrations, and an audit after another. */
function measure(): void {
  for (const risk of [0.05, 0.1]) {
    const file = calibration(risk);
    keepMeasured(run, 'model-calibrated', calibrationText(file), (subject) =>
      append('model-calibrated', calibrationSaid(file, subject)),
    );
  }
  for (const records of [[audit(1)], [audit(1), audit(2)]])
    keepMeasured(run, 'model-audited', auditsText(records), (subject) =>
      append('model-audited', auditSaid(records.at(-1)!, subject)),
    );
}

describe('what was measured of a run', () => {
  test('is what the ledger says, figure by figure; and nothing is there before anything was measured', () => {
    expect(found().unrecorded).toEqual([]);
    measure();
    expect(run.files()).toEqual(['audits.json', 'calibration.json']);
    expect(found()).toEqual({
      files: ['calibration.json', 'calibration.next.json', 'audits.json', 'audits.next.json'],
      unrecorded: [],
    });
  });

  test('is refused where a file is altered, sealed anew, an older one, gone, or one too many', () => {
    run.writeAtomic('audits.json', auditsText([audit(1)]));
    expect(found).toThrow('audits.json: expected no file that the ledger does not know');
    run.remove('audits.json');
    measure();
    const whole = { calibration: run.readText('calibration.json'), audits: run.readText('audits.json') };
    for (const [name, text] of [
      ['calibration.json', calibrationText(calibration(0.05))],
      ['calibration.json', calibrationText(calibration(0.2))],
      ['calibration.json', undefined],
      ['audits.json', auditsText([audit(1)])],
      ['audits.json', auditsText([audit(1), audit(2), audit(3)])],
      ['audits.json', auditsText([audit(2), audit(1)])],
      ['audits.json', undefined],
    ] as const) {
      if (text === undefined) run.remove(name);
      else run.writeAtomic(name, text);
      expect(found, name).toThrow(new RegExp(`${name}: expected [0-9a-f]{64}, as in entry \\d, got`));
      run.writeAtomic('calibration.json', whole.calibration);
      run.writeAtomic('audits.json', whole.audits);
    }
    expect(found().unrecorded).toEqual([]);
  });

  test('is refused where an entry says anything else than its file, or is missing', () => {
    measure();
    const all = entries;
    for (const [place, change, what] of [
      [2, { figures: { ...all[2]!.figures, 'risk-ppm': 1 } }, 'figures of entry 2'],
      [2, { words: { ...all[2]!.words, method: 'histogram' } }, 'words of entry 2'],
      [2, { actor: { id: 'person:ada', kind: 'person' } }, 'actor of entry 2'],
      [3, { figures: { ...all[3]!.figures, 'wrong-ppm': 0 } }, 'figures of entry 3'],
      [
        3,
        { subjects: [{ name: 'audits.json', sha256: 'b'.repeat(64) }, ...gate.subjects!] },
        'subjects of entry 3',
      ],
      [4, { words: { judge: 'person' } }, 'words of entry 4'],
    ] as const) {
      entries = all.map((entry, seq) => (seq === place ? { ...entry, ...change } : entry));
      expect(found).toThrow(what);
    }
    for (const missing of [2, 3, 4]) {
      entries = all.filter(({ seq }) => seq !== missing);
      expect(found, String(missing)).toThrow('expected');
    }
    entries = all.filter(({ kind }) => kind !== 'gate-decided');
    expect(found).toThrow('a checkpoint that went through a gate of this run');
  });

  test('loses nothing where a process is killed before its entry, or before its file', () => {
    measure();
    const [before, text] = [run.readText('calibration.json'), calibrationText(calibration(0.3))];
    const keep = (record: Parameters<typeof keepMeasured>[3]) => () =>
      keepMeasured(run, 'model-calibrated', text, record);
    const killed = (_: unknown): never => {
      throw new Error('killed');
    };
    expect(keep(killed)).toThrow('killed');
    expect([leftOf(run, 'model-calibrated', life()), run.readText('calibration.json')]).toEqual([
      ...['left over', before],
    ]);
    expect(found().unrecorded).toEqual([expect.stringContaining('calibration.next.json: left by')]);

    const said = (subject: Parameters<typeof calibrationSaid>[1]) =>
      append('model-calibrated', calibrationSaid(calibration(0.3), subject));
    expect(keep((subject) => killed(said(subject)))).toThrow('killed');
    expect(leftOf(run, 'model-calibrated', life())).toBe('recorded');
    expect(found().unrecorded).toEqual([expect.stringContaining('calibration.next.json: on the record')]);
    takeEffect(run, 'model-calibrated', run.readText(nextOf('model-calibrated')));
    expect([found().unrecorded, run.readText('calibration.json')]).toEqual([[], text]);
  });
});
