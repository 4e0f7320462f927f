/** What was decided and answered, under keys of their content, so that a tree that is asked again comes to the same place
 *  and nobody is asked, or paid, twice.
 *      decision   (policy, workspace) → action      what H did: the ground state
 *      verdict    (verifier, question, answer)      what was paid for to be said of an answer: kept among the decisions
 *      answer     (policy, question, depth) → answer what followed and from which questions, so that a finished subtree
 *                                                   is not walked again
 *      correction question → answer                 what a person put in its place
 *  A correction removes the answers above it; decisions stay, since a workspace in which an answer changed is another
 *  workspace. */

import { hash } from 'node:crypto';
import type { Answer } from '../core/answer.ts';
import type { Claim } from '../core/assistant.ts';
import type { Action, Transcript, Workspace } from '../core/workspace.ts';
import type { Database, Row } from '../storage/database.ts';
import type { Author, Spent } from '../transcript/node.ts';
import { DECISIONS_SCHEMA, Decisions } from './decisions.ts';
import type { Judgement } from './judged.ts';
import type { Paid } from './paid.ts';

/** An action and how it came about. */
export interface Decision<Q, A> extends Paid {
  readonly action: Action<Q, A>;
  readonly by: Author;
  /** What somebody else had proposed, and by how many characters the action differs (Levenshtein). */
  readonly proposed?: { readonly action: Action<Q, A>; readonly by: Author; readonly edits: number };
  /** Number of its entry in the ledger. */
  readonly entry?: number;
}

/** An answer that holds whatever would have been computed. */
export interface Correction<A> {
  readonly answer: Answer<A>;
  readonly before: Answer<A>;
  readonly by: Author;
  readonly time: string;
  readonly entry?: number;
}

/** An answer, and the keys of the questions that were asked for it. Without one, only that the question leans on them. */
interface Followed<A> {
  readonly answer?: Answer<A>;
  readonly asked: readonly string[];
}

/** A transcript, or of one only that the question leans on others. */
interface Leaning<Q, A> {
  readonly question: Q;
  readonly exchanges: readonly { readonly question: Q }[];
  readonly answer?: Answer<A>;
}

/** An answer that was removed because one below it changed. */
export interface Removed<A> {
  readonly key: string;
  readonly question: string;
  readonly before: Answer<A>;
}

type Reached<A> = Omit<Removed<A>, 'before'> & Partial<Removed<A>>;

export const SCHEMA = `${DECISIONS_SCHEMA}
  create table if not exists answer (key text primary key, question text not null, json text not null) without rowid;
  create table if not exists correction (
    question text primary key, number integer not null unique, json text not null) without rowid;
`;

/** So many answers wait to be written at most, and so long: some are computed again after a crash, and nobody is asked. */
const KEPT_MOST = 1024;
const KEPT_MS = 1000;

export class Memory<Q extends object, A> {
  readonly database: Database;
  readonly #keyOf: (question: Q) => string;
  readonly #sql: ReturnType<typeof statements>;
  readonly #decisions: Decisions;
  #kept = new Map<string, { readonly what: Leaning<Q, A>; readonly corrections: number }>();
  #isDue = false;
  #wasted = 0;
  readonly #corrected = new Map<string, Correction<A>>();
  #corrections = 0;
  readonly #keys = new WeakMap<object, string>();

  /** `keyOf`: equal keys are equal questions. */
  constructor(database: Database, keyOf: (question: Q) => string) {
    this.database = database;
    this.#keyOf = keyOf;
    this.#sql = statements(database);
    this.#decisions = new Decisions(database);
    this.refresh();
  }

  questionKey(question: Q): string {
    let key = this.#keys.get(question);
    if (key === undefined) {
      key = this.#keyOf(question);
      this.#keys.set(question, key);
    }
    return key;
  }

  /** Of a question under a policy, with so many levels below it. */
  answerKey(policy: string, question: Q, depth: number): string {
    return digest('answer', policy, this.questionKey(question), `${depth}`);
  }

  /** Of a workspace under a policy. */
  workspaceKey(policy: string, { question, exchanges }: Workspace<Q, A>): string {
    const heard = exchanges.flatMap(({ question: asked, answer }) => [
      this.questionKey(asked),
      answer.kind === 'known' ? `known ${answer.confidence} ${JSON.stringify(answer.value)}` : answer.reason,
    ]);
    return digest('workspace', policy, this.questionKey(question), ...heard);
  }

  decision(key: string): Decision<Q, A> | undefined {
    return parsed(this.#decisions.get(key));
  }

  /** Kept from when the promise is. */
  decide(key: string, policy: string, decision: Decision<Q, A>): Promise<void> {
    return this.#decisions.put(key, policy, JSON.stringify(decision));
  }

  /** The same, within a write. */
  decideNow(key: string, policy: string, decision: Decision<Q, A>): void {
    this.#decisions.putNow(key, policy, JSON.stringify(decision));
  }

  /** Of an answer to a question, before a verifier of that version. */
  claimKey(version: string, { question, answer }: Claim<Q, A>): string {
    return digest('claim', version, this.questionKey(question), JSON.stringify(answer));
  }

  judgement(key: string): Judgement | undefined {
    return parsed(this.#decisions.get(key));
  }

  /** Kept from when the promise is. */
  judge(key: string, version: string, judgement: Judgement): Promise<void> {
    return this.#decisions.put(key, version, JSON.stringify(judgement));
  }

  /** Notes what was paid for that is not worth remembering, so that it counts. Kept from when the promise is. */
  async spend(key: string, paid: Paid): Promise<void> {
    if (Object.values(paid.spent).every((amount) => amount === 0)) return;
    // Whenever it is asked again, that is paid for too.
    await this.#decisions.put(
      digest('spent', key, paid.began, `${this.#wasted++}`),
      '',
      JSON.stringify(paid),
    );
  }

  /** What a run has paid for so far, in all its sessions; calls that a crash cut off are not in it. */
  spentBy(run: string): Spent {
    return this.#decisions.spentBy(run);
  }

  answer(key: string): Answer<A> | undefined {
    const kept = this.#kept.get(key);
    if (kept?.corrections === this.corrections) return kept.what.answer;
    return parsed<Followed<A>>(this.#sql.answer(key)?.json)?.answer;
  }

  /** Not at all where an answer was corrected since there were so many corrections. It follows from decisions that are on
   *  the disk, so nobody waits for it, and it is written with many others: keys lie all over the file, and many of them
   *  share a page. */
  keep(key: string, what: Transcript<Q, A>, corrections: number): void {
    this.#put(key, what, corrections);
  }

  /** Whatever is answered to the question leans on the answer to that other one too, though it is not seen to be asked. */
  lean(question: Q, on: Q): void {
    const key = digest('lean', this.questionKey(question), this.questionKey(on));
    this.#put(key, { question, exchanges: [{ question: on }] }, this.corrections);
  }

  #put(key: string, what: Leaning<Q, A>, corrections: number): void {
    this.#kept.set(key, { what, corrections });
    if (this.#kept.size === KEPT_MOST) this.database.writeAside(() => this.#keepAll());
    if (this.#isDue) return;
    this.#isDue = true;
    this.database.writeAside(() => {
      this.#isDue = false;
      this.#keepAll();
    }, KEPT_MS);
  }

  /** Kept when all answers are written. */
  async settle(): Promise<void> {
    if (this.#kept.size > 0) await this.database.write(() => this.#keepAll());
  }

  #keepAll(): void {
    if (this.#kept.size === 0) return;
    this.refresh();
    const rows: unknown[] = [];
    for (const [key, { what, corrections }] of this.#kept) {
      if (corrections !== this.corrections) continue;
      const { question, exchanges, answer } = what;
      const asked = exchanges.map((exchange) => this.questionKey(exchange.question));
      rows.push([key, this.questionKey(question), { answer, asked }]);
    }
    this.#sql.keep(JSON.stringify(rows));
    this.#kept = new Map();
  }

  /** How many there were when last looked. */
  get corrections(): number {
    return this.#corrections;
  }

  /** Looks whether other processes have corrected something. */
  refresh(): void {
    for (const { question, number, json } of this.#sql.corrections(this.#corrections)) {
      this.#corrected.set(question, JSON.parse(json) as Correction<A>);
      this.#corrections = number;
    }
  }

  correction(question: Q): Correction<A> | undefined {
    return this.#corrected.size === 0 ? undefined : this.#corrected.get(this.questionKey(question));
  }

  /** Puts an answer in place of whatever was, is or will be computed; the answers that leaned on it are gone. */
  correct(question: Q, correction: Correction<A>): readonly Removed<A>[] {
    const key = this.questionKey(question);
    return this.database.writeNow(() => {
      this.#keepAll();
      this.#sql.correct(key, this.#corrections + 1, JSON.stringify(correction));
      this.refresh();
      const above = this.#above(key);
      for (const row of above) this.#sql.forget(row.key);
      return above.flatMap(({ before, ...row }) => (before ? [{ ...row, before }] : []));
    });
  }

  /** The answers to that question, and those that leaned on one of them. Corrections are rare: all answers are read. */
  #above(question: string): readonly Reached<A>[] {
    const rows = this.#sql.answers().map(({ key, question, json }) => ({
      ...{ key, question },
      ...(JSON.parse(json) as Followed<A>),
    }));
    const askers = new Map<string, (typeof rows)[number][]>();
    const own = new Map<string, (typeof rows)[number][]>();
    const put = (map: typeof own, name: string, row: (typeof rows)[number]) => {
      const there = map.get(name);
      if (there) there.push(row);
      else map.set(name, [row]);
    };
    for (const row of rows) {
      put(own, row.question, row);
      for (const name of row.asked) put(askers, name, row);
    }
    const reached = new Map<string, Reached<A>>();
    const questions = new Set([question]);
    for (const name of questions)
      for (const row of [...(own.get(name) ?? []), ...(askers.get(name) ?? [])]) {
        const { key, answer: before } = row;
        reached.set(key, { key, question: row.question, ...(before && { before }) });
        questions.add(row.question);
      }
    return [...reached.values()];
  }
}

interface JsonRow extends Row {
  readonly json: string;
}
interface CorrectionRow extends JsonRow {
  readonly question: string;
  readonly number: number;
}
interface AnswerRow extends JsonRow {
  readonly key: string;
  readonly question: string;
}

function statements(database: Database) {
  return {
    answer: database.look<JsonRow>('select json from answer where key = ?'),
    keep: database.command(
      'insert or replace into answer select value ->> 0, value ->> 1, value -> 2 from json_each(?)',
    ),
    corrections: database.query<CorrectionRow>('select * from correction where number > ? order by number'),
    correct: database.command('insert or replace into correction values (?, ?, ?)'),
    answers: database.query<AnswerRow>('select * from answer'),
    forget: database.command('delete from answer where key = ?'),
  };
}

function parsed<T>(json: string | undefined): T | undefined {
  return json === undefined ? undefined : (JSON.parse(json) as T);
}

function digest(...parts: readonly string[]): string {
  // Each with its length, so that no two lists of parts run together.
  const text = parts.map((part) => `${part.length}:${part}`).join('');
  return hash('sha256', text);
}
