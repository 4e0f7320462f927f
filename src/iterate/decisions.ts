/** Decisions that take time: what is asked now is answered at some later point of the run, or never. A workspace is in
 *  words, as H′ reads it, and as text, as a person reads it; neither holds more than H may see. */

import type { Task } from '../core/task.ts';
import type { Workspace } from '../core/workspace.ts';

/** A workspace that waits for a decision. */
export interface Item {
  /** As `workspaceWords` are. Items with equal words are one. */
  readonly words: readonly number[];
  /** The question, then a line for each exchange. */
  readonly shown: readonly string[];
  /** Because H′ knows it least, or by chance alone. */
  readonly why: Why;
  /** How sure H′ was of what it would do, 0 … 1. */
  readonly sure: number;
}

export type Why = 'unsure' | 'random';

/** What somebody decided there. */
export interface Decision {
  /** Of the workspace. */
  readonly words: readonly number[];
  /** Of the action, as `actionWords` are. */
  readonly action: readonly number[];
  /** Who, as on the ledger: «person:ada». */
  readonly by: string;
  /** Of a person's time, as far as it was measured. */
  readonly seconds: number;
}

/** Where in a run something happens: before which training step, and how many times it had to wait there before. Runs in which
 *  the same decisions arrive at the same points end in the same bits. */
export interface Point {
  readonly step: number;
  readonly turn: number;
}

export interface Decisions {
  /** Lets these wait for somebody. Those that are asked again, by a run that goes on from a save, wait once. */
  ask(items: readonly Item[], at: Point): void;
  /** What takes effect at this point of what was asked, in the order of `items`. Perhaps nothing, unless it `waits`: then one
   *  at least, however long that takes, or it throws «interrupted». */
  taken(items: readonly Item[], at: Point, waits: boolean): Promise<readonly Decision[]>;
  /** Throws «refused» if one that took effect does not stand any more. */
  expectStanding(): void;
  /** The words of the action that took effect before in a workspace of these words. */
  decided(words: readonly number[]): readonly number[] | undefined;
}

/** A workspace as a person sees it. */
export function shownLines<Q, A>(
  task: Pick<Task<Q, A>, 'show' | 'showAnswer'>,
  { question, exchanges }: Workspace<Q, A>,
): readonly string[] {
  const lines = exchanges.map(({ question: asked, answer }) => {
    const text = answer.kind === 'known' ? task.showAnswer(answer.value) : `unknown: ${answer.reason}`;
    return `${task.show(asked)} = ${text}`;
  });
  return [task.show(question), ...lines];
}

/** Those of equal words are the same. */
export function nameOf(words: readonly number[]): string {
  return words.join(' ');
}

export function isBefore(a: Point, b: Point): boolean {
  return a.step < b.step || (a.step === b.step && a.turn < b.turn);
}
