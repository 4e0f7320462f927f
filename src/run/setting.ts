/** What all arms of a run share, and what they tell. */

import type { Task } from '../core/task.ts';
import type { Examiner } from '../evaluate/examiners.ts';
import type { Decisions, Point } from '../iterate/decisions.ts';
import type { Runtime } from '../onnx/runtime.ts';
import type { Revoked } from '../registry/revocation.ts';
import type { ArmRecord, IterationRecord } from '../report/record.ts';
import type { Folder } from '../storage/folder.ts';
import type { Recorder } from './chronicle.ts';
import type { Configuration } from './configuration.ts';

export interface Setting<Q, A> {
  readonly task: Task<Q, A>;
  readonly examiner: Examiner<Q, A>;
  readonly configuration: Configuration;
  /** Of the run. */
  readonly folder: Folder;
  /** Lends as many fresh runtimes as the configuration has replicas; closes them afterwards. */
  readonly withRuntimes: <T>(use: (runtimes: readonly Runtime[]) => Promise<T>) => Promise<T>;
  /** Seconds that only ever grow. */
  readonly clock: () => number;
  readonly signal: AbortSignal;
  /** Called before anything is saved; throws if the run folder is no longer ours. */
  readonly assertHeld: () => void;
  readonly tell: (event: ArmEvent) => void;
  /** Of the run, on the ledger. */
  readonly name: string;
  readonly record: Recorder;
  /** The entry with which this session of the run began. */
  readonly began: number;
  /** Looked at after every step: why work has to halt, if it has to. */
  readonly halted: () => string | undefined;
  /** Who promotes a checkpoint whose gate has passed: the gate, or people later. */
  readonly promotion: () => 'gate' | 'people';
  /** What may not be served whatever the files say: a restored backup may have forgotten it. */
  readonly revoked: () => Revoked;
  /** What a person decides, from that point on. */
  readonly decisionsFrom?: (from: Point) => Decisions;
}

export type ArmEvent =
  | { readonly kind: 'arm-started'; readonly name: string }
  | {
      readonly kind: 'trained';
      readonly arm: ArmRecord;
      readonly stage: number;
      readonly agreement: number;
      readonly loss: number;
    }
  | { readonly kind: 'looked'; readonly arm: ArmRecord }
  | { readonly kind: 'iteration-ended'; readonly arm: ArmRecord; readonly iteration: IterationRecord };
