/** What people say of answers: right, or wrong and why. A verdict is about a question and one answer to it; of another answer
 *  nobody has said anything. Of each person the last counts. */

import { hash } from 'node:crypto';
import type { Answer } from '../core/answer.ts';
import type { Database, Row } from '../storage/database.ts';
import type { Verdict } from '../transcript/node.ts';
import type { Memory } from './memory.ts';

/** A verdict that is on the ledger. */
export type PersonsVerdict = Verdict & { readonly entry: number };

export const VERDICTS_SCHEMA = `
  create table if not exists verdict (question text not null, answer text not null, person text not null,
    entry integer not null, json text not null, primary key (question, answer, person)) without rowid;
`;

export class Verdicts<Q extends object, A> {
  readonly #memory: Memory<Q, A>;
  readonly #sql: ReturnType<typeof statements>;

  constructor(memory: Memory<Q, A>) {
    this.#memory = memory;
    this.#sql = statements(memory.database);
  }

  /** On the disk when this returns. Said again it changes nothing. */
  put(question: Q, answer: Answer<A>, verdict: PersonsVerdict): void {
    const { verifier, entry } = verdict;
    const [key, own] = [this.#memory.questionKey(question), answerKey(answer)];
    this.#memory.database.writeNow(() => this.#sql.put(key, own, verifier, entry, JSON.stringify(verdict)));
  }

  of(question: Q, answer: Answer<A>): readonly Verdict[] {
    return this.#sql.of(this.#memory.questionKey(question), answerKey(answer)).map(verdictIn);
  }

  /** The same for whoever asks about many, as it stands now. */
  all(): (question: Q, answer: Answer<A>) => readonly Verdict[] {
    const known = new Map<string, Verdict[]>();
    for (const row of this.#sql.all()) {
      const key = `${row.question} ${row.answer}`;
      known.set(key, [...(known.get(key) ?? []), verdictIn(row)]);
    }
    if (known.size === 0) return () => [];
    return (question, answer) =>
      known.get(`${this.#memory.questionKey(question)} ${answerKey(answer)}`) ?? [];
  }
}

function answerKey<A>(answer: Answer<A>): string {
  const said = answer.kind === 'known' ? [answer.value, answer.confidence] : answer.reason;
  return hash('sha256', JSON.stringify(said));
}

interface VerdictRow extends Row {
  readonly question: string;
  readonly answer: string;
  readonly json: string;
}

const verdictIn = ({ json }: VerdictRow): Verdict => JSON.parse(json) as Verdict;

function statements(database: Database) {
  const rows = 'select question, answer, json from verdict';
  return {
    put: database.command(`
      insert into verdict values (?, ?, ?, ?, ?) on conflict (question, answer, person)
      do update set entry = excluded.entry, json = excluded.json where excluded.entry > entry`),
    of: database.query<VerdictRow>(`${rows} where question = ? and answer = ? order by entry`),
    all: database.query<VerdictRow>(`${rows} order by entry`),
  };
}
