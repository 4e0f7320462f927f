/** capstan import: a public corpus, in its own files' formats, becomes a text task, and its right answers a sealed file beside
 *  it. */

import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { CapstanError } from '../base/errors.ts';
import type { Split } from '../core/task.ts';
import { importGsm8k } from '../corpora/gsm8k.ts';
import { importStrategyqa } from '../corpora/strategyqa.ts';
import { SEALED_FILE, sealGsm8k, sealStrategyqa } from '../evaluate/sealed.ts';
import { attempt } from '../storage/disk.ts';
import { Folder } from '../storage/folder.ts';
import { questionOf, readTasks, TASKS_FILE, type TextTask, writeTasks } from '../text/task.ts';
import { oneOf } from './arguments.ts';

interface ImportFlags {
  readonly to: string;
  readonly split: Split;
  readonly json?: boolean;
  readonly solutions?: string;
  readonly predictions?: string;
  readonly facts?: boolean;
}

const SPLITS: readonly Split[] = ['train', 'gate', 'test'];

export function addImport(program: Command): void {
  const group = program
    .command('import')
    .description('Turn a public corpus into a text task, its right answers sealed beside it');
  const corpus = (name: string, description: string, file: string): Command =>
    group
      .command(name)
      .description(description)
      .argument('<file>', file)
      .requiredOption('--to <folder>', `where ${TASKS_FILE} and ${SEALED_FILE} are written`)
      .option(
        '--split <name>',
        `which pile its questions are of: ${SPLITS.join(', ')}`,
        oneOf('split', SPLITS),
        'test',
      )
      .option('--json', 'print one JSON object');
  corpus(
    'gsm8k',
    'Grade-school mathematics, with the steps that people wrote',
    'test_socratic.jsonl or train_socratic.jsonl',
  )
    .option('--solutions <file>', 'what four models answered: example_model_solutions.jsonl')
    .action((file: string, flags: ImportFlags) => gsm8k(file, flags));
  corpus(
    'strategyqa',
    'Yes-or-no questions with the steps that people took them apart into',
    'dev.json or train.json',
  )
    .option('--predictions <file>', 'the steps that a model predicted: bart_decomp_dev_predictions.jsonl')
    .option('--facts', 'ask each question with its author’s facts as a document')
    .action((file: string, flags: ImportFlags) => strategyqa(file, flags));
}

function gsm8k(file: string, { solutions, split, ...flags }: ImportFlags): void {
  const questions = named(file);
  const answered = solutions === undefined ? undefined : named(solutions);
  const tasks = importGsm8k({ questions, ...(answered && { solutions: answered }) }, split);
  write(tasks, sealGsm8k(tasks.map(questionOf), questions, answered), flags);
}

function strategyqa(file: string, { predictions, split, facts, ...flags }: ImportFlags): void {
  const questions = named(file);
  const files = {
    questions,
    ...(predictions !== undefined && { predictions: named(predictions) }),
    ...(facts && { withFacts: true }),
  };
  const tasks = importStrategyqa(files, split);
  write(tasks, sealStrategyqa(tasks.map(questionOf), questions), flags);
}

function named(path: string): { readonly text: string; readonly file: string } {
  const text = attempt({ verb: 'read', path }, () => readFileSync(path, 'utf8'));
  return { text, file: basename(path) };
}

/** The sealed file first: a folder with tasks is whole. Nothing is overwritten. */
function write(
  tasks: readonly TextTask[],
  sealed: string,
  { to, json }: Pick<ImportFlags, 'to' | 'json'>,
): void {
  const folder = new Folder(to);
  for (const name of [TASKS_FILE, SEALED_FILE])
    if (folder.exists(name))
      throw new CapstanError(
        'exists',
        `${join(to, name)}: expected no such file, it is there; choose another --to`,
      );
  const text = writeTasks(tasks);
  // What cannot be read again is not written: two questions alike, for one.
  readTasks(text, TASKS_FILE);
  folder.writeAtomic(SEALED_FILE, sealed);
  folder.writeAtomic(TASKS_FILE, text);
  const steps = tasks.flatMap(({ decompositions = [] }) => decompositions).map(({ steps }) => steps.length);
  const summary = {
    questions: tasks.length,
    decompositions: steps.length,
    steps: steps.reduce((sum, n) => sum + n, 0),
    answers: tasks.reduce((sum, { answers = [] }) => sum + answers.length, 0),
    tasks: join(to, TASKS_FILE),
    sealed: join(to, SEALED_FILE),
  };
  if (json) console.log(JSON.stringify(summary));
  else
    console.log(
      `${summary.questions} questions, ${summary.steps} steps in ${summary.decompositions} decompositions, ${summary.answers} recorded answers: ${summary.tasks}\nThe right answers, for evaluation alone: ${summary.sealed}`,
    );
}
