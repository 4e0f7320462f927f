/** What decomposing is worth at each level, found on contexts held out for calibration from the lowest level up: how right and
 *  how dear a decomposition is follows from how its sub-questions are treated, and those are of lower levels. */

import { withEnvironment } from '../amplify/environment.ts';
import { agree } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scopeFor } from '../core/budget.ts';
import type { Exam } from '../core/exam.ts';
import { adaptive, gainAt, type LevelGain, type Prices, worthwhile } from './adaptive-depth.ts';
import type { Parts } from './escalation.ts';
import { propagating } from './propagate.ts';

export interface DepthOptions<Q, A> {
  /** η, right answers per unit of cost, ≥ 0. */
  readonly multiplier: number;
  readonly prices: Prices;
  /** Levels of H above X at most, ≥ 1. */
  readonly depth: number;
  /** What is right. */
  readonly reference: Assistant<Q, A>;
  /** ρ among siblings. */
  readonly dependence: number;
}

/** A tree may have many nodes, and here nobody pays for it. */
const PER_QUESTION = 4096;

/** `exams`: questions at one level each, the lowest first; `parts.assistant` is X with calibrated confidences. */
export async function fitGains<Q, A>(
  parts: Parts<Q, A>,
  exams: readonly Exam<Q>[],
  { multiplier, prices, depth, reference, dependence }: DepthOptions<Q, A>,
): Promise<readonly LevelGain[]> {
  const { overseer, environment, level } = parts;
  const counted = counting(parts.assistant);
  let gains: readonly LevelGain[] = [];
  for (const exam of exams) {
    const questions = exam.flat();
    if (questions.length === 0) continue;
    const isWorth = worthwhile(gains, multiplier);
    const rules = { ...parts, assistant: counted.assistant, dependence };
    const below = adaptive(
      { ...rules, isWorth: (question, own) => isWorth(level(question), own) },
      depth - 1,
    );
    const scope = scopeFor(PER_QUESTION * questions.length);
    const truth = await reference.answer(questions, scopeFor(PER_QUESTION * questions.length));
    const own = await parts.assistant.answer(questions, scope);
    const before = counted.count();
    const amplified = await propagating(overseer, withEnvironment(environment, below), {
      dependence,
    }).answer(questions, scope);
    const spent = prices.answer * (counted.count() - before) + prices.decision * scope.budget.spent.decisions;
    let place = 0;
    const contexts = exam.map((context) =>
      context.map(() => {
        const [direct, answer, right] = [own[place]!, amplified[place]!, truth[place]!];
        place++;
        return {
          confidence: direct.kind === 'known' ? direct.confidence : 0,
          directRight: agree(direct, right),
          amplifiedRight: agree(answer, right),
        };
      }),
    );
    gains = [...gains, gainAt(level(questions[0]!), contexts, spent / questions.length)];
  }
  return gains;
}

/** The same assistant, and how many answers it has given. */
export function counting<Q, A>(
  assistant: Assistant<Q, A>,
): {
  readonly assistant: Assistant<Q, A>;
  count(): number;
} {
  let answers = 0;
  return {
    assistant: {
      origin: assistant.origin,
      answer(questions, scope) {
        answers += questions.length;
        return assistant.answer(questions, scope);
      },
    },
    count: () => answers,
  };
}
