/** capstan policy: who may do what, as it is in force and as the file has it. */

import type { Command } from 'commander';
import { adoption, formatPolicy, type Policy, parsePolicy, policyHash } from '../authority/policy.ts';
import { CapstanError } from '../base/errors.ts';
import { type DoerFlags, doerOf, expectPolicy, POLICY } from '../project/doer.ts';
import { LEDGER } from '../project/home.ts';
import { withProject } from '../project/recorder.ts';
import { act } from '../record/acts.ts';
import { replayed } from '../record/replay.ts';
import { Folder } from '../storage/folder.ts';
import { withDoer } from './doing.ts';
import { waitsText } from './requests.ts';

export function addPolicy(program: Command): void {
  const policy = program
    .command('policy')
    .description('Which roles may do what, and how many people it needs');
  policy
    .command('show')
    .description(`Print the policy in force, as ${POLICY} would have it`)
    .action(() => {
      process.stdout.write(formatPolicy(replayed(LEDGER).authority.policy));
    });
  policy
    .command('check')
    .description(`Check ${POLICY}: that it can be read, and that it is the policy in force`)
    .action(() => {
      const found = fileOf();
      const { authority } = replayed(LEDGER);
      if (authority.people.size === 0)
        console.log(`${POLICY} can be read; nobody is enrolled, so no policy is in force`);
      else {
        expectPolicy(authority);
        console.log(`${POLICY} is the policy in force, ${policyHash(found)}`);
      }
    });
  withDoer(policy.command('adopt'))
    .description(`Put ${POLICY} into force, by the rule of the policy before it`)
    .option('--reason <text>', 'why, for the record')
    .action((flags: DoerFlags & { readonly reason?: string }) => {
      const found = fileOf();
      withProject((ledger) => {
        const { authority } = ledger.replay;
        if (authority.people.size === 0)
          throw new CapstanError(
            'usage',
            'policy adopt: expected somebody who is enrolled («capstan people add»), nobody is',
          );
        if (policyHash(found) === policyHash(authority.policy))
          throw new CapstanError(
            'usage',
            `policy adopt: expected another policy than the one in force, got the same`,
          );
        const doer = doerOf(authority, flags, flags.reason ?? `adopts ${POLICY}`);
        const outcome = act(ledger, 'policy-adopted', adoption(found), doer);
        console.log(
          outcome.kind === 'done'
            ? `in force   ${policyHash(found)} (entry ${outcome.entry} of the ledger)`
            : waitsText('policy', outcome),
        );
      });
    });
}

function fileOf(): Policy {
  return parsePolicy(new Folder('.').readText(POLICY));
}
