/** capstan run RECIPE: answers a question in words by a recipe, with whoever is to decide and to answer. The tree rests where
 *  people are needed, and goes on by --resume, or at once with --wait. */

import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { CapstanError } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import { answerText } from '../core/answer.ts';
import { type Scope, scope } from '../core/budget.ts';
import type { Draft } from '../record/ledger.ts';
import { freshPath } from '../run/folder.ts';
import { readSealed, writeSealed } from '../run/sealed.ts';
import { Folder } from '../storage/folder.ts';
import { lockFolder } from '../storage/lock.ts';
import type { TextQuestion } from '../text/question.ts';
import type { TranscriptNode } from '../transcript/node.ts';
import { type Outcome, type Plan, Trees } from '../trees/trees.ts';
import { integer } from './arguments.ts';
import { expectWork, haltAsked } from './control.ts';
import { HOME, MEMORY } from './home.ts';
import { catchUp } from './inbox.ts';
import { loadRecipe } from './recipe.ts';
import { person, recorder } from './recorder.ts';
import { assistantSeat, overseerSeat, versionOf } from './seats.ts';
import { stopOnSignals } from './signals.ts';
import { commandLine, inkFor } from './terminal.ts';

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

/** What a run of a recipe is, written first and never changed. */
interface TreeFile {
  readonly recipe: string;
  readonly source: string;
  readonly root: TextQuestion;
  readonly overseer: string;
  readonly assistant: string;
  readonly escalate?: string;
  readonly limits: { readonly depth: number; readonly questions?: number };
  /** ISO 8601 */
  readonly started: string;
  readonly command: string;
  readonly version: string;
}

const FORMAT = 'capstan-tree-run-1';
export const TREE_FILE = 'tree.json';
const TRANSCRIPT = 'transcript.jsonl';
const DEPTH = 100;
const POLL_MS = 250;

/** The name under which «capstan run RECIPE» is carried out. */
export const GROW = 'run-recipe';

/** Whether the arguments of «run» are about a recipe. */
export function isRecipe(args: readonly string[]): boolean {
  if (args.some((one) => /\.[cm]?[jt]s$/.test(one) && !one.startsWith('-'))) return true;
  const resume = args[args.indexOf('--resume') + 1];
  return args.includes('--resume') && resume !== undefined && isTree(resume);
}

const isTree = (given: string): boolean =>
  new Folder(given).exists(TREE_FILE) || new Folder(`${HOME}/${basename(given)}`).exists(TREE_FILE);

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
  const folder = new Folder(path);
  const lock = lockFolder(path);
  try {
    const file = readSealed<TreeFile>(folder, TREE_FILE, FORMAT);
    const plan = await planOf(file);
    const trees = Trees.open(MEMORY, { concurrency: flags.concurrency, now });
    try {
      catchUp(trees);
      const stop = stopOnSignals(() => process.stderr.write('stopping; a second Ctrl-C stops at once\n'));
      const began = record(
        { kind: flags.resume === undefined ? 'run-started' : 'run-resumed' },
        folder,
        file,
      );
      const outcome = await answered(trees, file, plan, folder, flags, stop.signal).finally(stop.release);
      const nodes = await trees.transcript(file.root, plan, folder.name, scopeOf(file));
      folder.writeAtomic(TRANSCRIPT, nodes.map((node) => `${JSON.stringify(node)}\n`).join(''));
      record({ kind: 'run-ended', ends: began, words: { state: outcome.kind } }, folder, file);
      show(outcome, nodes, path, trees, flags);
    } catch (error) {
      if (!(error instanceof CapstanError && error.code === 'interrupted')) throw error;
      throw new CapstanError(
        'interrupted',
        `${error.message}; go on with: ${commandLine('run', '--resume', path)}`,
      );
    } finally {
      trees.close();
    }
  } finally {
    lock.release();
  }
}

/** Goes as far as it can; with --wait, until people have done their part. */
async function answered(
  trees: Trees,
  file: TreeFile,
  plan: Plan,
  folder: Folder,
  { wait, quiet }: GrowFlags,
  signal: AbortSignal,
): Promise<Outcome> {
  const halt = new AbortController();
  const watch = setInterval(() => {
    const why = haltAsked();
    if (why !== undefined) halt.abort(new CapstanError('interrupted', why));
  }, POLL_MS);
  try {
    const both = AbortSignal.any([signal, halt.signal]);
    for (;;) {
      const outcome = await trees.answer(file.root, plan, folder.name, scopeOf(file, both));
      if (outcome.kind === 'answered' || !wait) return outcome;
      if (!quiet)
        process.stderr.write(`waiting for ${outcome.items.length} in the inbox: ${commandLine('inbox')}\n`);
      await changed(trees, both);
    }
  } finally {
    clearInterval(watch);
  }
}

/** Until another process has written. */
async function changed(trees: Trees, signal: AbortSignal): Promise<void> {
  const before = trees.version;
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
  const file: TreeFile = {
    ...{ recipe, source: loaded.source, root, overseer, assistant },
    ...(flags.escalate !== undefined && { escalate: flags.escalate }),
    limits: { depth, ...(flags.maxQuestions !== undefined && { questions: flags.maxQuestions }) },
    started: now(),
    command: ['capstan', ...process.argv.slice(2)].join(' '),
    version: VERSION,
  };
  await planOf(file); // before anything is written
  const path = flags.run ?? freshPath(HOME, loaded.recipe.name);
  const folder = new Folder(path);
  if (folder.list().length > 0)
    throw new CapstanError(
      'exists',
      `run folder ${path}: expected a new or empty folder; --resume goes on with a run`,
    );
  writeSealed(folder, TREE_FILE, FORMAT, file);
  return path;
}

function found(given: string): string {
  const path = new Folder(given).exists(TREE_FILE) ? given : `${HOME}/${basename(given)}`;
  if (new Folder(path).exists(TREE_FILE)) return path;
  throw new CapstanError(
    'not-found',
    `--resume ${given}: expected the run of a recipe, found no ${TREE_FILE}`,
  );
}

const now = (): string => new Date().toISOString();

/** Everything that shapes an answer is in its policy. */
async function planOf(file: TreeFile): Promise<Plan> {
  const loaded = await loadRecipe(file.recipe);
  if (loaded.source !== file.source)
    throw new CapstanError(
      'refused',
      `${file.recipe}: expected the recipe that the run began with, it was changed; start a new run: what was answered is remembered`,
    );
  const { recipe, source } = loaded;
  const { overseer, assistant, escalate } = file;
  const x = assistantSeat(assistant, loaded);
  return {
    policy: versionOf('tree', source, recipe.policy, overseer, assistant, escalate ?? ''),
    overseer: overseerSeat(overseer, loaded),
    ...(x && { assistant: x }),
    ...(escalate !== undefined && { above: overseerSeat(escalate, loaded) }),
    ...(recipe.isSimple && { isSimple: (question: TextQuestion) => recipe.isSimple!(question) }),
  };
}

function scopeOf({ limits }: TreeFile, signal?: AbortSignal): Scope {
  return scope(limits, signal);
}

function textOf(file: string): string {
  const folder = new Folder(file.includes('/') ? file.slice(0, file.lastIndexOf('/')) || '/' : '.');
  return folder.readText(basename(file));
}

/** What the run puts on the ledger. */
function record(draft: Pick<Draft, 'kind' | 'ends' | 'words'>, folder: Folder, file: TreeFile): number {
  const files = [TREE_FILE, TRANSCRIPT].filter((name) => folder.exists(name));
  const subjects = files.map((name) => ({
    name,
    sha256: createHash('sha256').update(folder.read(name)).digest('hex'),
  }));
  const { overseer, assistant } = file;
  return recorder()(() => [
    {
      actor: { id: 'program:capstan', kind: 'program', version: VERSION },
      ...(draft.kind !== 'run-ended' && { authority: person().id, words: { overseer, assistant } }),
      run: folder.name,
      subjects,
      ...draft,
    },
  ]);
}

function show(
  outcome: Outcome,
  nodes: readonly TranscriptNode[],
  path: string,
  trees: Trees,
  { json }: GrowFlags,
): void {
  const waiting = outcome.kind === 'waiting' ? outcome.items : [];
  const answer = outcome.kind === 'answered' ? outcome.answer : undefined;
  if (json) {
    console.log(JSON.stringify({ run: path, ...(answer && { answer }), waiting, nodes: nodes.length }));
    return;
  }
  const ink = inkFor(process.stdout);
  for (const line of treeLines(nodes)) console.log(line);
  if (answer) console.log(`\n${ink.bold(answerText(answer))}`);
  else {
    const mine = trees.inbox.waiting;
    console.log(`\nwaiting for ${waiting.length} (${mine} in the inbox): ${commandLine('inbox')}`);
    console.log(`then: ${commandLine('run', '--resume', path)}`);
  }
}

const LINE = 100;

function* treeLines(nodes: readonly TranscriptNode[]): Generator<string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const shown = new Set<string>();
  function* below(id: string, indent: string): Generator<string> {
    const node = byId.get(id)!;
    const documents = node.question.documents?.map(({ name }) => name).join(', ');
    const by = node.corrected?.by ?? node.steps.at(-1)?.by;
    const again = shown.has(id) ? ' (as above)' : '';
    const said = node.answer ? answerText(node.answer) : 'waits';
    yield `${indent}${short(node.question.text)}${documents ? ` [${documents}]` : ''}${again}`;
    if (again) return;
    shown.add(id);
    for (const child of node.children) yield* below(child, `${indent}  `);
    yield `${indent}→ ${short(said)}${by ? `   ${by.id}` : ''}`;
  }
  if (nodes[0]) yield* below(nodes[0].id, '');
}

const short = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > LINE ? `${line.slice(0, LINE)}…` : line;
};
