/** The words of what is looked at, and of no more than the last 2,000 that were: fetched by ranges of positions, those first
 *  that were wanted last. */

import type { Rows as Fetched, Row } from '../../../src/wire/tree.ts';

/** [from, to) */
export interface Range {
  readonly from: number;
  readonly to: number;
}

const KEPT = 2000;
/** To ask once more costs more than so many rows that nobody looks at. */
const GAP = 24;
const RANGE_MAX = 200;
const AT_ONCE = 4;

/** Few ranges that hold all of these positions. */
export function rangesOf(positions: Iterable<number>, gap = GAP, max = RANGE_MAX): readonly Range[] {
  const ranges: { from: number; to: number }[] = [];
  for (const at of [...positions].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && at < last.to) continue;
    if (last && at - last.to <= gap && at - last.from < max) last.to = at + 1;
    else ranges.push({ from: at, to: at + 1 });
  }
  return ranges;
}

export class RowStore {
  readonly version: string;
  readonly #before: ReadonlyMap<number, Row>;
  readonly #load: (range: Range) => Promise<Fetched>;
  readonly #onStale: () => void;
  readonly #rows = new Map<number, Row>();
  readonly #coming = new Set<number>();
  readonly #listeners = new Set<() => void>();
  #wanted: readonly number[] = [];
  #loading = 0;
  #changes = 0;
  #error: unknown;

  /** `onStale`: the server has another version of the tree by now. `before`: what the rows were in the version before, which is
   *  shown until they are there. */
  constructor(
    version: string,
    load: (range: Range) => Promise<Fetched>,
    onStale: () => void,
    before: ReadonlyMap<number, Row> = new Map(),
  ) {
    this.version = version;
    this.#before = before;
    this.#load = load;
    this.#onStale = onStale;
  }

  get(at: number): Row | undefined {
    return this.#rows.get(at) ?? this.#before.get(at);
  }

  /** What it has, where it is in another version of the tree. `to`: for each position, the new one, or −1. */
  movedTo(to: Int32Array): ReadonlyMap<number, Row> {
    const rows = [...this.#rows.values()].filter(({ at }) => (to[at] ?? -1) >= 0);
    return new Map(rows.map((row) => [to[row.at]!, { ...row, at: to[row.at]! }]));
  }

  get held(): number {
    return this.#rows.size;
  }

  /** Why some of what is wanted cannot be had. */
  get error(): unknown {
    return this.#error;
  }

  /** The most wanted first. What was wanted before and not asked for yet is not wanted any more. */
  want(positions: readonly number[]): void {
    this.#wanted = positions.slice(0, KEPT);
    this.#next();
  }

  /** After an error. */
  retry(): void {
    this.#error = undefined;
    this.#tell();
    this.#next();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Another number after each change. */
  readonly snapshot = (): number => this.#changes;

  #next(): void {
    if (this.#error !== undefined) return;
    const missing = this.#wanted.filter((at) => !this.#rows.has(at) && !this.#coming.has(at));
    for (const range of rangesOf(missing)) {
      if (this.#loading >= AT_ONCE) return;
      void this.#fetch(range);
    }
  }

  async #fetch(range: Range): Promise<void> {
    this.#loading++;
    for (let at = range.from; at < range.to; at++) this.#coming.add(at);
    try {
      const { version, rows } = await this.#load(range);
      if (version === this.version) this.#keep(rows);
      else this.#onStale();
    } catch (error) {
      this.#error = error;
    } finally {
      this.#loading--;
      for (let at = range.from; at < range.to; at++) this.#coming.delete(at);
    }
    this.#tell();
    this.#next();
  }

  #keep(rows: readonly Row[]): void {
    for (const row of rows) {
      this.#rows.delete(row.at);
      this.#rows.set(row.at, row);
    }
    if (this.#rows.size <= KEPT) return;
    const wanted = new Set(this.#wanted);
    for (const at of this.#rows.keys()) {
      if (this.#rows.size <= KEPT) break;
      if (!wanted.has(at)) this.#rows.delete(at);
    }
  }

  #tell(): void {
    this.#changes++;
    for (const listener of this.#listeners) listener();
  }
}
