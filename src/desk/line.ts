/** The line in which workspaces wait: what is in it, and who comes to what first. */

import type { Source } from './book.ts';
import { isKeptAway } from './rules.ts';
import { ARBITRATE, CLOSED, DECIDE, type ItemRow, type LeaseRow, type statements } from './schema.ts';
import { DEFAULTS, type Settings } from './settings.ts';

/** Who asked for a turn so long ago is about. */
const ABOUT_MS = 60 * 60_000;

interface Run {
  readonly name: string;
  readonly source: string;
}

export class Line {
  readonly #sources: ReadonlyMap<string, Source>;
  readonly #sql: ReturnType<typeof statements>;

  constructor(sources: readonly Source[], sql: ReturnType<typeof statements>) {
    this.#sources = new Map(sources.map((source) => [source.name, source]));
    this.#sql = sql;
  }

  /** What comes first for that person; undefined where nothing waits that they may have. */
  first(person: string, now: number): ItemRow | undefined {
    const runs = this.#sql.runs().filter(({ name, source }) => !this.isKeptAway(person, name, source, now));
    return this.#fresh(runs, person, now) ?? this.#skipped(runs, person, now);
  }

  #fresh(runs: readonly Run[], person: string, now: number): ItemRow | undefined {
    for (const { name, source } of runs)
      for (const phase of [ARBITRATE, DECIDE])
        for (;;) {
          const seats = this.seats({ phase, source, run: name });
          const row = this.#sql.first(name, phase, person, now, seats, person, person);
          if (row && !this.isOpen(row.source, row.id)) this.close(row.id);
          else if (row) return row;
          else break;
        }
    return undefined;
  }

  #skipped(runs: readonly Run[], person: string, now: number): ItemRow | undefined {
    const found = runs.flatMap(({ name, source }) =>
      [ARBITRATE, DECIDE].flatMap((phase) => {
        const seats = this.seats({ phase, source, run: name });
        const row = this.#sql.skippedFirst(person, name, phase, person, now, seats, person);
        return row && this.isOpen(row.source, row.id) ? [row] : [];
      }),
    );
    return found.toSorted((a, b) => a.times - b.times)[0];
  }

  /** Whether somebody else is to decide about that run. */
  isKeptAway(person: string, run: string, source: string, now: number): boolean {
    if (!this.settings(source, run).freshEyes) return false;
    const about = this.#sql.about(now - ABOUT_MS).map(({ name }) => name);
    return isKeptAway(person, about, new Set(this.#sql.acted(run).map((row) => row.person)));
  }

  /** How many wait for that person, but for what they hold, and for anybody. */
  counts(person: string, now: number, own: LeaseRow | undefined) {
    // A hidden question came in the place of another: what is told behind it is what would have been.
    let [behind, open] = [own ? -1 : 0, 0];
    for (const { name, source } of this.#sql.runs()) {
      const seats = this.seats({ phase: DECIDE, source, run: name });
      const free = this.#sql.free(name, DECIDE, seats)!.count + this.#sql.free(name, ARBITRATE, 1)!.count;
      open += free;
      if (this.isKeptAway(person, name, source, now)) continue;
      const mine = seats > 1 ? this.#sql.ownOpen(person, name, seats)!.count : 0;
      // With several seats each what others hold leaves room.
      const held = seats > 1 ? 0 : this.#sql.heldIn(person, now, name)!.count;
      behind += Math.max(0, free - mine - held);
    }
    return { behind: Math.max(0, behind), open };
  }

  settings(source: string, run: string): Settings {
    return this.#sources.get(source)?.settings(run) ?? DEFAULTS;
  }

  /** How many may be at it at once. */
  seats({ phase, source, run }: Pick<ItemRow, 'phase' | 'source' | 'run'>): number {
    return phase === ARBITRATE ? 1 : this.settings(source!, run!).reviewers;
  }

  isOpen(source: string, item: string): boolean {
    return this.#sources.get(source)?.isOpen(item) ?? false;
  }

  /** Whether it is a hidden question of that run, which may be gone. */
  isGold(source: string, run: string, item: string): boolean {
    return this.settings(source, run).gold.questions.some(({ id }) => id === item);
  }

  /** Nothing more is wanted of it. */
  close(item: string): void {
    this.#sql.setPhase(CLOSED, item);
    for (const forget of this.#sql.forget) forget(item);
  }

  /** Takes in what is new, and closes what waits no more. */
  sync(): void {
    for (const source of this.#sources.values()) {
      const fresh = source.since(this.#sql.cursor(source.name)?.number ?? 0);
      for (const { number, id, run } of fresh) {
        if (this.#sql.reopen(number, run, id, number) > 0) this.#sql.leaveBehind(id);
        else this.#sql.addItem(id, source.name, number, run);
        this.#sql.addRun(run, source.name);
      }
      const last = fresh.at(-1);
      if (last) this.#sql.moveCursor(source.name, last.number);
      if (this.#sql.openCount(source.name)!.count === source.count()) continue;
      const open = new Set(source.ids());
      for (const { id } of this.#sql.openIds(source.name)) if (!open.has(id)) this.close(id);
    }
  }
}
