/** The entries that are about one run. A run is its `run.json`, by hash: folders may be renamed, and names be used again. An
 *  entry belongs where what it ends or follows from belongs; one that a person made, where its checkpoint does. */

import { CapstanError } from '../base/errors.ts';
import type { Entry } from '../ledger/entry.ts';
import { verifyLedger } from '../record/verify.ts';
import { runHash } from '../run/folder.ts';
import type { Folder } from '../storage/folder.ts';

export interface Life {
  /** Of the run, in its entries. */
  readonly name: string;
  readonly entries: readonly Entry[];
  /** Intents that nothing has ended. */
  readonly open: readonly Entry[];
  /** Whether its last session has not ended: it is at work, or was killed. */
  readonly isOpen: boolean;
}

const BEGINS = ['run-started', 'run-resumed'];

/** What the ledger has about the run whose `run.json` has this hash; undefined if it never began. */
export function lifeOf(entries: readonly Entry[], runHash: string): Life | undefined {
  const lives = livesIn(entries);
  const own = entries.filter((entry) => lives.get(entry.seq) === runHash);
  const began = own.findLast(({ kind }) => BEGINS.includes(kind));
  if (!began) return undefined;
  const ended = new Set(own.map(({ ends }) => ends));
  const intents = own.filter(({ kind }) => BEGINS.includes(kind) || kind === 'training-started');
  return {
    name: began.run!,
    entries: own,
    open: intents.filter(({ seq }) => !ended.has(seq)),
    isOpen: !ended.has(began.seq),
  };
}

/** The ledger in that folder, and what it has about a run. Throws «not-found» where it has nothing. */
export function recordedLife(ledger: string, run: Folder): { entries: readonly Entry[]; life: Life } {
  const { entries } = verifyLedger(ledger);
  const life = lifeOf(entries, runHash(run));
  if (life) return { entries, life };
  throw new CapstanError(
    'not-found',
    `${run.path}: expected a run that is on the ledger in ${ledger}, it is not`,
  );
}

/** The hash of `run.json` of the run that each entry is about, by the entry's number. */
export function livesIn(entries: readonly Entry[]): ReadonlyMap<number, string> {
  const lives = new Map<number, string>();
  const byName = new Map<string, string>();
  const byCheckpoint = new Map<string, string>();
  for (const entry of entries) {
    const { seq, kind, run, ends, parents } = entry;
    if (run === undefined) continue;
    const cause = ends ?? parents?.[0];
    const begins = BEGINS.includes(kind) ? subjectOf(entry, 'run.json') : undefined;
    const checkpoint = subjectOf(entry, 'checkpoint');
    const life =
      begins ??
      (cause === undefined ? undefined : lives.get(cause)) ??
      (checkpoint === undefined ? undefined : byCheckpoint.get(`${run}/${checkpoint}`)) ??
      byName.get(run);
    if (life === undefined) continue;
    lives.set(seq, life);
    if (begins !== undefined) byName.set(run, life);
    if (kind === 'gate-decided' && checkpoint !== undefined) byCheckpoint.set(`${run}/${checkpoint}`, life);
  }
  return lives;
}

/** The hash of what the entry calls by that name. */
export function subjectOf({ subjects = [] }: Entry, name: string): string | undefined {
  return subjects.find((subject) => subject.name === name)?.sha256;
}
