/** The command line. stdout is data, stderr is progress; one file for each command, loaded when it is meant: most
 *  start in half the time without the others. */

import type { Command } from 'commander';
import { carryOut, newProgram } from './program.ts';

export { STATUS, STATUS_BUG } from './program.ts';

type Add = (program: Command) => void;

/** What each file adds, in the order in which the help shows it. */
const COMMANDS: readonly { readonly names: readonly string[]; readonly load: () => Promise<Add> }[] = [
  { names: ['run'], load: async () => (await import('./run.ts')).addRun },
  { names: ['run-recipe'], load: async () => (await import('./grow.ts')).addGrow },
  { names: ['inbox'], load: async () => (await import('./inbox.ts')).addInbox },
  { names: ['report'], load: async () => (await import('./report.ts')).addReport },
  { names: ['evaluate'], load: async () => (await import('./evaluate.ts')).addEvaluate },
  { names: ['audit'], load: async () => (await import('./audit.ts')).addAudit },
  { names: ['ask'], load: async () => (await import('./ask.ts')).addAsk },
  { names: ['calibrate'], load: async () => (await import('./calibrate.ts')).addCalibrate },
  { names: ['trace'], load: async () => (await import('./trace.ts')).addTrace },
  { names: ['tasks'], load: async () => (await import('./tasks.ts')).addTasks },
  { names: ['runs'], load: async () => (await import('./runs.ts')).addRuns },
  { names: ['serve'], load: async () => (await import('./serve.ts')).addServe },
  { names: ['keys'], load: async () => (await import('./keys.ts')).addKeys },
  { names: ['tend'], load: async () => (await import('./tend.ts')).addTend },
  { names: ['sweep'], load: async () => (await import('./sweep.ts')).addSweep },
  { names: ['models'], load: async () => (await import('./models.ts')).addModels },
  { names: ['pause', 'stop', 'resume'], load: async () => (await import('./control.ts')).addControl },
  { names: ['requests', 'approve'], load: async () => (await import('./requests.ts')).addRequests },
  { names: ['people'], load: async () => (await import('./people.ts')).addPeople },
  { names: ['policy'], load: async () => (await import('./policy.ts')).addPolicy },
  { names: ['correct'], load: async () => (await import('./correct.ts')).addCorrect },
  { names: ['decide'], load: async () => (await import('./decide.ts')).addDecide },
  { names: ['ledger'], load: async () => (await import('./ledger.ts')).addLedger },
  { names: ['import'], load: async () => (await import('./import.ts')).addImport },
  { names: ['dataset'], load: async () => (await import('./dataset.ts')).addDataset },
];

export async function main(given: readonly string[]): Promise<number> {
  const args = await meant(given);
  const program = newProgram(
    'capstan',
    'Iterated Distillation and Amplification: people oversee small questions, a network learns the answers.',
  );
  const own = COMMANDS.filter(({ names }) => names.includes(args[0] ?? ''));
  // For the help, and to say which there are.
  for (const { load } of own.length > 0 ? own : COMMANDS) (await load())(program);
  return carryOut(program, args);
}

/** «run» is about a task or about a recipe, which have other options. */
async function meant(args: readonly string[]): Promise<readonly string[]> {
  const [first, ...rest] = args;
  if (first !== 'run' || !rest.some((one) => one === '--resume' || /\.[cm]?[jt]s$/.test(one))) return args;
  const { GROW, isRecipe } = await import('./grow.ts');
  return isRecipe(rest) ? [GROW, ...rest] : args;
}
