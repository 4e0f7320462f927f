/** An append-only sequence of opaque records, numbered from 0, in segments `00000000.seg`, `00000001.seg`, … of one
 *  folder. A group of records is acknowledged when it is on the disk, and what is acknowledged is never lost:
 *     append: write the group at the end of the last segment → fdatasync → acknowledge
 *     begin a segment, or open one again: temporary file → fsync → rename → fsync the folder
 *  A group is written only after the one before it was made durable. So a crash can tear the last group alone, and damage
 *  with a whole group after it is no crash's: it is refused and nothing is touched.
 *  After a failed fsync nobody knows what is on the disk: Linux shows pages that it did not write and calls them clean
 *  (Rebello et al. 2020, "Can Applications Recover from fsync Failures?"). So a journal that failed takes no more, and
 *  opening it again copies the last segment, as far as it is whole, rather than trust in it where it lies.
 *  One process writes; the caller holds a lock (lock.ts). The folder above exists durably before. */

import * as fs from 'node:fs';
import { join, resolve } from 'node:path';
import { CapstanError, expectInteger } from '../base/errors.ts';
import {
  decodeFrame,
  decodeHeader,
  encodeGroup,
  encodeHeader,
  FRAME_BYTES,
  groupAfter,
  HEADER_BYTES,
  RECORD_BYTES_MAX,
} from './_segment.ts';
import { attempt, type Disk, makeFolder, syncFolder, withFile, writeAll } from './disk.ts';

export interface JournalOptions {
  /** A segment that would grow beyond is followed by a new one; a larger group has a segment of its own. */
  readonly segmentBytes?: number;
  /** How many records there are at least, by another witness, such as a signed tree head. Only that can tell that a
   *  last segment is missing, or that the last group, acknowledged, was damaged later and not torn. */
  readonly atLeast?: number;
}

export interface Opened {
  readonly journal: Journal;
  /** What a crash had left of the last group, and is gone now. */
  readonly cut: Cut | undefined;
}

export interface Cut {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
  /** «expected …, got …» */
  readonly reason: string;
}

export class Journal {
  readonly path: string;
  readonly #disk: Disk;
  readonly #segmentBytes: number;
  readonly #segments: Segment[] = [];
  /** The last segment, open for appending. */
  #file: number | undefined;
  #failure: unknown;

  private constructor(path: string, disk: Disk, segmentBytes: number) {
    this.path = path;
    this.#disk = disk;
    this.#segmentBytes = segmentBytes;
  }

  /** Opens or begins the journal in that folder. Whole records of a group that was never acknowledged are adopted, what
   *  is torn behind them is cut; both are durable when this returns. Other damage throws 'corrupt' and repairs nothing. */
  static open(path: string, disk: Disk = fs, options: JournalOptions = {}): Opened {
    const { segmentBytes = SEGMENT_BYTES, atLeast = 0 } = options;
    expectInteger('segmentBytes', segmentBytes, 1, SEGMENT_BYTES_MAX);
    const journal = new Journal(resolve(path), disk, segmentBytes);
    attempt({ verb: 'write', path: journal.path, consequence: 'nothing was changed' }, () =>
      makeFolder(journal.path, disk),
    );
    const found = journal.#recover();
    if (!(journal.size >= atLeast))
      throw new CapstanError(
        'corrupt',
        `${journal.path}: expected at least ${atLeast} records, got ${journal.size}${found.cut ? ` and a torn group in ${found.cut.file}` : ''}`,
      );
    journal.#place(found.last);
    return { journal, cut: found.cut };
  }

  /** Reads what is there and changes nothing, also while another process writes: a torn tail is told and left. `take` is
   *  given each record as it is checked, so that all of them are read once; a view of its segment, not to be kept. */
  static look(path: string, disk: Disk = fs, take?: (record: Buffer) => void): Opened {
    const journal = Journal.#reader(path, disk);
    return { journal, cut: journal.#recover(take).cut };
  }

  /** The same as it stands now, of a journal that was looked at before: segments that others followed then do not change,
   *  and are not read again as long as they have their size. */
  again(): Opened {
    const journal = Journal.#reader(this.path, this.#disk);
    for (const segment of this.#segments.slice(0, -1)) {
      const { size } = this.#disk.statSync(segment.path, { throwIfNoEntry: false }) ?? {};
      if (size !== segment.end) break;
      journal.#segments.push(segment);
    }
    return { journal, cut: journal.#recover().cut };
  }

  static #reader(path: string, disk: Disk): Journal {
    const journal = new Journal(resolve(path), disk, SEGMENT_BYTES);
    journal.#failure = new Error('it was opened to be read');
    return journal;
  }

  /** How many records are acknowledged; the sequence number of the next. */
  get size(): number {
    const last = this.#segments.at(-1);
    return last === undefined ? 0 : last.first + last.count;
  }

  /** Adds the records, makes them durable with one fdatasync, and returns the sequence number of the first. A failure
   *  leaves them in doubt, to be found or not when the journal is opened again; this one then takes no more. */
  append(records: readonly Uint8Array[]): number {
    this.#assertSound();
    const bytes = records.reduce((sum, record) => sum + FRAME_BYTES + expectRecord(record), 0);
    if (bytes > GROUP_BYTES_MAX)
      throw new CapstanError('invalid', `a group: expected at most ${GROUP_BYTES_MAX} bytes, got ${bytes}`);
    const first = this.size;
    if (records.length === 0) return first;
    this.#acting(() => {
      const { end, count } = this.#segments.at(-1)!;
      if (count > 0 && end + bytes > this.#segmentBytes) this.#roll();
      const segment = this.#segments.at(-1)!;
      writeAll(this.#file!, encodeGroup(records, segment.end, segment.seed), this.#disk);
      this.#disk.fdatasyncSync(this.#file!);
      segment.count += records.length;
      segment.end += bytes;
    });
    return first;
  }

  /** The records from … to − 1, a segment in memory at a time, each checked again. */
  read(from = 0, to = this.size): Generator<Uint8Array, void> {
    expectInteger('from', from, 0, this.size);
    expectInteger('to', to, from, this.size);
    return this.#stream(from, to);
  }

  /** Gives the file back; a second call does nothing. Everything acknowledged is on the disk already. */
  close(): void {
    this.#failure ??= new Error('it was closed');
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) attempt({ verb: 'write', path: this.path }, () => this.#disk.closeSync(file));
  }

  *#stream(from: number, to: number): Generator<Uint8Array, void> {
    for (const { path, first, seed, count } of this.#segments) {
      if (first + count <= from || first >= to) continue;
      const bytes = this.#read(path);
      let place = HEADER_BYTES;
      for (let sequence = first; sequence < Math.min(to, first + count); sequence++) {
        const record = decodeFrame(bytes, place, seed);
        if (typeof record === 'string') throw corrupt(path, place, record);
        place += FRAME_BYTES + record.length;
        if (sequence >= from) yield new Uint8Array(record); // a view would hold on to the whole segment
      }
    }
  }

  /** Finds out what is there and changes nothing. */
  #recover(take?: (record: Buffer) => void): { readonly last: Uint8Array; readonly cut: Cut | undefined } {
    const names = attempt({ verb: 'read', path: this.path }, () =>
      this.#disk.readdirSync(this.path, { encoding: 'utf8' }).filter((name) => name.endsWith(SUFFIX)),
    ).sort();
    for (const [i, name] of names.entries())
      if (name !== nameOf(i))
        throw new CapstanError('corrupt', `${this.path}: expected segment ${nameOf(i)}, got ${name}`);
    if (names.length === 0) {
      const header = encodeHeader(0);
      this.#enlist(header);
      return { last: header, cut: undefined };
    }
    this.#segments.splice(names.length - 1);
    while (this.#segments.length < names.length - 1) this.#check(this.#read(this.#enlisted()), true, take);
    const bytes = this.#read(this.#enlisted());
    const cut = this.#check(bytes, false, take);
    return { last: bytes.subarray(0, cut?.offset), cut };
  }

  /** Where the segment after those known lies. */
  #enlisted(): string {
    return join(this.path, nameOf(this.#segments.length));
  }

  /** Walks through the next segment; what is torn of it, if it may be. */
  #check(bytes: Buffer, isFollowed: boolean, take?: (record: Buffer) => void): Cut | undefined {
    const segment = this.#enlist(bytes);
    const { path, seed } = segment;
    while (segment.end < bytes.length) {
      const record = decodeFrame(bytes, segment.end, seed);
      if (typeof record === 'string') {
        if (isFollowed) throw corrupt(path, segment.end, record);
        const later = groupAfter(bytes, segment.end, seed);
        if (later !== undefined)
          throw corrupt(path, segment.end, `${record}, before the whole group at byte ${later}`);
        return { file: path, offset: segment.end, bytes: bytes.length - segment.end, reason: record };
      }
      segment.count++;
      segment.end += FRAME_BYTES + record.length;
      take?.(record);
    }
    return undefined;
  }

  /** Makes the segment known by its header. */
  #enlist(bytes: Buffer): Segment {
    const path = this.#enlisted();
    const header = decodeHeader(bytes);
    if (typeof header === 'string') throw corrupt(path, 0, header);
    if (header.first !== this.size)
      throw corrupt(path, 0, `expected first sequence number ${this.size}, got ${header.first}`);
    const segment = { path, ...header, count: 0, end: HEADER_BYTES };
    this.#segments.push(segment);
    return segment;
  }

  #roll(): void {
    const header = encodeHeader(this.size);
    this.#enlist(header);
    const file = this.#file!;
    this.#file = undefined;
    this.#disk.closeSync(file);
    this.#place(header);
  }

  /** Puts the last segment into its place, whole or not at all, and opens it for appending. */
  #place(bytes: Uint8Array): void {
    const [disk, { path }] = [this.#disk, this.#segments.at(-1)!];
    const temporary = join(this.path, TEMPORARY);
    attempt({ verb: 'write', path, consequence: 'nothing acknowledged was touched' }, () => {
      withFile({ path: temporary, flags: 'w', disk }, (file) => {
        writeAll(file, bytes, disk);
        disk.fsyncSync(file);
      });
      disk.renameSync(temporary, path);
      syncFolder(this.path, disk);
      this.#file = disk.openSync(path, 'a');
    });
  }

  #acting(act: () => void): void {
    try {
      const consequence = 'what was acknowledged is untouched, and the journal has to be opened again';
      attempt({ verb: 'write', path: this.path, consequence }, act);
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  #assertSound(): void {
    if (this.#failure === undefined) return;
    const cause = this.#failure;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CapstanError('storage', `${this.path}: expected a journal that takes records, got: ${reason}`, {
      cause,
    });
  }

  #read(path: string): Buffer {
    return attempt({ verb: 'read', path }, () => this.#disk.readFileSync(path));
  }
}

/** Refuses what no journal takes; returns the record's length. */
export function expectRecord({ length }: Uint8Array): number {
  expectInteger('the bytes of a record', length, 1, RECORD_BYTES_MAX);
  return length;
}

interface Segment {
  readonly path: string;
  readonly first: number;
  readonly seed: number;
  /** Acknowledged records in it, and the byte at which they end. */
  count: number;
  end: number;
}

/** 16 MiB: opening copies at most so much, in about 0.1 s, and a million records of 400 bytes are 26 files. */
const SEGMENT_BYTES = 2 ** 24;
/** A place in a segment is 32 bits, and Node reads no file of 2 GiB. */
const SEGMENT_BYTES_MAX = 2 ** 30;
/** A group is one buffer and one write. */
const GROUP_BYTES_MAX = 2 ** 28;
const SUFFIX = '.seg';
/** One name is enough for the one writer, and whatever it left there the next segment replaces. */
const TEMPORARY = '.segment.tmp';
const DIGITS = 8;

function nameOf(index: number): string {
  return `${String(index).padStart(DIGITS, '0')}${SUFFIX}`;
}

function corrupt(path: string, offset: number, complaint: string): CapstanError {
  return new CapstanError('corrupt', `${path}, byte ${offset}: ${complaint}`);
}
