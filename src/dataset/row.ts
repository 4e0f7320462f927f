/** A row of a dataset: what is learned from it, under the names that trainers expect, and beside that where it comes from.
 *  Provenance is stored, never deduced later. */

import { hash } from 'node:crypto';
import { canonical, type Json } from '../base/canonical.ts';
import { CapstanError } from '../base/errors.ts';

export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** What is learned, by kind. The names are those of TRL. */
export interface Contents {
  /** Question → answer, as chat. */
  readonly sft: { readonly messages: readonly Message[] };
  /** Workspace → the questions that are asked next. */
  readonly decomposition: {
    readonly prompt: readonly Message[];
    readonly completion: readonly Message[];
    readonly sub_questions: readonly string[];
  };
  /** What a person put in place of what. */
  readonly dpo: {
    readonly prompt: readonly Message[];
    readonly chosen: readonly Message[];
    readonly rejected: readonly Message[];
  };
  /** Which steps of an answer verifiers let pass. */
  readonly steps: {
    readonly prompt: string;
    readonly completions: readonly string[];
    readonly labels: readonly boolean[];
  };
}

export type RowKind = keyof Contents;
export const ROW_KINDS: readonly RowKind[] = ['decomposition', 'dpo', 'sft', 'steps'];

/** From the one that keeps most to itself: a question of a test is trained on nowhere. */
export const SPLITS = ['test', 'validation', 'train'] as const;
export type RowSplit = (typeof SPLITS)[number];

export interface Provenance {
  readonly id: string;
  readonly run_id: string;
  readonly node_id: string;
  readonly parent_id: string | null;
  readonly depth: number;
  /** Hash of the root question, which decides the split. */
  readonly root_key: string;
  /** Of whoever took the decision that the row is about. */
  readonly overseer_kind: string;
  readonly overseer_id: string;
  readonly verdict: 'pass' | 'fail' | 'unsure' | 'none';
  readonly verifier_ids: readonly string[];
  /** The model that said what is to be learned, where one did. */
  readonly teacher_model: string | null;
  /** Everybody whose words or decisions the row follows from. */
  readonly people: readonly string[];
  readonly models: readonly string[];
  /** Their numbers in the ledger. */
  readonly entries: readonly number[];
  readonly dataset_version: string;
  readonly content_hash: string;
  readonly split: RowSplit;
  readonly license: string;
}

/** A row as it is written: content and provenance side by side. */
export type Row<K extends RowKind = RowKind> = { readonly [P in K]: Contents[P] & Provenance }[K];

/** SHA-256 in hex of a value's canonical JSON. */
export function hashOf(value: Json): string {
  return hash('sha256', canonical(value));
}

/** Equal for equal content of one kind, wherever it comes from. */
export function contentHash(kind: RowKind, content: Contents[RowKind]): string {
  return hashOf([kind, content as unknown as Json]);
}

/** One line, without its line feed. */
export function lineOf(row: object): string {
  return canonical(row as Json);
}

/** The row that a line of a dataset's file is; of its fields, those are checked that decisions are made by. */
export function rowOf(line: Uint8Array, where: string): Row {
  let row: Partial<Provenance> | null;
  try {
    row = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
  } catch (cause) {
    throw new CapstanError('corrupt', `${where}: expected a row as JSON, got something else`, { cause });
  }
  const isRow =
    typeof row?.id === 'string' &&
    typeof row.content_hash === 'string' &&
    typeof row.split === 'string' &&
    Array.isArray(row.people) &&
    row.people.every((one) => typeof one === 'string');
  if (!isRow)
    throw new CapstanError(
      'corrupt',
      `${where}: expected id, content_hash, split and people, got other fields`,
    );
  return row as Row;
}
