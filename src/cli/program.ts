/** What all programs of this package share: a command line is parsed and carried out, and how it ends is a status. */

import { Command, CommanderError } from 'commander';
import { CapstanError, type ErrorCode, messageOf } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import { outliveReaders } from './terminal.ts';

/** Exit statuses; the table in the README is this one. */
export const STATUS: { readonly [C in ErrorCode]: number } = {
  usage: 2,
  invalid: 2,
  'not-found': 3,
  exists: 4,
  locked: 5,
  corrupt: 6,
  storage: 7,
  runtime: 8,
  refused: 9,
  unavailable: 10,
  budget: 11,
  'gate-failed': 100,
  interrupted: 130,
};
export const STATUS_BUG = 1;

/** To be given its commands, which inherit how it speaks. */
export function newProgram(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .version(VERSION)
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, `${name}: `)),
    })
    .showHelpAfterError(`(${name} --help lists the commands)`);
}

/** Parses and acts; the exit status. Messages go to stderr, after the name of the program. */
export async function carryOut(program: Command, args: readonly string[]): Promise<number> {
  outliveReaders([process.stdout, process.stderr]);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    return failed(program.name(), error);
  }
}

function failed(name: string, error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : STATUS.usage; // it has printed its own message
  if (error instanceof CapstanError) {
    process.stderr.write(`${name}: ${error.message}\n`);
    return STATUS[error.code];
  }
  process.stderr.write(
    `${name}: a bug, please report it: ${error instanceof Error ? error.stack : messageOf(error)}\n`,
  );
  return STATUS_BUG;
}
