/** The command line. stdout is data, stderr is progress; one file for each command. */

import { Command, CommanderError } from 'commander';
import { CapstanError, type ErrorCode, messageOf } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import { addAsk } from './ask.ts';
import { addControl } from './control.ts';
import { addCorrect } from './correct.ts';
import { addLedger } from './ledger.ts';
import { addModels } from './models.ts';
import { addPeople } from './people.ts';
import { addPolicy } from './policy.ts';
import { addReport } from './report.ts';
import { addRequests } from './requests.ts';
import { addRun } from './run.ts';
import { addRuns } from './runs.ts';
import { addSweep } from './sweep.ts';
import { addTasks } from './tasks.ts';
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
  'gate-failed': 100,
  interrupted: 130,
};
export const STATUS_BUG = 1;

export async function main(args: readonly string[]): Promise<number> {
  const program = new Command('capstan')
    .description(
      'Iterated Distillation and Amplification: people oversee small questions, a network learns the answers.',
    )
    .version(VERSION)
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, 'capstan: ')),
    })
    .showHelpAfterError('(capstan --help lists the commands)');
  outliveReaders([process.stdout, process.stderr]);
  for (const add of [
    addRun,
    addReport,
    addAsk,
    addTasks,
    addRuns,
    addSweep,
    addModels,
    addControl,
    addRequests,
    addPeople,
    addPolicy,
    addCorrect,
    addLedger,
  ])
    add(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : STATUS.usage; // it has printed its own message
  if (error instanceof CapstanError) {
    process.stderr.write(`capstan: ${error.message}\n`);
    return STATUS[error.code];
  }
  process.stderr.write(
    `capstan: a bug, please report it: ${error instanceof Error ? error.stack : messageOf(error)}\n`,
  );
  return STATUS_BUG;
}
