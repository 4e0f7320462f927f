/** Which checkpoint is served. Only one that learned from overseers, passed its gate, was not revoked and is later than the
 *  one served before: a capstan's pawls; only a person takes it back. What counts is the lineage in the stored, hashed bytes, never what a caller holds;
 *  the check is made when promoting and again when serving. The caller holds the folder's lock. */

import { CapstanError } from '../base/errors.ts';
import type { Folder } from '../storage/folder.ts';
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  type Gate,
  type Lineage,
  type Tensor,
} from './checkpoint.ts';
import { expectNotRevoked, type Revoked } from './revocation.ts';
import { corrupt, isRecord, parseJson } from './untrusted.ts';

/** A checkpoint that may be served; `promotable` is the way to one. */
export interface Promotable extends Checkpoint {
  readonly lineage: Lineage & {
    readonly groundTruth: false;
    readonly gate: Gate & { readonly passed: true };
  };
}

/** Writes the checkpoint under its hash and returns that. */
export function saveCheckpoint(folder: Folder, lineage: Lineage, tensors: readonly Tensor[]): string {
  const { bytes, hash } = encodeCheckpoint(lineage, tensors);
  folder.writeAtomic(fileOf(hash), bytes);
  return hash;
}

/** The checkpoint of this hash, verified. */
export function loadCheckpoint(folder: Folder, hash: string): Checkpoint {
  const file = fileOf(hash);
  try {
    return decodeCheckpoint(folder.read(file), hash);
  } catch (error) {
    if (!(error instanceof CapstanError) || error.code !== 'corrupt') throw error;
    throw new CapstanError('corrupt', `${folder.path}/${file}: ${error.message}`, { cause: error });
  }
}

/** The same checkpoint, known not to have seen ground truth and to have passed its gate; throws 'refused' otherwise. */
export function promotable(checkpoint: Checkpoint): Promotable {
  const { hash, lineage } = checkpoint;
  const { groundTruth, gate } = lineage;
  if (groundTruth) throw refused(hash, 'it was trained on ground truth and serves as a baseline only');
  if (gate === null) throw refused(hash, 'it has been through no gate');
  const { passed, agreement, threshold, comparison } = gate;
  if (comparison && !comparison.passed)
    throw refused(
      hash,
      `compared with ${comparison.with} on ${comparison.contexts} contexts, it was not shown to be less than ${comparison.margin} worse at level ${comparison.level}: ${comparison.difference}`,
    );
  if (!passed)
    throw refused(
      hash,
      `it failed its gate with an agreement of ${agreement} at the frontier, expected every level to reach ${threshold} by its lower bound`,
    );
  return { ...checkpoint, lineage: { ...lineage, groundTruth, gate: { ...gate, passed } } };
}

/** Serves this saved checkpoint from now on. */
export function promote(folder: Folder, checkpoint: Promotable, known?: Revoked): void {
  const { hash, lineage } = promotionTarget(folder, checkpoint.hash, known);
  const { iteration, level } = lineage;
  if (readPromotion(folder)?.hash === hash) return; // a crash came between the promotion and what follows it
  folder.writeAtomic(PROMOTED, `${JSON.stringify({ hash, iteration, level })}\n`);
}

/** The checkpoint of that hash, if it may be served after the one that is: it passed its gate, is later, and neither it nor
 *  what it was trained on from is revoked. Throws «refused» otherwise. */
export function promotionTarget(folder: Folder, hash: string, known?: Revoked): Promotable {
  const target = promotable(loadCheckpoint(folder, hash));
  const { iteration } = target.lineage;
  const served = readPromotion(folder);
  if (served !== undefined && served.hash !== hash && iteration <= served.iteration)
    throw refused(hash, `expected an iteration after ${served.iteration}, which is served, got ${iteration}`);
  expectServable(folder, hash, known);
  return target;
}

/** The checkpoint of that hash, if it may be served in the place of a later one that is: it passed its gate, and neither it
 *  nor what it was trained on from is revoked. Throws «refused» otherwise, and where there is nothing to take back. */
export function rollbackTarget(folder: Folder, hash: string, known?: Revoked): Promotable {
  const target = promotable(loadCheckpoint(folder, hash));
  expectServable(folder, hash, known);
  const served = readPromotion(folder);
  if (served !== undefined && target.lineage.iteration < served.iteration) return target;
  throw refused(
    hash,
    `expected one before the one that is served, of iteration ${served?.iteration ?? 'none'}, got iteration ${target.lineage.iteration}`,
  );
}

/** Throws «refused» if the checkpoint or an ancestor of it is revoked. `known`: what the ledger says beside the files. */
export function expectServable(folder: Folder, hash: string, known?: Revoked): void {
  expectNotRevoked(folder, hash, (own) => loadCheckpoint(folder, own).lineage.parent, known);
}

/** Serves an earlier checkpoint again. */
export function rollBack(folder: Folder, target: Promotable, known?: Revoked): void {
  const { hash, lineage } = rollbackTarget(folder, target.hash, known);
  const { iteration, level } = lineage;
  folder.writeAtomic(PROMOTED, `${JSON.stringify({ hash, iteration, level })}\n`);
}

/** The hashes of all checkpoints in the folder. */
export function checkpointsIn(folder: Folder): readonly string[] {
  return folder.list('checkpoints').map((file) => file.replace(/^checkpoints\/|\.safetensors$/g, ''));
}

/** Which is served, whether it may be or not. */
export function servedIn(folder: Folder): string | undefined {
  return readPromotion(folder)?.hash;
}

/** The checkpoint that is served. */
export function promoted(folder: Folder, known?: Revoked): Promotable {
  const promotion = readPromotion(folder);
  if (promotion !== undefined) {
    expectServable(folder, promotion.hash, known);
    return promotable(loadCheckpoint(folder, promotion.hash));
  }
  throw new CapstanError(
    'not-found',
    `${folder.path}: nothing is promoted yet; a checkpoint is once it has passed its gate`,
  );
}

const PROMOTED = 'promoted.json';

function readPromotion(folder: Folder): { hash: string; iteration: number } | undefined {
  if (!folder.exists(PROMOTED)) return undefined;
  const text = folder.readText(PROMOTED);
  const value = parseJson(text);
  const { hash, iteration } = isRecord(value) ? value : {};
  if (typeof hash === 'string' && typeof iteration === 'number') return { hash, iteration };
  throw corrupt(PROMOTED, 'a hash and an iteration', text);
}

function fileOf(hash: string): string {
  return `checkpoints/${hash}.safetensors`;
}

function refused(hash: string, reason: string): CapstanError {
  return new CapstanError('refused', `checkpoint ${hash} cannot be promoted: ${reason}`);
}
