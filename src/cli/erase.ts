/** capstan ledger erase: deletes what an entry is committed to, text and salt, once it is on the ledger that this is done.
 *  All proofs stay what they are. An erasure that a crash cut short is finished by the same command. */

import type { Command } from 'commander';
import { CapstanError } from '../base/errors.ts';
import type { Entry } from '../ledger/entry.ts';
import { type DoerFlags, doerOf, expectPolicy } from '../project/doer.ts';
import { LEDGER } from '../project/home.ts';
import { officeOf } from '../project/office.ts';
import { withProject } from '../project/recorder.ts';
import { act } from '../record/acts.ts';
import { erasureOf } from '../record/content.ts';
import { verifyLedger } from '../record/verify.ts';
import { eraseFor, takeEffect } from '../run/office.ts';
import { integer } from './arguments.ts';
import { withDoer } from './doing.ts';
import { waitsText } from './requests.ts';

interface Flags extends DoerFlags {
  readonly reason: string;
}

export function addErase(ledger: Command): void {
  withDoer(ledger.command('erase'))
    .description('Delete for good what an entry is committed to: reasons, corrections, answers')
    .argument('<entry>', 'its number', integer('entry', 0))
    .argument('[field]', 'one of what it is committed to (default: all of it)')
    .requiredOption('--reason <text>', 'why, for the record')
    .action(erase);
}

function erase(number: number, field: string | undefined, flags: Flags): void {
  const { entries } = verifyLedger(LEDGER, { erasing: true });
  const entry = entries[number];
  if (!entry) throw new CapstanError('usage', `entry ${number}: expected one of 0 to ${entries.length - 1}`);
  withProject((ledger, latch) => {
    const { authority } = ledger.replay;
    expectPolicy(authority);
    const office = officeOf(ledger, latch);
    for (const name of fieldsOf(entry, field)) {
      const said = { parents: [number], words: { field: name } };
      if (erasureOf(entries, number, name)) {
        eraseFor(office, said);
        console.log(`erased     «${name}» of entry ${number} had been, and is gone`);
        continue;
      }
      const outcome = act(ledger, 'content-erased', said, doerOf(authority, flags, flags.reason));
      takeEffect(office, outcome);
      console.log(
        outcome.kind === 'done'
          ? `erased     «${name}» of entry ${number} (entry ${outcome.entry} of the ledger)`
          : waitsText('erase', outcome),
      );
    }
  });
}

function fieldsOf({ seq, content = [] }: Entry, field: string | undefined): readonly string[] {
  const names = content.map((one) => one.field);
  const meant = field === undefined ? names : names.filter((name) => name === field);
  if (meant.length > 0) return meant;
  const had = names.length === 0 ? 'one that is committed to something' : `one of ${names.join(', ')}`;
  throw new CapstanError('usage', `entry ${seq}${field ? `, «${field}»` : ''}: expected ${had}, got none`);
}
