/** Drafts of rows on their way, in files of a folder by the first digits of their question's key, so that what has to be
 *  compared lies together, and never more than one file's worth of rows is in memory. The order in which they come does not
 *  matter: they leave sorted by the question. */

import { CapstanError } from '../base/errors.ts';
import type { Folder } from '../storage/folder.ts';
import type { Staged } from '../storage/staged.ts';
import { linesOf } from '../transcript/reader.ts';
import { ROW_BYTES_MAX } from './shelf.ts';

/** By the first two hexadecimal digits of the key. */
const BUCKETS = 64;

export class Spool<T extends object> {
  readonly #folder: Folder;
  readonly #buckets: (Staged | undefined)[] = new Array<undefined>(BUCKETS).fill(undefined);

  constructor(folder: Folder) {
    this.#folder = folder;
  }

  /** `key` begins with two hexadecimal digits. */
  add(key: string, item: T): void {
    const bucket = Math.floor((Number.parseInt(key.slice(0, 2), 16) * BUCKETS) / 256);
    this.#buckets[bucket] ??= this.#folder.stage(`spool-${bucket}`);
    this.#buckets[bucket].write(`${JSON.stringify([key, item])}\n`);
  }

  /** Groups of the same key, by key; a group's items as they came. */
  *groups(): Generator<readonly T[]> {
    for (const bucket of this.#buckets) {
      if (!bucket) continue;
      const groups = new Map<string, T[]>();
      for (const line of linesOf(bucket.pieces(), { name: 'the spool', lineBytesMax: ROW_BYTES_MAX })) {
        const [key, item] = JSON.parse(Buffer.from(line).toString()) as [string, T];
        const group = groups.get(key);
        if (group) group.push(item);
        else groups.set(key, [item]);
      }
      bucket.discard();
      for (const key of [...groups.keys()].sort()) yield groups.get(key)!;
    }
  }

  /** Removes what is left of it. */
  discard(): void {
    for (const bucket of this.#buckets) bucket?.discard();
  }
}

/** Where a share of a whole lies: 0 … 1 by the first digits of a key. */
export function fractionOf(key: string): number {
  const DIGITS = 13; // 52 bits
  if (!/^[0-9a-f]{13}/.test(key))
    throw new CapstanError('invalid', `a key: expected hexadecimal digits, got «${key}»`);
  return Number.parseInt(key.slice(0, DIGITS), 16) / 16 ** DIGITS;
}
