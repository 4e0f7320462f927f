/** capstan pause, stop and resume: whether work goes on in this project. What halts it needs one person; the command holds
 *  whatever runs there are, also in other terminals, after their current training step. */

import type { Command } from 'commander';
import { type DoerFlags, doerOf } from '../project/doer.ts';
import { goOn, halt } from '../project/office.ts';
import { WORDS } from '../project/work.ts';
import type { Halt } from '../record/control.ts';
import { withDoer } from './doing.ts';
import { waitsText } from './requests.ts';

const HALTS: { readonly [name: string]: Halt } = { pause: 'work-paused', stop: 'work-stopped' };

interface Flags extends DoerFlags {
  readonly reason: string;
}

export function addControl(program: Command): void {
  for (const [name, kind] of Object.entries(HALTS))
    withDoer(program.command(name))
      .description(
        name === 'stop'
          ? 'Stop all work in this project, until it is resumed'
          : 'Pause all work in this project, until it is resumed',
      )
      .requiredOption('--reason <text>', 'why, for the record')
      .action((flags: Flags) => {
        const outcome = halt(kind, (authority) => doerOf(authority, flags, flags.reason));
        if (outcome.kind === 'done')
          console.log(
            `${WORDS[kind]}, entry ${outcome.entry} of the ledger; runs halt after their training step`,
          );
      });
  withDoer(program.command('resume'))
    .description('Let work in this project go on')
    .requiredOption('--reason <text>', 'why, for the record')
    .action((flags: Flags) => {
      const outcome = goOn((authority) => doerOf(authority, flags, flags.reason));
      console.log(
        outcome.kind === 'done'
          ? `work goes on, entry ${outcome.entry} of the ledger`
          : waitsText('resume', outcome),
      );
    });
}
