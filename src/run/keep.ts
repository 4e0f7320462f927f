/** The end of an iteration: X_n is kept with its lineage, what it learned from and its gate are on the record, and it is served
 *  if it passed, never saw ground truth, and promotion is left to gates. Each is on the record before it takes effect. */

import type { Lineage, Tensor } from '../registry/checkpoint.ts';
import { loadCheckpoint, promotable, promote, saveCheckpoint } from '../registry/promotion.ts';
import type { Folder } from '../storage/folder.ts';
import { type Ended, iterationEnded, type Place, type Recorder } from './chronicle.ts';

export interface Keeping {
  readonly folder: Folder;
  readonly record: Recorder;
  readonly place: Place;
  /** Who promotes: the gate, or people later. */
  readonly promotion: () => 'gate' | 'people';
}

export interface Kept {
  /** Its hash. */
  readonly checkpoint: string;
  /** The entry with which the next training began, if there is one. */
  readonly training: number | undefined;
}

export function keepCheckpoint(
  { folder, record, place, promotion }: Keeping,
  ended: Omit<Ended, 'lineage' | 'checkpoint' | 'isPromoted'>,
  lineage: Lineage,
  tensors: readonly Tensor[],
): Kept {
  const checkpoint = saveCheckpoint(folder, lineage, tensors);
  const isPromoted = lineage.gate?.passed === true && !lineage.groundTruth && promotion() === 'gate';
  const passed = isPromoted ? promotable(loadCheckpoint(folder, checkpoint)) : undefined;
  const training = iterationEnded(record, place, { ...ended, lineage, checkpoint, isPromoted });
  if (passed) promote(folder, passed);
  return { checkpoint, training };
}
