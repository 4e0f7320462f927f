/** People's turns while the server runs: opened when they are asked for, carried out in a thread of their own, also what was
 *  committed before a crash; and whoever listens is told of what is new. */

import { Worker } from 'node:worker_threads';
import { messageOf } from '../base/errors.ts';
import { DESK } from '../project/home.ts';
import type { ProjectLog } from '../project/log.ts';
import { Turns } from '../project/turns.ts';
import type { Changes } from '../server/changes.ts';
import { Folder } from '../storage/folder.ts';
import type { Told, Wanted } from './turn-settler.ts';

const LOOK_MS = 250;

export class TurnKeeper {
  readonly #changes: Changes;
  readonly #log: ProjectLog;
  readonly #undoMs: number;
  readonly #timer: NodeJS.Timeout;
  readonly #wanted = new Map<string, () => void>();
  #turns: Turns | undefined;
  #worker: Worker | undefined;
  #said = '';

  constructor(changes: Changes, log: ProjectLog, undoMs: number) {
    this.#changes = changes;
    this.#log = log;
    this.#undoMs = undoMs;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  readonly open = (): Turns => {
    if (this.#turns?.isSound === false) {
      this.#turns.close();
      this.#turns = undefined;
    }
    this.#turns ??= Turns.open({
      ...{ log: this.#log, undoMs: this.#undoMs },
      carryOut: (act) => this.#carryOut(act),
    });
    this.#worker ??= this.#start();
    return this.#turns;
  };

  async close(): Promise<void> {
    clearInterval(this.#timer);
    const worker = this.#worker;
    if (worker) {
      const ended = new Promise((resolve) => worker.once('exit', resolve));
      worker.postMessage(undefined satisfies Wanted);
      await ended;
    }
    this.#turns?.close();
  }

  /** Kept when it is on the ledger, or could not be put there now. */
  #carryOut(act: string): Promise<void> {
    return new Promise((resolve) => {
      this.#wanted.set(act, resolve);
      this.#worker!.postMessage({ act } satisfies Wanted);
    });
  }

  #look(): void {
    try {
      // What somebody committed before a crash waits for nobody to ask.
      if (this.#turns || new Folder('.').exists(DESK)) this.open();
    } catch (error) {
      this.#complain(messageOf(error));
    }
  }

  #start(): Worker {
    const worker = startWorker();
    worker.on('message', (told: Told) => this.#hear(told));
    worker.on('error', (error) => {
      this.#complain(messageOf(error));
      this.#worker = undefined; // and the next look starts another
      for (const resolve of this.#wanted.values()) resolve();
      this.#wanted.clear();
    });
    return worker;
  }

  #hear(told: Told): void {
    if ('complaint' in told) this.#complain(told.complaint);
    else if ('act' in told) {
      this.#wanted.get(told.act)?.();
      this.#wanted.delete(told.act);
    } else {
      for (const run of told.runs) this.#changes.tell({ topic: 'tree', run });
      this.#changes.tell({ topic: 'turns' });
    }
  }

  /** Once for each new complaint. */
  #complain(said: string): void {
    if (said !== this.#said) process.stderr.write(`turns: ${said}\n`);
    this.#said = said;
  }
}

/** Node cannot read TypeScript in a worker before 22.18, so from source the worker starts through tsx. */
function startWorker(): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./turn-settler.js', import.meta.url));
  const start = `import('${import.meta.resolve('tsx/esm/api')}').then(({ register }) => { register(); return import('${new URL('./turn-settler.ts', import.meta.url)}'); })`;
  return new Worker(start, { eval: true });
}
