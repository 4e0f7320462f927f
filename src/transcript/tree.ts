/** The transcript-tree format «capstan-tree/1»: a file of lines, each one JSON value. The first is the header, and then
 *  comes one line for each question, a parent somewhere before its children. `docs/transcript-format.md` is for others who
 *  read or write it, and `docs/transcript.schema.json` is the schema of a line. */

import type { Answer, Known, Unknown } from '../core/answer.ts';
import type { Action, Ask, Escalate, Reply } from '../core/workspace.ts';
import type { Document, TextQuestion } from '../text/question.ts';
import {
  count,
  type Field,
  list,
  matching,
  number,
  oneOf,
  record,
  refuse,
  text,
  truth,
  variant,
} from './_fields.ts';
import type { Author, Spent, Step, TranscriptNode, Verdict } from './node.ts';

export const TREE_FORMAT = 'capstan-tree/1';

export interface TreeHeader {
  readonly format: typeof TREE_FORMAT;
  /** Version of what the overseers followed. */
  readonly policy: string;
  /** Id of the root. */
  readonly root: string;
  /** When it was written down, ISO 8601 in UTC. */
  readonly when: string;
  /** Who asked the root question. */
  readonly who: Author;
  /** The run that it is of, if it is of one. */
  readonly run?: string;
}

/** Of one line in bytes, the line feed not counted: an answer of 10 MB is still a line. */
export const LINE_BYTES_MAX = 2 ** 26;

const id = matching(/^[0-9a-f]{64}$/, 'a SHA-256 in hex');
const literal = <const T extends string>(word: T) => oneOf(word);

/** A moment that there is, «2026-11-20T09:30:00Z», with up to nine digits after the second. */
const moment: Field<string> = (value, path) => {
  const parts = typeof value === 'string' ? MOMENT.exec(value) : null;
  if (!parts) return refuse(path, 'a moment in UTC as ISO 8601 writes it', value);
  const [text, year, month, day] = parts;
  const leap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0);
  const last = month === '02' ? (leap ? 29 : 28) : /04|06|09|11/.test(month!) ? 30 : 31;
  return Number(day) <= last ? text : refuse(path, 'a day that there is', value);
};

const MOMENT = /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?Z$/;

const author = record<Author>({
  kind: oneOf('person', 'script', 'model', 'program'),
  id: text(1),
  version: { optional: text(1) },
});

const question = record<TextQuestion>({
  text: text(1),
  documents: { optional: list(record<Document>({ name: text(1), text: text() }), 1) },
});

const answer = variant<Answer<string>>({
  known: record<Known<string>>({ kind: literal('known'), value: text(), confidence: number(0, 1) }),
  unknown: record<Unknown>({
    kind: literal('unknown'),
    reason: oneOf('nobody', 'unsure', 'escalated', 'budget', 'rejected', 'unavailable'),
  }),
});

const action = variant<Action<TextQuestion, string>>({
  ask: record<Ask<TextQuestion>>({ kind: literal('ask'), questions: list(question, 1) }),
  reply: record<Reply<string>>({ kind: literal('reply'), answer }),
  escalate: record<Escalate>({ kind: literal('escalate'), reason: text() }),
});

const spent = record<Spent>({ calls: count, tokens: count, micros: count, seconds: number(0) });

const verdict = record<Verdict>({
  verifier: text(1),
  kind: oneOf('pass', 'fail', 'unsure'),
  reason: { optional: text() },
  entry: { optional: count },
  cause: { optional: oneOf('budget', 'unavailable') },
  spent: { optional: spent },
});

const fieldsOfStep = record<Step>({
  action,
  by: author,
  proposed: { optional: record({ action, by: author, edits: count }) },
  spent,
  isMemo: truth,
  began: moment,
  ended: moment,
  entry: { optional: count },
});

const step: Field<Step> = (value, path) => {
  const read = fieldsOfStep(value, path);
  if (Date.parse(read.ended) < Date.parse(read.began))
    return refuse(`${path}.ended`, `a moment not before ${read.began}`, read.ended);
  return read;
};

const corrected = record<NonNullable<TranscriptNode['corrected']>>({
  by: author,
  before: answer,
  entry: { optional: count },
});

const fieldsOfNode = record<TranscriptNode>({
  id,
  parent: { optional: id },
  depth: count,
  question,
  status: oneOf('answered', 'waiting', 'cancelled'),
  answer: { optional: answer },
  steps: list(step),
  children: list(id),
  verdicts: list(verdict),
  corrected: { optional: corrected },
});

/** The header that a value is. */
export const readHeader: Field<TreeHeader> = record<TreeHeader>({
  format: literal(TREE_FORMAT),
  policy: text(1),
  root: id,
  when: moment,
  who: author,
  run: { optional: text(1) },
});

/** The node that a value is, as far as it can be told without its tree. */
export const readNode: Field<TranscriptNode> = (value, path) => {
  const node = fieldsOfNode(value, path);
  if ((node.parent === undefined) !== (node.depth === 0))
    return refuse('parent', node.depth === 0 ? 'none at depth 0' : 'the id of a node', node.parent);
  if ((node.answer === undefined) === (node.status === 'answered'))
    return refuse(
      'answer',
      node.status === 'answered' ? 'an answer' : `none while ${node.status}`,
      node.answer,
    );
  if (node.corrected && node.status !== 'answered')
    return refuse('corrected', `none while ${node.status}`, node.corrected);
  if (new Set(node.children).size < node.children.length)
    return refuse('children', 'each id once', node.children);
  return node;
};
