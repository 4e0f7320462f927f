/** What follows from a decision that a person took back: H′ learned it at some point of the run, and from there on made every
 *  target, so that what was taught since, and each checkpoint that was trained since, may have it in it. And whether the
 *  inbox of a run says what the ledger says. */

import { CapstanError } from '../base/errors.ts';
import type { Entry } from '../ledger/entry.ts';
import { checkpointsIn, loadCheckpoint } from '../registry/promotion.ts';
import { ANSWERS, type Answered, ASKED, answersIn, TAKEN, takenIn } from '../run/inbox.ts';
import { keptState } from '../run/state.ts';
import type { Folder } from '../storage/folder.ts';
import { type Life, subjectOf } from './life.ts';
import type { TaintedCheckpoint } from './taint.ts';

export interface DecisionTaint {
  /** The step before which H′ learned it; undefined where it has not yet. */
  readonly step: number | undefined;
  /** Oldest first. */
  readonly checkpoints: readonly TaintedCheckpoint[];
  /** The last one before; undefined if there is none. */
  readonly clean: TaintedCheckpoint | undefined;
  /** All examples that X was taught, and how many of them at a checkpoint that is clean. */
  readonly examples: { readonly count: number; readonly clean: number };
}

/** `id`: of the workspace. */
export function taintOfDecision(run: Folder, arm: Folder, id: string): DecisionTaint {
  const taken = takenIn(run).find(({ decisions }) => decisions.some((one) => one.id === id));
  const step = taken?.at.step;
  const all = checkpointsIn(arm).map((hash) => ({ hash, lineage: loadCheckpoint(arm, hash).lineage }));
  all.sort((a, b) => a.lineage.iteration - b.lineage.iteration);
  const shown = ({ hash, lineage: { iteration, level } }: (typeof all)[number]) => ({
    hash,
    iteration,
    level,
  });
  const isClean = ({ lineage }: (typeof all)[number]) => step === undefined || lineage.step <= step;
  const clean = all.findLast(isClean);
  return {
    step,
    checkpoints: all.filter((one) => !isClean(one)).map(shown),
    clean: clean && shown(clean),
    examples: {
      count: keptState(arm)?.state.examples.count ?? 0,
      clean: clean?.lineage.dataCount ?? 0,
    },
  };
}

/** Kinds of entries that are decisions about workspaces. */
export const DECIDES: readonly Entry['kind'][] = ['action-taken', 'answer-corrected'];

/** Those of a run whose workspace they name, by number. */
function decisionEntries({
  entries,
}: Life): ReadonlyMap<number, { readonly entry: Entry; readonly id: string }> {
  const decisions = entries.flatMap((entry) => {
    const id = DECIDES.includes(entry.kind) ? subjectOf(entry, WORKSPACE) : undefined;
    return id === undefined ? [] : [[entry.seq, { entry, id }] as const];
  });
  return new Map(decisions);
}

/** What an entry calls the workspace that it is about. */
export const WORKSPACE = 'workspace';

/** The files of an inbox. Throws «corrupt» where an answer is in it that no entry is about, or another than the entry's. */
export function auditInbox(run: Folder, life: Life): readonly string[] {
  const files = [ASKED, TAKEN, ANSWERS].filter((name) => run.exists(name));
  const entries = decisionEntries(life);
  for (const answer of answersIn(run))
    if (!isBacked(answer, entries.get(answer.entry)))
      throw new CapstanError(
        'corrupt',
        `${run.path}/${ANSWERS}: expected answers that are on the ledger, got one that entry ${answer.entry} is not about: «${answer.text}»`,
      );
  return files;
}

function isBacked(
  { id, by, kind }: Answered,
  found: { readonly entry: Entry; readonly id: string } | undefined,
): boolean {
  return found?.id === id && found.entry.actor.id === by && found.entry.words?.action === kind;
}
