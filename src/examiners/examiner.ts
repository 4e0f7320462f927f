/** Ground truth, and the type that keeps it from training. Only `evaluate` may import this folder. */

declare const sealed: unique symbol;

/** A right answer under seal: no `Answer`, no target and no value, so it fits nowhere that training looks. */
export interface Truth<A> {
  readonly [sealed]: A;
}

/** Knows the right answers of one task by computing them directly, without decomposition. */
export interface Examiner<Q, A> {
  truth(question: Q): Truth<A>;
  /** Whether the answer is right, where several are; without it, only `truth` is. */
  accepts?(question: Q, answer: A): boolean;
  /** Kinds of questions to tell apart in reports, easiest first, in words; without it, the levels of the task. */
  readonly grades?: readonly string[];
  /** Index of the question's grade; undefined for one that only helps to learn and is not examined. It may follow from
   *  the right answer, so training must not see it. */
  grade?(question: Q): number | undefined;
}

export function seal<A>(value: A): Truth<A> {
  return { value } as unknown as Truth<A>;
}

/** Breaks the seal. */
export function reveal<A>(truth: Truth<A>): A {
  return (truth as unknown as { value: A }).value;
}
