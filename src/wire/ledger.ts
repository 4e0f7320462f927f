/** The ledger as it is looked at. What it proves is proved in the browser, from its files: `/ledger/…` are those of the
 *  folder, byte by byte, as docs/ledger-format.md has them. */

import { z } from 'zod';
import { Hash, Name, Time } from './value.ts';

export const LedgerHead = z.object({
  origin: z.string(),
  size: z.int(),
  root: z.string(),
  /** The log's verifier key, as of signed notes. */
  key: z.string(),
  /** Entries after the signed head. */
  unpublished: z.int(),
  witnessed: z.array(z.object({ witness: Name, size: z.int(), time: Time })),
});
export type LedgerHead = z.infer<typeof LedgerHead>;

export const EntryRow = z.object({
  seq: z.int(),
  time: Time,
  kind: Name,
  actor: Name,
  run: Name.optional(),
  ends: z.int().optional(),
  subjects: z.array(z.object({ name: Name, sha256: Hash })),
  figures: z.record(z.string(), z.number()),
  words: z.record(z.string(), z.string()),
  parents: z.array(z.int()),
  /** Names of the texts that it is committed to. */
  fields: z.array(Name),
  /** Keys that signed it: «ada+1a2b3c4d». */
  signers: z.array(Name),
  /** The entry as its bytes are, to be hashed. */
  text: z.string(),
});
export type EntryRow = z.infer<typeof EntryRow>;

export const EntryPage = z.object({
  entries: z.array(EntryRow),
  /** How many there are that match. */
  total: z.int(),
});
export type EntryPage = z.infer<typeof EntryPage>;

/** A .tlog-proof: the entry, its proof of inclusion, the signed head. */
export const Receipt = z.object({ seq: z.int(), receipt: z.string() });
