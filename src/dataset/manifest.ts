/** What a dataset's folder holds, as its `manifest.json` says it: options, counts, and the hash of every file. The Merkle
 *  root of a file is that of its lines (RFC 6962), so that one row can be proved to be in it. */

import { canonical, type Json } from '../base/canonical.ts';
import { CapstanError } from '../base/errors.ts';
import { hashOf, type RowKind, type RowSplit } from './row.ts';

export const MANIFEST_FILE = 'manifest.json';
export const DATASET_FORMAT = 'capstan-dataset/1';

export interface Options {
  readonly license: string;
  /** Shares of the root questions, 0 … 1. */
  readonly validation: number;
  readonly test: number;
  readonly unverified: boolean;
}

export interface FileRecord {
  readonly name: string;
  readonly kind: RowKind;
  readonly split: RowSplit;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  /** Of the lines of a JSONL file. */
  readonly root?: string;
}

/** Why drafts of rows did not become rows; of a contaminated root question its whole tree. */
export interface Dropped {
  readonly duplicate: number;
  /** Of a question that is also in a split that keeps more to itself. */
  readonly straddling: number;
  readonly contaminated: number;
  readonly contaminated_trees: number;
}

/** What was put in. */
export interface Source {
  /** Hash of options, trees and exclusions. */
  readonly built: string;
  readonly options: Options;
  readonly trees: number;
  readonly nodes: number;
  /** Questions that are not to be in it. */
  readonly excluded: number;
  readonly dropped: Dropped;
}

export interface Manifest extends Source {
  readonly format: typeof DATASET_FORMAT;
  readonly version: string;
  readonly files: readonly FileRecord[];
  readonly rows: number;
  /** Merkle root of all lines of all JSONL files, by the names of the files. */
  readonly root: string;
  readonly withdrawn: { readonly rows: number; readonly people: number };
}

/** The same trees with the same options and the same withdrawals make the same version. */
export function versionOf({ built }: Source, tombstones: string): string {
  const DIGITS = 16;
  return hashOf([DATASET_FORMAT, built, tombstones]).slice(0, DIGITS);
}

export function writeManifest(manifest: Manifest): string {
  return `${canonical(manifest as unknown as Json)}\n`;
}

/** Checks what is relied on. */
export function readManifest(text: string, path: string): Manifest {
  let manifest: Partial<Manifest> | null;
  try {
    manifest = JSON.parse(text);
  } catch (cause) {
    throw new CapstanError('corrupt', `${path}: expected the manifest of a dataset, got no JSON`, { cause });
  }
  if (manifest?.format !== DATASET_FORMAT)
    throw new CapstanError(
      'invalid',
      `${path}: expected the format ${DATASET_FORMAT}, got «${manifest?.format}»`,
    );
  const { options, built, dropped } = manifest;
  if (typeof built !== 'string' || typeof options?.license !== 'string' || typeof dropped !== 'object')
    throw new CapstanError('corrupt', `${path}: expected built, options and dropped, got other fields`);
  return manifest as Manifest;
}
