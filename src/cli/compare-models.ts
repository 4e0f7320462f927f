/** capstan models card and diff: what a checkpoint is, and how two of them differ, on paper and in what they answer. */

import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { CapstanError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { Runtime } from '../onnx/runtime.ts';
import { type Found, find } from '../project/checkpoint.ts';
import { ancestryIn, cardOf } from '../project/models.ts';
import type { Lineage } from '../registry/checkpoint.ts';
import { changesIn, movesOf } from '../registry/difference.ts';
import { loadCheckpoint } from '../registry/promotion.ts';
import { showVersion, versionOf } from '../registry/version.ts';
import { type Apart, apart } from '../run/apart.ts';
import { inspected } from '../run/serve.ts';
import { taskEntry } from '../tasks/tasks.ts';
import { integer } from './arguments.ts';

const QUESTIONS_MAX = 100_000;

interface DiffFlags {
  readonly questions: number;
  readonly json?: boolean;
}

export function addComparing(models: Command): void {
  models
    .command('card')
    .description('Write the model card of a checkpoint, in Markdown, from its lineage')
    .argument('<checkpoint>', 'the beginning of its hash')
    .option('--out <file>', 'where to, instead of the terminal')
    .action((beginning: string, { out }: { readonly out?: string }) => {
      const text = cardOf(find(beginning));
      if (out === undefined) process.stdout.write(text);
      else writeFileSync(out, text);
    });
  models
    .command('diff')
    .description('Show how two checkpoints differ: lineage, weights, and what they answer')
    .argument('<before>', 'the beginning of a hash')
    .argument('<after>', 'the beginning of another')
    .option('--questions <n>', 'asked of both at each level', integer('questions', 0, QUESTIONS_MAX), 500)
    .option('--json', 'print one JSON object')
    .action((before: string, after: string, flags: DiffFlags) => diff(find(before), find(after), flags));
}

async function diff(one: Found, two: Found, { questions, json }: DiffFlags): Promise<void> {
  const [before, after] = [loadCheckpoint(one.folder, one.hash), loadCheckpoint(two.folder, two.hash)];
  const changes = changesIn(before.lineage, after.lineage);
  const moves = movesOf(before, after);
  const answers = questions > 0 ? await answersApart(one, two, questions) : [];
  if (json)
    return console.log(JSON.stringify({ before: one.hash, after: two.hash, changes, moves, answers }));
  const version = ({ folder, hash }: Found) => showVersion(versionOf(ancestryIn(folder, hash)));
  const said = (value: unknown) => (value === undefined ? 'nothing' : String(value));
  console.log(
    [
      `before     ${one.hash.slice(0, SHOWN)}  ${version(one)}  ${one.run}`,
      `after      ${two.hash.slice(0, SHOWN)}  ${version(two)}  ${two.run}`,
      ...changes.map(({ name, before, after }) => `lineage    ${name}: ${said(before)} → ${said(after)}`),
      ...moves.map(
        ({ name, distance }) =>
          `weights    ${name}: ${distance === undefined ? 'in one only' : `moved ${(100 * distance).toFixed(1)} %`}`,
      ),
      ...answers.flatMap(lines),
    ].join('\n'),
  );
}

async function answersApart(one: Found, two: Found, questions: number): Promise<readonly Apart[]> {
  const [before, after] = [loadCheckpoint(one.folder, one.hash), loadCheckpoint(two.folder, two.hash)];
  const of = ({ task, parameters }: Lineage) => JSON.stringify([task, parameters]);
  if (of(before.lineage) !== of(after.lineage))
    throw new CapstanError(
      'usage',
      `models diff: expected two checkpoints of one task, got ${of(before.lineage)} and ${of(after.lineage)}; «--questions 0» compares them on paper`,
    );
  const task = taskEntry(after.lineage.task).open(after.lineage.parameters);
  const runtime = await Runtime.open({ threads: 1, backend: 'auto' });
  try {
    const both = [await inspected(task, before, runtime), await inspected(task, after, runtime)] as const;
    const levels = Math.max(before.lineage.level, after.lineage.level);
    return await apart(task, both, levels, questions, Random.seeded(0).split('diff'));
  } finally {
    await runtime.close();
  }
}

function lines({ level, same, examples }: Apart): readonly string[] {
  const share = (value: number) => `${(100 * value).toFixed(1)} %`;
  return [
    `answers    level ${level}: the same to ${share(same.value)} of ${same.n} questions (${share(same.low)} to ${share(same.high)})`,
    ...examples.map(({ question, before, after }) => `           ${question}: ${before} → ${after}`),
  ];
}

/** Digits of a hash that tell one from another, and that can be typed. */
const SHOWN = 12;
