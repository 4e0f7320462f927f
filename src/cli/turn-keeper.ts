/** Carries out what people have committed when it is due, while the server runs, and tells of what is new: also of what other
 *  processes have put into the inbox. */

import { messageOf } from '../base/errors.ts';
import { DESK } from '../project/home.ts';
import { Turns } from '../project/turns.ts';
import type { Changes } from '../server/changes.ts';
import { Folder } from '../storage/folder.ts';

const LOOK_MS = 250;
/** So much is carried out at a time, some tens of milliseconds in which no request is answered, and then so long nothing. */
const AT_ONCE = 2;
const PAUSE_MS = 5;

export class TurnKeeper {
  readonly #changes: Changes;
  #turns: Turns | undefined;
  #version = 0;
  #said = '';
  #timer: NodeJS.Timeout;

  constructor(changes: Changes) {
    this.#changes = changes;
    this.#timer = setTimeout(() => this.#look(), LOOK_MS);
  }

  readonly open = (): Turns => {
    this.#turns ??= Turns.open({ complain: (error) => this.#complain(error) });
    return this.#turns;
  };

  close(): void {
    clearTimeout(this.#timer);
    this.#turns?.close();
  }

  #look(): void {
    let isBusy = false;
    try {
      isBusy = this.#carryOut();
    } catch (error) {
      this.#complain(error);
    }
    this.#timer = setTimeout(() => this.#look(), isBusy ? PAUSE_MS : LOOK_MS);
  }

  /** Whether there was something. */
  #carryOut(): boolean {
    // What somebody committed before a crash waits for nobody to ask.
    if (!this.#turns && !new Folder('.').exists(DESK)) return false;
    const { desk, trees } = this.open();
    const runs = desk.settle(AT_ONCE);
    for (const run of runs) this.#changes.tell({ topic: 'tree', run });
    const { version } = trees;
    if (version !== this.#version || runs.size > 0) this.#changes.tell({ topic: 'turns' });
    this.#version = version;
    return runs.size > 0;
  }

  /** Once for each new complaint. */
  #complain(error: unknown): void {
    const said = messageOf(error);
    if (said !== this.#said) process.stderr.write(`turns: ${said}\n`);
    this.#said = said;
  }
}
