/** A disk in memory that forgets as badly as a disk may. When the power goes,
 *     a write that no fsync followed is there, or not, or up to any byte, or zeros, sector by sector;
 *     a name (made, renamed, removed) that no fsync of its folder followed is there or not, each by itself;
 *     a failed fsync has written some sectors, shows all of them until then, and calls all of them clean.
 *  Strict: also a new file's name needs the fsync of its folder, which ext4 would often forgive.
 *  What it does not do: touch bytes outside of a write (SQLite calls that powersafe overwrite), or take back what was synced. */

import { posix } from 'node:path';
import type { Random } from '../../src/base/random.ts';
import type { Disk } from '../../src/storage/disk.ts';

/** Small, so that a group of small records is torn in many ways. */
const SECTOR_BYTES = 64;

/** Not an error of the system, since no program lives to see it. */
export class PowerCut extends Error {}

export interface Weather {
  /** The operation in the middle of which the power goes. */
  readonly cutAt?: number;
  /** Chance of each operation to fail, or of a write to be short. */
  readonly faultRate?: number;
}

interface File {
  readonly kind: 'file';
  content: Buffer;
  durable: Buffer;
  pending: Change[];
}

interface Directory {
  readonly kind: 'folder';
  names: Map<string, Inode>;
  durable: Map<string, Inode>;
  pending: ((names: Map<string, Inode>) => void)[];
}

type Inode = File | Directory;
type Change = { readonly at: number; readonly bytes: Buffer } | { readonly size: number };

export class SimulatedDisk {
  readonly #random: Random;
  readonly #root: Directory = newDirectory();
  readonly #inodes: Inode[] = [this.#root];
  #open = new Map<number, { readonly inode: Inode; readonly appends: boolean; position: number }>();
  #nextFile = 3;
  #weather: Weather = {};
  #operations = 0;
  #isDown = false;
  /** How many faults struck. */
  faults = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** What the next process will meet. */
  forecast(weather: Weather): void {
    this.#weather = weather;
    this.#operations = 0;
  }

  /** Acts in fair weather: for looking at the disk from outside. */
  calmly<T>(act: () => T): T {
    const [weather, operations] = [this.#weather, this.#operations];
    this.forecast({});
    try {
      return act();
    } finally {
      this.#weather = weather;
      this.#operations = operations;
    }
  }

  /** The process is gone: after a kill all that it wrote can be read, after a power failure what was durable. */
  restart(after: 'kill' | 'power'): void {
    this.#open = new Map();
    this.#isDown = false;
    this.forecast({});
    if (after === 'kill') return;
    for (const inode of this.#inodes)
      if (inode.kind === 'file') this.#forgetBytes(inode);
      else this.#forgetNames(inode);
  }

  /** What is below the folder, copied by a hand from outside. */
  backup(path: string): Backup {
    const folder = this.#find(path);
    return folder?.kind === 'folder' ? copied(folder) : newDirectory();
  }

  /** Puts what was copied in the place of what is there, durably. */
  restore(path: string, backup: Backup): void {
    const { folder, name } = this.#parent(path);
    const inode = copied(backup as Directory);
    for (const one of [inode, ...inodesIn(inode)]) this.#made(one);
    for (const names of [folder.names, folder.durable]) names.set(name, inode);
  }

  /** All that storage asks of node:fs. */
  readonly disk = {
    mkdirSync: (path: string) =>
      this.#operation('mkdir', () => {
        if (this.#find(path) !== undefined) throw refusal('EEXIST', path);
        const { folder, name } = this.#parent(path);
        this.#name(folder, name, this.#made(newDirectory()));
      }),
    openSync: (path: string, flags: string) => this.#operation('open', () => this.#opened(path, flags)),
    closeSync: (file: number) => this.#operation('close', () => void this.#open.delete(file)),
    writeSync: (file: number, bytes: Uint8Array, offset = 0, length = bytes.length - offset) => {
      const write = (most: number) => {
        const open = this.#opening(file);
        const inode = asFile(open.inode);
        const at = open.appends ? inode.content.length : open.position;
        const change = { at, bytes: Buffer.from(bytes.subarray(offset, offset + most)) };
        inode.content = changed(inode.content, change);
        inode.pending.push(change);
        open.position = at + most;
        return most;
      };
      const isShort = length > 1 && this.#strikes();
      const most = isShort ? 1 + this.#random.below(length - 1) : length;
      return this.#operation('write', () => write(most), { half: () => write(this.#random.below(most)) });
    },
    ftruncateSync: (file: number, size: number) =>
      this.#operation('ftruncate', () => {
        const inode = asFile(this.#opening(file).inode);
        inode.content = changed(inode.content, { size });
        inode.pending.push({ size });
      }),
    fsyncSync: (file: number) => this.#sync(file),
    fdatasyncSync: (file: number) => this.#sync(file),
    renameSync: (from: string, to: string) =>
      this.#operation('rename', () => {
        const [source, target] = [this.#parent(from), this.#parent(to)];
        if (source.folder !== target.folder) throw refusal('EXDEV', to); // simpler, and nobody needs it
        const inode = source.folder.names.get(source.name);
        if (inode === undefined) throw refusal('ENOENT', from);
        this.#rename(source.folder, (names) => {
          names.delete(source.name);
          names.set(target.name, inode);
        });
      }),
    rmSync: (path: string, { force = false } = {}) =>
      this.#operation('rm', () => {
        const { folder, name } = this.#parent(path);
        if (!folder.names.has(name)) {
          if (force) return;
          throw refusal('ENOENT', path);
        }
        this.#rename(folder, (names) => names.delete(name));
      }),
    readdirSync: (path: string, { recursive = false } = {}) =>
      this.#operation('readdir', () => namesIn(asDirectory(this.#find(path), path), recursive)),
    readFileSync: (path: string, encoding?: BufferEncoding) =>
      this.#operation('read', () => {
        const content = Buffer.from(asFile(this.#find(path)).content);
        return encoding === undefined ? content : content.toString(encoding);
      }),
    statSync: (path: string, { throwIfNoEntry = true } = {}) =>
      this.#operation('stat', () => {
        const inode = this.#find(path);
        if (inode === undefined && throwIfNoEntry) throw refusal('ENOENT', path);
        return (
          inode && {
            size: inode.kind === 'file' ? inode.content.length : 0,
            isFile: () => inode.kind === 'file',
          }
        );
      }),
  } as unknown as Disk;

  #operation<T>(name: string, act: () => T, { half }: { half?: () => unknown } = {}): T {
    if (this.#isDown) throw new PowerCut();
    if (this.#operations++ === this.#weather.cutAt) {
      if (half) half();
      else if (this.#random.below(2) === 0) quietly(act);
      this.#isDown = true;
      throw new PowerCut();
    }
    if (!this.#strikes()) return act();
    this.faults++;
    if (half) half();
    else if (this.#random.below(2) === 0) quietly(act);
    throw refusal(this.#random.below(2) === 0 ? 'EIO' : 'ENOSPC', `injected at ${name}`);
  }

  #strikes(): boolean {
    const { faultRate = 0 } = this.#weather;
    return faultRate > 0 && this.#random.uniform() < faultRate;
  }

  #sync(file: number): void {
    const forget = () => {
      const { inode } = this.#opening(file);
      if (inode.kind === 'file') inode.durable = this.#surviving(inode);
      inode.pending = [];
    };
    const sync = () => {
      const { inode } = this.#opening(file);
      if (inode.kind === 'file')
        inode.durable = inode.pending.reduce<Buffer>(
          (bytes, change) => changed(bytes, change),
          inode.durable,
        );
      else for (const change of inode.pending) change(inode.durable);
      inode.pending = [];
    };
    // A folder whose fsync failed keeps its names in doubt: a journalling file system stops there.
    const isFile = !this.#isDown && this.#open.get(file)?.inode.kind === 'file';
    this.#operation('fsync', sync, isFile ? { half: forget } : {});
  }

  #forgetBytes(inode: File): void {
    inode.durable = this.#surviving(inode);
    inode.content = inode.durable;
    inode.pending = [];
  }

  #forgetNames(inode: Directory): void {
    const mood = this.#random.below(3);
    for (const change of inode.pending)
      if (mood === 0 || (mood === 1 && this.#random.below(2) === 0)) change(inode.durable);
    inode.names = new Map(inode.durable);
    inode.pending = [];
  }

  /** What the disk has of a file without an fsync. */
  #surviving({ durable, pending }: File): Buffer {
    let bytes = durable;
    const mood = this.#random.below(4);
    for (const change of pending) {
      if (mood === 0 || (mood > 1 && this.#random.below(4) === 0)) continue;
      if (mood === 1 || 'size' in change) bytes = changed(bytes, change);
      else for (const sector of sectorsOf(change)) bytes = this.#touched(bytes, sector);
    }
    return bytes;
  }

  #touched(bytes: Buffer, sector: { readonly at: number; readonly bytes: Buffer }): Buffer {
    const zeros = { at: sector.at, bytes: Buffer.alloc(sector.bytes.length) };
    const torn = { at: sector.at, bytes: sector.bytes.subarray(0, this.#random.below(sector.bytes.length)) };
    return [bytes, changed(bytes, zeros), changed(bytes, torn), changed(bytes, sector)][
      this.#random.below(4)
    ]!;
  }

  #opened(path: string, flags: string): number {
    let inode = this.#find(path);
    if (inode !== undefined && flags.includes('x')) throw refusal('EEXIST', path);
    if (inode === undefined) {
      if (flags.startsWith('r')) throw refusal('ENOENT', path);
      const { folder, name } = this.#parent(path);
      inode = this.#made({ kind: 'file', content: EMPTY, durable: EMPTY, pending: [] });
      this.#name(folder, name, inode);
    } else if (flags.startsWith('w')) {
      const file = asFile(inode);
      file.content = EMPTY;
      file.pending.push({ size: 0 });
    }
    this.#open.set(this.#nextFile, { inode, appends: flags.startsWith('a'), position: 0 });
    return this.#nextFile++;
  }

  #opening(file: number) {
    const open = this.#open.get(file);
    if (open === undefined) throw refusal('EBADF', String(file));
    return open;
  }

  #made<T extends Inode>(inode: T): T {
    this.#inodes.push(inode);
    return inode;
  }

  #name(folder: Directory, name: string, inode: Inode): void {
    this.#rename(folder, (names) => names.set(name, inode));
  }

  #rename(folder: Directory, change: (names: Map<string, Inode>) => void): void {
    change(folder.names);
    folder.pending.push(change);
  }

  #find(path: string): Inode | undefined {
    let inode: Inode | undefined = this.#root;
    for (const name of path.split('/').filter((part) => part !== ''))
      inode = inode?.kind === 'folder' ? inode.names.get(name) : undefined;
    return inode;
  }

  #parent(path: string): { readonly folder: Directory; readonly name: string } {
    const above = posix.dirname(path);
    return { folder: asDirectory(this.#find(above), above), name: posix.basename(path) };
  }
}

const EMPTY = Buffer.alloc(0);

/** Of a folder; what it holds is nobody's to read. */
export type Backup = { readonly kind: 'folder' };

function copied(folder: Directory): Directory {
  const names = new Map(
    [...folder.names].map(([name, inode]): [string, Inode] => [
      name,
      inode.kind === 'folder'
        ? copied(inode)
        : { kind: 'file', content: inode.content, durable: inode.content, pending: [] },
    ]),
  );
  return { kind: 'folder', names, durable: new Map(names), pending: [] };
}

function inodesIn({ names }: Directory): readonly Inode[] {
  return [...names.values()].flatMap((inode) =>
    inode.kind === 'folder' ? [inode, ...inodesIn(inode)] : [inode],
  );
}

function namesIn({ names }: Directory, recursive: boolean): string[] {
  return [...names].flatMap(([name, inode]) =>
    recursive && inode.kind === 'folder'
      ? [name, ...namesIn(inode, true).map((below) => `${name}/${below}`)]
      : [name],
  );
}

function newDirectory(): Directory {
  return { kind: 'folder', names: new Map(), durable: new Map(), pending: [] };
}

/** The content after the change; never the same buffer, which may be the durable one. */
function changed(content: Buffer, change: Change): Buffer {
  const size = 'size' in change ? change.size : Math.max(content.length, change.at + change.bytes.length);
  const bytes = Buffer.alloc(size);
  content.copy(bytes);
  if ('bytes' in change) change.bytes.copy(bytes, change.at);
  return bytes;
}

/** Cut where sectors of the file begin. */
function sectorsOf({ at, bytes }: { readonly at: number; readonly bytes: Buffer }) {
  const sectors: { readonly at: number; readonly bytes: Buffer }[] = [];
  for (let done = 0; done < bytes.length; ) {
    const end = Math.min(bytes.length, done + SECTOR_BYTES - ((at + done) % SECTOR_BYTES));
    sectors.push({ at: at + done, bytes: bytes.subarray(done, end) });
    done = end;
  }
  return sectors;
}

function asFile(inode: Inode | undefined): File {
  if (inode?.kind === 'file') return inode;
  throw refusal(inode === undefined ? 'ENOENT' : 'EISDIR', 'not a file');
}

function asDirectory(inode: Inode | undefined, path: string): Directory {
  if (inode?.kind === 'folder') return inode;
  throw refusal(inode === undefined ? 'ENOENT' : 'ENOTDIR', path);
}

function refusal(code: string, what: string): Error {
  return Object.assign(new Error(`${code}: ${what}`), { code });
}

function quietly(act: () => unknown): void {
  try {
    act();
  } catch {
    // what fails anyway has no effect either
  }
}
