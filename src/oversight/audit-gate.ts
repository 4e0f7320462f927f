/** Promotion by audits: X_{n+1} may take the place of X_n only if H, asked itself, is shown to agree with it at every level.
 *      reject  F_{n+1}(ℓ) ≤ f  for every ℓ,   F(ℓ) = P(X answers a question of level ℓ as H does)
 *  by evidence that may be looked at after every audit (`statistics/bets`). All levels have to pass, so each is tested at the whole
 *  error rate α_n = α / (n(n+1)) of its iteration; over all iterations a candidate that is no better than f at some level passes
 *  with a chance of at most Σ α_n = α. Evidence that F(ℓ) < f refuses it before its audits are spent. Evidence is kept. */

import type { Random } from '../base/random.ts';
import { agree } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope, scopeFor } from '../core/budget.ts';
import { drawHeld } from '../core/exam.ts';
import type { Task } from '../core/task.ts';
import {
  type Bets,
  evidenceOf,
  fewestFor,
  type Stakes,
  settled,
  stakesOf,
  UNDECIDED,
} from '../statistics/bets.ts';

export interface AuditGateOptions {
  /** f: agreement with H that every level has to exceed, 0 … 1. */
  readonly exceeds: number;
  /** What is hoped for, above it: what is so much better is told in the fewest audits. */
  readonly sought: number;
  /** α: chance at most, over all iterations of a run, that one passes which is no better than `exceeds` at some level. */
  readonly errorRate: number;
  /** Audits at each level of an iteration at most. */
  readonly audits: number;
}

export const AUDIT_GATE: AuditGateOptions = { exceeds: 0.85, sought: 0.95, errorRate: 0.05, audits: 400 };

export interface LevelAudits {
  readonly level: number;
  readonly audits: number;
  /** How many of them agreed with H; a share of a context's questions counts as one. */
  readonly agreed: number;
  /** That it is better than has to be exceeded, and that it is worse. */
  readonly better: Bets;
  readonly worse: Bets;
  /** «open» until one is shown. */
  readonly verdict: 'open' | 'passed' | 'refused';
}

export interface AuditVerdict {
  /** Passed: every level. Refused: some level is shown to be worse. */
  readonly verdict: 'passed' | 'refused' | 'out-of-audits';
  /** α_n */
  readonly errorRate: number;
  readonly perLevel: readonly LevelAudits[];
}

/** Of the n-th of all iterations, n ≥ 1: α / (n(n+1)), which add up to α. */
export function errorRateOf(iteration: number, errorRate: number): number {
  return errorRate / (iteration * (iteration + 1));
}

/** Audits at a level with which iteration n can pass at all: those that it takes if all of them agree. */
export function auditsLeast(iteration: number, options: AuditGateOptions): number {
  return fewestFor(errorRateOf(iteration, options.errorRate), betterThan(options));
}

/** How a level is tested in one iteration. */
export interface LevelTest {
  readonly better: Stakes;
  readonly worse: Stakes;
  /** Evidence that is enough to pass, and to refuse. */
  readonly pass: number;
  readonly refuse: number;
}

/** `errorRate`: of the iteration. */
export function levelTest(errorRate: number, options: AuditGateOptions): LevelTest {
  const { exceeds } = options;
  return {
    better: stakesOf(betterThan(options)),
    // Where twice as many disagree as may, a refusal comes soonest.
    worse: stakesOf({ exceeds: 1 - exceeds, least: 0, sought: Math.min(1, 2 * (1 - exceeds)) }),
    pass: Math.log(1 / errorRate),
    // To refuse a good one is no risk to anybody, so that need not add up over iterations.
    refuse: Math.log(1 / options.errorRate),
  };
}

export function unaudited(level: number): LevelAudits {
  return { level, audits: 0, agreed: 0, better: UNDECIDED, worse: UNDECIDED, verdict: 'open' };
}

/** After one more audit: 1 where X agreed with H, 0 where not, or what share of one context's questions it was. Audits of one
 *  context together are ONE number; told one by one, the error rate would be more than is said. What is shown stays shown. */
export function audited(before: LevelAudits, agreement: number, test: LevelTest): LevelAudits {
  if (before.verdict !== 'open') return before;
  const better = settled(before.better, agreement, test.better);
  const worse = settled(before.worse, 1 - agreement, test.worse);
  return {
    level: before.level,
    audits: before.audits + 1,
    agreed: before.agreed + agreement,
    better,
    worse,
    verdict:
      evidenceOf(better) >= test.pass ? 'passed' : evidenceOf(worse) >= test.refuse ? 'refused' : 'open',
  };
}

export function verdictOf(perLevel: readonly LevelAudits[], errorRate: number): AuditVerdict {
  const isRefused = perLevel.some(({ verdict }) => verdict === 'refused');
  const isPassed = perLevel.every(({ verdict }) => verdict === 'passed');
  return { verdict: isRefused ? 'refused' : isPassed ? 'passed' : 'out-of-audits', errorRate, perLevel };
}

export interface Candidate<Q, A> {
  readonly task: Task<Q, A>;
  readonly candidate: Assistant<Q, A>;
  /** H, who answers by itself: down to the facts, or a person. */
  readonly judge: Assistant<Q, A>;
  /** Its frontier: levels 1 … level are audited. */
  readonly level: number;
  readonly iteration: number;
}

/** Audits at a level between two looks. */
const BLOCK = 16;

/** Audits level by level until all have passed, one is refused or there are no more audits; with whether X disagreed, of each audit
 *  in the order in which they were made. Contexts are of the anchor's pile, one question about each, fresh for each iteration.
 *  Where H does not know, X does not agree. */
export async function auditGate<Q, A>(
  one: Candidate<Q, A>,
  options: AuditGateOptions,
  random: Random,
): Promise<{ readonly verdict: AuditVerdict; readonly disagreed: readonly boolean[] }> {
  const errorRate = errorRateOf(one.iteration, options.errorRate);
  const test = levelTest(errorRate, options);
  let levels = Array.from({ length: one.level }, (_, i) => unaudited(i + 1));
  const disagreed: boolean[] = [];
  for (let from = 0; from < options.audits; from += BLOCK) {
    const open = levels.filter(({ verdict }) => verdict === 'open');
    if (open.length === 0 || levels.some(({ verdict }) => verdict === 'refused')) break;
    const count = Math.min(BLOCK, options.audits - from);
    const asked = open.map(({ level }) => questionsAt(one.task, level, from, count, random.split(level)));
    const agreements = await agreementsOn(one, asked);
    for (const [i, { level }] of open.entries())
      for (const agreed of agreements[i]!) {
        disagreed.push(!agreed);
        levels = levels.map((it) => (it.level === level ? audited(it, Number(agreed), test) : it));
      }
  }
  return { verdict: verdictOf(levels, errorRate), disagreed };
}

/** One question about each of so many contexts of the anchor's pile, number `from` on. Fewer where the level is rare. */
export function questionsAt<Q, A>(
  task: Task<Q, A>,
  level: number,
  from: number,
  count: number,
  random: Random,
): readonly Q[] {
  return Array.from({ length: count }, (_, i) => {
    const stream = random.split(from + i);
    const [context = []] = drawHeld(task, 'anchor', level, 1, stream);
    return context.length === 0 ? [] : [context[stream.split('one').below(context.length)]!];
  }).flat();
}

async function agreementsOn<Q, A>(
  { candidate, judge }: Candidate<Q, A>,
  asked: readonly (readonly Q[])[],
): Promise<readonly (readonly boolean[])[]> {
  const questions = asked.flat();
  // How deep H goes is up to H: it stops at the facts.
  const own = await candidate.answer(questions, scopeFor(questions.length));
  const judged = await judge.answer(questions, scope());
  let at = 0;
  return asked.map((part) => part.map(() => agree(own[at]!, judged[at++]!)));
}

const betterThan = ({ exceeds, sought }: AuditGateOptions) => ({ exceeds, least: 0, sought });
