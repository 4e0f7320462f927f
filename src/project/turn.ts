/** One process at a time grows trees from what a project remembers: two would not see each other's calls in flight, and pay
 *  twice. Whoever only waits for people gives its turn away, and takes one again when it goes on. */

import { setTimeout as later } from 'node:timers/promises';
import { CapstanError } from '../base/errors.ts';
import { type Lock, lockFolder } from '../storage/lock.ts';

export interface Patience {
  /** How long others are waited for; then «locked» is thrown. */
  readonly milliseconds: number;
  /** Told once, if somebody else is at work. */
  readonly tell: (text: string) => void;
  readonly signal?: AbortSignal;
}

const POLL_MS = 250;

export class Turn {
  readonly #folder: string;
  readonly #tell: Patience['tell'];
  #lock: Lock;

  private constructor(folder: string, tell: Patience['tell'], lock: Lock) {
    this.#folder = folder;
    this.#tell = tell;
    this.#lock = lock;
  }

  static async take(folder: string, patience: Patience): Promise<Turn> {
    return new Turn(folder, patience.tell, await lockWithin(folder, patience));
  }

  /** Others may have it until that is kept; goes on when it is ours again. Nothing may be in flight. */
  async rest(until: Promise<void>, signal: AbortSignal): Promise<void> {
    this.#lock.release();
    await until;
    this.#lock = await lockWithin(this.#folder, { milliseconds: Infinity, tell: this.#tell, signal });
  }

  release(): void {
    this.#lock.release();
  }
}

async function lockWithin(folder: string, { milliseconds, tell, signal }: Patience): Promise<Lock> {
  const began = performance.now();
  for (let isTold = false; ; isTold = true) {
    try {
      return lockFolder(folder);
    } catch (error) {
      if (!isHeld(error) || performance.now() - began >= milliseconds) throw error;
      if (!isTold) tell(`waiting for another process to have done: ${(error as CapstanError).message}`);
    }
    await later(POLL_MS);
    signal?.throwIfAborted();
  }
}

/** The lock of a folder, or nothing where another process has it. */
export function lockFree(folder: string): Lock | undefined {
  try {
    return lockFolder(folder);
  } catch (error) {
    if (isHeld(error)) return undefined;
    throw error;
  }
}

function isHeld(error: unknown): boolean {
  return error instanceof CapstanError && error.code === 'locked';
}
