/** What a run puts on the ledger: that it began, each gate with its figures, each promotion before it takes effect, and
 *  how it ended. */

import { hash } from 'node:crypto';
import { VERSION } from '../base/version.ts';
import type { IterationEvent } from '../iterate/iterate.ts';
import type { Draft } from '../record/ledger.ts';
import type { Compared, Lineage } from '../registry/checkpoint.ts';
import type { Folder } from '../storage/folder.ts';

/** Records durably, and gives the number of the entry. What follows may rely on it. */
export type Recorder = (draft: Draft) => number;

const PROGRAM = { id: 'program:capstan', kind: 'program', version: VERSION } as const;
const MILLION = 1e6;

/** Shares as whole numbers. */
const ppm = (share: number): number => Math.round(share * MILLION);

const fileOf = (folder: Folder, name: string) => ({ name, sha256: hash('sha256', folder.read(name)) });

/** Before any work; the number of the intent that `runEnded` ends. */
export function runBegan(record: Recorder, run: string, folder: Folder, isResumed: boolean): number {
  return record({
    kind: isResumed ? 'run-resumed' : 'run-started',
    actor: PROGRAM,
    run,
    subjects: [fileOf(folder, 'run.json')],
  });
}

/** `state`: «finished», «gate-failed», or why it stopped. */
export function runEnded(record: Recorder, run: string, ends: number, state: string, folder: Folder): void {
  const isWhole = folder.exists('record.json');
  record({
    kind: 'run-ended',
    actor: PROGRAM,
    run,
    ends,
    words: { state },
    ...(isWhole && { subjects: [fileOf(folder, 'record.json')] }),
  });
}

/** Every gate, passed or not, with what it decided on. */
export function gateDecided(
  record: Recorder,
  run: string,
  arm: string,
  { verdict: { agreement, threshold, horizon } }: Pick<IterationEvent, 'verdict'>,
  { iteration, level, step, teacher, dataRoot, dataCount, gate }: Lineage,
  checkpoint: string,
): number {
  return record({
    kind: 'gate-decided',
    actor: PROGRAM,
    run,
    subjects: [
      { name: 'checkpoint', sha256: checkpoint },
      { name: 'examples', sha256: dataRoot },
    ],
    figures: {
      iteration,
      level,
      step,
      horizon,
      examples: dataCount,
      questions: agreement.n,
      passed: gate?.passed ? 1 : 0,
      'agreement-ppm': ppm(agreement.value),
      'low-ppm': ppm(agreement.low),
      'threshold-ppm': ppm(threshold),
      ...(gate?.comparison && comparedIn(gate.comparison)),
    },
    words: { arm, teacher },
  });
}

/** «compared-» with the one before, at the level where evidence is least. */
function comparedIn({ passed, contexts, level, difference, errorRate, margin }: Compared) {
  return {
    'compared-passed': passed ? 1 : 0,
    'compared-contexts': contexts,
    'compared-level': level,
    'compared-difference-ppm': ppm(difference),
    'compared-margin-ppm': ppm(margin),
    'compared-error-rate-ppm': ppm(errorRate),
  };
}

/** Before the checkpoint is served. */
export function modelPromoted(record: Recorder, run: string, checkpoint: string, gate: number): void {
  record({
    kind: 'model-promoted',
    actor: PROGRAM,
    run,
    parents: [gate],
    subjects: [{ name: 'checkpoint', sha256: checkpoint }],
  });
}
