/** Drafts in this browser: written at each keystroke, before any server hears of it. */

import type { Draft } from '../../../src/wire/turn.ts';

/** What is needed of localStorage. */
export interface Store {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface Kept {
  readonly draft: Draft;
  /** Of people's time, so far. */
  readonly seconds: number;
  /** When it was last written; milliseconds since 1970. */
  readonly at: number;
}

const PREFIX = 'capstan.draft.';
/** After which nobody comes back to it. */
const KEPT_MS = 30 * 24 * 3_600_000;

export class Drafts {
  readonly #store: Store;
  readonly #prefix: string;

  /** Each person's own: two may share a browser. */
  constructor(store: Store, person: string) {
    this.#store = store;
    this.#prefix = `${PREFIX}${person}.`;
  }

  read(turn: string): Kept | undefined {
    try {
      const value: unknown = JSON.parse(this.#store.getItem(this.#prefix + turn) ?? 'null');
      return isKept(value) ? value : undefined;
    } catch {
      return undefined;
    }
  }

  /** Whether it is kept now. */
  write(turn: string, kept: Kept): boolean {
    try {
      this.#store.setItem(this.#prefix + turn, JSON.stringify(kept));
      return true;
    } catch {
      return false;
    }
  }

  drop(turn: string): void {
    this.#store.removeItem(this.#prefix + turn);
  }

  dropOlder(now: number): void {
    const keys = Array.from({ length: this.#store.length }, (_, index) => this.#store.key(index));
    for (const key of keys) {
      if (!key?.startsWith(this.#prefix)) continue;
      const turn = key.slice(this.#prefix.length);
      if ((this.read(turn)?.at ?? 0) < now - KEPT_MS) this.drop(turn);
    }
  }
}

/** The browser's storage is not ours alone. */
function isKept(value: unknown): value is Kept {
  if (!isObject(value) || !isObject(value.draft)) return false;
  const { draft, seconds, at } = value;
  const texts = [draft.mode, draft.reply, draft.correction, draft.reason];
  return (
    typeof seconds === 'number' &&
    typeof at === 'number' &&
    texts.every((text) => typeof text === 'string') &&
    typeof draft.revision === 'number' &&
    Array.isArray(draft.asks) &&
    draft.asks.every((ask) => typeof ask === 'string')
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
