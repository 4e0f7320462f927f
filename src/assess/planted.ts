/** Errors planted on purpose: one sub-answer of a question is changed, and H is asked again with it, everything else as it was.
 *  What changes then was caused by it, not merely found beside it. */

import { amplify } from '../amplify/amplify.ts';
import type { Random } from '../base/random.ts';
import { type Answer, known } from '../core/answer.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { ask } from '../core/workspace.ts';
import { type Child, type Node, type Reading, saidOf } from './sheet.ts';

export interface Planted {
  /** The context. */
  readonly cluster: number;
  /** Of the question at whose sub-answer the error was planted, and of the sub-question. */
  readonly level: number;
  readonly childLevel: number;
  /** What H made of it before, what H without its mistakes makes of it now, what H as it is makes of it, and what X says
   *  without reading sub-answers. */
  readonly before: number;
  readonly expected: number;
  readonly again: number;
  readonly direct: number;
}

/** A question that remembers which sub-answer is changed below it. */
export interface Edited<Q, A> {
  readonly question: Q;
  readonly edit: { readonly key: string; readonly answer: Answer<A> };
}

export interface Plot<Q> {
  readonly node: Node<Q>;
  readonly cluster: number;
  /** What X says to the same question. */
  readonly direct: number;
}

/** One planted error in each sub-answer that is not simple, of at most `most` questions. `assistant` has the facts beside it. */
export async function plant<Q, A>(
  reading: Reading<Q, A>,
  { asIs, clean }: { readonly asIs: Overseer<Q, A>; readonly clean: Overseer<Q, A> },
  assistant: Assistant<Q, A>,
  plots: readonly Plot<Q>[],
  most: number,
  random: Random,
): Promise<readonly Planted[]> {
  const chosen = random.split('plots').shuffle(plots).slice(0, most);
  const others = answersByLevel(plots.flatMap(({ node }) => node.children));
  const edits = chosen.flatMap((plot, i) =>
    plot.node.children.flatMap((child, place) => {
      const answer = otherThan(reading, child, others.get(child.level) ?? [], random.split(i).split(place));
      return answer ? [{ plot, child, edit: { key: reading.task.key(child.question), answer } }] : [];
    }),
  );
  const asked = edits.map(({ plot, edit }): Edited<Q, A> => ({ question: plot.node.question, edit }));
  const said = (overseer: Overseer<Q, A>) => askedAgain(reading, overseer, assistant, asked);
  const again = await said(asIs);
  const expected = asIs === clean ? again : await said(clean);
  return edits.map(({ plot, child }, i) => ({
    cluster: plot.cluster,
    level: plot.node.level,
    childLevel: child.level,
    before: plot.node.answer,
    expected: expected[i]!,
    again: again[i]!,
    direct: plot.direct,
  }));
}

/** What H says to each of them: words. */
export async function askedAgain<Q, A>(
  reading: Reading<Q, A>,
  overseer: Overseer<Q, A>,
  assistant: Assistant<Q, A>,
  asked: readonly Edited<Q, A>[],
): Promise<readonly number[]> {
  const answers = await amplify(carrying(overseer), changed(reading, assistant)).answer(asked, scope());
  return answers.map((answer, i) => saidOf(reading, asked[i]!.question, answer).answer);
}

/** The words that questions of each level were answered with: a planted error is one of those. */
function answersByLevel(
  told: readonly { readonly level: number; readonly answer: number }[],
): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, Set<number>>();
  for (const { level, answer } of told) found.set(level, (found.get(level) ?? new Set()).add(answer));
  return new Map([...found].map(([level, words]) => [level, [...words].sort((a, b) => a - b)]));
}

function otherThan<Q, A>(
  { task }: Reading<Q, A>,
  { answer }: Child<Q>,
  words: readonly number[],
  random: Random,
): Answer<A> | undefined {
  const candidates = words.filter((word) => word !== answer && task.encoding.answerOf(word) !== undefined);
  if (candidates.length === 0) return undefined;
  const value = task.encoding.answerOf(candidates[random.below(candidates.length)]!);
  return value === undefined ? undefined : known(value);
}

function carrying<Q, A>(overseer: Overseer<Q, A>): Overseer<Edited<Q, A>, A> {
  return {
    origin: overseer.origin,
    async act(workspaces, inner) {
      const bare = workspaces.map(({ question, exchanges }) => ({
        question: question.question,
        exchanges: exchanges.map((exchange) => ({ ...exchange, question: exchange.question.question })),
      }));
      const actions = await overseer.act(bare, inner);
      return actions.map((action, i) => {
        if (action.kind !== 'ask') return action;
        const { edit } = workspaces[i]!.question;
        return ask(...action.questions.map((question) => ({ question, edit })));
      });
    },
  };
}

function changed<Q, A>({ task }: Reading<Q, A>, assistant: Assistant<Q, A>): Assistant<Edited<Q, A>, A> {
  return {
    origin: assistant.origin,
    async answer(edited, inner) {
      const isEdited = edited.map(({ question, edit }) => task.key(question) === edit.key);
      const rest = edited.filter((_, i) => !isEdited[i]).map(({ question }) => question);
      const answers = rest.length > 0 ? await assistant.answer(rest, inner) : [];
      let next = 0;
      return edited.map(({ edit }, i) => (isEdited[i] ? edit.answer : answers[next++]!));
    },
  };
}
