/** What the desk needs of the world: where work comes from, and the ledger, on which everything is before it counts. */

import type { Json } from '../base/canonical.ts';
import type { Settings } from './settings.ts';

/** Something that waits. */
export interface Waiting {
  /** In the order in which they came. */
  readonly number: number;
  readonly id: string;
  readonly run: string;
}

export interface Source {
  readonly name: string;
  /** How many wait. */
  count(): number;
  /** Those that wait and came after that number; once more is as well. */
  since(number: number): readonly Waiting[];
  /** The ids of all that wait. */
  ids(): readonly string[];
  isOpen(id: string): boolean;
  settings(run: string): Settings;
}

/** What an act is to the ledger:
 *      decision      it counts, and takes effect
 *      review        one of several, which count together
 *      agreement     reviews that are alike: it takes effect
 *      arbitration   of reviews that are not, by somebody who saw them: it takes effect
 *      gold          about a hidden test question: no effect
 *      verdict       about one answer, while the workspace still waits: it takes effect
 *      peek          what is proposed was looked at, before anything was decided
 *      late          what it is about waits no more: no effect */
export type As = 'decision' | 'review' | 'agreement' | 'arbitration' | 'gold' | 'verdict' | 'peek' | 'late';

/** One act of one person: one entry. */
export interface Note {
  /** 64 hexadecimal digits, by which it is found on the ledger. */
  readonly id: string;
  readonly as: As;
  readonly source: string;
  readonly item: string;
  readonly run: string;
  readonly person: string;
  /** What was said, as the source understands it; null for a peek. */
  readonly said: Json;
  readonly seconds: number;
  /** Milliseconds since 1970. */
  readonly began: number;
  readonly reason?: string;
  /** Whether what was proposed had been opened, where it was hidden. */
  readonly isOpened: boolean;
  /** Entries that it rests on. */
  readonly parents: readonly number[];
  /** Of a hidden question: whether it was decided as expected. */
  readonly isRight?: boolean;
}

/** The ledger, held. */
export interface Page {
  /** Number of the next entry. */
  readonly size: number;
  /** The entry about that act, among those from that number on. */
  find(act: Pick<Note, 'id' | 'source' | 'item' | 'person'>, from: number): number | undefined;
  /** The number of its entry, which is durable. Throws where the person's key is not at hand, or nobody may do it. */
  record(note: Note): number;
  /** Lets happen what is on record; once more changes nothing. */
  takeEffect(note: Note, entry: number): void;
}

export interface Book {
  open<T>(use: (page: Page) => T): T;
}
