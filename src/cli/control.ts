/** capstan pause, stop and resume: whether work goes on in this project. What halts it needs one person; the command holds
 *  whatever runs there are, also in other terminals, after their current training step. */

import type { Command } from 'commander';
import { CapstanError } from '../base/errors.ts';
import { askToHalt, type Halt, type Halted, haltedIn, isHaltAsked, stopAsking } from '../record/control.ts';
import { LEDGER } from './home.ts';
import { person, recordWithReason } from './recorder.ts';
import { commandLine } from './terminal.ts';

const HALTS: { readonly [name: string]: Halt } = { pause: 'work-paused', stop: 'work-stopped' };

export function addControl(program: Command): void {
  for (const [name, kind] of Object.entries(HALTS))
    program
      .command(name)
      .description(
        name === 'stop'
          ? 'Stop all work in this project, until it is resumed'
          : 'Pause all work in this project, until it is resumed',
      )
      .requiredOption('--reason <text>', 'why, for the record')
      .action(({ reason }: { readonly reason: string }) => {
        askToHalt(LEDGER, kind); // at once: a ledger that is busy or full must not keep work going
        const { entry } = recordWithReason({ kind, actor: person() }, reason);
        console.log(`${WORDS[kind]}, entry ${entry} of the ledger; runs halt after their training step`);
      });
  program
    .command('resume')
    .description('Let work in this project go on')
    .requiredOption('--reason <text>', 'why, for the record')
    .action(({ reason }: { readonly reason: string }) => {
      const halted = haltedIn(LEDGER);
      if (!halted)
        throw new CapstanError('usage', 'resume: expected work that is paused or stopped, it goes on');
      const parents = halted.entry && { parents: [halted.entry.seq] };
      const { entry } = recordWithReason({ kind: 'work-resumed', actor: person(), ...parents }, reason);
      stopAsking(LEDGER);
      console.log(`work goes on, entry ${entry} of the ledger`);
    });
}

const WORDS: { readonly [kind in Halt]: string } = { 'work-paused': 'paused', 'work-stopped': 'stopped' };

/** Throws «refused» where work is halted. Before any work. */
export function expectWork(): void {
  const halted = haltedIn(LEDGER);
  if (!halted) return;
  const resume = commandLine('resume', '--reason', '…');
  throw new CapstanError('refused', `work in this project is ${textOf(halted)}; to go on: ${resume}`);
}

/** For those at work. */
export function haltAsked(): string | undefined {
  return isHaltAsked(LEDGER) ? 'work in this project was halted' : undefined;
}

function textOf({ kind, entry }: Halted): string {
  if (!entry) return `${WORDS[kind]} by the file ${LEDGER}/halt`;
  return `${WORDS[kind]} since ${entry.time}, by ${entry.actor.id} (entry ${entry.seq} of the ledger)`;
}
