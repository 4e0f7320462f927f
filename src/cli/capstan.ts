/** The command line. stdout is data, stderr is progress; one file for each command. */

import { addAsk } from './ask.ts';
import { addControl } from './control.ts';
import { addCorrect } from './correct.ts';
import { addDataset } from './dataset.ts';
import { addDecide } from './decide.ts';
import { addGrow, GROW, isRecipe } from './grow.ts';
import { addImport } from './import.ts';
import { addInbox } from './inbox.ts';
import { addLedger } from './ledger.ts';
import { addModels } from './models.ts';
import { addPeople } from './people.ts';
import { addPolicy } from './policy.ts';
import { carryOut, newProgram } from './program.ts';
import { addReport } from './report.ts';
import { addRequests } from './requests.ts';
import { addRun } from './run.ts';
import { addRuns } from './runs.ts';
import { addSweep } from './sweep.ts';
import { addTasks } from './tasks.ts';

export { STATUS, STATUS_BUG } from './program.ts';

export async function main(args: readonly string[]): Promise<number> {
  const program = newProgram(
    'capstan',
    'Iterated Distillation and Amplification: people oversee small questions, a network learns the answers.',
  );
  for (const add of [
    addRun,
    addGrow,
    addInbox,
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
    addDecide,
    addLedger,
    addImport,
    addDataset,
  ])
    add(program);
  const [first, ...rest] = args;
  return carryOut(program, first === 'run' && isRecipe(rest) ? [GROW, ...rest] : args);
}
