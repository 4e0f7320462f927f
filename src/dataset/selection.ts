/** Which of the drafts about one question become rows. All of them are in one split, that which keeps most to itself; what
 *  says the same is there once; and what was withdrawn is not there at all. The outcome does not depend on their order. */

import { type Contents, lineOf, type Provenance, type Row, type RowKind, SPLITS } from './row.ts';
import type { Tombstones } from './tombstones.ts';

/** A row of which it is open whether it will be one. */
export interface Candidate {
  readonly kind: RowKind;
  readonly row: Contents[RowKind] & Omit<Provenance, 'dataset_version'>;
}

export interface Tally {
  duplicate: number;
  straddling: number;
  withdrawn: number;
}

export function selected(
  group: readonly Candidate[],
  tombstones: Tombstones,
  tally: Tally,
): readonly Candidate[] {
  const split = SPLITS.find((one) => group.some(({ row }) => row.split === one));
  const together = group.filter(({ row }) => row.split === split);
  tally.straddling += group.length - together.length;
  const byContent = new Map<string, Candidate>();
  for (const one of together) {
    const other = byContent.get(one.row.content_hash);
    if (other === undefined || isBetter(one, other, tombstones)) byContent.set(one.row.content_hash, one);
  }
  tally.duplicate += together.length - byContent.size;
  const kept = [...byContent.values()].filter(({ row }) => !tombstones.covers(row));
  tally.withdrawn += byContent.size - kept.length;
  return kept.sort((a, b) => (a.row.content_hash < b.row.content_hash ? -1 : 1));
}

/** Of two that say the same: not one of a person who has left, else the lower id. */
function isBetter({ row: one }: Candidate, { row: other }: Candidate, tombstones: Tombstones): boolean {
  const [hasLeft, otherHasLeft] = [tombstones.hasPerson(one.people), tombstones.hasPerson(other.people)];
  if (hasLeft !== otherHasLeft) return otherHasLeft;
  if (one.id !== other.id) return one.id < other.id;
  return lineOf(one) < lineOf(other);
}

export function rowFrom({ row }: Candidate, dataset_version: string): Row {
  return { ...row, dataset_version } as Row;
}
