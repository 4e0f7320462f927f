/** What a run puts on the ledger: that it began and by whom, each training in two halves, what was learned from and who made
 *  it, each look at a gate with its figures, each promotion before it takes effect, and how it ended. An append costs some 6
 *  ms, however many entries it has: what is said at one moment is one append. A look that did not pass lets nothing happen,
 *  so it waits for the next append, or the next save: what is saved is on the record. */

import { hash } from 'node:crypto';
import { VERSION } from '../base/version.ts';
import type { Verdict } from '../iterate/gate.ts';
import type { NormVersion } from '../oversight/norms.ts';
import type { Draft } from '../record/ledger.ts';
import type { Audited, Compared, Lineage } from '../registry/checkpoint.ts';
import type { Folder } from '../storage/folder.ts';
import type { Configuration } from './configuration.ts';
import { ASKED, TAKEN } from './inbox.ts';
import { OWN_FILES } from './own.ts';
import { KNOWN } from './recording.ts';

/** Records durably, all or nothing, and gives the number of the first, which `make` is told too. What follows may rely
 *  on it. */
export type Recorder = (make: (first: number) => readonly Draft[]) => number;

/** Where entries of a training belong. */
export interface Place {
  readonly run: string;
  readonly arm: string;
  /** The entry with which this session of the run began. */
  readonly began: number;
}

/** Whose decisions the examples follow from, as it was when they were written. */
export interface Producer {
  readonly actor: Draft['actor'];
  /** Whom H′ learned from. */
  readonly authority?: string;
}

export const PROGRAM = { id: 'program:capstan', kind: 'program', version: VERSION } as const;
const MILLION = 1e6;

/** Shares as whole numbers; an entry knows no −0. */
export const ppm = (share: number): number => Math.round(share * MILLION) + 0;

const fileOf = (folder: Folder, name: string) => ({ name, sha256: hash('sha256', folder.read(name)) });
const checkpointOf = (sha256: string) => ({ name: 'checkpoint', sha256 });

/** Before any work; the number of the intent that `runEnded` ends. `by`: who started it, and answers for it. */
export function runBegan(
  record: Recorder,
  run: string,
  folder: Folder,
  { task, overseer, seed, noise, defence, norms }: Configuration,
  by: string,
  isResumed: boolean,
): number {
  return record(() => [
    {
      kind: isResumed ? 'run-resumed' : 'run-started',
      actor: PROGRAM,
      authority: by,
      run,
      subjects: ['run.json', ...OWN_FILES, KNOWN]
        .filter((name) => folder.exists(name))
        .map((name) => fileOf(folder, name)),
      figures: {
        seed,
        ...(noise && { 'noise-ppm': ppm(noise.rate) }),
        ...(norms && { 'norms-iteration': norms.iteration, 'norms-ppm': ppm(norms.share) }),
      },
      words: {
        task,
        overseer,
        ...(noise && { noise: noise.kind }),
        ...(defence && { defence: defence.kind }),
      },
    },
  ]);
}

/** `state`: «finished», «gate-failed», or why it stopped. With it what it leaves: figures, and where each arm stands. */
export function runEnded(record: Recorder, run: string, ends: number, state: string, folder: Folder): void {
  const left = [
    'record.json',
    ...OWN_FILES,
    KNOWN,
    ASKED,
    TAKEN,
    ...folder.list().map((arm) => `${arm}/state.json`),
  ];
  const subjects = left.filter((name) => folder.exists(name)).map((name) => fileOf(folder, name));
  record(() => [
    {
      kind: 'run-ended',
      actor: PROGRAM,
      run,
      ends,
      words: { state },
      ...(subjects.length > 0 && { subjects }),
    },
  ]);
}

/** Before the first step; the number of the intent that `iterationEnded` or `trainingStopped` ends. */
export function trainingStarted(
  record: Recorder,
  place: Place,
  step: number,
  parent: string | undefined,
): number {
  return record(() => [started(place, step, parent)]);
}

function started({ run, arm, began }: Place, step: number, parent: string | undefined): Draft {
  return {
    kind: 'training-started',
    actor: PROGRAM,
    run,
    parents: [began],
    ...(parent !== undefined && { subjects: [{ name: 'parent', sha256: parent }] }),
    figures: { step },
    words: { arm },
  };
}

/** A look at a gate that did not pass, so that training went on. */
export interface Look extends Pick<Verdict, 'agreement' | 'threshold' | 'perLevel' | 'horizon'> {
  /** Of the run so far, from 1; those at which an iteration ended count too. */
  readonly number: number;
  readonly iteration: number;
  readonly level: number;
  /** Steps before it. */
  readonly step: number;
}

/** At the latest before a state is saved that has seen them. */
export function gatesLooked(record: Recorder, place: Place, training: number, looks: readonly Look[]): void {
  if (looks.length > 0) record(() => lookedIn(place, training, looks));
}

function lookedIn({ run, arm }: Place, training: number, looks: readonly Look[]): readonly Draft[] {
  return looks.map(({ number, iteration, level, step, agreement, threshold, perLevel, horizon }) => {
    const lows = perLevel.map(({ low }) => low);
    const least = Math.min(...lows);
    return {
      kind: 'gate-looked',
      actor: PROGRAM,
      run,
      parents: [training],
      figures: {
        look: number,
        iteration,
        level,
        step,
        passed: 0,
        questions: agreement.n,
        'agreement-ppm': ppm(agreement.value),
        'low-ppm': ppm(agreement.low),
        'threshold-ppm': ppm(threshold),
        // Below the frontier a look goes only if that much would pass.
        ...(lows.length > 0 && {
          horizon,
          'least-level': lows.indexOf(least) + 1,
          'least-low-ppm': ppm(least),
        }),
      },
      words: { arm },
    };
  });
}

/** Where it ended without a gate: stopped, or failed. */
export function trainingStopped(
  record: Recorder,
  place: Place,
  ends: number,
  step: number,
  state: string,
  looks: readonly Look[],
): void {
  const { run, arm } = place;
  record(() => [
    ...lookedIn(place, ends, looks),
    { kind: 'training-ended', actor: PROGRAM, run, ends, figures: { step }, words: { arm, state } },
  ]);
}

export interface Ended {
  /** The intent. */
  readonly training: number;
  /** Since the last save. */
  readonly looks: readonly Look[];
  readonly producer: Producer;
  /** Of H, in the run so far. */
  readonly decisions: number;
  readonly lineage: Lineage;
  /** Its hash. */
  readonly checkpoint: string;
  readonly isPromoted: boolean;
  /** That H follows from the next iteration on, where it changes them, and how many targets of before were dropped for it. */
  readonly change?: { readonly norms: NormVersion; readonly dropped: number } | undefined;
  /** Whether the next iteration begins now. */
  readonly goesOn: boolean;
}

/** The end of an iteration in one append: looks that did not pass, then training ended ← examples ← gate ← promotion, which takes
 *  effect afterwards; and norms that change, before the training that follows them.
 *  Gives the number of the gate, or of the promotion after it, and that of the next training, if there is one. */
export function iterationEnded(
  record: Recorder,
  place: Place,
  ended: Ended,
): { readonly decided: number; readonly next: number | undefined } {
  const { run, arm } = place;
  const { training, looks, producer, decisions, lineage, checkpoint, isPromoted, change, goesOn } = ended;
  const { step, teacher, dataRoot, dataCount, parent } = lineage;
  const examples = { name: 'examples', sha256: dataRoot };
  let [decided, next]: [number, number | undefined] = [0, undefined];
  record((start) => {
    const first = start + looks.length;
    const drafts: Draft[] = [
      ...lookedIn(place, training, looks),
      {
        kind: 'training-ended',
        actor: PROGRAM,
        run,
        ends: training,
        figures: { step },
        words: { arm, state: 'iteration-ended' },
      },
      {
        kind: 'examples-written',
        ...producer,
        run,
        parents: [first],
        subjects: [examples],
        figures: { examples: dataCount, decisions },
        words: { arm, teacher },
      },
      {
        kind: 'gate-decided',
        actor: PROGRAM,
        run,
        parents: [first + 1],
        subjects: [
          checkpointOf(checkpoint),
          examples,
          ...(parent === null ? [] : [{ name: 'parent', sha256: parent }]),
        ],
        figures: { ...gateFigures(lineage), look: lineage.figures.looks ?? 0 },
        words: { arm, teacher },
      },
    ];
    if (isPromoted)
      drafts.push({
        kind: 'model-promoted',
        actor: PROGRAM,
        run,
        parents: [first + 2],
        subjects: [checkpointOf(checkpoint)],
      });
    decided = start + drafts.length - 1;
    if (change && goesOn) drafts.push(normsChanged(run, arm, first + 2, change));
    if (goesOn) next = start + drafts.push(started(place, step, checkpoint)) - 1;
    return drafts;
  });
  return { decided, next };
}

function normsChanged(
  run: string,
  arm: string,
  after: number,
  { norms: { version, policy, iteration, decisions }, dropped }: NonNullable<Ended['change']>,
): Draft {
  return {
    kind: 'norms-changed',
    actor: PROGRAM,
    run,
    parents: [after],
    subjects: [{ name: 'norms', sha256: policy }],
    figures: { version, iteration, decisions, dropped },
    words: { arm },
  };
}

/** What a gate decided on, out of the lineage that the checkpoint itself carries: whoever has the file can tell whether the
 *  entry says the same. */
export function gateFigures({ iteration, level, step, dataCount, gate, figures }: Lineage): {
  readonly [name: string]: number;
} {
  return {
    iteration,
    level,
    step,
    horizon: figures.horizon ?? 0,
    examples: dataCount,
    ...(gate && {
      questions: gate.n,
      passed: gate.passed ? 1 : 0,
      'agreement-ppm': ppm(gate.agreement),
      'low-ppm': ppm(gate.low),
      'threshold-ppm': ppm(gate.threshold),
      ...(gate.comparison && comparedIn(gate.comparison)),
      ...(gate.audits && auditedIn(gate.audits)),
    }),
  };
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

/** «audited-» by H itself, at the level where evidence is least. */
function auditedIn({ passed, audits, level, agreed, exceeds, errorRate, alarm }: Audited) {
  return {
    'audited-passed': passed ? 1 : 0,
    'audited-alarm': alarm === '' ? 0 : 1,
    audits,
    'audited-level': level,
    'audited-agreed-ppm': ppm(agreed),
    'audited-exceeds-ppm': ppm(exceeds),
    'audited-error-rate-ppm': ppm(errorRate),
  };
}

/** Before a checkpoint that was loaded answers anything. `by`: who asks. */
export function modelServed(record: Recorder, run: string, checkpoint: string, by: string): number {
  return record(() => [
    { kind: 'model-served', actor: PROGRAM, authority: by, run, subjects: [checkpointOf(checkpoint)] },
  ]);
}
