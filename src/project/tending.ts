/** The tender in a process of its own, so that a tree of whatever size, or a recipe that never ends, keeps nobody else
 *  waiting. It ends with whoever started it, however that ended: the channel between them is closed then. */

import { type ChildProcess, fork } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { CapstanError, type ErrorCode, messageOf } from '../base/errors.ts';
import type { CorrectedNode, CorrectionAsked } from './correction.ts';
import { type Tended, Tender, type Tending } from './tender.ts';

/** The name of the command that is the other process. */
export const TEND = 'tend';

type Wanted =
  | { readonly kind: 'correct'; readonly number: number; readonly asked: CorrectionAsked }
  | { readonly kind: 'cancel'; readonly number: number };

type Told =
  | { readonly kind: 'tended'; readonly run: string; readonly tended: Tended | undefined }
  | { readonly kind: 'said'; readonly line: string }
  | { readonly kind: 'corrected'; readonly number: number; readonly corrected: CorrectedNode }
  | {
      readonly kind: 'failed';
      readonly number: number;
      readonly code: ErrorCode | undefined;
      readonly message: string;
    };

export interface TendingOptions {
  /** Whether trees are left alone, and only corrections are carried out. */
  readonly isIdle: boolean;
  /** Told that a tree has another state, or another transcript. */
  readonly tell: (run: string) => void;
  readonly say: (line: string) => void;
}

/** So long a correction waits for its turn and its end. */
const PATIENCE_MS = 60_000;
/** Before it is started again; twice as long each time, until it has run for longer than the most. */
const [AGAIN_MS, AGAIN_MOST_MS] = [1000, 60_000];

interface Waiting {
  readonly done: (corrected: CorrectedNode) => void;
  readonly failed: (error: unknown) => void;
}

/** This side of it. */
export class TendingProcess implements Tending {
  readonly #options: TendingOptions;
  readonly #states = new Map<string, Tended>();
  readonly #waiting = new Map<number, Waiting>();
  #child: ChildProcess;
  #last = 0;
  #isStopping = false;
  #again = AGAIN_MS;

  constructor(options: TendingOptions) {
    this.#options = options;
    this.#child = this.#start();
  }

  stateOf(run: string): Tended | undefined {
    return this.#states.get(run);
  }

  async correct(asked: CorrectionAsked): Promise<CorrectedNode> {
    const number = ++this.#last;
    const late = setTimeout(() => {
      this.#send({ kind: 'cancel', number });
      const message = `${asked.run}: expected a moment for a correction, the trees of this project are being worked on; try again, or look whether it has taken effect`;
      this.#waiting.get(number)?.failed(new CapstanError('locked', message));
    }, PATIENCE_MS);
    try {
      return await new Promise<CorrectedNode>((done, failed) => {
        this.#waiting.set(number, { done, failed });
        this.#send({ kind: 'correct', number, asked });
      });
    } finally {
      clearTimeout(late);
      this.#waiting.delete(number);
    }
  }

  /** Kept when it has ended what it was at. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    if (child.connected) child.disconnect();
    await ended;
  }

  #start(): ChildProcess {
    const args = [TEND, ...(this.#options.isIdle ? ['--idle'] : [])];
    const child = fork(process.argv[1]!, args, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const began = performance.now();
    child.on('message', (told) => this.#hear(told as Told));
    child.on('error', (error) => this.#options.say(`the trees are not tended: ${messageOf(error)}`));
    child.on('exit', (status, signal) => {
      this.#states.clear();
      for (const { failed } of this.#waiting.values())
        failed(new CapstanError('unavailable', 'the process that corrects answers has ended; try again'));
      if (this.#isStopping) return;
      this.#again = performance.now() - began > AGAIN_MOST_MS ? AGAIN_MS : this.#again;
      const seconds = this.#again / AGAIN_MS;
      this.#options.say(
        `the process that tends the trees has ended (${signal ?? status}); it is started again in ${seconds} s`,
      );
      setTimeout(() => {
        if (!this.#isStopping) this.#child = this.#start();
      }, this.#again).unref();
      this.#again = Math.min(2 * this.#again, AGAIN_MOST_MS);
    });
    return child;
  }

  #send(wanted: Wanted): void {
    if (this.#child.connected) {
      this.#child.send(wanted);
      return;
    }
    const message = 'the process that corrects answers is being started; try again';
    if (wanted.kind === 'correct')
      this.#waiting.get(wanted.number)?.failed(new CapstanError('unavailable', message));
  }

  #hear(told: Told): void {
    switch (told.kind) {
      case 'said':
        this.#options.say(told.line);
        return;
      case 'tended':
        if (told.tended) this.#states.set(told.run, told.tended);
        else this.#states.delete(told.run);
        this.#options.tell(told.run);
        return;
      case 'corrected':
        this.#waiting.get(told.number)?.done(told.corrected);
        return;
      case 'failed': {
        const { number, code, message } = told;
        const error = code === undefined ? new Error(message) : new CapstanError(code, message);
        this.#waiting.get(number)?.failed(error);
      }
    }
  }
}

/** The other side: tends until it is stopped, or nobody is there any more to whom it matters. */
export async function tendFor(isIdle: boolean, stop: AbortSignal): Promise<void> {
  const send = (told: Told): void => {
    if (process.connected) process.send!(told);
  };
  setMaxListeners(0); // a wish to stop reaches as many as work at the same time, and Node would warn of eleven
  const gone = new AbortController();
  process.on('disconnect', () => gone.abort(new CapstanError('interrupted', 'the server has stopped')));
  const tender = new Tender({
    isIdle,
    tell: (run, tended) => send({ kind: 'tended', run, tended }),
    say: (line) => send({ kind: 'said', line }),
  });
  const cancelled = new Map<number, AbortController>();
  process.on('message', async (message) => {
    const wanted = message as Wanted;
    const { number } = wanted;
    if (wanted.kind === 'cancel') return cancelled.get(number)?.abort();
    const cancel = new AbortController();
    cancelled.set(number, cancel);
    try {
      send({ kind: 'corrected', number, corrected: await tender.correct(wanted.asked, cancel.signal) });
    } catch (error) {
      const code = error instanceof CapstanError ? error.code : undefined;
      send({ kind: 'failed', number, code, message: messageOf(error) });
    } finally {
      cancelled.delete(number);
    }
  });
  await tender.run(AbortSignal.any([stop, gone.signal]));
  if (process.connected) process.disconnect();
}
