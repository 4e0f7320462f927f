/** The new content of a file that is too large to hold, written piece by piece. It grows under a temporary name, where it
 *  can be read back; nobody else sees it before it is committed, and then all of it is there. Uncommitted ones are swept
 *  with the temporary files of crashed writers. */

import { basename, dirname } from 'node:path';
import { invariant } from '../base/errors.ts';
import { attempt, type Disk, makeFolder, quietly, readPieces, syncFolder, writeAll } from './disk.ts';

/** So much is gathered before it goes to the disk. */
const GATHERED_BYTES = 2 ** 18;

export class Staged {
  readonly #path: string;
  readonly #temporary: string;
  readonly #disk: Disk;
  #file: number | undefined;
  #gathered: Uint8Array[] = [];
  #waiting = 0;
  #bytes = 0;

  /** Use `Folder.stage`. */
  constructor(path: string, temporary: string, disk: Disk) {
    this.#path = path;
    this.#temporary = temporary;
    this.#disk = disk;
    this.#attempt(() => {
      makeFolder(dirname(path), disk);
      this.#file = disk.openSync(temporary, 'wx');
    });
  }

  /** Written so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The bytes are kept, not copied: whoever gives them does not write to them again. */
  write(content: Uint8Array | string): void {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    this.#gathered.push(bytes);
    this.#waiting += bytes.length;
    this.#bytes += bytes.length;
    if (this.#waiting >= GATHERED_BYTES) this.#flush();
  }

  /** What was written so far, in pieces. */
  pieces(): Generator<Uint8Array, void> {
    if (this.#file !== undefined) this.#flush();
    return readPieces(this.#temporary, this.#disk);
  }

  /** Makes what was written durable, still under its temporary name. */
  seal(): void {
    const file = this.#file;
    if (file === undefined) return;
    this.#flush();
    this.#attempt(() => {
      this.#disk.fsyncSync(file);
      this.#file = undefined;
      this.#disk.closeSync(file);
    });
  }

  /** Replaces the file, or makes it. */
  commit(): void {
    this.seal();
    this.#attempt(() => this.#disk.renameSync(this.#temporary, this.#path));
    const consequence = 'its new content is whole but might not outlive a power failure';
    attempt({ verb: 'write', path: this.#path, consequence }, () =>
      syncFolder(dirname(this.#path), this.#disk),
    );
  }

  /** Leaves no trace; after a commit it does nothing. */
  discard(): void {
    const file = this.#file;
    this.#file = undefined;
    this.#gathered = [];
    if (file !== undefined) quietly(() => this.#disk.closeSync(file));
    quietly(() => this.#disk.rmSync(this.#temporary, { force: true }));
  }

  #flush(): void {
    const file = this.#file;
    invariant(file !== undefined, `${basename(this.#path)} is written to after it was sealed`);
    if (this.#waiting === 0) return;
    const bytes = Buffer.concat(this.#gathered);
    [this.#gathered, this.#waiting] = [[], 0];
    this.#attempt(() => writeAll(file, bytes, this.#disk));
  }

  #attempt(act: () => void): void {
    attempt({ verb: 'write', path: this.#path, consequence: 'nothing was overwritten' }, () => {
      try {
        act();
      } catch (error) {
        this.discard();
        throw error;
      }
    });
  }
}
