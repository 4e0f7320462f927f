/** What was measured of the model that a run serves, on the ledger and in the run's folder: what its confidence is worth
 *  (`calibrated`), and what was audited (`audited`). The entry comes first, and names the file by its hash:
 *      NAME.next.json  →  the entry  →  NAME.json
 *  What a process was killed between is settled by whoever measures next: a file that is on the record takes its place, one
 *  that is not goes. */

import { hash } from 'node:crypto';
import type { Kind, Subject } from '../ledger/entry.ts';
import type { Draft } from '../record/ledger.ts';
import type { Estimate } from '../statistics/estimate.ts';
import type { Folder } from '../storage/folder.ts';
import { AUDITS, type AuditRecord } from './audited.ts';
import { CALIBRATION, type CalibrationFile, PERSON } from './calibrated.ts';
import { ppm } from './chronicle.ts';

/** The file that entries of each kind are about. */
export const MEASURED = {
  'model-calibrated': CALIBRATION,
  'model-audited': AUDITS,
} as const satisfies { readonly [kind in Kind]?: string };
export type Measured = keyof typeof MEASURED;
export const MEASURES = Object.keys(MEASURED) as readonly Measured[];

/** Where a file waits for its entry. */
export function nextOf(kind: Measured): string {
  return MEASURED[kind].replace('.json', '.next.json');
}

/** What the entry says beside who, when and what it follows from. */
export type Said = Pick<Draft, 'subjects' | 'figures' | 'words'>;

/** Replaces the file once `record` has put it on the ledger; where that throws, nothing has changed. */
export function keepMeasured(
  run: Folder,
  kind: Measured,
  text: string,
  record: (file: Subject) => number,
): number {
  run.writeAtomic(nextOf(kind), text);
  const entry = record(fileOf(kind, text));
  takeEffect(run, kind, text);
  return entry;
}

/** Once it is on the record. */
export function takeEffect(run: Folder, kind: Measured, text: string): void {
  run.writeAtomic(MEASURED[kind], text);
  run.remove(nextOf(kind));
}

export function fileOf(kind: Measured, text: string): Subject {
  return { name: MEASURED[kind], sha256: hash('sha256', text) };
}

export function calibrationSaid(file: CalibrationFile, subject: Subject): Said {
  const { checkpoint, risk, method, reference, piles, confidence, check, recalibration, during } = file;
  const { keptAndWrong, escalated } = check;
  const questions = piles.flatMap(({ fit, thresholds, check }) => [fit, thresholds, check]);
  return {
    subjects: [subject, { name: 'checkpoint', sha256: checkpoint }],
    figures: {
      ...(during && { iteration: during.iteration }),
      questions: questions.reduce((sum, pile) => sum + pile.questions, 0),
      depth: confidence.depth,
      'risk-ppm': ppm(risk),
      ...shares('kept-and-wrong', keptAndWrong),
      ...shares('escalated', escalated),
      'brier-alone-ppm': ppm(check.brierBefore),
      'brier-ppm': ppm(check.brierAfter),
      ...(recalibration && {
        round: recalibration.round,
        accepted: Number(recalibration.accepted),
        'before-ppm': ppm(recalibration.before.value),
        'after-ppm': ppm(recalibration.after.value),
        ...shares('difference', recalibration.difference),
      }),
    },
    words: { method, judge: reference === PERSON ? 'person' : 'H', cause: during?.cause ?? 'asked' },
  };
}

export function auditSaid(
  { model, judge, answers, rate, slices, audits }: AuditRecord,
  subject: Subject,
): Said {
  return {
    subjects: [subject, { name: 'checkpoint', sha256: model }],
    figures: { audits: audits.length, answers, ...shares('wrong', rate), slices: slices.length },
    words: { judge },
  };
}

function shares(name: string, { value, low, high }: Pick<Estimate, 'value' | 'low' | 'high'>) {
  return {
    [`${name}-ppm`]: ppm(value),
    ...(low !== null && { [`${name}-low-ppm`]: ppm(low) }),
    ...(high !== null && { [`${name}-high-ppm`]: ppm(high) }),
  };
}
