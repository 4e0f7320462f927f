/** From a model back to the people, models and data behind it, along what the entries themselves say:
 *      served, promoted ← gate ← examples ← training ended ← training started ← run began, by whom
 *      checkpoint ← parent checkpoint ← …
 *  Believes the ledger, which whoever calls has verified, and no file. */

import { CapstanError } from '../base/errors.ts';
import type { Entry } from '../ledger/entry.ts';
import { livesIn, subjectOf } from './life.ts';

/** An entry and what it follows from. */
export interface Cause {
  readonly entry: Entry;
  readonly causes: readonly Cause[];
}

export interface ModelCauses {
  readonly checkpoint: string;
  readonly run: string;
  /** What happened to it, newest first: served, taken back to, revoked, tainted. */
  readonly events: readonly Entry[];
  /** From its promotion, or from its gate if it was not promoted. */
  readonly made: Cause;
  readonly parent: ModelCauses | undefined;
}

/** The one in each run that the beginning of a hash means. */
export function whyModel(entries: readonly Entry[], beginning: string): readonly ModelCauses[] {
  if (!/^[0-9a-f]{6,64}$/.test(beginning))
    throw new CapstanError(
      'usage',
      `«${beginning}»: expected 6 to 64 hexadecimal digits, the beginning of the name of a checkpoint or an answer`,
    );
  const gates = entries.filter(({ kind }) => kind === 'gate-decided');
  const meant = gates.filter((gate) => subjectOf(gate, 'checkpoint')?.startsWith(beginning));
  const hashes = new Set(meant.map((gate) => subjectOf(gate, 'checkpoint')!));
  if (hashes.size > 1)
    throw new CapstanError(
      'usage',
      `${beginning}: expected the beginning of one name, got that of ${hashes.size}`,
    );
  const lives = livesIn(entries);
  const last = new Map(meant.map((gate) => [lives.get(gate.seq), gate])); // done again after a crash, it is the later one
  return [...last.values()].map((gate) => modelOf(entries, lives, gate));
}

function modelOf(entries: readonly Entry[], lives: ReadonlyMap<number, string>, gate: Entry): ModelCauses {
  const checkpoint = subjectOf(gate, 'checkpoint')!;
  const life = entries.filter(({ seq }) => lives.get(seq) === lives.get(gate.seq));
  const promotion = life.findLast(
    ({ kind, parents }) => kind === 'model-promoted' && parents?.includes(gate.seq),
  );
  const parent = subjectOf(gate, 'parent');
  const before =
    parent === undefined
      ? undefined
      : life.findLast(
          (entry) =>
            entry.kind === 'gate-decided' &&
            entry.seq < gate.seq &&
            subjectOf(entry, 'checkpoint') === parent,
        );
  const events = life.filter(
    (entry) =>
      EVENTS.has(entry.kind) &&
      (entry.subjects ?? []).some(({ name, sha256 }) => ABOUT.has(name) && sha256 === checkpoint),
  );
  return {
    checkpoint,
    run: gate.run ?? '',
    events: events.reverse(),
    made: causeOf(entries, promotion ?? gate),
    parent: before && modelOf(entries, lives, before),
  };
}

const EVENTS: ReadonlySet<string> = new Set([
  'model-served',
  'model-rolled-back',
  'model-revoked',
  'answer-corrected',
  'answer-recorded',
  'model-calibrated',
  'model-audited',
]);
const ABOUT: ReadonlySet<string> = new Set(['checkpoint', 'tainted']);

/** References are to earlier entries, so this ends. */
function causeOf(entries: readonly Entry[], entry: Entry): Cause {
  const before = [entry.ends, ...(entry.parents ?? [])].filter((seq) => seq !== undefined);
  return { entry, causes: before.map((seq) => causeOf(entries, entries[seq]!)) };
}

/** All entries of it, newest first. */
export function flat({ entry, causes }: Cause): readonly Entry[] {
  return [entry, ...causes.flatMap(flat)];
}
