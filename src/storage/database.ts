/** An embedded SQL database in one file, for what is looked up by key and shared by processes: libsql, which is SQLite, with
 *  a write-ahead log. What is written passes two lines:
 *      written   the system has it, and no end of the process can lose it: some 50 µs, many writes share one commit
 *      synced    the disk has it, and no loss of power can lose it: fdatasync of the log, while the process goes on
 *  (synchronous = NORMAL: the log is synced by us, and by SQLite before it is emptied into the file.) */

import * as fs from 'node:fs';
import { open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import type Libsql from 'libsql';
import { CapstanError, messageOf } from '../base/errors.ts';
import { attempt, makeFolder, withFile } from './disk.ts';

export type Value = string | number | null | Buffer;
export type Row = { readonly [column: string]: Value };

export interface DatabaseOptions {
  /** Pages of 4 KiB that the file may have: a disk that is full at a place of one's choice. */
  readonly pagesMax?: number;
}

/** How long another process may hold the file before we give up. */
const BUSY_MS = 10_000;

export class Database {
  readonly path: string;
  readonly #sql: Libsql.Database;
  readonly #begin: Libsql.Statement<unknown[]>;
  readonly #end: Libsql.Statement<unknown[]>;
  #group: Write[] = [];
  #failure: CapstanError | undefined;
  #lastSync: Promise<void> = Promise.resolve();
  /** That has not begun. */
  #nextSync: Promise<void> | undefined;

  private constructor(path: string, sql: Libsql.Database) {
    this.path = path;
    this.#sql = sql;
    this.#begin = sql.prepare('begin immediate');
    this.#end = sql.prepare('commit');
  }

  /** Makes the file, its folder, and what of the schema is not there. Throws «storage», or «corrupt» for what is no
   *  database. */
  static open(path: string, schema: string, { pagesMax }: DatabaseOptions = {}): Database {
    const file = resolve(path);
    attempt({ verb: 'write', path: file }, () => makeFolder(dirname(file), fs));
    return attempting(file, () => {
      const sql = new (libsql())(file, { timeout: BUSY_MS });
      sql.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma wal_autocheckpoint = 8192');
      if (pagesMax !== undefined) sql.exec(`pragma max_page_count = ${pagesMax}`);
      sql.exec(schema);
      return new Database(file, sql);
    });
  }

  /** Throws where a write has failed: nothing should be begun whose result could not be kept. */
  assertSound(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Whether it takes more; if not, it may once it is opened again. */
  get isSound(): boolean {
    return this.#failure === undefined;
  }

  /** A statement that gives rows. */
  query<R extends Row>(text: string): (...values: readonly Value[]) => readonly R[] {
    const statement = attempting(this.path, () => this.#sql.prepare(text));
    return (...values) => attempting(this.path, () => statement.all(values) as R[]);
  }

  /** A statement that gives one row, if there is one. */
  look<R extends Row>(text: string): (...values: readonly Value[]) => R | undefined {
    const statement = attempting(this.path, () => this.#sql.prepare(text));
    return (...values) => attempting(this.path, () => statement.get(values) as R | undefined);
  }

  /** A statement that changes something, to be run within `write`; how many rows it changed. */
  command(text: string): (...values: readonly Value[]) => number {
    const statement = attempting(this.path, () => this.#sql.prepare(text));
    return (...values) => statement.run(values).changes;
  }

  /** What `change` does, all of it or nothing, written when the promise is kept. Changes take place in the order of the
   *  calls, and those of one turn of the event loop together. A failure takes the whole group with it, and after one no
   *  more is taken. */
  async write<T>(change: () => T): Promise<T> {
    this.assertSound();
    return new Promise<T>((resolve, reject) => {
      if (this.#group.length === 0) setImmediate(() => this.#commit());
      this.#group.push({ change, resolve: resolve as (value: unknown) => void, reject });
    });
  }

  /** What nobody waits for, in a transaction of its own, when so many milliseconds are over or else when those have gone on
   *  who wait for what was written before. */
  writeAside(change: () => void, milliseconds?: number): void {
    const write = () => {
      if (this.#failure) return;
      try {
        this.#transact(change);
      } catch (error) {
        this.#failure = error as CapstanError;
      }
    };
    if (milliseconds === undefined) setImmediate(write);
    else setTimeout(write, milliseconds).unref();
  }

  /** Kept when all that was handed in is on the disk; broken where some of it is not. */
  async synced(): Promise<void> {
    await this.write(() => {});
    this.#sync();
  }

  /** What `change` does, on the disk when the promise is kept. The process goes on meanwhile, and those who wait share a sync. */
  async writeSynced<T>(change: () => T): Promise<T> {
    const result = await this.write(change);
    // One that has begun may have missed it.
    this.#nextSync ??= this.#lastSync.then(() => {
      this.#lastSync = this.#nextSync!.catch(() => {});
      this.#nextSync = undefined;
      return this.#syncAside();
    });
    await this.#nextSync;
    return result;
  }

  /** What `change` does, on the disk when this returns: for what a person did. */
  writeNow<T>(change: () => T): T {
    const result = this.#transact(change);
    this.#sync();
    return result;
  }

  /** Another number than before: some other process has written. */
  get version(): number {
    const [row] = this.#sql.pragma('data_version') as readonly { readonly data_version: number }[];
    return row!.data_version;
  }

  /** What was handed in is written first. */
  close(): void {
    this.#commit();
    this.#sql.close();
    this.#failure ??= new CapstanError('storage', `${this.path}: expected an open database, it was closed`);
  }

  #commit(): void {
    const group = this.#group;
    this.#group = [];
    if (group.length === 0) return;
    let results: readonly unknown[];
    try {
      results = this.#transact(() => group.map(({ change }) => change()));
    } catch (error) {
      this.#failure = error as CapstanError;
      for (const { reject } of group) reject(error);
      return;
    }
    for (const [i, { resolve }] of group.entries()) resolve(results[i]);
  }

  #transact<T>(change: () => T): T {
    return attempting(this.path, () => {
      this.#begin.run();
      try {
        const result = change();
        this.#end.run();
        return result;
      } catch (error) {
        this.#rollback();
        throw error;
      }
    });
  }

  #sync(): void {
    const log = `${this.path}-wal`;
    attempt({ verb: 'write', path: log }, () =>
      withFile({ path: log, flags: 'r+', disk: fs }, fs.fdatasyncSync),
    );
  }

  async #syncAside(): Promise<void> {
    const log = `${this.path}-wal`;
    try {
      const file = await open(log, 'r+');
      try {
        await file.datasync();
      } finally {
        await file.close();
      }
    } catch (error) {
      attempt({ verb: 'write', path: log }, () => {
        throw error;
      });
    }
  }

  #rollback(): void {
    if (this.#sql.inTransaction) this.#sql.exec('rollback');
  }
}

interface Write {
  readonly change: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Loaded when used: most commands need none. */
function libsql(): typeof Libsql {
  return createRequire(import.meta.url)('libsql') as typeof Libsql;
}

function attempting<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof CapstanError) throw error;
    const { code = '' } = error as { readonly code?: string };
    if (!code.startsWith('SQLITE')) throw error;
    const broken = code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB';
    const kind = broken ? 'corrupt' : code === 'SQLITE_BUSY' ? 'locked' : 'storage';
    throw new CapstanError(
      kind,
      `${path}: expected a database that can be used, got ${code}: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}
