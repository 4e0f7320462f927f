/** The tables of the desk, and whatever is asked of them. Times are milliseconds since 1970. */

import type { Database, Row } from '../storage/database.ts';

export const SCHEMA = `
  create table if not exists item (
    id text primary key, source text not null, number integer not null, run text not null,
    phase integer not null, seats integer not null) without rowid;
  create index if not exists item_line on item (run, phase, number);
  create index if not exists item_free on item (run, phase, seats);
  create index if not exists item_source on item (source, phase);
  create table if not exists source (name text primary key, number integer not null) without rowid;
  create table if not exists run (name text primary key, source text not null, served integer not null) without rowid;
  create table if not exists lease (
    item text not null, person text not null, token text not null unique, until integer not null, began integer not null,
    source text not null, run text not null, phase integer not null, gold text, opened integer not null,
    primary key (item, person)) without rowid;
  create index if not exists lease_person on lease (person, until);
  create table if not exists act (
    number integer primary key, id text not null unique, kind text not null, source text not null, item text not null,
    run text not null, person text not null, token text, body text not null, said text not null, form text not null,
    sure real not null, reason text, seconds real not null, began integer not null, opened integer not null, due integer not null,
    state integer not null, floor integer, entry integer, gold text);
  create unique index if not exists act_token on act (token, kind, body);
  create index if not exists act_due on act (state, due);
  create index if not exists act_item on act (item, person);
  create index if not exists act_person on act (person, run);
  create table if not exists skipped (
    item text not null, person text not null, times integer not null, primary key (item, person)) without rowid;
  create table if not exists draft (
    item text not null, person text not null, revision integer not null, json text not null,
    primary key (item, person)) without rowid;
  create table if not exists person (name text primary key, seen integer not null) without rowid;
`;

/** Of an item: nothing more is wanted · people decide · reviews differ, and one more person decides. */
export const CLOSED = 0;
export const DECIDE = 1;
export const ARBITRATE = 2;

/** Of an act: it can be taken back, or soon could not · it is being put on the ledger · it is there · and its item waits
 *  anew. */
export const PENDING = 0;
export const RECORDING = 1;
export const DONE = 2;
const PAST = 3;

/** decide · arbitrate · gold: of a turn. agreement: made of reviews. peek · verdict: beside a turn. */
export type ActKind = 'decide' | 'arbitrate' | 'gold' | 'agreement' | 'peek' | 'verdict';

export interface ItemRow extends Row {
  readonly id: string;
  readonly source: string;
  readonly run: string;
  readonly phase: number;
  readonly seats: number;
}

export interface LeaseRow extends Row {
  readonly item: string;
  readonly person: string;
  readonly token: string;
  readonly until: number;
  readonly began: number;
  readonly source: string;
  readonly run: string;
  readonly phase: number;
  /** Form of the expected decision, where it is a hidden question. */
  readonly gold: string | null;
  readonly opened: number;
}

export interface ActRow extends Row {
  readonly number: number;
  readonly id: string;
  readonly kind: ActKind;
  readonly source: string;
  readonly item: string;
  readonly run: string;
  readonly person: string;
  readonly token: string | null;
  readonly body: string;
  readonly said: string;
  readonly form: string;
  readonly sure: number;
  readonly reason: string | null;
  readonly seconds: number;
  readonly began: number;
  readonly opened: number;
  readonly due: number;
  readonly state: number;
  readonly floor: number | null;
  readonly entry: number | null;
  readonly gold: string | null;
}

interface Count extends Row {
  readonly count: number;
}

const OF_TURNS = `('decide', 'arbitrate', 'gold')`;
/** Seats that others hold by leases. */
const HELD = `(select count(*) from lease where lease.item = item.id and lease.person <> ? and lease.until > ?)`;
const UNTOUCHED = `not exists (select 1 from act where act.item = item.id and act.person = ? and act.kind in ${OF_TURNS} and act.state < ${PAST})`;

export function statements(database: Database) {
  return {
    // What there is.
    cursor: database.look<{ readonly number: number }>('select number from source where name = ?'),
    moveCursor: database.command('insert or replace into source values (?, ?)'),
    addItem: database.command(`insert or ignore into item values (?, ?, ?, ?, ${DECIDE}, 0)`),
    /** One that came anew has a later number. number, run, id, number */
    reopen: database.command(`
      update item set number = ?, run = ?, phase = ${DECIDE}, seats = (select count(*) from act
        where act.item = item.id and kind = 'decide' and state in (${PENDING}, ${RECORDING}))
      where id = ? and phase = ${CLOSED} and number < ?`),
    leaveBehind: database.command(
      `update act set state = ${PAST} where item = ? and state = ${DONE} and kind in ${OF_TURNS}`,
    ),
    addRun: database.command(
      'insert or ignore into run values (?, ?, (select ifnull(max(served), 0) from run))',
    ),
    item: database.look<ItemRow>('select * from item where id = ?'),
    openIds: database.query<{ readonly id: string }>(
      `select id from item where source = ? and phase > ${CLOSED}`,
    ),
    line: database.query<{ readonly id: string }>(`
      select id from item left join skipped on skipped.item = id and skipped.person = ?
      where phase > ${CLOSED} and ${UNTOUCHED} order by ifnull(times, 0), number`),
    openCount: database.look<Count>(
      `select count(*) as count from item where source = ? and phase > ${CLOSED}`,
    ),
    setPhase: database.command('update item set phase = ?, seats = 0 where id = ?'),
    addSeats: database.command('update item set seats = seats + ? where id = ?'),
    // Whose turn it is.
    runs: database.query<{ readonly name: string; readonly source: string }>(`
      select name, source from run
      where exists (select 1 from item where run = name and phase = ${DECIDE})
        or exists (select 1 from item where run = name and phase = ${ARBITRATE}) order by served, name`),
    serve: database.command('update run set served = (select max(served) + 1 from run) where name = ?'),
    /** run, phase, person, now, seats, person, person */
    first: database.look<ItemRow>(`
      select * from item where run = ? and phase = ? and seats + ${HELD} < ? and ${UNTOUCHED}
        and not exists (select 1 from skipped where skipped.item = item.id and skipped.person = ?)
      order by number limit 1`),
    /** person, run, phase, person, now, seats, person */
    skippedFirst: database.look<ItemRow & { readonly times: number }>(`
      select item.*, times from skipped cross join item on item.id = skipped.item
      where skipped.person = ? and run = ? and phase = ? and seats + ${HELD} < ? and ${UNTOUCHED}
      order by times, number limit 1`),
    held: database.look<Count>(
      'select count(*) as count from lease where item = ? and person <> ? and until > ?',
    ),
    free: database.look<Count>(
      'select count(*) as count from item where run = ? and phase = ? and seats < ?',
    ),
    heldIn: database.look<Count>(
      'select count(*) as count from lease where person <> ? and until > ? and run = ? and gold is null',
    ),
    /** What somebody has decided about that still waits for others. */
    ownOpen: database.look<Count>(`
      select count(*) as count from act cross join item on item.id = act.item
      where person = ? and act.run = ? and kind in ${OF_TURNS} and state < ${PAST} and phase > ${CLOSED}
        and seats < iif(phase = ${DECIDE}, ?, 1)`),
    goldKnown: database.query<{ readonly item: string }>(`
      select item from act where person = ? and run = ? and kind = 'gold'
      union select item from skipped where person = ?`),
    // Leases.
    ownLease: database.query<LeaseRow>(
      'select * from lease where person = ? and until > ? order by until desc, token',
    ),
    leaseOf: database.look<LeaseRow>('select * from lease where item = ? and person = ?'),
    lease: database.command('insert or replace into lease values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    extend: database.command('update lease set until = ? where item = ? and person = ?'),
    open: database.command('update lease set opened = 1 where item = ? and person = ?'),
    release: database.command('delete from lease where item = ? and person = ?'),
    // What people do.
    addAct: database.command(`
      insert into act (id, kind, source, item, run, person, token, body, said, form, sure, reason, seconds, began,
        opened, due, state, gold) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ${PENDING}, ?)`),
    actBy: database.look<ActRow>(`select * from act where token = ? and kind in ${OF_TURNS}`),
    act: database.look<ActRow>('select * from act where id = ?'),
    sameAct: database.look<ActRow>('select * from act where token = ? and kind = ? and body = ?'),
    lastAct: database.look<ActRow>(`
      select * from act where item = ? and person = ? and kind in ${OF_TURNS} and state < ${PAST}
      order by number desc limit 1`),
    takeBack: database.command(`delete from act where id = ? and state = ${PENDING}`),
    due: database.query<ActRow>(`
      select * from act where state in (${PENDING}, ${RECORDING}) and due <= ? order by number limit ?`),
    isDue: database.look<Row>(`
      select 1 from act where state in (${PENDING}, ${RECORDING}) and due <= ? limit 1`),
    begin: database.command(
      `update act set state = ${RECORDING}, floor = ? where id = ? and state = ${PENDING}`,
    ),
    postpone: database.command('update act set due = ? where id = ?'),
    finish: database.command(`update act set state = ${DONE}, entry = ? where id = ?`),
    reviews: database.query<ActRow>(`
      select * from act where item = ? and kind = 'decide' and state = ${DONE} order by number`),
    verdicts: database.query<{ readonly said: string }>(
      `select said from act where item = ? and person = ? and kind = 'verdict' order by number`,
    ),
    acted: database.query<{ readonly person: string }>(`
      select name as person from person
      where exists (select 1 from act where person = name and run = ? and kind in ('decide', 'arbitrate'))`),
    // The rest.
    skip: database.command(`
      insert into skipped values (?, ?, 1) on conflict (item, person) do update set times = times + 1`),
    draft: database.look<{ readonly json: string; readonly revision: number }>(
      'select json, revision from draft where item = ? and person = ?',
    ),
    keepDraft: database.command(`
      insert into draft values (?, ?, ?, ?) on conflict (item, person)
      do update set revision = excluded.revision, json = excluded.json where excluded.revision >= revision`),
    forget: ['draft', 'skipped', 'lease'].map((table) =>
      database.command(`delete from ${table} where item = ?`),
    ),
    seen: database.command('insert or replace into person values (?, ?)'),
    about: database.query<{ readonly name: string }>('select name from person where seen > ?'),
    // For operators.
    leases: database.query<LeaseRow>('select * from lease where until > ? order by began'),
    phases: database.query<{ readonly run: string; readonly phase: number; readonly count: number }>(`
      select run, phase, count(*) as count from item where phase > ${CLOSED} group by run, phase order by run, phase`),
    unsettled: database.look<Count>(
      `select count(*) as count from act where state in (${PENDING}, ${RECORDING})`,
    ),
    tallies: database.query<TallyRow>(`
      select person, sum(kind <> 'agreement') as decided, sum(iif(kind <> 'agreement', seconds, 0)) as seconds,
        sum(kind = 'gold' and form = gold) as right, sum(kind = 'gold') as n
      from act where kind in ${OF_TURNS} group by person order by person`),
  };
}

export interface TallyRow extends Row {
  readonly person: string;
  readonly decided: number;
  readonly seconds: number;
  readonly right: number;
  readonly n: number;
}
