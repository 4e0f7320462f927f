/** Bare SQLite as a peer: WAL, synchronous=FULL, one transaction for each batch of records. Node's own where it has one
 *  (22 or later), else Python's, a process that appends when it is asked to; only the appending is timed, on its side. */

import { randomBytes } from 'node:crypto';
import { timed } from './benchmark.ts';
import { openPeer } from './peer.ts';

export interface Case {
  readonly file: string;
  /** Records in a transaction. */
  readonly batch: number;
  /** In a record. */
  readonly bytes: number;
}

export interface Sqlite {
  readonly name: string;
  /** Seconds for so many transactions. */
  take(transactions: number): Promise<number>;
  close(): Promise<void>;
}

/** The peer, or why there is none. */
export async function openSqlite(one: Case): Promise<Sqlite | string> {
  return (await ofNode(one)) ?? ofPython(one);
}

/** The part of node:sqlite used here; the types of Node 20 do not know it. */
interface NodeSqlite {
  readonly DatabaseSync: new (
    file: string,
  ) => {
    exec(sql: string): void;
    prepare(sql: string): { run(value: Uint8Array): void; get(): { readonly version: string } };
    close(): void;
  };
}

async function ofNode({ file, batch, bytes }: Case): Promise<Sqlite | undefined> {
  const name = 'node:sqlite';
  const sqlite: NodeSqlite | undefined = await import(name).catch(() => undefined);
  if (sqlite === undefined) return undefined;
  const database = new sqlite.DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  database.exec('CREATE TABLE records (sequence INTEGER PRIMARY KEY, record BLOB NOT NULL)');
  const insert = database.prepare('INSERT INTO records (record) VALUES (?)');
  const rows = Array.from({ length: batch }, () => randomBytes(bytes));
  return {
    name: `SQLite ${database.prepare('SELECT sqlite_version() AS version').get().version}`,
    take: (transactions) =>
      timed(() => {
        for (let i = 0; i < transactions; i++) {
          database.exec('BEGIN');
          for (const row of rows) insert.run(row);
          database.exec('COMMIT');
        }
      }),
    close: async () => database.close(),
  };
}

async function ofPython(one: Case): Promise<Sqlite | string> {
  const peer = await openPeer('peers/sqlite/append.py', one);
  if (typeof peer === 'string') return peer;
  return {
    name: `SQLite ${peer.opened.version}`,
    take: async (transactions) => Number((await peer.ask(String(transactions))).seconds),
    close: peer.close,
  };
}
