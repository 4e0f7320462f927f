/** The part of node:fs that storage uses, and the sentence for each way in which it fails.
 *  It is an argument, so that tests can fill the disk, pull the plug and write short. */

import type * as fs from 'node:fs';
import { dirname } from 'node:path';
import { CapstanError } from '../base/errors.ts';

export type Disk = Pick<
  typeof fs,
  | 'closeSync'
  | 'fdatasyncSync'
  | 'fsyncSync'
  | 'ftruncateSync'
  | 'mkdirSync'
  | 'openSync'
  | 'readFileSync'
  | 'readSync'
  | 'readdirSync'
  | 'renameSync'
  | 'rmSync'
  | 'statSync'
  | 'writeSync'
>;

/** What was tried, on what, and what a failure of it leaves behind: «nothing was overwritten». */
export interface Attempt {
  readonly verb: 'read' | 'write' | 'remove' | 'lock';
  readonly path: string;
  readonly consequence?: string;
}

/** Does what may fail; what the system says against it becomes a CapstanError, anything else is a bug and passes. */
export function attempt<T>(what: Attempt, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw isSystemError(error) ? explained(what, error) : error;
  }
}

/** Makes the folder and those above it. Not mkdir's own `recursive`, which on a read-only disk reports ENOENT. Nothing is
 *  put into a folder before its own name is on the disk: of one that is empty, whoever made it may have died before that. */
export function makeFolder(path: string, disk: Disk): void {
  const held = holds(path, disk);
  if (held === undefined) {
    makeFolder(dirname(path), disk);
    try {
      disk.mkdirSync(path);
    } catch (error) {
      if (!isSystemError(error, 'EEXIST')) throw error; // somebody else was making it too
    }
  }
  if (!held) syncFolder(dirname(path), disk);
}

/** Whether the folder holds anything; undefined where there is none. */
function holds(path: string, disk: Disk): boolean | undefined {
  try {
    return disk.readdirSync(path).length > 0;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Makes the names in the folder last. */
export function syncFolder(path: string, disk: Disk): void {
  if (process.platform === 'win32') return; // Windows does not open folders
  withFile({ path, flags: 'r', disk }, (file) => disk.fsyncSync(file));
}

export interface Opening {
  readonly path: string;
  readonly flags: string;
  /** Of a file that is made by it: who may do what, as in chmod(2). */
  readonly mode?: number;
  readonly disk: Disk;
}

/** Opens, acts and closes. A close that fails is a write that failed: some file systems report a full disk only then. */
export function withFile({ path, flags, mode, disk }: Opening, act: (file: number) => void): void {
  const file = disk.openSync(path, flags, mode);
  try {
    act(file);
  } catch (error) {
    quietly(() => disk.closeSync(file));
    throw error;
  }
  disk.closeSync(file);
}

/** write(2) may take less than it is given; the next call then says why. */
export function writeAll(file: number, bytes: Uint8Array, disk: Disk): void {
  for (let done = 0; done < bytes.length; ) {
    const written = disk.writeSync(file, bytes, done, bytes.length - done);
    if (written === 0) throw Object.assign(new Error('the disk takes no more bytes'), { code: 'EIO' });
    done += written;
  }
}

/** Of a piece that is read at once. */
const PIECE_BYTES = 2 ** 18;

/** The content of a file piece by piece. A piece is the receiver's to keep. */
export function* readPieces(path: string, disk: Disk): Generator<Uint8Array, void> {
  const reading = <T>(act: () => T): T => attempt({ verb: 'read', path }, act);
  const file = reading(() => disk.openSync(path, 'r'));
  try {
    for (;;) {
      const piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
      const read = reading(() => disk.readSync(file, piece, 0, PIECE_BYTES, null));
      if (read === 0) return;
      yield piece.subarray(0, read);
    }
  } finally {
    quietly(() => disk.closeSync(file));
  }
}

/** For cleaning up after a failure that is already being reported. */
export function quietly(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

/** Whether the system refused an operation, and with this code if one is given: 'ENOENT'. */
export function isSystemError(error: unknown, code?: string): error is NodeJS.ErrnoException {
  if (!(error instanceof Error) || !('code' in error)) return false;
  if (code !== undefined) return error.code === code;
  return /^(E[A-Z0-9]+|ERR_FS_\w+)$/.test(String(error.code));
}

const ADVICE: { readonly [code: string]: readonly [reason: string, remedy: string] } = {
  ENOSPC: ['the disk is full', 'free some space'],
  EDQUOT: ['the disk quota is used up', 'free some space'],
  EROFS: ['the disk is read-only', 'make it writable'],
  EACCES: ['permission is denied', 'allow this user to use it'],
  EPERM: ['the operation is not permitted', 'allow this user to use it'],
  EIO: ['the disk reports an input/output error', 'check the disk'],
};

function explained(what: Attempt, error: NodeJS.ErrnoException): CapstanError {
  const { verb, path, consequence } = what;
  if (error.code === 'ENOENT' && verb === 'read')
    return new CapstanError('not-found', `cannot read ${path}: there is no such file`, { cause: error });
  const [reason, remedy] = ADVICE[error.code ?? ''] ?? [error.message, 'remove the obstacle'];
  const after = verb === 'read' ? remedy : `${remedy} and continue with --resume`;
  const clauses = consequence === undefined ? after : `${consequence}, ${after}`;
  return new CapstanError('storage', `cannot ${verb} ${path}: ${reason}; ${clauses}`, { cause: error });
}
