/** What is seen of one run: what everybody said to held-out questions. Nothing here is a figure yet. */

import type { Recorded, Replayed } from '../evaluate/auditability.ts';
import type { Look } from '../oversight/norms.ts';
import type { Checkpoint } from '../registry/checkpoint.ts';
import type { AuditRecord } from '../run/audited.ts';
import type { Configuration } from '../run/configuration.ts';
import type { ArmState } from '../run/state.ts';
import type { AnyQuestion, AnyTask } from '../tasks/tasks.ts';
import type { Heard } from './deceivers.ts';
import type { Held } from './exams.ts';
import type { Foretold } from './foretold.ts';
import type { Planted } from './planted.ts';
import type { Audited } from './records.ts';
import type { Node, Said } from './sheet.ts';

export interface Observed {
  readonly path: string;
  readonly sha256: string;
  readonly configuration: Configuration;
  readonly task: AnyTask;
  readonly grades: readonly string[] | undefined;
  readonly state: ArmState;
  /** X_1, X_2, … */
  readonly checkpoints: readonly Checkpoint[];
  /** From the iteration before H changed its norms on; none where it did not. */
  readonly norms: readonly Look[];
  readonly test: Sheet;
  readonly anchor: Sheet;
  readonly calibration: Sheet;
  readonly check: Sheet;
  /** Of the final test. */
  readonly beside: Beside;
  /** Errors planted in sub-answers of the last Amplify^H(X) on the final test. */
  readonly planted: readonly Planted[];
  /** Lies told in the place of the last X, on the final test; empty of a person. */
  readonly deceived: readonly Heard[];
  /** What a machine guesses of the last X on the final test; nothing of a person's run. */
  readonly foretold: Foretold;
  /** The final test with the confidence that is in force; undefined where no checkpoint of the run is calibrated. */
  readonly calibrated: Calibrated | undefined;
  /** Questions with their targets that X was taught. */
  readonly examples: number;
  /** Its gates, as far as they can be checked. */
  readonly gates: readonly Recorded[];
  /** Answers of the last X, and again in another order. */
  readonly replays: readonly Replayed[];
  readonly audited: Audited;
  /** What «capstan audit» found, in order. */
  readonly audits: readonly AuditRecord[];
}

/** What was said to one set of questions. */
export interface Sheet extends Held<AnyQuestion> {
  readonly truth: readonly Said[];
  /** H as the run has it, all the way down; undefined of a person, who is not here. */
  readonly h: readonly Said[] | undefined;
  /** Every question that it took apart on the way, each once. */
  readonly hNodes: readonly Node<AnyQuestion>[];
  /** By iteration; [0] is X_0, which knows nothing. */
  readonly x: readonly (readonly Said[])[];
  /** Amplify^H(X_n), by iteration; empty of a person. */
  readonly amplified: readonly (readonly Node<AnyQuestion>[])[];
  /** The sub-questions that H asked the last X on the way, each once, and what H says to them. */
  readonly onPolicy: readonly OnPolicy[];
}

export interface OnPolicy {
  readonly context: number;
  readonly level: number;
  readonly x: Said;
  readonly h: Said;
}

/** X, or H with its help where X is not sure enough (`confidence/escalation`). */
export interface Calibrated {
  /** Of the checkpoint that the calibration is of. */
  readonly iteration: number;
  readonly said: readonly Said[];
  /** By place: whether a person is to look. */
  readonly escalated: readonly boolean[];
}

/** What else was asked of the final test. */
export interface Beside {
  /** H without the mistakes that it is made to make, all the way down. */
  readonly clean: readonly Said[] | undefined;
  /** Amplify^H of itself over the last X, by depth from 1. */
  readonly depths: readonly Deeper[];
  /** The same over each X on the anchor: [iteration][depth], depth 0 being X alone. */
  readonly anchored: readonly (readonly (readonly Said[])[])[];
  /** The last checkpoint of the arm that was told the truth. */
  readonly supervised: readonly Said[] | undefined;
  /** Floating-point operations of one answer of X, and of the last X in each depth. */
  readonly operations: number;
}

export interface Deeper {
  readonly depth: number;
  readonly said: readonly Said[];
  /** Actions of H, and floating-point operations, over all questions; equal questions are asked once. */
  readonly decisions: number;
  readonly operations: number;
}
