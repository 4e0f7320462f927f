/** What is known of a figure. */

export interface Estimate {
  readonly value: number;
  /** 95 % interval; null where none can be told. */
  readonly low: number | null;
  readonly high: number | null;
  /** What it was counted on: questions, audits, seeds. */
  readonly n: number;
}

/** One with an interval. */
export interface Bounded extends Estimate {
  readonly low: number;
  readonly high: number;
}
