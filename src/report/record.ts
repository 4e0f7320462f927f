/** What a finished or running experiment says of itself: all that the report shows and nothing else. */

import type { Proportion } from '../statistics/proportion.ts';

export type { Proportion };

export interface RunRecord {
  readonly task: string;
  readonly parameters: { readonly [name: string]: number };
  readonly levels: number;
  /** What accuracy is told apart by, easiest first, where that is not the levels: «distance 1», … */
  readonly grades?: readonly string[];
  /** Levels that H answers with primitives alone. */
  readonly levelsOfPrimitives: number;
  readonly seed: number;
  /** ISO 8601. */
  readonly started: string;
  readonly version: string;
  readonly command: string;
  readonly machine: string;
  /** What every level had to reach by its lower bound, fixed before the run: on the way (also to be inside the
   *  horizon), and at the last gate. */
  readonly gates: { readonly advance: number; readonly finish: number };
  /** The first is IDA itself; the others are its baselines, if they were run. */
  readonly arms: readonly ArmRecord[];
  /** Mistakes that H was made to make, and what was done against them. */
  readonly noise?: { readonly kind: string; readonly rate: number };
  readonly defence?: string;
  /** Where H changed its mind: from that iteration on it answered about such a share of the questions otherwise. */
  readonly norms?: { readonly iteration: number; readonly share: number };
  /** One held-out question unfolded. */
  readonly example?: ExampleNode;
}

export type ArmKind = 'ida' | 'supervised' | 'overseer-alone' | 'no-curriculum' | 'control';

export interface ArmRecord {
  readonly kind: ArmKind;
  /** «IDA», «Supervised on ground truth», «H alone», «Trained up to level 2 only», … */
  readonly name: string;
  readonly groundTruth: boolean;
  /** For `control`: the highest level it was trained on. */
  readonly levelMax?: number;
  readonly state: 'running' | 'finished' | 'gate-failed' | 'interrupted';
  readonly trainedParameters: number;
  readonly steps: number;
  readonly seconds: number;
  /** Floating-point operations spent, training and teacher together. */
  readonly operations: number;
  /** Decisions of the overseer H. */
  readonly decisions: number;
  readonly points: readonly CurvePoint[];
  readonly iterations: readonly IterationRecord[];
  /** If H′ made the targets: how faithful it is to H at the end. */
  readonly fidelity?: Fidelity;
  /** If H′ learned from a person. */
  readonly person?: PersonRecord;
}

/** What a person decided, and how faithful H′ was to it. */
export interface PersonRecord {
  readonly decisions: number;
  /** Workspaces that wait still. */
  readonly waiting: number;
  /** As on the ledger. */
  readonly by: readonly string[];
  /** Of people's time, as far as it was measured. */
  readonly seconds: number;
  /** Decisions by which H′ was tested before it learned from them, of workspaces drawn by chance. */
  readonly tests: number;
  /** Of the last of these: how many H′ would have made alike. */
  readonly lately: Proportion;
}

/** H′ against H on questions that the loop asks, of contexts that neither learned from. */
export interface Fidelity {
  /** Same final answer with the same assistant. */
  readonly functional: Proportion;
  /** Same next action in H's own workspaces. */
  readonly exact: Proportion;
  /** Decisions of H that it learned from. */
  readonly learnedFrom: number;
}

/** One look at the network on held-out (test) contexts. Index 0 of an array is level 1, or the first grade. */
export interface CurvePoint {
  readonly step: number;
  readonly seconds: number;
  readonly operations: number;
  readonly decisions: number;
  /** The level at the frontier at that time. */
  readonly frontier: number;
  /** Accuracy of X against ground truth. */
  readonly answerer: readonly number[];
  /** Accuracy of Amplify^H(X) against ground truth. */
  readonly amplified?: readonly number[];
  /** Of all questions together, as they are asked: the mean over levels, or over grades by how frequent they are. */
  readonly overall?: { readonly answerer: number; readonly amplified: number };
  /** Agreement of X with Amplify^H(X), no ground truth involved. */
  readonly agreement?: readonly number[];
}

export interface IterationRecord {
  readonly iteration: number;
  /** The frontier level it trained. */
  readonly level: number;
  readonly passed: boolean;
  /** Total steps and seconds when it ended. */
  readonly step: number;
  readonly seconds: number;
  readonly operations: number;
  readonly decisions: number;
  /** The gate's figure: agreement with Amplify^H(teacher) on held-out frontier questions. */
  readonly agreement: Proportion;
  /** Largest ℓ such that every level up to ℓ agrees with Amplify^H(X), by the lower bound. */
  readonly horizon: number;
  /** Accuracy per level or grade of its checkpoint against ground truth (evaluation only). */
  readonly accuracy?: readonly Proportion[];
  /** The same of what X was being taught: Amplify^H(X), with the mistakes that H was made to make. */
  readonly targets?: readonly Proportion[];
  /** Against the X of the iteration before, if there was one (evaluation only). */
  readonly retention?: RetentionRecord;
  readonly checkpoint: string;
  readonly dataRoot: string;
  /** By H itself, where the run has audits. */
  readonly audits?: AuditsRecord;
  /** Where the confidence of what is served was calibrated after it. */
  readonly calibration?: CalibrationRecord;
  /** Said when the horizon did not rise, or why it was not promoted. */
  readonly violation?: string;
}

/** Agreement with H, who was asked itself, after an iteration, and what the monitor saw. */
export interface AuditsRecord {
  readonly verdict: 'passed' | 'refused' | 'out-of-audits';
  /** Index 0 is level 1. They end as soon as enough is shown, so a figure is a little kind to what passed. */
  readonly perLevel: readonly Proportion[];
  /** On a frozen set: how many were asked before and are answered otherwise now, and how many are lost and won since their level was
   *  first promoted. */
  readonly anchors: {
    readonly n: number;
    readonly moved: number;
    readonly worse: number;
    readonly better: number;
  };
  readonly alarm?: {
    readonly sign: 'worse' | 'audits' | 'moved';
    readonly iteration: number;
    readonly since: number;
    readonly action: 'hold' | 'roll-back';
  };
}

/** What confidence is worth on contexts that nothing was fitted on, no ground truth involved. */
export interface CalibrationRecord {
  /** What is served: that of the iteration, or one before. */
  readonly checkpoint: string;
  readonly cause: 'schedule' | 'alarm';
  /** Of X alone, and with what is in force. */
  readonly brierBefore: number;
  readonly brierAfter: number;
  /** Of all answers. */
  readonly keptAndWrong: Proportion;
  readonly escalated: Proportion;
  /** Where another was in force before: whether this one took its place. */
  readonly accepted?: boolean;
}

/** What distilling Amplify^H(X_n) into X_{n+1} kept and lost, on test questions of every level up to the frontier. */
export interface RetentionRecord {
  /** Of the questions that X_n answers wrongly: at how many X_{n+1} says the same. */
  readonly copied: Proportion;
  /** Accuracy of Amplify^H(X_n) less that of X_{n+1}; of X_n less that of X_{n+1}, below the frontier. */
  readonly informationLoss: number;
  readonly forgetting: number;
  /** Mean total variation between what X_{n+1} and X_n say, on anchors; 0 … 1. */
  readonly drift: number;
}

export interface ExampleNode {
  readonly question: string;
  /** What H concluded from the children; at a leaf the same as `direct`. */
  readonly answer: string;
  /** What X says alone. */
  readonly direct: string;
  readonly confidence: number;
  /** Whether `answer` is right, and whether `direct` is (evaluation only). */
  readonly right?: boolean;
  readonly directRight?: boolean;
  /** Looked up in the facts: neither H nor X had anything to say. */
  readonly isFact?: boolean;
  readonly children: readonly ExampleNode[];
}
