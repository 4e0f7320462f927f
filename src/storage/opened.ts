/** A file as it is when it is opened, to be read anywhere in it: whatever is put in its place meanwhile, this one is read
 *  on. */

import * as fs from 'node:fs';
import { resolve } from 'node:path';
import { attempt, quietly } from './disk.ts';

export class Opened {
  readonly path: string;
  /** Another one is another content, or the same written again. */
  readonly version: string;
  readonly size: number;
  #file: number | undefined;

  private constructor(path: string, file: number) {
    const { ino, size, mtimeNs } = fs.fstatSync(file, { bigint: true });
    this.path = path;
    this.size = Number(size);
    this.version = versionOf(ino, size, mtimeNs);
    this.#file = file;
  }

  static open(path: string): Opened {
    const file = resolve(path);
    return attempt({ verb: 'read', path: file }, () => new Opened(file, fs.openSync(file, 'r')));
  }

  /** That of the file that lies there now; undefined where there is none. */
  static versionOf(path: string): string | undefined {
    return attempt({ verb: 'read', path }, () => {
      const found = fs.statSync(path, { bigint: true, throwIfNoEntry: false });
      return found && versionOf(found.ino, found.size, found.mtimeNs);
    });
  }

  /** From there on so many bytes, or as many as there are. */
  read(from: number, bytes: number): Buffer {
    const into = Buffer.allocUnsafeSlow(Math.max(0, Math.min(bytes, this.size - from)));
    return attempt({ verb: 'read', path: this.path }, () => {
      let done = 0;
      while (done < into.length) {
        const read = fs.readSync(this.#file!, into, done, into.length - done, from + done);
        if (read === 0) break;
        done += read;
      }
      return into.subarray(0, done);
    });
  }

  /** All of it, piece by piece. */
  *pieces(): Generator<Uint8Array, void> {
    for (let from = 0; from < this.size; from += PIECE_BYTES) yield this.read(from, PIECE_BYTES);
  }

  close(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) quietly(() => fs.closeSync(file));
  }
}

/** Of a piece that is read at once. */
const PIECE_BYTES = 2 ** 18;

function versionOf(...parts: readonly bigint[]): string {
  return parts.map((part) => part.toString(36)).join('-');
}
