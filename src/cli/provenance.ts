/** How what is known of a run and its models is printed: one line for each entry, file or node. */

import type { Entry } from '../ledger/entry.ts';
import { HOME } from '../project/home.ts';
import type { Audit } from '../provenance/audit.ts';
import { findRun } from '../run/folder.ts';
import { Folder } from '../storage/folder.ts';

/** The path of the run that was meant; undefined if there is none. */
export function runOf(given: string): string | undefined {
  const path = findRun(HOME, given);
  return new Folder(path).exists('run.json') ? path : undefined;
}

export function printAudit(
  { run, entries, checkpoints, examples, open, unrecorded }: Audit,
  json: boolean,
): void {
  if (json) {
    const seqs = open.map(({ seq }) => seq);
    console.log(JSON.stringify({ run, entries, checkpoints, examples, open: seqs, unrecorded }));
    return;
  }
  console.log(
    `verified   ${run}: ${checkpoints} checkpoints and ${examples} examples, against ${entries} entries`,
  );
  for (const entry of open) console.log(`open       ${line(entry)}`);
  for (const file of unrecorded) console.log(`unrecorded ${file}`);
}

export function line({ seq, time, kind, actor, run = '', ends, subjects = [], words = {} }: Entry): string {
  const about = [
    run,
    ends === undefined ? '' : `ends ${ends}`,
    ...Object.values(words),
    ...subjects.map(({ name, sha256 }) => `${name} ${sha256.slice(0, SHOWN)}`),
  ];
  return [String(seq).padStart(6), time, kind.padEnd(14), actor.id, ...about.filter(Boolean)].join('  ');
}

/** Digits of a hash that tell one from another by eye. */
const SHOWN = 12;
