/** What a sweep says of itself: sweep-record.json, all that its page shows and nothing else. */

import type { Estimate } from '../statistics/estimate.ts';

export interface SweepRecord {
  readonly name: string;
  /** ISO 8601: when its folder was made. */
  readonly started: string;
  readonly version: string;
  readonly command: string;
  readonly machine: string;
  readonly seeds: readonly number[];
  /** The label that all others of a group are compared with. */
  readonly against: string | null;
  readonly groups: readonly GroupRecord[];
}

/** Runs on the same questions: compared with one another and with nothing else. */
export interface GroupRecord {
  readonly name: string;
  readonly task: string;
  /** What accuracy is told apart by, easiest first: «level 1», «distance 2», … */
  readonly grades: readonly string[];
  /** Of the goals that are told; null without a finished baseline. */
  readonly baselineFinal: number | null;
  readonly lines: readonly LineRecord[];
}

/** All seeds of one label, and what they come to. */
export interface LineRecord extends LineFigures {
  readonly label: string;
  readonly isBaseline: boolean;
  readonly runs: readonly RunEntry[];
}

export interface RunEntry {
  readonly seed: number;
  /** In the folder of the sweep. */
  readonly folder: string;
  /** A run whose gate failed has ended like any other; `failed` is one that broke down. */
  readonly state: 'new' | 'unfinished' | 'finished' | 'gate-failed' | 'failed';
  /** Why it failed. */
  readonly error?: string;
  /** Of a run that has ended. */
  readonly figures?: RunFigures;
}

/** What one run came to. */
export interface RunFigures {
  readonly steps: number;
  readonly seconds: number;
  readonly operations: number;
  readonly decisions: number;
  /** Share of right answers over all questions at the end. */
  readonly final: number;
  /** The same for each grade; null for one so rare that no question was of it. */
  readonly perGrade: readonly (number | null)[];
  /** Functional fidelity of H′; null where H itself made the targets. */
  readonly fidelity: number | null;
  readonly curve: readonly Look[];
}

/** Accuracy over all questions at one moment of a run. */
export interface Look {
  readonly step: number;
  readonly seconds: number;
  readonly accuracy: number;
}

/** Figures over the seeds that have ended; null where none has. */
export interface LineFigures {
  /** Mean of the final accuracies, and the worst of them. */
  readonly final: (Estimate & { readonly min: number }) | null;
  readonly goals: readonly GoalFigures[];
  readonly seconds: Estimate | null;
  readonly steps: Estimate | null;
  readonly operations: Estimate | null;
  readonly decisions: Estimate | null;
  readonly fidelity: Estimate | null;
  /** Final accuracy minus the baseline's with the same seed; null for the baseline. */
  readonly difference: Paired | null;
}

export interface GoalFigures {
  /** Of the baseline's mean final accuracy, and the accuracy which that is. */
  readonly share: number;
  readonly accuracy: number;
  /** Seeds that were seen at it, of those that have ended. */
  readonly reached: number;
  readonly of: number;
  /** Medians, where a seed that never got there took for ever: null if that is the middle one. */
  readonly steps: number | null;
  readonly seconds: number | null;
  /** Steps by those of the baseline with the same seed, where both got there; null for the baseline. */
  readonly stepsRatio: Estimate | null;
  readonly secondsRatio: Estimate | null;
}

export interface Paired {
  readonly mean: Estimate;
  readonly bySeed: readonly { readonly seed: number; readonly value: number }[];
}
