/** A checkpoint: the weights and where they come from, in one file named by the SHA-256 of its bytes. The lineage says
 *  from which parent, examples, teacher and gate; being part of the hashed bytes, it cannot be changed afterwards. */

import { hash } from 'node:crypto';
import { canonical, type Json } from '../base/canonical.ts';
import { decodeTensors, encodeTensors, type Tensor } from './safetensors.ts';
import { corrupt, isRecord, parseJson } from './untrusted.ts';

export type { Tensor } from './safetensors.ts';

export interface Lineage {
  readonly task: string;
  /** The sizes of the task. */
  readonly parameters: { readonly [name: string]: number };
  /** With `level`, of the frontier. */
  readonly iteration: number;
  readonly level: number;
  /** Hash of the checkpoint of the iteration before; null = nobody. */
  readonly parent: string | null;
  readonly seed: number;
  readonly configuration: Json;
  readonly configurationHash: string;
  readonly step: number;
  /** Merkle root over the training examples so far, and their number. */
  readonly dataRoot: string;
  readonly dataCount: number;
  /** How the targets were made: «Amplify^H(X_ema)». */
  readonly teacher: string;
  /** The targets came from an oracle: a baseline, never promoted. */
  readonly groundTruth: boolean;
  readonly gate: Gate | null;
  readonly figures: { readonly [name: string]: number };
  /** Of Capstan. */
  readonly version: string;
}

/** The decision whether the iteration counts: agreement with its interval over n questions. */
export interface Gate {
  readonly agreement: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
  readonly threshold: number;
  /** Whether agreement reached the threshold at every level, and the comparison and the audits, if there were any, were
   *  passed. */
  readonly passed: boolean;
  /** With the last one of its run that passed; null where there was none. */
  readonly comparison: Compared | null;
  /** By H itself, where the run has audits. */
  readonly audits?: Audited;
}

/** Whether H, asked itself, is shown to agree with it at every level, and nothing drifts (`run/watched.ts`). */
export interface Audited {
  readonly passed: boolean;
  /** Over all levels. */
  readonly audits: number;
  readonly errorRate: number;
  /** Agreement that every level has to exceed. */
  readonly exceeds: number;
  /** Where evidence is least: the level, how often H agreed there, and the wealth, of which 1/errorRate is enough. */
  readonly level: number;
  readonly agreed: number;
  readonly wealth: number;
  /** The sign by which the monitor says that it drifts; empty if it does not. */
  readonly alarm: string;
}

/** Whether it is worse than another at any level (`iterate/ratchet.ts`). */
export interface Compared {
  /** Hash of the checkpoint that it was compared with. */
  readonly with: string;
  readonly passed: boolean;
  readonly contexts: number;
  readonly errorRate: number;
  readonly margin: number;
  /** Where evidence is least: the level, how much more often this one is justified there, and the wealth, of which
   *  1/errorRate is enough. */
  readonly level: number;
  readonly difference: number;
  readonly wealth: number;
}

export interface Checkpoint {
  readonly hash: string;
  readonly lineage: Lineage;
  readonly tensors: readonly Tensor[];
}

/** The same bytes, and so the same hash, for the same arguments. */
export function encodeCheckpoint(
  lineage: Lineage,
  tensors: readonly Tensor[],
): { bytes: Uint8Array; hash: string } {
  const bytes = encodeTensors({ metadata: { format: FORMAT, lineage: canonical(jsonOf(lineage)) }, tensors });
  return { bytes, hash: hash('sha256', bytes) };
}

/** Throws 'corrupt' on bytes that are no checkpoint, or not the expected one. */
export function decodeCheckpoint(bytes: Uint8Array, expectedHash?: string): Checkpoint {
  // The hash is compared last: what is wrong with the bytes says more than that something is.
  const { metadata, tensors } = decodeTensors(bytes);
  if (metadata.format !== FORMAT) throw corrupt('checkpoint', `format «${FORMAT}»`, metadata.format);
  const lineage = parseLineage(metadata.lineage ?? '');
  const found = hash('sha256', bytes);
  if (expectedHash !== undefined && found !== expectedHash)
    throw corrupt('checkpoint', `hash ${expectedHash}`, found);
  return { hash: found, lineage, tensors };
}

const FORMAT = 'capstan-checkpoint-1';

type Checks<T> = { readonly [K in keyof T]: (value: unknown) => boolean };

const isText = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';
const isBoolean = (value: unknown) => typeof value === 'boolean';
const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0;
const isNumbers = (value: unknown) => isRecord(value) && Object.values(value).every(isNumber);

const COMPARED: Checks<Compared> = {
  with: isText,
  passed: isBoolean,
  contexts: isCount,
  errorRate: isNumber,
  margin: isNumber,
  level: isCount,
  difference: isNumber,
  wealth: isNumber,
};

const AUDITED: Checks<Audited> = {
  passed: isBoolean,
  audits: isCount,
  errorRate: isNumber,
  exceeds: isNumber,
  level: isCount,
  agreed: isNumber,
  wealth: isNumber,
  alarm: isText,
};

const GATE: Checks<Gate> = {
  agreement: isNumber,
  low: isNumber,
  high: isNumber,
  n: isCount,
  threshold: isNumber,
  passed: isBoolean,
  comparison: (value) => value === null || firstFailing(COMPARED, value) === undefined,
  audits: (value) => value === undefined || firstFailing(AUDITED, value) === undefined,
};

const LINEAGE: Checks<Lineage> = {
  task: isText,
  parameters: isNumbers,
  iteration: isCount,
  level: isCount,
  parent: (value) => value === null || isText(value),
  seed: Number.isSafeInteger,
  configuration: (value) => value !== undefined,
  configurationHash: isText,
  step: isCount,
  dataRoot: isText,
  dataCount: isCount,
  teacher: isText,
  groundTruth: isBoolean,
  gate: (value) => value === null || firstFailing(GATE, value) === undefined,
  figures: isNumbers,
  version: isText,
};

function parseLineage(text: string): Lineage {
  const value = parseJson(text);
  const field = firstFailing(LINEAGE, value);
  if (field === undefined) return value as Lineage;
  throw corrupt('checkpoint', `a lineage with a valid «${field}»`, isRecord(value) ? value[field] : text);
}

function jsonOf(lineage: Lineage): Json {
  const { gate } = lineage;
  if (!gate) return { ...lineage, gate };
  const { comparison, audits, ...figures } = gate;
  const decided = { comparison: comparison && { ...comparison }, ...(audits && { audits: { ...audits } }) };
  return { ...lineage, gate: { ...figures, ...decided } };
}

/** The name of the first field that is missing or malformed. */
function firstFailing<T>(checks: Checks<T>, value: unknown): string | undefined {
  const fields = isRecord(value) ? value : {};
  return (Object.keys(checks) as (keyof T & string)[]).find((name) => !checks[name](fields[name]));
}
