/** What a person judges away from any terminal: a file with a line for each answer, and why it was given. They say in each whether
 *  it is right, and the sheet counts only as a whole, for the answers that it was written for. */

import { type TranscriptTree, unfold } from '../amplify/tree.ts';
import { CapstanError } from '../base/errors.ts';
import type { Answer } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Task } from '../core/task.ts';

/** Somebody's answer to a question, to be judged. */
export interface Claim<Q, A> {
  readonly question: Q;
  readonly answer: Answer<A>;
}

/** A line of a person's sheet: `right` is for them to say. */
export interface SheetLine {
  readonly question: string;
  readonly said: string;
  /** What H makes of X's answers and the facts, a line for each question below. */
  readonly because: readonly string[];
  readonly right: boolean | null;
}

/** Levels of H on a sheet. */
const DEPTH = 2;

export async function sheetOf<Q, A>(
  task: Task<Q, A>,
  assistant: Assistant<Q, A>,
  claims: readonly Claim<Q, A>[],
): Promise<readonly SheetLine[]> {
  const lines: SheetLine[] = [];
  for (const { question, answer } of claims) {
    const tree = await unfold(task.overseer, task.environment, assistant, DEPTH, question, scope());
    const because = tree.children.flatMap((child) => linesOf(task, child, ''));
    lines.push({ question: task.show(question), said: shown(task, answer), because, right: null });
  }
  return lines;
}

/** Whether each claim is right, as the sheet says that `sheetOf` gave for the same. Throws «invalid» on another, or where a
 *  line says nothing. */
export function verdictsOn<Q, A>(
  task: Task<Q, A>,
  claims: readonly Claim<Q, A>[],
  lines: readonly Partial<SheetLine>[],
): readonly boolean[] {
  if (lines.length !== claims.length)
    throw new CapstanError('invalid', `sheet: expected ${claims.length} lines, got ${lines.length}`);
  return claims.map((claim, i) => {
    const { question, said, right } = lines[i]!;
    const [asked, answered] = [task.show(claim.question), shown(task, claim.answer)];
    if (question !== asked || said !== answered)
      throw new CapstanError(
        'invalid',
        `sheet, line ${i + 1}: expected ${asked} = ${answered}, got ${question} = ${said}`,
      );
    if (typeof right !== 'boolean')
      throw new CapstanError('invalid', `sheet, line ${i + 1}: expected right to be true or false`);
    return right;
  });
}

export function shown<Q, A>(task: Task<Q, A>, answer: Answer<A>): string {
  return answer.kind === 'known' ? task.showAnswer(answer.value) : `unknown: ${answer.reason}`;
}

function linesOf<Q, A>(task: Task<Q, A>, tree: TranscriptTree<Q, A>, indent: string): readonly string[] {
  const { question, answer, isFact, children } = tree;
  const line = `${indent}${task.show(question)} = ${shown(task, answer)}${isFact ? ', a fact' : ''}`;
  return [line, ...children.flatMap((child) => linesOf(task, child, `${indent}  `))];
}
