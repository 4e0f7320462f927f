/** A world around the desk for tests: what waits, a ledger that is a list, a clock, and crashes at a place of one's choice. */

import { CapstanError } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import type { Book, Note, Page, Source } from '../../src/desk/book.ts';
import { Desk, type DeskOptions } from '../../src/desk/desk.ts';
import { SCHEMA } from '../../src/desk/schema.ts';
import { DEFAULTS, type Settings } from '../../src/desk/settings.ts';
import { Database } from '../../src/storage/database.ts';

/** The end of the process. */
export class Crash extends Error {}

export interface Recorded extends Note {
  readonly entry: number;
}

export class World {
  now = 1_000_000;
  readonly ledger: Recorded[] = [];
  /** What took effect, by item. */
  readonly effects = new Map<string, number[]>();
  readonly items = new Map<
    string,
    { readonly number: number; readonly id: string; readonly run: string; open: boolean }
  >();
  readonly settings = new Map<string, Settings>();
  /** Steps of the ledger until the process ends; undefined for never. */
  crashIn: number | undefined;
  crashes = 0;
  /** Whose keys are not here. */
  readonly keyless = new Set<string>();
  readonly #random: Random;
  readonly #path: string;
  #database: Database | undefined;

  constructor(path: string, seed: number) {
    this.#path = path;
    this.#random = Random.seeded(seed);
  }

  add(run: string, settings?: Partial<Settings>): string {
    const number = this.items.size + 1;
    const id = `item-${number}`;
    this.items.set(id, { number, id, run, open: true });
    if (settings) this.settings.set(run, { ...DEFAULTS, ...settings });
    return id;
  }

  /** A process: what the one before had not written is gone. */
  open(options: Partial<DeskOptions> = {}): Desk {
    this.#database?.close();
    this.crashIn = undefined;
    this.#database = Database.open(this.#path, SCHEMA);
    return new Desk({
      database: this.#database,
      sources: [this.#source()],
      book: this.#book(),
      now: () => this.now,
      token: () =>
        Array.from({ length: 8 }, () => this.#random.uint32().toString(16).padStart(8, '0')).join(''),
      chance: () => this.#random.uniform(),
      ...{ leaseMs: LEASE_MS, undoMs: UNDO_MS },
      ...options,
    });
  }

  close(): void {
    this.#database?.close();
  }

  #source(): Source {
    const open = () => [...this.items.values()].filter((item) => item.open);
    return {
      name: 'world',
      count: () => open().length,
      since: (number) => open().filter((item) => item.number > number),
      ids: () => open().map(({ id }) => id),
      isOpen: (id) => this.items.get(id)?.open ?? false,
      settings: (run) => this.settings.get(run) ?? DEFAULTS,
    };
  }

  #book(): Book {
    const step = () => {
      if (this.crashIn === undefined) return;
      if (this.crashIn === 0) {
        this.crashes++;
        throw new Crash();
      }
      this.crashIn--;
    };
    const { ledger, effects, items, keyless } = this;
    const page: Page = {
      get size() {
        return ledger.length;
      },
      find: ({ id }, from) => ledger.find((one) => one.entry >= from && one.id === id)?.entry,
      record: (note) => {
        step();
        if (keyless.has(note.person)) throw new CapstanError('refused', 'expected a key');
        ledger.push({ ...note, entry: ledger.length });
        step();
        return ledger.length - 1;
      },
      takeEffect: (note, entry) => {
        const item = items.get(note.item)!;
        if (item.open && note.as !== 'verdict') {
          effects.set(note.item, [...(effects.get(note.item) ?? []), entry]);
          item.open = false;
        }
        step();
      },
    };
    return { open: (use) => use(page) };
  }
}

export const LEASE_MS = 1000;
export const UNDO_MS = 100;
