/** capstan ledger erase: deletes what an entry is committed to, text and salt, once it is on the ledger that this is done.
 *  All proofs stay what they are. An erasure that a crash cut short is finished by the same command. */

import type { Command } from 'commander';
import { CapstanError } from '../base/errors.ts';
import type { Entry } from '../ledger/entry.ts';
import { eraseContent, erasureOf } from '../record/content.ts';
import { verifyLedger } from '../record/verify.ts';
import { forgetReason } from '../registry/revocation.ts';
import { listRuns } from '../run/folder.ts';
import { Folder } from '../storage/folder.ts';
import { integer } from './arguments.ts';
import { HOME, LEDGER } from './home.ts';
import { person, recordWithReason } from './recorder.ts';

export function addErase(ledger: Command): void {
  ledger
    .command('erase')
    .description('Delete for good what an entry is committed to: reasons, corrections, answers')
    .argument('<entry>', 'its number', integer('entry', 0))
    .argument('[field]', 'one of what it is committed to (default: all of it)')
    .requiredOption('--reason <text>', 'why, for the record')
    .action(erase);
}

function erase(number: number, field: string | undefined, { reason }: { readonly reason: string }): void {
  const { entries } = verifyLedger(LEDGER, undefined, undefined, { erasing: true });
  const entry = entries[number];
  if (!entry) throw new CapstanError('usage', `entry ${number}: expected one of 0 to ${entries.length - 1}`);
  const fields = fieldsOf(entry, field);
  const fresh = fields.filter((name) => !erasureOf(entries, number, name));
  const draft = { kind: 'content-erased', actor: person(), parents: [number] } as const;
  for (const name of fresh) {
    const { entry: by } = recordWithReason({ ...draft, words: { field: name } }, reason);
    console.log(`erased     «${name}» of entry ${number} (entry ${by} of the ledger)`);
  }
  eraseContent(LEDGER, entry, fields);
  if (entry.kind === 'model-revoked' && fields.includes('reason'))
    for (const { path } of listRuns(HOME)) forgetReason(new Folder(`${path}/ida`), number);
  if (fresh.length === 0) console.log(`erased     all of it had been, and is gone`);
}

function fieldsOf({ seq, content = [] }: Entry, field: string | undefined): readonly string[] {
  const names = content.map((one) => one.field);
  const meant = field === undefined ? names : names.filter((name) => name === field);
  if (meant.length > 0) return meant;
  const had = names.length === 0 ? 'one that is committed to something' : `one of ${names.join(', ')}`;
  throw new CapstanError('usage', `entry ${seq}${field ? `, «${field}»` : ''}: expected ${had}, got none`);
}
