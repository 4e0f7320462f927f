/** Who gets which workspace, when. Between two people nothing is handed out twice; what somebody has committed lasts from when
 *  they are told, can be taken back for a moment, and is then carried out once (`settling.ts`), by whichever process is there.
 *      lease → draft … → commit → (taken back) → on the ledger → it counts
 *  Runs take turns. Within one the oldest comes first, and what somebody skipped comes last for them. */

import { canonical, type Json } from '../base/canonical.ts';
import { CapstanError } from '../base/errors.ts';
import type { Database } from '../storage/database.ts';
import type { Book, Source } from './book.ts';
import { Line } from './line.ts';
import { goldFor } from './rules.ts';
import { type ActKind, type ActRow, ARBITRATE, CLOSED, DECIDE, DONE, type ItemRow, type LeaseRow, PENDING, statements } from './schema.ts'; // biome-ignore format: one import is one line
import { Settling } from './settling.ts';

export interface DeskOptions {
  readonly database: Database;
  readonly sources: readonly Source[];
  readonly book: Book;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** 64 hexadecimal digits of chance. */
  readonly token: () => string;
  /** From 0 to 1. */
  readonly chance: () => number;
  readonly leaseMs?: number;
  /** How long a commit can be taken back; then it takes effect, whatever its person does meanwhile. */
  readonly undoMs?: number;
  /** Puts an act on the ledger that must not wait; here, unless it is done elsewhere. */
  readonly carryOut?: (act: string) => Promise<void>;
  /** Told what could not be carried out now, and will be tried again. */
  readonly complain?: (error: unknown) => void;
}

/** A workspace in somebody's hands. */
export interface Held {
  readonly item: string;
  readonly source: string;
  readonly run: string;
  readonly kind: 'decide' | 'arbitrate';
  /** Not to be told to whoever holds it. */
  readonly isGold: boolean;
  readonly token: string;
  readonly until: number;
  /** Whether they have opened what is proposed. */
  readonly isOpened: boolean;
  /** As it was handed in. */
  readonly draft?: string;
  /** What others decided, where it is arbitrated; in an order that says nothing of who. */
  readonly reviews: readonly Review[];
  /** What they have said about single answers. */
  readonly verdicts: readonly Json[];
}

export interface Review {
  readonly said: Json;
  readonly reason?: string;
}

export interface Handed {
  readonly held?: Held;
  /** Others that wait for this person. */
  readonly behind: number;
  /** That wait for anybody. */
  readonly open: number;
}

export interface Saying {
  readonly token: string;
  /** As it was asked for: the same by the same lease is the same act. */
  readonly body: string;
  readonly said: Json;
  /** Equal where what is said is the same, however sure. */
  readonly form: string;
  /** From 0 to 1. Of what is said alike the least sure counts. */
  readonly sure: number;
  readonly reason?: string;
  readonly seconds: number;
}

export interface Ack {
  readonly item: string;
  /** Until then it can be taken back; undefined where it cannot. */
  readonly undoUntil: number | undefined;
  /** Of the ledger, once it is there. */
  readonly entry: number | undefined;
}

const LEASE_MS = 10 * 60_000;
const UNDO_MS = 10_000;

export class Desk {
  readonly #options: DeskOptions;
  readonly #database: Database;
  readonly #line: Line;
  readonly #leaseMs: number;
  readonly #undoMs: number;
  readonly #sql: ReturnType<typeof statements>;
  readonly #settling: Settling;

  /** `database`: one with `SCHEMA`. */
  constructor(options: DeskOptions) {
    const { database, leaseMs = LEASE_MS, undoMs = UNDO_MS } = options;
    this.#options = options;
    this.#database = database;
    [this.#leaseMs, this.#undoMs] = [leaseMs, undoMs];
    this.#sql = statements(database);
    this.#line = new Line(options.sources, this.#sql);
    this.#settling = new Settling(options, this.#line, this.#sql);
  }

  /** What that person has in hand, or else what comes next for them. `item`: that one, if they may have it. */
  next(person: string, item?: string): Promise<Handed> {
    return this.#write((now) => {
      this.#line.sync();
      this.#sql.seen(person, now);
      const lease = item === undefined ? this.#inHand(person, now) : this.#named(item, person, now);
      if (lease) this.#sql.extend(Math.max(lease.until, now + this.#leaseMs), lease.item, person);
      const own = lease ?? (item === undefined ? this.#pick(person, now) : undefined);
      const { behind, open } = this.#line.counts(person, now, own);
      return { ...(own && { held: this.#held(own) }), behind, open };
    });
  }

  /** All about which this person has not decided, whoever has them in hand: what a list shows. */
  waiting(person: string): Promise<readonly string[]> {
    return this.#write(() => {
      this.#line.sync();
      return this.#sql.line(person, person).map(({ id }) => id);
    });
  }

  /** The later revision stays; what is kept. */
  draft<D extends { readonly revision: number }>(person: string, item: string, draft: D): Promise<D> {
    return this.#write((now) => {
      this.#expectLease(item, person, this.#sql.leaseOf(item, person)?.token ?? '', now);
      this.#sql.keepDraft(item, person, draft.revision, JSON.stringify(draft));
      return JSON.parse(this.#sql.draft(item, person)!.json) as D;
    });
  }

  /** What that person has in hand by that name. */
  hand(person: string, item: string): Promise<Held> {
    return this.#write((now) => {
      const token = this.#sql.leaseOf(item, person)?.token ?? '';
      return this.#held(this.#expectLease(item, person, token, now));
    });
  }

  /** Until when it is theirs now. */
  extend(person: string, item: string, token: string): Promise<number> {
    return this.#write((now) => {
      const { until } = this.#expectLease(item, person, token, now);
      const later = Math.max(until, now + this.#leaseMs);
      this.#sql.extend(later, item, person);
      return later;
    });
  }

  /** Given back, as if it had not been taken. */
  giveBack(person: string, item: string, token: string): Promise<void> {
    return this.#write(() => {
      if (this.#sql.leaseOf(item, person)?.token === token) this.#sql.release(item, person);
    });
  }

  /** Given back; it comes last for them. */
  skip(person: string, item: string, token: string): Promise<void> {
    return this.#write((now) => {
      if (this.#sql.leaseOf(item, person) === undefined && this.#sql.draft(item, person) === undefined)
        return;
      this.#expectLease(item, person, token, now);
      this.#sql.skip(item, person);
      this.#sql.release(item, person);
    });
  }

  /** On the disk when the promise is kept. The same once more is one act. */
  async commit(person: string, item: string, saying: Saying): Promise<Ack> {
    const [id, said] = [this.#options.token(), canonical(saying.said)];
    const row = await this.#durably((now) => {
      const before = this.#before(person, item, saying);
      if (before) return before;
      const lease = this.#expectLease(item, person, saying.token, now);
      const kind = lease.gold !== null ? 'gold' : lease.phase === ARBITRATE ? 'arbitrate' : 'decide';
      this.#add(id, kind, lease, { ...saying, said }, now + this.#undoMs);
      if (lease.gold === null) this.#sql.addSeats(1, item);
      this.#sql.release(item, person);
      return this.#sql.act(id)!;
    });
    if (this.#undoMs === 0) this.settle();
    return this.#ack(row.id);
  }

  /** Of the same commit, if it was made before; on the disk as well when the promise is kept. */
  async acked(
    person: string,
    item: string,
    saying: Pick<Saying, 'token' | 'body'>,
  ): Promise<Ack | undefined> {
    if (!this.#before(person, item, saying)) return undefined;
    const before = await this.#durably(() => this.#before(person, item, saying));
    return before && this.#ack(before.id);
  }

  /** About one answer in a workspace that stays in hand, by another lease: at once on the ledger, and in effect. */
  async say(person: string, item: string, saying: Saying): Promise<Ack> {
    return this.#beside('verdict', person, item, saying);
  }

  /** What is proposed is about to be looked at, which is on the ledger before. */
  async peek(person: string, item: string, token: string): Promise<Held> {
    await this.#beside('peek', person, item, { token, body: '', said: null, form: '', sure: 1, seconds: 0 });
    return this.#write((now) => {
      this.#expectLease(item, person, token, now);
      this.#sql.open(item, person);
      return this.#held(this.#sql.leaseOf(item, person)!);
    });
  }

  /** Takes back what has not taken effect; it is in their hands again, with a new lease. Throws «exists» where it is too late. */
  async undo(person: string, item: string): Promise<Held> {
    return this.#durably((now) => {
      const lease = this.#sql.leaseOf(item, person);
      if (lease && lease.until > now) return this.#held(lease); // it was taken back before
      const act = this.#sql.lastAct(item, person);
      if (!act)
        throw new CapstanError(
          'not-found',
          `turn ${shown(item)}: expected something to take back, got nothing`,
        );
      if (act.kind !== 'gold' && !this.#line.isOpen(act.source, item))
        throw new CapstanError(
          'exists',
          `turn ${shown(item)}: expected one that waits, it was decided meanwhile`,
        );
      if (act.due <= now || this.#sql.takeBack(act.id) === 0)
        throw new CapstanError(
          'exists',
          `turn ${shown(item)}: expected a decision that can still be taken back, it has taken effect`,
        );
      if (act.kind !== 'gold') this.#sql.addSeats(-1, item);
      const phase = act.kind === 'arbitrate' ? ARBITRATE : DECIDE;
      const { source, run, gold, opened, began } = act;
      this.#lease({ item, person, source, run, phase, gold, opened, began }, now);
      return this.#held(this.#sql.leaseOf(item, person)!);
    });
  }

  /** Carries out what is due, or so much of it; the runs that it was about. */
  settle(most?: number): ReadonlySet<string> {
    return this.#settling.settle(most);
  }

  /** Puts that act on the ledger, if it can be. */
  readonly settleOne = async (act: string): Promise<void> => this.#settling.settleOne(act);

  /** How it stands, for operators. */
  state() {
    const now = this.#options.now();
    return {
      leases: this.#sql.leases(now),
      phases: this.#sql.phases().map(({ run, phase, count }) => ({
        ...{ run, count },
        kind: phase === ARBITRATE ? ('arbitrating' as const) : ('deciding' as const),
      })),
      unsettled: this.#sql.unsettled()!.count,
      tallies: this.#sql.tallies(),
    };
  }

  #inHand(person: string, now: number): LeaseRow | undefined {
    return this.#sql
      .ownLease(person, now)
      .find(({ gold, source, run, item }) =>
        gold === null ? this.#line.isOpen(source, item) : this.#line.isGold(source, run, item),
      );
  }

  /** One that they name, if it waits for them. */
  #named(item: string, person: string, now: number): LeaseRow | undefined {
    const lease = this.#sql.leaseOf(item, person);
    if (lease && lease.until > now) return lease;
    const row = this.#sql.item(item);
    if (!row || row.phase === CLOSED)
      throw new CapstanError('not-found', `turn ${shown(item)}: expected one that waits, it does not`);
    if (this.#line.isKeptAway(person, row.run, row.source, now))
      throw new CapstanError(
        'refused',
        `turn ${shown(item)}: expected somebody who has not acted in ${row.run}, as somebody is about who has not`,
      );
    if (this.#sql.lastAct(item, person))
      throw new CapstanError(
        'exists',
        `turn ${shown(item)}: expected one about which you have not decided, you have`,
      );
    if (row.seats + this.#sql.held(item, person, now)!.count >= this.#line.seats(row)) throw given(item);
    return this.#lease({ ...leaseOf(row, person), began: now }, now);
  }

  /** The first of what this person may have, or a hidden question in its place. */
  #pick(person: string, now: number): LeaseRow | undefined {
    const row = this.#line.first(person, now);
    if (!row) return undefined;
    const { gold } = this.#line.settings(row.source, row.run);
    const known = new Set(
      gold.share > 0 ? this.#sql.goldKnown(person, row.run, person).map(({ item }) => item) : [],
    );
    const { chance } = this.#options;
    const hidden = goldFor(gold.questions, gold.share, known, [chance(), chance()]);
    this.#sql.serve(row.run);
    const own = leaseOf(row, person);
    if (hidden)
      return this.#lease({ ...own, item: hidden.id, phase: DECIDE, gold: hidden.form, began: now }, now);
    return this.#lease({ ...own, began: now }, now);
  }

  #lease(own: Omit<LeaseRow, 'token' | 'until'>, now: number): LeaseRow {
    const [token, until] = [this.#options.token(), now + this.#leaseMs];
    const { item, person, began, source, run, phase, gold = null, opened } = own;
    this.#sql.lease(item!, person!, token, until, began!, source!, run!, phase!, gold, opened!);
    return this.#sql.leaseOf(item!, person!)!;
  }

  #held(lease: LeaseRow): Held {
    const { item, source, run, phase, gold, token, until, opened } = lease;
    const draft = this.#sql.draft(item, lease.person)?.json;
    const reviews = phase === ARBITRATE ? this.#sql.reviews(item) : [];
    const sorted = reviews.toSorted((a, b) => (`${a.form} ${a.id}` < `${b.form} ${b.id}` ? -1 : 1));
    return {
      ...{ item, source, run, token, until },
      kind: phase === ARBITRATE ? 'arbitrate' : 'decide',
      isGold: gold !== null,
      verdicts: this.#sql.verdicts(item, lease.person).map(({ said }) => JSON.parse(said) as Json),
      isOpened: opened === 1,
      ...(draft !== undefined && { draft }),
      reviews: sorted.map(({ said, reason }) => ({
        said: JSON.parse(said) as Json,
        ...(reason !== null && { reason }),
      })),
    };
  }

  /** One that holds, or could hold again: nobody has taken its place. */
  #expectLease(item: string, person: string, token: string, now: number): LeaseRow {
    const lease = this.#sql.leaseOf(item, person);
    const row = this.#sql.item(item);
    const isOver = row && (row.phase !== (lease?.phase ?? row.phase) || row.phase === CLOSED);
    if (isOver || (row && !this.#line.isOpen(row.source, item)))
      throw new CapstanError(
        'exists',
        `turn ${shown(item)}: expected one that waits, it was decided meanwhile`,
      );
    if (!lease || lease.token !== token)
      throw new CapstanError(
        'locked',
        `turn ${shown(item)}: expected the lease by which you hold it, got one that was given back`,
      );
    if (lease.until > now || !row) return lease;
    if (row.seats + this.#sql.held(item, person, now)!.count >= this.#line.seats(row)) throw given(item);
    return lease;
  }

  #before(person: string, item: string, { token, body }: Pick<Saying, 'token' | 'body'>): ActRow | undefined {
    const before = this.#sql.actBy(token);
    if (!before || (before.person === person && before.item === item && before.body === body)) return before;
    throw new CapstanError(
      'exists',
      `turn ${shown(item)}: expected nothing else by the same lease, something was committed; take it back first`,
    );
  }

  async #beside(kind: 'peek' | 'verdict', person: string, item: string, saying: Saying): Promise<Ack> {
    const [id, said] = [this.#options.token(), canonical(saying.said)];
    const row = await this.#durably((now) => {
      const before = this.#sql.sameAct(saying.token, kind, saying.body);
      if (before) return before;
      const lease = this.#expectLease(item, person, saying.token, now);
      this.#add(id, kind, lease, { ...saying, said }, now);
      if (kind === 'verdict') this.#lease(lease, now); // one lease, one commit
      return this.#sql.act(id)!;
    });
    if (row.state !== DONE) await (this.#options.carryOut ?? this.settleOne)(row.id);
    const ack = this.#ack(row.id);
    if (ack.entry !== undefined) return ack;
    throw new CapstanError(
      'unavailable',
      `turn ${shown(item)}: expected it on the ledger at once, it is not there yet`,
    );
  }

  #add(
    id: string,
    kind: ActKind,
    lease: LeaseRow,
    saying: Omit<Saying, 'said'> & { readonly said: string },
    due: number,
  ): void {
    const { item, source, run, person, began, opened, gold } = lease;
    const { token, body, said, form, sure, reason, seconds } = saying;
    const own = [id, kind, source, item, run, person, token, body, said, form, sure];
    this.#sql.addAct(...own, reason ?? null, seconds, began, opened, due, gold);
  }

  #ack(id: string): Ack {
    const { item, due, state, entry } = this.#sql.act(id)!;
    return { item, undoUntil: state === PENDING ? due : undefined, entry: entry ?? undefined };
  }

  /** In one transaction with those of others at the same moment; a refusal takes none of them with it. */
  async #write<T>(change: (now: number) => T): Promise<T> {
    return resultOf(await written(this.#database.write(() => this.#tried(change))));
  }

  /** The same, on the disk when the promise is kept. */
  async #durably<T>(change: (now: number) => T): Promise<T> {
    return resultOf(await written(this.#database.writeSynced(() => this.#tried(change))));
  }

  #tried<T>(change: (now: number) => T): Tried<T> {
    try {
      return { result: change(this.#options.now()) };
    } catch (error) {
      if (error instanceof CapstanError) return { error }; // before anything was changed
      throw error;
    }
  }
}

type Tried<T> = { readonly result: T } | { readonly error: CapstanError };

function resultOf<T>(tried: Tried<T>): T {
  if ('error' in tried) throw tried.error;
  return tried.result;
}

/** That the database is in use is no refusal of what somebody does: it may go another time. */
async function written<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (!(error instanceof CapstanError) || error.code !== 'locked') throw error;
    throw new CapstanError('unavailable', error.message, { cause: error });
  }
}

function leaseOf({ id, source, run, phase }: ItemRow, person: string) {
  return { item: id, person, source, run, phase, gold: null as string | null, opened: 0 };
}

function given(item: string): CapstanError {
  return new CapstanError(
    'locked',
    `turn ${shown(item)}: expected one that is yours, its time ran out and it was given to somebody else`,
  );
}

/** Digits that tell one from another by eye. */
const SHOWN = 10;
const shown = (item: string): string => item.slice(0, SHOWN);
