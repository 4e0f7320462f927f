/** capstan pause, stop and resume: whether work goes on in this project. What halts it needs one person; the command holds
 *  whatever runs there are, also in other terminals, after their current training step. */

import type { Command } from 'commander';
import { CapstanError } from '../base/errors.ts';
import { act } from '../record/acts.ts';
import { askToHalt, type Halt, type Halted, hinderedIn, isHaltAsked } from '../record/control.ts';
import { lostText } from '../record/latch.ts';
import { resumeWork } from '../run/office.ts';
import { type DoerFlags, doerOf, expectPolicy, withDoer } from './doer.ts';
import { LEDGER } from './home.ts';
import { latch, withProject } from './recorder.ts';
import { officeOf, waitsText } from './requests.ts';
import { commandLine } from './terminal.ts';

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
        askToHalt(LEDGER, kind); // at once: a ledger that is busy or full must not keep work going
        const outcome = withProject((ledger) =>
          act(ledger, kind, {}, doerOf(ledger.replay.authority, flags, flags.reason)),
        );
        if (outcome.kind === 'done')
          console.log(
            `${WORDS[kind]}, entry ${outcome.entry} of the ledger; runs halt after their training step`,
          );
      });
  withDoer(program.command('resume'))
    .description('Let work in this project go on')
    .requiredOption('--reason <text>', 'why, for the record')
    .action((flags: Flags) => {
      withProject((ledger, own) => {
        const { authority } = ledger.replay;
        expectPolicy(authority);
        const outcome = resumeWork(officeOf(ledger, own), doerOf(authority, flags, flags.reason));
        console.log(
          outcome.kind === 'done'
            ? `work goes on, entry ${outcome.entry} of the ledger`
            : waitsText('resume', outcome),
        );
      });
    });
}

const WORDS: { readonly [kind in Halt]: string } = { 'work-paused': 'paused', 'work-stopped': 'stopped' };

/** Throws «refused» where work is halted, or where the ledger lacks what it had. Before any work. */
export function expectWork(): void {
  const { halted, lost } = hinderedIn(LEDGER, latch());
  if (!halted && !lost) return;
  const resume = commandLine('resume', '--reason', '…');
  const remedy = lost
    ? `restore a newer state, or decide to go on without: ${resume}`
    : `to go on: ${resume}`;
  const what = lost ? `refused: ${lostText(lost)}` : textOf(halted!);
  throw new CapstanError('refused', `work in this project is ${what}; ${remedy}`);
}

/** For those at work. */
export function haltAsked(): string | undefined {
  return isHaltAsked(LEDGER) ? 'work in this project was halted' : undefined;
}

function textOf({ kind, entry }: Halted): string {
  if (!entry) return `${WORDS[kind]} by the file ${LEDGER}/halt`;
  return `${WORDS[kind]} since ${entry.time}, by ${entry.actor.id} (entry ${entry.seq} of the ledger)`;
}
