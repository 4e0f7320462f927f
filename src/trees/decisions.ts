/** Decisions under their keys. Keys are hashes, so that each new one dirties a page of its own; what is new is written at the
 *  end of a log first, all of one commit in one row, and put in order when there is enough of it and nobody waits.
 *      fresh      the log: JSON arrays of [key, policy, decision]
 *      decision   in order
 *  Any process may put in order what another one wrote. Of a key that is in both, `decision` counts; of one that is in the
 *  log twice, the first. */

import type { Database, Row } from '../storage/database.ts';
import type { Spent } from '../transcript/node.ts';

export const DECISIONS_SCHEMA = `
  create table if not exists decision (key text primary key, policy text not null, json text not null) without rowid;
  create table if not exists fresh (number integer primary key autoincrement, json text not null);
`;

/** With so many decisions the log is put in order. */
const FRESH_MOST = 4096;
/** No row has that number. */
const UNKNOWN = -1;

export class Decisions {
  readonly #database: Database;
  readonly #freshMost: number;
  readonly #sql: ReturnType<typeof statements>;
  /** What is in the log, whose last row has that number: none is used twice, so where it is the same, the log is. */
  #fresh = new Map<string, string>();
  #last: number | null = null;
  /** Handed in and not yet written. */
  #batch: Batch | undefined;
  #isDue = false;

  constructor(database: Database, freshMost = FRESH_MOST) {
    this.#freshMost = freshMost;
    this.#database = database;
    this.#sql = statements(database);
  }

  /** JSON, whichever process wrote it. */
  get(key: string): string | undefined {
    for (;;) {
      const { json, last } = this.#sql.get(key)!;
      if (json !== null) return json;
      if (last === this.#last) return this.#fresh.get(key);
      this.#read(); // and look again: it may have been put in order between the two
    }
  }

  /** Kept from when the promise is. */
  put(key: string, policy: string, json: string): Promise<void> {
    if (!this.#batch) {
      const entries: Entry[] = [];
      this.#batch = { entries, written: this.#write(entries) };
    }
    this.#batch.entries.push({ key, policy, json });
    return this.#batch.written;
  }

  /** Within a write. */
  putNow(key: string, policy: string, json: string): void {
    this.#sql.put(key, policy, json);
  }

  /** What a run has paid for. */
  spentBy(run: string): Spent {
    const { calls, tokens, micros, seconds } = this.#sql.spent(run)!;
    return { calls, tokens, micros, seconds };
  }

  /** The entries are those that are there at the end of this turn. */
  async #write(entries: readonly Entry[]): Promise<void> {
    try {
      await this.#database.write(() => {
        this.#batch = undefined;
        if (this.#sql.last()!.last !== this.#last) this.#read();
        const rows = entries.map(
          ({ key, policy, json }) => `[${JSON.stringify(key)},${JSON.stringify(policy)},${json}]`,
        );
        this.#last = this.#sql.append(`[${rows.join(',')}]`)!.number;
        for (const { key, json } of entries) this.#note(key, json);
      });
    } catch (error) {
      this.#last = UNKNOWN; // what was noted is not there
      throw error;
    }
    if (this.#isDue || this.#fresh.size < this.#freshMost) return;
    this.#isDue = true;
    this.#database.writeAside(() => this.#order());
  }

  #order(): void {
    this.#isDue = false;
    this.#sql.order();
    this.#sql.clear();
  }

  #read(): void {
    this.#fresh = new Map();
    this.#last = null;
    for (const { number, key, json } of this.#sql.fresh()) {
      this.#note(key, json);
      this.#last = number;
    }
  }

  #note(key: string, json: string): void {
    if (!this.#fresh.has(key)) this.#fresh.set(key, json);
  }
}

interface Entry {
  readonly key: string;
  readonly policy: string;
  readonly json: string;
}

interface Batch {
  readonly entries: Entry[];
  readonly written: Promise<void>;
}

interface FreshRow extends Row {
  readonly number: number;
  readonly key: string;
  readonly json: string;
}

type SpentRow = Row & Spent;

function statements(database: Database) {
  const sum = (kind: string) => `ifnull(sum(json ->> '$.spent.${kind}'), 0) as ${kind}`;
  return {
    get: database.look<{ readonly json: string | null; readonly last: number | null }>(
      'select (select json from decision where key = ?) as json, (select max(number) from fresh) as last',
    ),
    put: database.command('insert or ignore into decision values (?, ?, ?)'),
    last: database.look<{ readonly last: number | null }>('select max(number) as last from fresh'),
    append: database.look<{ readonly number: number }>(
      'insert into fresh (json) values (?) returning number',
    ),
    fresh: database.query<FreshRow>(
      'select number, value ->> 0 as key, value -> 2 as json from fresh, json_each(fresh.json) order by number, id',
    ),
    order: database.command(`
      insert or ignore into decision select value ->> 0, value ->> 1, value -> 2
      from fresh, json_each(fresh.json) order by value ->> 0, number, id`),
    clear: database.command('delete from fresh'),
    spent: database.look<SpentRow>(`
      select ${['calls', 'tokens', 'micros', 'seconds'].map(sum).join(', ')}
      from (select json from decision union all select value -> 2 as json from fresh, json_each(fresh.json))
      where json ->> '$.run' = ?`),
  };
}
