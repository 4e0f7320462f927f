/** The end of an iteration: X_n is kept with its lineage, what it learned from and its gate are on the record, and it is served
 *  if it passed, never saw ground truth, and promotion is left to gates. Each is on the record before it takes effect. */

import { CapstanError } from '../base/errors.ts';
import type { Lineage, Tensor } from '../registry/checkpoint.ts';
import { type Promotable, promote, promotionTarget, saveCheckpoint } from '../registry/promotion.ts';
import type { Revoked } from '../registry/revocation.ts';
import type { Folder } from '../storage/folder.ts';
import { type Ended, iterationEnded, type Place, type Recorder } from './chronicle.ts';

export interface Keeping {
  readonly folder: Folder;
  readonly record: Recorder;
  readonly place: Place;
  /** Who promotes: the gate, or people later. */
  readonly promotion: () => 'gate' | 'people';
  /** What may not be served whatever the files say: a restored backup may have forgotten it. */
  readonly revoked: () => Revoked;
}

export interface Kept {
  /** Its hash. */
  readonly checkpoint: string;
  /** The entry of its gate, or of its promotion. */
  readonly decided: number;
  /** The entry with which the next training began, if there is one. */
  readonly training: number | undefined;
  /** Why what passed is served all the same to nobody; it is on the record that training ended, and nothing goes on. */
  readonly refusal: CapstanError | undefined;
}

export function keepCheckpoint(
  { folder, record, place, promotion, revoked }: Keeping,
  ended: Omit<Ended, 'lineage' | 'checkpoint' | 'isPromoted'>,
  lineage: Lineage,
  tensors: readonly Tensor[],
): Kept {
  const checkpoint = saveCheckpoint(folder, lineage, tensors);
  const mayServe = lineage.gate?.passed === true && !lineage.groundTruth && promotion() === 'gate';
  const next = mayServe ? targetOf(folder, checkpoint, revoked()) : undefined; // before anything is said of it
  const isPromoted = next?.target !== undefined;
  const goesOn = ended.goesOn && next?.refusal === undefined;
  const entries = iterationEnded(record, place, { ...ended, goesOn, lineage, checkpoint, isPromoted });
  if (next?.target) promote(folder, next.target, revoked());
  return { checkpoint, decided: entries.decided, training: entries.next, refusal: next?.refusal };
}

/** What may be served next; or why not, which is said once the gate is on the record. */
function targetOf(
  folder: Folder,
  checkpoint: string,
  known: Revoked,
): { readonly target?: Promotable; readonly refusal?: CapstanError } {
  try {
    return { target: promotionTarget(folder, checkpoint, known) };
  } catch (error) {
    if (error instanceof CapstanError && error.code === 'refused') return { refusal: error };
    throw error;
  }
}
