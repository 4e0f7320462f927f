/** Whether work may go on in this project. */

import { CapstanError } from '../base/errors.ts';
import { type Halt, type Halted, hinderedIn, isHaltAsked } from '../record/control.ts';
import { lostText } from '../record/latch.ts';
import { commandLine } from './command-line.ts';
import { LEDGER } from './home.ts';
import { latch } from './recorder.ts';

export const WORDS: { readonly [kind in Halt]: string } = {
  'work-paused': 'paused',
  'work-stopped': 'stopped',
};

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
