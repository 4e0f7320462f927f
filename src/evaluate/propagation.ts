/** K4, error propagation: where mistakes come from, and whether a level lets them through. At a node of level ℓ, C says that its
 *  answer is right and K that all of its children's are.
 *      local ε = P(¬C | K)      masking m = P(C | ¬K)      error e = ε P(K) + (1 − m) P(¬K) = P(¬C)
 *      gain g = e / (1 − (1 − e_c)^b), e_c the error of its children, b of them: below 1, the level suppresses error
 *      ratio e_ℓ / e_{ℓ−1}      sensitivity s = P(the root changes | this answer is flipped)
 *      distillation r = (1 − acc X_{n+1}) / (1 − acc A_n): below 1, distilling takes noise away
 *  Shares have Wilson's interval with a design effect for contexts, close to a beta-binomial's; ratios the jackknife's. */

import { byCluster, type Clustered, shareOf } from '../statistics/clustered.ts';
import type { Estimate } from '../statistics/estimate.ts';
import { jackknifeOfSums } from '../statistics/jackknife.ts';
import type { Proportion } from '../statistics/proportion.ts';
import { ratioOfShares } from '../statistics/ratio.ts';
import { type AtLevel, type Levelled, levelsOf, perLevel } from './levels.ts';

/** One node of a transcript tree, judged against truth; `cluster` is its context. */
export interface NodeOutcome extends Clustered, Levelled {
  readonly right: boolean;
  /** Whether each answer that it was given to work with is right, at the time of the reply; of what the assistant answered, not
   *  what the environment did. Empty of a primitive question. */
  readonly children: readonly boolean[];
}

export interface Propagation extends Levelled {
  /** ε; undefined where no node has all children right. */
  readonly local: Proportion | undefined;
  /** m; undefined where every node has all children right. */
  readonly masking: Proportion | undefined;
  /** P(K). */
  readonly childrenRight: Proportion;
  /** e. */
  readonly error: Proportion;
  /** The part of e that children's mistakes brought, (1 − m) P(¬K); the rest is the level's own, ε P(K). */
  readonly inherited: Proportion;
  /** g, 0 or more; undefined where no child is wrong. */
  readonly gain: Estimate | undefined;
  /** e_ℓ / e_{ℓ−1}, 0 or more; undefined at the lowest level, and where that one has no mistakes. */
  readonly ratio: Estimate | undefined;
}

/** One row per level that occurs, lowest first. */
export function propagation(nodes: readonly NodeOutcome[]): readonly Propagation[] {
  const levels = levelsOf(nodes);
  return levels.map((level, i) => {
    const here = nodes.filter((node) => node.level === level);
    const below = nodes.filter((node) => node.level === levels[i - 1]);
    return {
      level,
      local: shareOf(here.filter(allRight), isWrong),
      masking: shareOf(
        here.filter((node) => !allRight(node)),
        ({ right }) => right,
      ),
      childrenRight: shareOf(here, allRight)!,
      error: shareOf(here, isWrong)!,
      inherited: shareOf(here, (node) => isWrong(node) && !allRight(node))!,
      gain: gainOf(here),
      ratio: below.length === 0 ? undefined : errorRatio(here, below),
    };
  });
}

/** P(wrong) here over P(wrong) there, contexts being shared or not; undefined where there are no mistakes there. */
export function errorRatio(
  here: readonly (Clustered & { readonly right: boolean })[],
  there: readonly (Clustered & { readonly right: boolean })[],
): Estimate | undefined {
  const marked = [
    ...here.map((item) => ({ cluster: item.cluster, item, isHere: true })),
    ...there.map((item) => ({ cluster: item.cluster, item, isHere: false })),
  ];
  return ratioOfShares(
    byCluster(marked).map((group) => {
      const [ours, theirs] = [group.filter(({ isHere }) => isHere), group.filter(({ isHere }) => !isHere)];
      return {
        above: ours.filter(({ item }) => isWrong(item)).length,
        aboveOf: ours.length,
        below: theirs.filter(({ item }) => isWrong(item)).length,
        belowOf: theirs.length,
      };
    }),
  );
}

/** Of sums [wrong, nodes, children wrong, children]; symmetric in the logarithm. */
function gainOf(nodes: readonly NodeOutcome[]): Estimate | undefined {
  const vectors = byCluster(nodes).map((group) => {
    const children = group.flatMap((node) => node.children);
    return [
      group.filter(isWrong).length,
      group.length,
      children.filter((right) => !right).length,
      children.length,
    ];
  });
  return jackknifeOfSums(
    vectors,
    ([wrong, count, childrenWrong, children]) => {
      if (count === 0 || childrenWrong === 0) return undefined;
      const reached = 1 - (1 - childrenWrong! / children!) ** (children! / count!);
      return wrong! / count! / reached;
    },
    { n: nodes.length, scale: 'log' },
  );
}

/** An answer that was flipped in a kept transcript, which was then run on from there. */
export interface Injection extends Clustered, Levelled {
  /** Whether the root's answer became another. */
  readonly rootChanged: boolean;
}

/** s at the level of the flipped answer: causal, not only correlated. */
export function sensitivity(injections: readonly Injection[]): readonly AtLevel<Proportion>[] {
  return perLevel(injections, (some) => shareOf(some, ({ rootChanged }) => rootChanged)!);
}

/** The same question to X_{n+1} and to its teacher A_n. */
export interface DistilledItem extends Clustered, Levelled {
  readonly student: boolean;
  readonly teacher: boolean;
}

/** r, 0 or more; undefined where the teacher makes no mistakes. */
export function distillationRatio(items: readonly DistilledItem[]): Estimate | undefined {
  const judged = (who: 'student' | 'teacher') =>
    items.map((item) => ({ cluster: item.cluster, right: item[who] }));
  return errorRatio(judged('student'), judged('teacher'));
}

function allRight({ children }: NodeOutcome): boolean {
  return children.every((right) => right);
}

function isWrong({ right }: { readonly right: boolean }): boolean {
  return !right;
}
