/** A sheet: one set of held-out questions, and what everybody says to each. Answers are words of the task's encoding, so
 *  that figures need not know what a question is; −1 is "unknown", which is right for nobody. */

import { amplify } from '../amplify/amplify.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { memo } from '../amplify/memo.ts';
import { nobody } from '../assistants/nobody.ts';
import { invariant } from '../base/errors.ts';
import type { Answer } from '../core/answer.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Task } from '../core/task.ts';
import type { Transcript } from '../core/workspace.ts';
import { isRight } from '../evaluate/accuracy.ts';
import type { Examiner } from '../evaluate/examiners.ts';
import { oracle } from '../evaluate/oracle.ts';
import { isLeaning } from '../run/judge.ts';

export const UNKNOWN = -1;

export interface Said {
  /** A word, or UNKNOWN. */
  readonly answer: number;
  /** 0 … 1; 0 where it is unknown. */
  readonly confidence: number;
  readonly right: boolean;
}

/** A question of the sheet, at its place. */
export interface Asked<Q> {
  readonly question: Q;
  /** From 1: its level, or its grade where the task has grades. */
  readonly level: number;
  /** Which context it is about, from 0: those of one stand or fall together. */
  readonly context: number;
}

/** One question that H took apart. */
export interface Node<Q> extends Said {
  readonly question: Q;
  /** As of whoever asked. */
  readonly context: number;
  /** Of the task, from 1. */
  readonly level: number;
  /** Actions of H, its reply included. */
  readonly decisions: number;
  /** The questions asked that are not simple, in their order. */
  readonly children: readonly Child<Q>[];
}

export interface Child<Q> extends Said {
  readonly question: Q;
  readonly level: number;
}

/** What reads answers: a task and who knows what is right. */
export interface Reading<Q, A> {
  readonly task: Task<Q, A>;
  readonly examiner: Examiner<Q, A>;
}

/** Which context of a sheet a question is about, its sub-questions too. */
export type ContextOf<Q> = (question: Q) => number;

export function contextsOf<Q, A>({ task }: Reading<Q, A>, asked: readonly Asked<Q>[]): ContextOf<Q> {
  const places = new Map(asked.map(({ question, context }) => [task.encoding.context(question), context]));
  return (question) => {
    const place = places.get(task.encoding.context(question));
    invariant(place !== undefined, 'a sub-question is about the context of the question');
    return place;
  };
}

export function saidOf<Q, A>({ task, examiner }: Reading<Q, A>, question: Q, answer: Answer<A>): Said {
  if (answer.kind === 'unknown') return { answer: UNKNOWN, confidence: 0, right: false };
  return {
    answer: task.encoding.wordOf(answer.value),
    confidence: answer.confidence,
    right: isRight(examiner, question, answer),
  };
}

/** What an assistant says to all of them, in order. */
export async function askedOf<Q, A>(
  reading: Reading<Q, A>,
  assistant: Assistant<Q, A>,
  asked: readonly Asked<Q>[],
): Promise<readonly Said[]> {
  const questions = asked.map(({ question }) => question);
  const answers = await assistant.answer(questions, scope());
  return answers.map((answer, i) => saidOf(reading, questions[i]!, answer));
}

/** Amplify^H(X) on all of them, with what X said to the sub-questions. `assistant` has the facts beside it. */
export async function nodesOf<Q, A>(
  reading: Reading<Q, A>,
  overseer: Overseer<Q, A>,
  assistant: Assistant<Q, A>,
  asked: readonly Asked<Q>[],
): Promise<readonly Node<Q>[]> {
  const nodes: Node<Q>[] = [];
  const contextOf = contextsOf(reading, asked);
  const record = (transcript: Transcript<Q, A>) => nodes.push(nodeOf(reading, contextOf, transcript));
  const questions = asked.map(({ question }) => question);
  await amplify(overseer, assistant, { record }).answer(questions, scope());
  return nodes;
}

/** H all the way down, and every question that it took apart, each once. Where questions lean on guesses about themselves
 *  there is no way down: H then hears right answers. */
export function allTheWay<Q, A>(
  reading: Reading<Q, A>,
  overseer: Overseer<Q, A>,
  asked: readonly Asked<Q>[],
): { readonly assistant: Assistant<Q, A>; readonly nodes: readonly Node<Q>[] } {
  const { task } = reading;
  const nodes: Node<Q>[] = [];
  const contextOf = contextsOf(reading, asked);
  const record = (transcript: Transcript<Q, A>) => nodes.push(nodeOf(reading, contextOf, transcript));
  const below: Assistant<Q, A> = isLeaning(task)
    ? knowing(reading)
    : { origin: overseer.origin, answer: (questions, inner) => assistant.answer(questions, inner) };
  const assistant: Assistant<Q, A> = memo(
    amplify(overseer, withEnvironment(task.environment, below), { record }),
    task.key,
  );
  return { assistant, nodes };
}

/** Says what is right; for figures only. */
export function knowing<Q, A>({ examiner }: Reading<Q, A>): Assistant<Q, A> {
  return amplify(oracle(examiner), nobody);
}

function nodeOf<Q, A>(
  reading: Reading<Q, A>,
  contextOf: ContextOf<Q>,
  { question, exchanges, answer }: Transcript<Q, A>,
): Node<Q> {
  const { task } = reading;
  const children = exchanges
    .filter((exchange) => task.environment(exchange.question) === undefined)
    .map((exchange) => ({
      question: exchange.question,
      level: task.level(exchange.question),
      ...saidOf(reading, exchange.question, exchange.answer),
    }));
  return {
    question,
    context: contextOf(question),
    level: task.level(question),
    decisions: exchanges.length + 1,
    children,
    ...saidOf(reading, question, answer),
  };
}
