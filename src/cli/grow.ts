/** capstan run RECIPE: answers a question in words by a recipe, with whoever is to decide and to answer. The tree rests where
 *  people are needed, and goes on by --resume, or at once with --wait. */

import { basename } from 'node:path';
import type { Command } from 'commander';
import { CapstanError } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import { answerText } from '../core/answer.ts';
import { freshPath } from '../run/folder.ts';
import { Folder } from '../storage/folder.ts';
import type { TranscriptNode } from '../transcript/node.ts';
import type { Outcome, Trees } from '../trees/trees.ts';
import { integer } from './arguments.ts';
import { expectWork, haltAsked } from './control.ts';
import { beginGrove, Grove, groveNamed } from './grove.ts';
import { HOME } from './home.ts';
import { loadRecipe } from './recipe.ts';
import { stopOnSignals } from './signals.ts';
import { commandLine, type Ink, inkFor } from './terminal.ts';
import { brief, oneLine } from './text.ts';

interface GrowFlags {
  readonly question?: string;
  readonly document: readonly string[];
  readonly overseer?: string;
  readonly assistant?: string;
  readonly escalate?: string;
  readonly depth?: number;
  readonly concurrency: number;
  readonly maxQuestions?: number;
  readonly run?: string;
  readonly resume?: string;
  readonly wait?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const DEPTH = 100;
const POLL_MS = 250;

/** The name under which «capstan run RECIPE» is carried out. */
export const GROW = 'run-recipe';

/** Whether the arguments of «run» are about a recipe. */
export function isRecipe(args: readonly string[]): boolean {
  if (args.some((one) => /\.[cm]?[jt]s$/.test(one) && !one.startsWith('-'))) return true;
  const resume = args[args.indexOf('--resume') + 1];
  return args.includes('--resume') && resume !== undefined && groveNamed(resume) !== undefined;
}

export function addGrow(program: Command): void {
  program
    .command(GROW, { hidden: true })
    .description('Answer a question in words by a recipe')
    .argument('[recipe]', 'its file, in TypeScript or JavaScript')
    .option('--question <text>', 'the question, where the recipe does not have its own')
    .option(
      '--document <file>',
      'a text that may be read; several may be given',
      (file, files: readonly string[]) => [...files, file],
      [],
    )
    .option(
      '--overseer <who>',
      'H: script, person, approve:MODEL or a model (default: script if there is one)',
    )
    .option('--assistant <who>', 'X: program, person, nobody, approve:MODEL or a model')
    .option('--escalate <who>', 'who decides what H hands upwards: person or a model')
    .option('--depth <n>', 'levels of questions below the root', integer('depth', 0, 1000))
    .option('--max-questions <n>', 'sub-questions at most', integer('max-questions', 0))
    .option('--concurrency <n>', 'calls of models at a time', integer('concurrency', 1, 1024), 32)
    .option('--run <folder>', 'the new folder of this run')
    .option('--resume <run>', 'go on with a run')
    .option('--wait', 'wait for people instead of ending')
    .option('--json', 'print one JSON object')
    .option('--quiet', 'no progress')
    .action(grow);
}

async function grow(recipe: string | undefined, flags: GrowFlags): Promise<void> {
  expectWork();
  const path = flags.resume === undefined ? await begun(recipe, flags) : found(flags.resume);
  const kind = flags.resume === undefined ? 'run-started' : 'run-resumed';
  await Grove.with(path, flags.concurrency, async (grove) => {
    const stop = stopOnSignals(() => process.stderr.write('stopping; a second Ctrl-C stops at once\n'));
    const began = grove.record({ kind });
    let state = 'failed';
    try {
      const outcome = await answered(grove, flags, stop.signal);
      const nodes = await grove.transcript();
      grove.keep(nodes);
      state = outcome.kind;
      show(outcome, nodes, grove, flags);
    } catch (error) {
      if (!(error instanceof CapstanError && error.code === 'interrupted')) throw error;
      state = 'interrupted';
      const goOn = commandLine('run', '--resume', path);
      throw new CapstanError('interrupted', `${error.message}; go on with: ${goOn}`);
    } finally {
      stop.release();
      grove.record({ kind: 'run-ended', ends: began, words: { state } });
    }
  });
}

/** Goes as far as it can; with --wait, until people have done their part. */
async function answered(grove: Grove, { wait, quiet }: GrowFlags, signal: AbortSignal): Promise<Outcome> {
  const halt = new AbortController();
  const watch = setInterval(() => {
    const why = haltAsked();
    if (why !== undefined) halt.abort(new CapstanError('interrupted', why));
  }, POLL_MS);
  try {
    const both = AbortSignal.any([signal, halt.signal]);
    for (;;) {
      const before = grove.trees.version;
      const outcome = await grove.answer(both);
      if (outcome.kind === 'answered' || !wait) return outcome;
      if (!quiet)
        process.stderr.write(`waiting for ${outcome.items.length} in the inbox: ${commandLine('inbox')}\n`);
      await changed(grove.trees, before, both);
    }
  } finally {
    clearInterval(watch);
  }
}

/** Until another process has written. */
async function changed(trees: Trees, before: number, signal: AbortSignal): Promise<void> {
  while (trees.version === before) {
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function begun(recipe: string | undefined, flags: GrowFlags): Promise<string> {
  if (recipe === undefined)
    throw new CapstanError('usage', 'run: expected the file of a recipe, or --resume');
  const loaded = await loadRecipe(recipe);
  const documents = flags.document.map((file) => ({ name: basename(file), text: textOf(file) }));
  const root = loaded.recipe.question({
    documents,
    ...(flags.question !== undefined && { text: flags.question }),
  });
  const overseer = flags.overseer ?? (loaded.recipe.script ? 'script' : 'person');
  const assistant = flags.assistant ?? (loaded.recipe.answer ? 'program' : 'nobody');
  const depth = flags.depth ?? loaded.recipe.depth ?? DEPTH;
  const path = flags.run ?? freshPath(HOME, loaded.recipe.name);
  await beginGrove(path, {
    ...{ recipe, source: loaded.source, root, overseer, assistant },
    ...(flags.escalate !== undefined && { escalate: flags.escalate }),
    limits: { depth, ...(flags.maxQuestions !== undefined && { questions: flags.maxQuestions }) },
    started: new Date().toISOString(),
    command: ['capstan', ...process.argv.slice(2)].join(' '),
    version: VERSION,
  });
  return path;
}

function found(given: string): string {
  const path = groveNamed(given);
  if (path !== undefined) return path;
  throw new CapstanError('not-found', `--resume ${given}: expected the run of a recipe, found none`);
}

function textOf(file: string): string {
  const folder = new Folder(file.includes('/') ? file.slice(0, file.lastIndexOf('/')) || '/' : '.');
  return folder.readText(basename(file));
}

function show(
  outcome: Outcome,
  nodes: readonly TranscriptNode[],
  { path, trees }: Grove,
  { json }: GrowFlags,
): void {
  const waiting = outcome.kind === 'waiting' ? outcome.items : [];
  const answer = outcome.kind === 'answered' ? outcome.answer : undefined;
  if (json) {
    console.log(JSON.stringify({ run: path, ...(answer && { answer }), waiting, nodes: nodes.length }));
    return;
  }
  const ink = inkFor(process.stdout);
  for (const line of treeLines(nodes, ink)) console.log(line);
  if (answer) console.log(`\n${ink.bold(answerText(answer))}`);
  else {
    const mine = trees.inbox.waiting;
    console.log(`\nwaiting for ${waiting.length} (${mine} in the inbox): ${commandLine('inbox')}`);
    console.log(`then: ${commandLine('run', '--resume', path)}`);
  }
}

function* treeLines(nodes: readonly TranscriptNode[], ink: Ink): Generator<string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const shown = new Set<string>();
  function* below(id: string, indent: string): Generator<string> {
    const node = byId.get(id)!;
    const documents = node.question.documents?.map(({ name }) => name).join(', ');
    const by = node.corrected?.by ?? node.steps.at(-1)?.by;
    const again = shown.has(id) ? ' (as above)' : '';
    const said = node.answer ? answerText(node.answer) : 'waits';
    yield `${indent}${ink.dim(brief(node.id))} ${oneLine(node.question.text)}${documents ? ` [${documents}]` : ''}${again}`;
    if (again) return;
    shown.add(id);
    for (const child of node.children) yield* below(child, `${indent}  `);
    yield `${indent}→ ${oneLine(said)}${by ? `   ${ink.dim(by.id)}` : ''}`;
  }
  if (nodes[0]) yield* below(nodes[0].id, '');
}
