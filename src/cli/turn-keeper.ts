/** Carries out what people have committed when it is due, while the server runs, and tells of what is new: also of what other
 *  processes have put into the inbox. */

import { messageOf } from '../base/errors.ts';
import { DESK } from '../project/home.ts';
import { Turns } from '../project/turns.ts';
import type { Changes } from '../server/changes.ts';
import { Folder } from '../storage/folder.ts';

const LOOK_MS = 250;

export class TurnKeeper {
  readonly #changes: Changes;
  #turns: Turns | undefined;
  #version = 0;
  #said = '';
  readonly #timer: NodeJS.Timeout;

  constructor(changes: Changes) {
    this.#changes = changes;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  readonly open = (): Turns => {
    this.#turns ??= Turns.open({ complain: (error) => this.#complain(error) });
    return this.#turns;
  };

  close(): void {
    clearInterval(this.#timer);
    this.#turns?.close();
  }

  #look(): void {
    try {
      // What somebody committed before a crash waits for nobody to ask.
      if (!this.#turns && !new Folder('.').exists(DESK)) return;
      const { desk, trees } = this.open();
      const runs = desk.settle();
      for (const run of runs) this.#changes.tell({ topic: 'tree', run });
      const { version } = trees;
      if (version === this.#version && runs.size === 0) return;
      this.#version = version;
      this.#changes.tell({ topic: 'turns' });
    } catch (error) {
      this.#complain(error);
    }
  }

  /** Once for each new complaint. */
  #complain(error: unknown): void {
    const said = messageOf(error);
    if (said !== this.#said) process.stderr.write(`turns: ${said}\n`);
    this.#said = said;
  }
}
