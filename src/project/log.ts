/** The journal of the project as it stands, for those who look at it again and again: only what is new is read. It is
 *  replayed as it is read, so that an entry that may not be there is not shown. */

import { decodeEntry, type Entry } from '../ledger/entry.ts';
import { Replay } from '../record/replay.ts';
import { Folder } from '../storage/folder.ts';
import { Journal } from '../storage/journal.ts';

export interface Kept {
  readonly entry: Entry;
  /** As they are hashed. */
  readonly bytes: Uint8Array;
}

export class ProjectLog {
  readonly #folder: Folder;
  #seen = '';
  #journal: Journal | undefined;
  #replay = new Replay();
  #entries: Kept[] = [];

  /** Of the ledger. */
  constructor(path: string) {
    this.#folder = new Folder(path).sub('journal');
  }

  get entries(): readonly Kept[] {
    this.#refresh();
    return this.#entries;
  }

  get replay(): Replay {
    this.#refresh();
    return this.#replay;
  }

  #refresh(): void {
    const seen = this.#folder
      .list()
      .map((name) => `${name} ${this.#folder.size(name)}`)
      .join();
    if (seen === this.#seen) return;
    const { journal } = this.#journal?.again() ?? Journal.look(this.#folder.path);
    // Fewer than before: another ledger lies there now.
    if (journal.size < this.#entries.length) [this.#replay, this.#entries] = [new Replay(), []];
    for (const record of journal.read(this.#entries.length)) {
      const bytes = Uint8Array.from(record);
      this.#replay.take(bytes);
      this.#entries.push({ entry: decodeEntry(bytes, this.#entries.length), bytes });
    }
    [this.#journal, this.#seen] = [journal, seen];
  }
}
