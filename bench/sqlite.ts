/** Bare SQLite as a peer: WAL, synchronous=FULL, one transaction for each batch of records. Node's own where it has one
 *  (22 or later), else Python's, a process that appends when it is asked to; only the appending is timed, on its side. */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { timed } from './benchmark.ts';

const PYTHON = process.env.CAPSTAN_PYTHON ?? '/usr/bin/python3';

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
  const script = fileURLToPath(new URL('peers/sqlite/append.py', import.meta.url));
  const child = spawn(PYTHON, [script], { stdio: ['pipe', 'pipe', 'pipe'] });
  const exit = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  child.once('error', (error) => {
    said += error.message;
  });
  child.stdin.on('error', () => {}); // a peer that cannot start says why on stderr
  const lines = createInterface({ input: child.stdout });
  const ask = async (question: string): Promise<{ readonly [key: string]: unknown } | undefined> => {
    const answer = once(lines, 'line');
    child.stdin.write(`${question}\n`);
    const [line] = await Promise.race([answer, exit.then(() => [undefined])]);
    return line === undefined ? undefined : JSON.parse(line);
  };
  const opened = await ask(JSON.stringify(one));
  if (!opened) return said.trim().split('\n').at(-1) ?? 'it said nothing';
  return {
    name: `SQLite ${opened.version}`,
    async take(transactions) {
      const answer = await ask(String(transactions));
      if (!answer) throw new Error(`SQLite stopped: ${said}`);
      return Number(answer.seconds);
    },
    async close() {
      child.stdin.end();
      await exit;
    },
  };
}
