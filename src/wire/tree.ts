/** A question tree, by its positions in pre-order: the root is 0, and below a node of size n are the n − 1 after it. A tree of
 *  50,000 nodes is sent as columns of bytes, and words only for what is looked at. */

import { z } from 'zod';
import { Answer, Author, Question, Spent } from './question.ts';
import { Hash, Name, Reason, Text, Time } from './value.ts';

export { FLAGS } from './flags.ts';

export const TreeSummary = z.object({
  /** Of a run of many questions with the number of one: «audit@3». */
  run: Name,
  /** Which of how many it is, then. */
  many: z.object({ at: z.int(), count: z.int() }).optional(),
  root: Text,
  /** running: somebody works on it now · stopped: nobody does, and it waits for nobody. */
  state: z.enum(['answered', 'waiting', 'running', 'stopped']),
  /** Why it cannot go on by itself: its recipe was changed, a model is gone. */
  error: z.string().optional(),
  nodes: z.int(),
  /** Nodes that wait for people. */
  waiting: z.int(),
  answer: Answer.optional(),
  overseer: Name,
  assistant: Name,
  started: Time,
  spent: Spent,
  /** Another one is another state of the tree: positions of one mean nothing in the other. */
  version: Name,
});
export type TreeSummary = z.infer<typeof TreeSummary>;

/** Columns, little-endian, in base64: one value for each position. */
export const Skeleton = z.object({
  version: Name,
  count: z.int(),
  /** Uint16: 0 at the root. */
  depth: z.string(),
  /** Uint32: nodes at and below it. */
  size: z.string(),
  /** Uint8: FLAGS. */
  flags: z.string(),
  /** Uint32: milliseconds after the start of the tree when it was answered; 2³² − 1 where it is not. */
  ended: z.string(),
});
export type Skeleton = z.infer<typeof Skeleton>;

export const Row = z.object({
  at: z.int(),
  id: Hash,
  depth: z.int(),
  /** Its beginning, on one line. */
  question: Text,
  answer: Answer.optional(),
  /** Who gave the answer. */
  by: Author.optional(),
  flags: z.int(),
  /** Nodes below it. */
  descendants: z.int(),
  spent: Spent,
  /** From when it was asked until it was answered. */
  ms: z.number().optional(),
});
export type Row = z.infer<typeof Row>;

export const Rows = z.object({ version: Name, rows: z.array(Row) });
export type Rows = z.infer<typeof Rows>;

/** Which positions a filter finds: `who:X₃ confidence:<0.6 verdict:rejected depth:>3 words`. */
export const Found = z.object({ version: Name, positions: z.array(z.int()), total: z.int() });
export type Found = z.infer<typeof Found>;

export const StepView = z.object({
  /** As one line: «ask: …», «reply: …», «escalate: …». */
  text: Text,
  kind: z.enum(['ask', 'reply', 'escalate']),
  by: Author,
  proposed: z.object({ text: Text, by: Author, edits: z.int() }).optional(),
  spent: Spent,
  isMemo: z.boolean(),
  began: Time,
  ended: Time,
  entry: z.int().optional(),
});

/** A sub-answer that was used, and where its words came up in the answer: [from, to) in the answer, [from, to) in the sub-answer. */
export const Evidence = z.object({
  at: z.int(),
  id: Hash,
  question: Text,
  answer: Answer.optional(),
  by: Author.optional(),
  spans: z.array(z.object({ answer: z.tuple([z.int(), z.int()]), source: z.tuple([z.int(), z.int()]) })),
});
export type Evidence = z.infer<typeof Evidence>;

export const NodeView = z.object({
  version: Name,
  row: Row,
  question: Question,
  /** From the root down, without itself. */
  ancestors: z.array(z.object({ at: z.int(), id: Hash, question: Text })),
  steps: z.array(StepView),
  verdicts: z.array(
    z.object({
      verifier: Name,
      kind: z.enum(['pass', 'fail', 'unsure']),
      reason: Text.optional(),
    }),
  ),
  evidence: z.array(Evidence),
  /** Answers that it had before, oldest first. */
  versions: z.array(
    z.object({
      ...{ answer: Answer, by: Author.optional(), time: Time.optional(), entry: z.int().optional() },
      /** Why another was put in its place. */
      reason: z.string().optional(),
    }),
  ),
  /** Entries of the ledger that are about it. */
  entries: z.array(z.int()),
});
export type NodeView = z.infer<typeof NodeView>;

/** From the root to the first wrong node: one below which nothing is wrong. */
export const ErrorPath = z.object({
  version: Name,
  path: z.array(Row),
  /** Why the last of it is held to be wrong: corrected, rejected by …, or marked by whoever asks. */
  why: z.string(),
  /** Positions of the answers that lean on it. */
  touched: z.array(z.int()),
});
export type ErrorPath = z.infer<typeof ErrorPath>;

export const Correction = z.object({ answer: Text.min(1), reason: Reason });

export const Corrected = z.object({
  entry: z.int(),
  version: Name,
  /** Answers that are other ones now. */
  changed: z.array(
    z.object({ id: Hash, question: Text, before: Answer.optional(), after: Answer.optional() }),
  ),
  /** Nodes at which something else was done than before. */
  again: z.int(),
  nodes: z.int(),
  /** That wait for people now. */
  waiting: z.int(),
});
export type Corrected = z.infer<typeof Corrected>;
