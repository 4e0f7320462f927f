/** A capstan's pawl: X_{n+1} takes the place of X_n only if it is not worse at any level. Both answer the same questions about
 *  contexts that neither trained on, and are held against Amplify^H(X_{n+1}); contexts are drawn until the evidence is
 *  there at every level, or there are no more. Every level has to pass, so each is tested at the full error rate of a
 *  comparison; over the comparisons of a run the rates add up. No ground truth is involved. */

import type { Random } from '../base/random.ts';
import { agree } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scopeFor } from '../core/budget.ts';
import type { Task } from '../core/task.ts';
import { Evidence } from '../statistics/evidence.ts';

export interface RatchetOptions {
  /** Chance at most, over all comparisons of a run, that one passes which is worse by `margin` at some level; 0 … 1. */
  readonly errorRate: number;
  /** What counts as worse: a share of the questions at a level, 0 … 1. */
  readonly margin: number;
  /** Contexts drawn at most, for each level. */
  readonly contexts: number;
}

export const RATCHET: RatchetOptions = { errorRate: 0.05, margin: 0.05, contexts: 512 };

export interface Rivals<Q, A> {
  readonly task: Task<Q, A>;
  /** X_{n+1} and X_n. */
  readonly candidate: Assistant<Q, A>;
  readonly served: Assistant<Q, A>;
  /** Amplify^H(X_{n+1}). */
  readonly amplified: Assistant<Q, A>;
  /** The frontier of X_{n+1}. */
  readonly level: number;
  /** How many comparisons the run may come to. */
  readonly comparisons: number;
}

export interface Comparison {
  readonly passed: boolean;
  /** Contexts that it took, over all levels. */
  readonly contexts: number;
  /** Of this comparison. */
  readonly errorRate: number;
  /** Where evidence is least: that level, how much more often X_{n+1} is justified there, and the wealth, 1/errorRate of
   *  which is enough. */
  readonly worst: { readonly level: number; readonly difference: number; readonly wealth: number };
}

/** Contexts of a level between two looks. */
const BLOCK = 16;
/** Questions about one context. */
const QUESTIONS = 8;

export async function compare<Q, A>(
  rivals: Rivals<Q, A>,
  options: RatchetOptions,
  random: Random,
): Promise<Comparison> {
  const errorRate = options.errorRate / rivals.comparisons;
  const enough = Math.log(1 / errorRate);
  const levels = Array.from({ length: rivals.level }, (_, i) => ({
    level: i + 1,
    evidence: new Evidence({ exceeds: -options.margin, least: -1 }),
  }));
  let open = levels;
  for (let drawn = 0; open.length > 0 && drawn < options.contexts; drawn += BLOCK) {
    const differences = await differencesAt(
      rivals,
      open.map(({ level }) => level),
      random.split(drawn),
    );
    // What is shown stays shown, so what comes after it in the block is not looked at.
    for (const [i, { evidence }] of open.entries())
      for (const difference of differences[i]!) if (evidence.log < enough) evidence.add(difference);
    open = open.filter(({ evidence }) => evidence.log < enough);
  }
  const { level, evidence } = levels.reduce((a, b) => (b.evidence.log < a.evidence.log ? b : a));
  return {
    passed: open.length === 0,
    contexts: levels.reduce((total, { evidence }) => total + evidence.count, 0),
    errorRate,
    worst: { level, difference: evidence.mean, wealth: Math.exp(evidence.log) },
  };
}

/** For each of the levels, in each of a block of contexts: how much more often X_{n+1} is justified than X_n. */
async function differencesAt<Q, A>(
  { task, candidate, served, amplified }: Rivals<Q, A>,
  levels: readonly number[],
  random: Random,
): Promise<readonly (readonly number[])[]> {
  const contexts = levels.map((level) =>
    Array.from({ length: BLOCK }, (_, i) => {
      const stream = random.split(level).split(i);
      const sampled = task.sample(stream, { split: 'gate', size: task.sizeMax, level });
      return stream
        .split('asked')
        .shuffle(sampled.filter((question) => task.level(question) === level))
        .slice(0, QUESTIONS);
    }),
  );
  const questions = contexts.flat(2);
  const scope = scopeFor(questions.length);
  const justified = await amplified.answer(questions, scope);
  const [now, before] = [await candidate.answer(questions, scope), await served.answer(questions, scope)];
  let end = 0;
  return contexts.map((asked) =>
    asked.map(({ length }) => {
      const start = end;
      end += length;
      let difference = 0;
      for (let i = start; i < end; i++)
        difference += Number(agree(now[i]!, justified[i]!)) - Number(agree(before[i]!, justified[i]!));
      return difference / length;
    }),
  );
}
