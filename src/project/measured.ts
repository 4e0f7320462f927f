/** What is measured of the model that a run serves, from a terminal: on the ledger before it is in the run's folder, by the
 *  program, or by the person who judged. The caller holds the run's lock. */

import { invariant } from '../base/errors.ts';
import type { Subject } from '../ledger/entry.ts';
import { type Life, lifeOf, subjectOf } from '../provenance/life.ts';
import { leftOf, SHEET } from '../provenance/measured.ts';
import { act } from '../record/acts.ts';
import { verifyLedger } from '../record/verify.ts';
import { PROGRAM } from '../run/chronicle.ts';
import { nameOf, runHash } from '../run/folder.ts';
import { keepMeasured, MEASURES, type Measured, nextOf, type Said, takeEffect } from '../run/measured.ts';
import { Folder } from '../storage/folder.ts';
import { type DoerFlags, doerOf } from './doer.ts';
import { LEDGER } from './home.ts';
import { person, recorder, withProject } from './recorder.ts';

/** A person who judged. */
export interface Judge {
  readonly flags: DoerFlags;
  /** Hash of the sheet as they filled it in. */
  readonly sheet: string;
}

export interface Measuring {
  /** The number of the entry. `judge`: where it was not H. */
  readonly keep: (
    kind: Measured,
    text: string,
    said: (file: Subject) => Said,
    checkpoint: string,
    judge?: Judge,
  ) => number;
}

/** Puts right what a process left that was killed. Throws «corrupt» where what is in force is not what the ledger says. */
export function measuring(run: Folder): Measuring {
  const life = ownLife(run);
  for (const kind of MEASURES) settle(run, kind, life);
  return {
    keep: (kind, text, said, checkpoint, judge) => {
      const cause = life && causeOf(life, checkpoint);
      const about = { run: nameOf(run), ...(cause !== undefined && { parents: [cause] }) };
      return keepMeasured(run, kind, text, (file) => {
        const own = { ...about, ...said(file) };
        if (judge === undefined)
          return recorder()(() => [{ kind, actor: PROGRAM, authority: person().id, ...own }]);
        const subjects = [...(own.subjects ?? []), { name: SHEET, sha256: judge.sheet }];
        return withProject((ledger) => {
          const doer = { ...doerOf(ledger.replay.authority, judge.flags, ''), contents: [] };
          const outcome = act(ledger, kind, { ...own, subjects }, doer);
          invariant(outcome.kind === 'done', 'a judgement needs one person, whatever the policy');
          return outcome.entry;
        });
      });
    },
  };
}

/** Undefined where this project has nothing about the run: what is measured is on its record all the same. */
function ownLife(run: Folder): Life | undefined {
  return new Folder(LEDGER).exists('log') ? lifeOf(verifyLedger(LEDGER).entries, runHash(run)) : undefined;
}

function settle(run: Folder, kind: Measured, life: Life | undefined): void {
  const left = life && leftOf(run, kind, life);
  if (left === 'recorded') takeEffect(run, kind, run.readText(nextOf(kind)));
  else run.remove(nextOf(kind));
}

/** The promotion of the checkpoint, or its gate where it was not promoted yet. */
function causeOf({ entries }: Life, checkpoint: string): number | undefined {
  return entries.findLast(
    (entry) =>
      ['gate-decided', 'model-promoted', 'model-rolled-back'].includes(entry.kind) &&
      subjectOf(entry, 'checkpoint') === checkpoint,
  )?.seq;
}
