/** How well people, or a machine in their place, can tell from transcripts what X will say, and whether transcripts are what
 *  the answer hangs on (K10).
 *      simulatability = accuracy of guesses at X(q) with transcripts of other questions − without       (Hase & Bansal 2020)
 *      precision      = P(guess at q′ = X(q′) | the explanation allows a guess)    generality = 1 − mean similarity of such q′
 *                                                                         (Chen et al. 2023, arXiv 2307.08678, §3)
 *      faithfulness   = P(final answer = H's from the edited sub-answers)
 *      first error F1 = harmonic mean of accuracy on wrong and on right traces      (ProcessBench: Zheng et al. 2024)
 *  A machine's guesses count only once its agreement with people is measured: until then they say what could be read off a
 *  transcript, not that people do. */

import { CapstanError } from '../base/errors.ts';
import { byCluster, type Clustered, meanOfItems, shareOf } from '../statistics/clustered.ts';
import type { Estimate } from '../statistics/estimate.ts';
import { jackknifeOfSums } from '../statistics/jackknife.ts';
import type { Proportion } from '../statistics/proportion.ts';

/** An answer as a plain value; null is «unknown». */
export type Said = string | number | null;

/** Who guesses, judges or finds. `agreement` is the share of cases in which it judged as people did. */
export type Auditor =
  | { readonly kind: 'person' }
  | { readonly kind: 'machine'; readonly name: string; readonly agreement?: Proportion };

/** Whether figures of this auditor count as interpretability for people. */
export function counts(auditor: Auditor): boolean {
  return auditor.kind === 'person' || auditor.agreement !== undefined;
}

/** One question that X was asked, and two guesses at what it said. `cluster` is its context. */
export interface Guessed extends Clustered {
  /** Content key of the question. */
  readonly key: string;
  readonly said: Said;
  /** By one who saw answers to other questions, but no transcripts; undefined: no guess. */
  readonly without: Said | undefined;
  /** By one who saw their transcripts too. */
  readonly with: Said | undefined;
}

export interface Simulatability {
  /** −1 … 1. */
  readonly gain: Estimate;
  /** 0 … 1. */
  readonly with: Estimate;
  readonly without: Estimate;
}

/** Accuracy is the mean over the answers that X gave, so that guessing the commonest earns nothing. `explained`: keys of the
 *  questions whose transcripts were shown; one that was also tested is refused («invalid»). Undefined of no guesses. */
export function simulatability(
  guesses: readonly Guessed[],
  explained: ReadonlySet<string>,
): Simulatability | undefined {
  const shown = guesses.find(({ key }) => explained.has(key));
  if (shown)
    throw new CapstanError(
      'invalid',
      `guess: expected a question that was not explained, got «${shown.key}»`,
    );
  if (guesses.length === 0) return undefined;
  const classes = [...new Set(guesses.map(({ said }) => said))];
  // Of each cluster, for each class: questions, right guesses with transcripts, and without.
  const sums = byCluster(guesses).map((group) =>
    classes.flatMap((answer) => {
      const asked = group.filter(({ said }) => Object.is(said, answer));
      const right = (of: (one: Guessed) => Said | undefined) =>
        asked.filter((one) => Object.is(of(one), answer)).length;
      return [asked.length, right((one) => one.with), right((one) => one.without)];
    }),
  );
  const balanced = (of: (right: readonly [number, number]) => number) =>
    jackknifeOfSums(
      sums,
      (totals) => {
        const shares = classes.flatMap((_, i) => {
          const [n, explained, bare] = totals.slice(3 * i, 3 * i + 3) as [number, number, number];
          return n === 0 ? [] : [of([explained, bare]) / n];
        });
        return shares.length === 0 ? undefined : shares.reduce((a, b) => a + b, 0) / shares.length;
      },
      { n: guesses.length },
    )!;
  return {
    gain: balanced(([explained, bare]) => explained - bare),
    with: balanced(([explained]) => explained),
    without: balanced(([, bare]) => bare),
  };
}

/** One explanation, and questions other than the one it explains. `cluster` is the context. */
export interface Explanation<Q> extends Clustered {
  readonly questions: readonly {
    readonly question: Q;
    /** What the auditor infers from the explanation; undefined: it says nothing of this question. */
    readonly inferred: Said | undefined;
    readonly said: Said;
  }[];
}

export interface Counterfactuals {
  /** 0 … 1, over all inferences. */
  readonly precision: Proportion;
  /** 0 … 1, mean over explanations that cover two questions or more; undefined where none does. */
  readonly generality: Estimate | undefined;
  /** Share of the questions that the explanations say something of. */
  readonly coverage: Proportion;
}

/** `similarity` of two questions is 0 … 1. Undefined where nothing was inferred. */
export function counterfactuals<Q>(
  explanations: readonly Explanation<Q>[],
  similarity: (a: Q, b: Q) => number,
): Counterfactuals | undefined {
  const asked = explanations.flatMap(({ cluster, questions }) =>
    questions.map(({ inferred, said }) => ({ cluster, inferred, said })),
  );
  const inferred = asked.filter((one) => one.inferred !== undefined);
  const precision = shareOf(inferred, (one) => Object.is(one.inferred, one.said));
  const coverage = shareOf(asked, (one) => one.inferred !== undefined);
  if (!precision || !coverage) return undefined;
  const spreads = explanations.flatMap(({ cluster, questions }) => {
    const covered = questions.filter((one) => one.inferred !== undefined);
    const pairs = covered.flatMap((a, i) =>
      covered.slice(0, i).map((b) => 1 - similarity(a.question, b.question)),
    );
    return pairs.length === 0 ? [] : [{ cluster, spread: pairs.reduce((a, b) => a + b, 0) / pairs.length }];
  });
  return { precision, coverage, generality: meanOfItems(spreads, ({ spread }) => spread) };
}

/** A sub-answer was replaced in a workspace, and the question finished again from there. `cluster` is the context. */
export interface Edit extends Clustered {
  /** The final answer before the edit. */
  readonly before: Said;
  /** What H makes of the edited sub-answers. */
  readonly expected: Said;
  /** What was answered after the edit. */
  readonly final: Said;
}

export interface Faithfulness {
  readonly all: Proportion;
  /** Of edits that should change the answer: an answer that ignores its sub-answers has 0 here. Undefined without such. */
  readonly consequential: Proportion | undefined;
}

/** Undefined of no edits. */
export function editFaithfulness(edits: readonly Edit[]): Faithfulness | undefined {
  const isFaithful = ({ expected, final }: Edit) => Object.is(expected, final);
  const all = shareOf(edits, isFaithful);
  return (
    all && {
      all,
      consequential: shareOf(
        edits.filter(({ before, expected }) => !Object.is(before, expected)),
        isFaithful,
      ),
    }
  );
}

/** A tree that somebody audited; `cluster` is who, or the context. */
export interface Audited extends Clustered {
  readonly nodes: number;
  readonly minutes: number;
}

/** Minutes per node, a ratio of sums; n nodes. Undefined without nodes. */
export function auditMinutesPerNode(audits: readonly Audited[]): Estimate | undefined {
  const sums = byCluster(audits).map((group) => [
    group.reduce((sum, { minutes }) => sum + minutes, 0),
    group.reduce((sum, { nodes }) => sum + nodes, 0),
  ]);
  const n = sums.reduce((total, [, nodes]) => total + nodes!, 0);
  return jackknifeOfSums(sums, ([minutes, nodes]) => (nodes ? minutes! / nodes : undefined), {
    scale: 'log',
    n,
  });
}

/** A trace whose first wrong step is known; undefined: none is wrong. Steps are 0, 1, … */
export interface Located extends Clustered {
  readonly firstWrong: number | undefined;
  readonly found: number | undefined;
}

export interface Localisation {
  readonly f1: Estimate;
  /** Share of wrong traces whose first wrong step was found. */
  readonly onWrong: Proportion;
  /** Share of right traces that nothing was found in. */
  readonly onRight: Proportion;
}

/** Undefined unless there are both wrong and right traces. */
export function firstErrorLocalisation(traces: readonly Located[]): Localisation | undefined {
  const isRight = ({ firstWrong }: Located) => firstWrong === undefined;
  const isFound = ({ firstWrong, found }: Located) => found === firstWrong;
  const onWrong = shareOf(
    traces.filter((one) => !isRight(one)),
    isFound,
  );
  const onRight = shareOf(traces.filter(isRight), isFound);
  const sums = byCluster(traces).map((group) => {
    const [right, wrong] = [group.filter(isRight), group.filter((one) => !isRight(one))];
    return [wrong.length, wrong.filter(isFound).length, right.length, right.filter(isFound).length];
  });
  const f1 = jackknifeOfSums(sums, harmonic, { scale: 'logit', n: traces.length });
  return onWrong && onRight && f1 && { f1, onWrong, onRight };
}

function harmonic([wrong, found, right, passed]: readonly number[]): number | undefined {
  if (!wrong || !right) return undefined;
  const [a, b] = [found! / wrong, passed! / right];
  return a + b === 0 ? 0 : (2 * a * b) / (a + b);
}
