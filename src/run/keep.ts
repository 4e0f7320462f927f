/** The end of an iteration: X_n is kept with its lineage, its gate is on the record, and it is served if the gate passed, it
 *  never saw ground truth, and promotion is left to gates. Each is on the record before it takes effect. */

import type { IterationEvent } from '../iterate/iterate.ts';
import type { Lineage, Tensor } from '../registry/checkpoint.ts';
import { promote, promotionTarget, saveCheckpoint } from '../registry/promotion.ts';
import type { Folder } from '../storage/folder.ts';
import { gateDecided, modelPromoted, type Recorder } from './chronicle.ts';

export interface Keeping {
  readonly folder: Folder;
  readonly record: Recorder;
  /** Of the run, on the ledger. */
  readonly name: string;
  readonly arm: string;
  /** Who promotes: the gate, or people later. */
  readonly promotion: () => 'gate' | 'people';
}

/** The checkpoint's hash. */
export function keepCheckpoint(
  { folder, record, name, arm, promotion }: Keeping,
  event: Pick<IterationEvent, 'verdict'>,
  lineage: Lineage,
  tensors: readonly Tensor[],
): string {
  const checkpoint = saveCheckpoint(folder, lineage, tensors);
  const gate = gateDecided(record, name, arm, event, lineage, checkpoint);
  if (event.verdict.passed && !lineage.groundTruth && promotion() === 'gate') {
    const passed = promotionTarget(folder, checkpoint); // before anything is said of it
    modelPromoted(record, name, checkpoint, gate);
    promote(folder, passed);
  }
  return checkpoint;
}
