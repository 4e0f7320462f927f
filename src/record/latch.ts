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
    const own = this.#seen(origin);
    if (own && latched.get(own.seq)?.root !== own.root) return { seen: own, size, origin };
    if (own) return undefined;
    const before = this.#all().find(({ place }) => place === this.#place);
    return before && { seen: before, size, origin };
  }

  /** Checkpoints that are revoked, as far as this ledger knows or it was ever seen here. */
  revoked(replay: Replay): ReadonlyMap<string, number> {
    return new Map([
      ...Object.entries(this.#seen(replay.origin)?.revoked ?? {}),
      ...replay.authority.revoked,
    ]);
  }

  /** Remembers what is new. Where something is lost, that stays remembered. The caller holds the ledger's lock. */
  remember(replay: Replay): void {
    const last = [...replay.latched.values()].at(-1);
    if (last === undefined || this.lost(replay)) return;
    const own = this.#seen(replay.origin);
    if (own === undefined || own.seq < last.seq || own.place !== this.#place) this.#write(replay, last, {});
  }

  /** Somebody has decided, on the record, to go on without what is lost; revoked checkpoints stay so. */
  accept(replay: Replay): void {
    const last = [...replay.latched.values()].at(-1)!;
    const here = this.#all().filter(({ place, origin }) => place === this.#place && origin !== replay.origin);
    const revoked = Object.assign({}, ...here.map((one) => one.revoked)) as Seen['revoked'];
    this.#write(replay, last, revoked);
    for (const one of here)
      this.#folder.writeAtomic(fileOf(one.origin), `${JSON.stringify({ ...one, place: ELSEWHERE })}\n`);
  }

  #write(replay: Replay, last: Latched, more: Seen['revoked']): void {
    const { origin } = replay;
    const revoked = { ...more, ...Object.fromEntries(this.revoked(replay)) };
    const seen: Seen = { origin, place: this.#place, ...last, revoked };
    this.#folder.writeAtomic(fileOf(origin), `${JSON.stringify(seen)}\n`);
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
    let value: Partial<Seen> = {};
    try {
      value = Object(JSON.parse(this.#folder.readText(file)));
    } catch (error) {
      if (error instanceof CapstanError) throw error;
    }
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

const SUFFIX = '.json';
/** No absolute path. */
const ELSEWHERE = '';

/** Names of logs of ours are plain; any other has a hash for its file. */
function fileOf(origin: string): string {
  const PLAIN = /^[\w-]{1,100}$/;
  return `${PLAIN.test(origin) ? origin : leafHash(Buffer.from(origin)).toString('hex')}${SUFFIX}`;
}
