/** What a restored backup must not forget. For each log one file outside of every project remembers the last entry that
 *  halted work or let it go on, changed who may do what, or took a checkpoint back, as it was seen here:
 *      { origin, place, seq, kind, root of the entries up to it, revoked checkpoints }
 *  Where the project's ledger is shorter, or has another history, work is refused until a person's decision is recorded.
 *  What it cannot tell: a project that was moved to another machine or another account, and somebody who removes this
 *  file too. Against these help heads kept elsewhere, and witnesses. */

import { CapstanError } from '../base/errors.ts';
import { leafHash } from '../ledger/merkle.ts';
import type { Disk } from '../storage/disk.ts';
import { Folder } from '../storage/folder.ts';
import type { Latched, Replay } from './replay.ts';

/** As the file has it. */
export interface Seen extends Latched {
  readonly origin: string;
  /** Where the ledger lay. */
  readonly place: string;
  /** Checkpoints, and the entry that revoked each. */
  readonly revoked: { readonly [hash: string]: number };
}

/** What was seen and is not there. */
export interface Lost {
  readonly seen: Seen;
  /** Entries that are there. */
  readonly size: number;
  readonly origin: string;
}

export class Latch {
  readonly #folder: Folder;
  readonly #place: string;

  /** `path`: a folder for the logs of all projects. `place`: where this project's ledger lies. */
  constructor(path: string, place: string, disk?: Disk) {
    this.#folder = new Folder(path, disk);
    this.#place = place;
  }

  /** What this ledger lacks, of the log that it is or of another one that was here. */
  lost(replay: Replay): Lost | undefined {
    const { size, origin, latched } = replay;
    const other = this.#all().find(({ place, origin: log }) => place === this.#place && log !== origin);
    const seen = other ?? this.#seen(origin);
    return seen && (other || latched.get(seen.seq)?.root !== seen.root) ? { seen, size, origin } : undefined;
  }

  /** Checkpoints that are revoked, as far as this ledger knows or it was ever seen here. */
  revoked(replay: Replay): ReadonlyMap<string, number> {
    return new Map([
      ...Object.entries(this.#seen(replay.origin)?.revoked ?? {}),
      ...replay.authority.revoked,
    ]);
  }

  /** Remembers what is new. Where something is lost, that stays remembered, with what was revoked since. The caller holds the
   *  ledger's lock. */
  remember(replay: Replay): void {
    const last = [...replay.latched.values()].at(-1);
    if (last === undefined) return;
    const lost = this.lost(replay);
    const own = lost?.seen ?? this.#seen(replay.origin);
    const revoked = { ...own?.revoked, ...Object.fromEntries(this.revoked(replay)) };
    if (own && lost) {
      if (Object.keys(revoked).length > Object.keys(own.revoked).length) this.#write({ ...own, revoked });
    } else if (own === undefined || own.seq < last.seq || own.place !== this.#place)
      this.#write({ origin: replay.origin, place: this.#place, ...last, revoked });
  }

  /** Somebody has decided, on the record, to go on without what is lost; revoked checkpoints stay so. */
  accept(replay: Replay): void {
    const last = [...replay.latched.values()].at(-1)!;
    const here = this.#all().filter(({ place, origin }) => place === this.#place && origin !== replay.origin);
    const revoked: Seen['revoked'] = Object.assign(
      {},
      ...here.map((one) => one.revoked),
      Object.fromEntries(this.revoked(replay)),
    );
    this.#write({ origin: replay.origin, place: this.#place, ...last, revoked });
    for (const one of here) this.#write({ ...one, place: ELSEWHERE });
  }

  #write(seen: Seen): void {
    this.#folder.writeAtomic(fileOf(seen.origin), `${JSON.stringify(seen)}\n`);
  }

  #seen(origin: string): Seen | undefined {
    const file = fileOf(origin);
    return this.#folder.exists(file) ? this.#read(file) : undefined;
  }

  #all(): readonly Seen[] {
    return this.#folder
      .list()
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => this.#read(name));
  }

  /** What cannot be read is no permission. */
  #read(file: string): Seen {
    const value = parsed(this.#folder.readText(file));
    const { origin, place, seq, kind, root, revoked } = value;
    const isWhole =
      typeof origin === 'string' &&
      typeof place === 'string' &&
      typeof kind === 'string' &&
      typeof root === 'string' &&
      Number.isSafeInteger(seq) &&
      typeof revoked === 'object' &&
      revoked !== null;
    if (isWhole) return value as Seen;
    throw new CapstanError(
      'corrupt',
      `${this.#folder.path}/${file}: expected what was seen of a log, got something else`,
    );
  }
}

/** «expected …, got …» */
export function lostText({ seen, size, origin }: Lost): string {
  const wanted = `expected entry ${seen.seq} (${seen.kind}) of the log ${seen.origin}, which was here before`;
  if (origin !== seen.origin)
    return `${wanted}, got ${origin === '' ? 'no ledger' : `another log, ${origin}`}`;
  return size > seen.seq
    ? `${wanted}, got another history of it`
    : `${wanted}, got a ledger of ${size} entries`;
}

function parsed(text: string): Partial<Seen> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

const SUFFIX = '.json';
/** No absolute path. */
const ELSEWHERE = '';

/** Names of logs of ours are plain; any other has a hash for its file. */
function fileOf(origin: string): string {
  const PLAIN = /^[\w-]{1,100}$/;
  return `${PLAIN.test(origin) ? origin : leafHash(Buffer.from(origin)).toString('hex')}${SUFFIX}`;
}
