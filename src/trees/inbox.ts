/** What waits for people: workspaces that nobody else may decide, until somebody has. An item is the workspace's own key, so
 *  that however many trees need it, it is asked once; a decision is on the disk before its writer is told.
 *      open → answered, or withdrawn
 *  Who gets which is the desk's to say. */

import { CapstanError } from '../base/errors.ts';
import type { Action, Workspace } from '../core/workspace.ts';
import type { Database, Row } from '../storage/database.ts';
import type { Author } from '../transcript/node.ts';
import type { Decision, Memory } from './memory.ts';

export interface Item<Q, A> {
  /** Of the workspace under the policy. */
  readonly key: string;
  readonly policy: string;
  /** What asks: a run. */
  readonly run: string;
  readonly workspace: Workspace<Q, A>;
  /** What a model would do. */
  readonly proposal?: { readonly action: Action<Q, A>; readonly by: Author };
  /** ISO 8601 in UTC. */
  readonly asked: string;
}

export const INBOX_SCHEMA = `
  create table if not exists item (
    number integer primary key, key text not null unique, open integer not null, json text not null);
  create index if not exists item_open on item (open, number);
`;

export class Inbox<Q extends object, A> {
  readonly #memory: Memory<Q, A>;
  readonly #sql: ReturnType<typeof statements>;

  constructor(memory: Memory<Q, A>) {
    this.#memory = memory;
    this.#sql = statements(memory.database);
  }

  /** Puts an item in, once; and again where it was withdrawn, since a tree may come back to a workspace. */
  async offer(item: Item<Q, A>): Promise<void> {
    const json = JSON.stringify(item);
    await this.#memory.database.write(() => {
      if (this.#sql.offer(item.key, json) === 0 && this.#memory.decision(item.key) === undefined)
        this.#sql.offerAgain(json, item.key);
    });
  }

  /** Those that wait, the oldest first. */
  open(): readonly Item<Q, A>[] {
    return this.#sql.open().map(({ json }) => JSON.parse(json) as Item<Q, A>);
  }

  /** Those that came after that number and wait. */
  since(number: number): readonly { readonly number: number; readonly id: string; readonly run: string }[] {
    return this.#sql.since(number);
  }

  /** Of all that wait. */
  keys(): readonly string[] {
    return this.#sql.keys().map(({ key }) => key);
  }

  isOpen(key: string): boolean {
    return this.#sql.isOpen(key) !== undefined;
  }

  /** One that waits; undefined for none. */
  get(key: string): Item<Q, A> | undefined {
    const row = this.#sql.get(key);
    return row && (JSON.parse(row.json) as Item<Q, A>);
  }

  get waiting(): number {
    return this.#sql.count()!.count;
  }

  /** The open item whose key begins so. Throws «not-found» for none, and for several. */
  find(prefix: string): Item<Q, A> {
    const found = this.open().filter(({ key }) => key.startsWith(prefix));
    if (found.length === 1) return found[0]!;
    throw new CapstanError(
      'not-found',
      `item ${prefix}: expected the beginning of the key of one that waits, got that of ${found.length}`,
    );
  }

  /** The decision is on the disk, and the item closed, when this returns. Throws «exists» where somebody was faster. */
  decide(item: Item<Q, A>, decision: Decision<Q, A>): void {
    this.#memory.database.writeNow(() => {
      if (this.#sql.close(item.key) === 0)
        throw new CapstanError(
          'exists',
          `item ${item.key.slice(0, SHOWN)}: expected one that waits, it was answered`,
        );
      this.#memory.decideNow(item.key, item.policy, decision);
    });
  }

  /** Takes out what no tree waits for any more. */
  withdraw(key: string): void {
    this.#memory.database.writeNow(() => this.#sql.close(key));
  }
}

/** Digits of a key that tell one from another by eye. */
const SHOWN = 8;

interface ItemRow extends Row {
  readonly json: string;
}

function statements(database: Database) {
  return {
    offer: database.command('insert or ignore into item (key, open, json) values (?, 1, ?)'),
    offerAgain: database.command(
      'update item set number = (select max(number) + 1 from item), open = 1, json = ? where key = ? and open = 0',
    ),
    open: database.query<ItemRow>('select json from item where open = 1 order by number'),
    since: database.query<Row & { readonly number: number; readonly id: string; readonly run: string }>(
      `select number, key as id, json ->> 'run' as run from item where open = 1 and number > ? order by number`,
    ),
    keys: database.query<{ readonly key: string }>('select key from item where open = 1'),
    isOpen: database.look<Row>('select 1 from item where key = ? and open = 1'),
    get: database.look<ItemRow>('select json from item where key = ? and open = 1'),
    count: database.look<{ readonly count: number }>('select count(*) as count from item where open = 1'),
    close: database.command('update item set open = 0 where key = ? and open = 1'),
  };
}
