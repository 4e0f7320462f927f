/** An answer that was given, as it is kept: which checkpoint gave it, and how Amplify^H would decompose it with that
 *  checkpoint's sub-answers. From it follows the first wrong node:
 *      the deepest node that is wrong though all of its sub-answers are right, or the simple answer that is wrong
 *  A correction on the ledger says what is right, and else the examiner did when the answer was given. */

import { hash } from 'node:crypto';
import type { TranscriptTree } from '../amplify/tree.ts';
import { canonical, type Json } from '../base/canonical.ts';
import { CapstanError } from '../base/errors.ts';
import type { Task } from '../core/task.ts';
import type { ExampleNode } from '../report/record.ts';

export interface AnswerNode extends ExampleNode {
  /** SHA-256 of the question's content key: equal for equal questions of a task. */
  readonly key: string;
  readonly children: readonly AnswerNode[];
}

export interface AnswerRecord {
  readonly v: 1;
  readonly task: string;
  readonly parameters: { readonly [name: string]: number };
  /** The hash of the checkpoint that is X. */
  readonly checkpoint: string;
  /** Who decomposed: «script:H». */
  readonly overseer: string;
  /** As it was asked. */
  readonly asked: string;
  readonly tree: AnswerNode;
}

export function keyOf<Q, A>(task: Pick<Task<Q, A>, 'key'>, question: Q): string {
  return hash('sha256', task.key(question));
}

/** The tree as people read it, with the keys of its questions. */
export function keyed<Q, A>(
  task: Pick<Task<Q, A>, 'key'>,
  { question, children }: TranscriptTree<Q, A>,
  node: ExampleNode,
): AnswerNode {
  const below = children.map((child, i) => keyed(task, child, node.children[i]!));
  return { ...node, key: keyOf(task, question), children: below };
}

/** Texts go through JSON: no member is undefined. */
export function writeAnswer(record: AnswerRecord): string {
  return canonical(JSON.parse(JSON.stringify(record)) as Json);
}

/** Of a text that was verified against its commitment. */
export function readAnswer(text: string): AnswerRecord {
  const value: Partial<AnswerRecord> = Object(JSON.parse(text));
  if (value.v === 1 && value.tree !== undefined) return value as AnswerRecord;
  throw new CapstanError(
    'corrupt',
    `the record of an answer: expected version 1 with a tree, got ${value.v}`,
  );
}

/** What somebody, or something, says the right answer is. */
export interface Right {
  readonly answer: string;
  /** The entry of the correction. */
  readonly seq: number;
}

/** By the key of the question. */
export type Corrections = ReadonlyMap<string, Right>;

export type Culprit = 'assistant' | 'overseer' | 'facts';

export interface Blame {
  readonly node: AnswerNode;
  /** The questions from the root down to it. */
  readonly path: readonly string[];
  /** X, whose answer stands in the node; H, who made it of right sub-answers; or what was looked up. */
  readonly culprit: Culprit;
  /** Sub-answers of it that nobody has judged: it might be one of them. */
  readonly unjudged: number;
}

export interface Judgement {
  /** Whether the answer that was given is right; undefined if nobody says. */
  readonly right: boolean | undefined;
  /** The correction that says so, if it is not the examiner. */
  readonly by: number | undefined;
  readonly blame: Blame | undefined;
  readonly corrections: Corrections;
}

/** What was given is X's own answer to the root. Where that is wrong and the tree below right, X has not learned what its own
 *  sub-answers imply; else the tree has a first wrong node. */
export function judge({ tree }: AnswerRecord, corrections: Corrections): Judgement {
  const right = isRight(tree, tree.direct, tree.directRight, corrections);
  const by = corrections.get(tree.key)?.seq;
  const below = firstWrong(tree, corrections, []);
  const own: Blame = { node: tree, path: [tree.question], culprit: 'assistant', unjudged: 0 };
  return { right, by, blame: below ?? (right === false ? own : undefined), corrections };
}

/** Below a wrong node the wrong ones go on being looked for, but not below a sub-answer that is right: what it is made of has
 *  done no harm. Where the root is right, or nobody says, any wrong node is worth knowing. */
function firstWrong(node: AnswerNode, corrections: Corrections, above: readonly string[]): Blame | undefined {
  const { answer, right, children, question, isFact } = node;
  const isWrong = isRight(node, answer, right, corrections) === false;
  const path = [...above, question];
  for (const child of children) {
    if (isWrong && isRight(child, child.answer, child.right, corrections) === true) continue;
    const found = firstWrong(child, corrections, path);
    if (found) return found;
  }
  if (!isWrong) return undefined;
  const judged = children.map((child) => isRight(child, child.answer, child.right, corrections));
  const culprit: Culprit = isFact ? 'facts' : children.length === 0 ? 'assistant' : 'overseer';
  return { node, path, culprit, unjudged: judged.filter((one) => one === undefined).length };
}

/** Whether the answer in the tree is known to be wrong. */
export function wrongIn(node: AnswerNode, corrections: Corrections): boolean {
  return isRight(node, node.answer, node.right, corrections) === false;
}

function isRight(
  { key }: AnswerNode,
  answer: string,
  examined: boolean | undefined,
  corrections: Corrections,
): boolean | undefined {
  const correction = corrections.get(key);
  return correction ? correction.answer === answer : examined;
}

/** Whether the answer leans on a node that was answered otherwise than it should have been. */
export function leansOn({ tree }: AnswerRecord, key: string, answer: string): boolean {
  const touches = (node: AnswerNode): boolean =>
    (node.key === key && (node.answer !== answer || node.direct !== answer)) || node.children.some(touches);
  return touches(tree);
}
