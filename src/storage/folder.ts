/** A folder of a run's files. A file is replaced whole or not at all, a log grows at its end, and whatever strikes
 *  in between, the old content or the new one is there to read:
 *     write a temporary file → fsync → rename over the old → fsync the folder
 *  Names are plain: «state.bin», «checkpoints/4f2a.safetensors». A segment cannot start with a dot, so no name leads
 *  out of the folder and none is a temporary file's. */

import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { CapstanError } from '../base/errors.ts';
import {
  attempt,
  type Disk,
  isSystemError,
  makeFolder,
  quietly,
  readPieces,
  syncFolder,
  withFile,
  writeAll,
} from './disk.ts';
import { Staged } from './staged.ts';

export class Folder {
  readonly path: string;
  readonly #disk: Disk;

  /** Touches nothing: a folder that is only read may be missing, or be another process's. */
  constructor(path: string, disk: Disk = fs) {
    this.path = resolve(path);
    this.#disk = disk;
  }

  /** The last part of its path. */
  get name(): string {
    return basename(this.path);
  }

  /** A folder in it, on the same disk. */
  sub(name: string): Folder {
    return new Folder(this.#locate(name), this.#disk);
  }

  /** Replaces the file, or makes it; when this returns it is on the disk. A secret one is its owner's alone to read. */
  writeAtomic(name: string, content: Uint8Array | string, options: { readonly secret?: boolean } = {}): void {
    const path = this.#locate(name);
    attempt({ verb: 'write', path, consequence: 'nothing was overwritten' }, () => {
      makeFolder(dirname(path), this.#disk);
      const temporary = temporaryOf(path);
      try {
        const mode = options.secret ? OWNER_ALONE : undefined;
        withFile({ path: temporary, flags: 'wx', ...(mode && { mode }), disk: this.#disk }, (file) => {
          this.#writeAll(file, content);
          this.#disk.fsyncSync(file);
        });
        this.#disk.renameSync(temporary, path);
      } catch (error) {
        this.#discard(temporary);
        throw error;
      }
    });
    const consequence = 'its new content is whole but might not outlive a power failure';
    attempt({ verb: 'write', path, consequence }, () => syncFolder(dirname(path), this.#disk));
  }

  /** A new content of the file that grows piece by piece, and replaces the old when it is committed. */
  stage(name: string): Staged {
    const path = this.#locate(name);
    return new Staged(path, temporaryOf(path), this.#disk);
  }

  /** Adds to the end of the file, or starts it. A failure may leave a part: truncate to what was acknowledged. */
  append(name: string, text: string, options: { readonly sync?: boolean } = {}): void {
    const path = this.#locate(name);
    attempt({ verb: 'write', path, consequence: 'what it held before is untouched' }, () => {
      const isNew = options.sync && !this.exists(name);
      makeFolder(dirname(path), this.#disk);
      this.#open(path, 'a', (file) => {
        this.#writeAll(file, text);
        if (options.sync) this.#disk.fsyncSync(file);
      });
      if (isNew) syncFolder(dirname(path), this.#disk);
    });
  }

  /** Cuts the file back to its first `bytes` bytes. */
  truncate(name: string, bytes: number): void {
    const size = this.size(name);
    const path = this.#locate(name);
    // ftruncate would fill the missing rest with zeros.
    if (!(bytes <= size))
      throw new CapstanError('corrupt', `${path}: expected at least ${bytes} bytes, got ${size}`);
    attempt({ verb: 'write', path, consequence: 'its beginning is untouched' }, () =>
      this.#open(path, 'r+', (file) => {
        this.#disk.ftruncateSync(file, bytes);
        this.#disk.fsyncSync(file);
      }),
    );
  }

  read(name: string): Uint8Array {
    return this.#reading(name, (path) => this.#disk.readFileSync(path));
  }

  /** The content piece by piece, for a file that is too large to hold. */
  pieces(name: string): Generator<Uint8Array, void> {
    return readPieces(this.#locate(name), this.#disk);
  }

  readText(name: string): string {
    return this.#reading(name, (path) => this.#disk.readFileSync(path, 'utf8'));
  }

  /** In bytes. */
  size(name: string): number {
    return this.#reading(name, (path) => this.#disk.statSync(path).size);
  }

  /** Whether there is such a file or folder; there is none below a path that leads through a file. */
  exists(name: string): boolean {
    return this.#reading(name, (path) => {
      try {
        return this.#disk.statSync(path, { throwIfNoEntry: false }) !== undefined;
      } catch (error) {
        if (isSystemError(error, 'ENOTDIR')) return false;
        throw error;
      }
    });
  }

  /** The names of the files and folders in it (or in its folder `sub`), sorted; none if it does not exist. `hidden`: also
   *  those that start with a dot, which nobody here writes but for a moment. */
  list(sub?: string, { hidden = false }: { readonly hidden?: boolean } = {}): string[] {
    const path = sub === undefined ? this.path : this.#locate(sub);
    const entries = this.#entries(path, false).filter((entry) => hidden || !entry.startsWith('.'));
    return entries.sort().map((entry) => (sub === undefined ? entry : `${sub}/${entry}`));
  }

  /** The names of all files in it and in the folders below it, sorted; none if it does not exist. */
  files(): string[] {
    const names = this.#entries(this.path, true).map((name) => name.replaceAll('\\', '/'));
    const isFile = (name: string) => this.#disk.statSync(join(this.path, name)).isFile();
    return names.filter((name) => !basename(name).startsWith('.') && isFile(name)).sort();
  }

  /** Removes the file, if it is there; with `sync` for good, whatever strikes afterwards. */
  remove(name: string, options: { readonly sync?: boolean } = {}): void {
    const path = this.#locate(name);
    const isThere = options.sync && this.exists(name);
    attempt({ verb: 'remove', path }, () => {
      this.#disk.rmSync(path, { force: true });
      if (isThere) syncFolder(dirname(path), this.#disk);
    });
  }

  /** Removes the temporary files of crashed writers. Only for the holder of the folder's lock: others may be writing. */
  sweep(): void {
    for (const entry of this.#entries(this.path, true)) {
      const isTemporary = basename(entry).startsWith('.') && entry.endsWith(TEMPORARY);
      if (isTemporary) this.#discard(join(this.path, entry));
    }
  }

  #locate(name: string): string {
    if (!/^(?!\.)[\w.-]+(\/(?!\.)[\w.-]+)*$/.test(name))
      throw new CapstanError(
        'invalid',
        `the name of a file: expected letters, digits, «.», «-», «_», got «${name}»`,
      );
    return join(this.path, name);
  }

  #reading<T>(name: string, act: (path: string) => T): T {
    const path = this.#locate(name);
    return attempt({ verb: 'read', path }, () => act(path));
  }

  #entries(path: string, recursive: boolean): string[] {
    return attempt({ verb: 'read', path }, () => {
      try {
        return this.#disk.readdirSync(path, { encoding: 'utf8', recursive });
      } catch (error) {
        if (isSystemError(error, 'ENOENT')) return [];
        throw error;
      }
    });
  }

  #open(path: string, flags: string, act: (file: number) => void): void {
    withFile({ path, flags, disk: this.#disk }, act);
  }

  #writeAll(file: number, content: Uint8Array | string): void {
    writeAll(file, typeof content === 'string' ? Buffer.from(content) : content, this.#disk);
  }

  #discard(path: string): void {
    quietly(() => this.#disk.rmSync(path, { force: true }));
  }
}

const TEMPORARY = '.tmp';

function temporaryOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID()}${TEMPORARY}`);
}

const OWNER_ALONE = 0o600;
