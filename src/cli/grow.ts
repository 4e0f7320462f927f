/** capstan run RECIPE: answers a question in words by a recipe, or all those of a text task, with whoever is to decide and to
 *  answer. A tree rests where people are needed, and goes on by --resume, or at once with --wait. */

import { setMaxListeners } from 'node:events';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { CapstanError } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import { answerText } from '../core/answer.ts';
import type { GatewayOptions } from '../gateway/gateway.ts';
import type { Price } from '../gateway/prices.ts';
import { checksFrom, several } from '../project/checks.ts';
import { commandLine } from '../project/command-line.ts';
import { linesNamed, textNamed } from '../project/files.ts';
import { beginGrove, CONCURRENCY, Grove, groveNamed, sha256Of, type TreeFile } from '../project/grove.ts';
import { HOME } from '../project/home.ts';
import { loadRecipe } from '../project/recipe.ts';
import { recordingNamed } from '../project/recording.ts';
import { rootsOf } from '../project/roots.ts';
import type { Loaded } from '../project/seats.ts';
import { expectWork, haltAsked } from '../project/work.ts';
import { freshPath } from '../run/folder.ts';
import type { TranscriptNode } from '../transcript/node.ts';
import type { Outcome, Trees } from '../trees/trees.ts';
import { integer, optionOf } from './arguments.ts';
import { foretell } from './foretell.ts';
import { type OverseeingFlags, turnsOf, withOverseeing } from './overseeing.ts';
import { stopOnSignals } from './signals.ts';
import { countsText, spentText, Tally } from './tally.ts';
import { type Ink, inkFor } from './terminal.ts';
import { brief, oneLine } from './text.ts';

interface GrowFlags extends OverseeingFlags {
  readonly question?: string;
  readonly questions?: string;
  readonly document: readonly string[];
  readonly overseer?: string;
  readonly assistant?: string;
  readonly escalate?: string;
  readonly verify?: readonly string[];
  readonly onReject?: readonly string[];
  readonly depth?: number;
  readonly maxQuestions?: number;
  readonly maxCalls?: number;
  readonly maxTokens?: number;
  readonly maxCost?: number;
  readonly maxMinutes?: number;
  readonly price?: Price;
  readonly concurrency: number;
  readonly perMinute?: number;
  readonly timeout?: number;
  readonly dryRun?: boolean;
  readonly run?: string;
  readonly resume?: string;
  readonly wait?: boolean;
  readonly spans?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const DEPTH = 100;
const POLL_MS = 250;
/** Between two lines of progress. */
const SHOW_MS = 5000;

/** The name under which «capstan run RECIPE» is carried out. */
export const GROW = 'run-recipe';

/** Whether the arguments of «run» are about a recipe. */
export function isRecipe(args: readonly string[]): boolean {
  if (args.some((one) => /\.[cm]?[jt]s$/.test(one) && !one.startsWith('-'))) return true;
  const resume = args[args.indexOf('--resume') + 1];
  return args.includes('--resume') && resume !== undefined && groveNamed(resume) !== undefined;
}

export function addGrow(program: Command): void {
  withOverseeing(program.command(GROW, { hidden: true }))
    .description('Answer a question in words by a recipe')
    .argument('[recipe]', 'its file, in TypeScript or JavaScript')
    .option('--question <text>', 'the question, where the recipe does not have its own')
    .option('--questions <file>', 'a text task, of which every question is asked, each as a tree of its own')
    .option(
      '--document <file>',
      'a text that may be read; several may be given',
      (file, files: readonly string[]) => [...files, file],
      [],
    )
    .option(
      '--overseer <who>',
      'H: script, person, recorded:FILE, approve:MODEL or a model (default: script if there is one)',
    )
    .option('--assistant <who>', 'X: program, person, nobody, recorded:FILE, approve:MODEL or a model')
    .option('--escalate <who>', 'who decides what H hands upwards: person, recorded:FILE or a model')
    .option(
      '--verify <who>',
      'who judges each answer: critic:MODEL, overseer or vote:N; several may be given',
      several,
    )
    .option(
      '--on-reject <what>',
      'what is done about an answer that is rejected: retry, show, decompose, escalate, unknown; several, in order (default: show, then escalate if there is somebody)',
      several,
    )
    .option('--depth <n>', 'levels of questions below the root', integer('depth', 0, 1000))
    .option('--max-questions <n>', 'sub-questions of one question at most', integer('max-questions', 0))
    .option('--max-calls <n>', 'calls of models at most, in all sessions', integer('max-calls', 0))
    .option('--max-tokens <n>', 'tokens read and written at most', integer('max-tokens', 0))
    .option('--max-cost <dollars>', 'money at most, as in 2.50', dollars('max-cost'))
    .option('--max-minutes <n>', 'minutes of people at most', integer('max-minutes', 0))
    .option('--price <in:out>', 'dollars for a million tokens read and written, as in 0.25:2', price)
    .option('--concurrency <n>', 'calls of models at a time', integer('concurrency', 1, 1024), CONCURRENCY)
    .option('--per-minute <n>', 'calls of models in a minute', integer('per-minute', 1))
    .option('--timeout <seconds>', 'for one call', integer('timeout', 1))
    .option('--dry-run', 'say what it will cost, and ask nobody')
    .option('--run <folder>', 'the new folder of this run')
    .option('--resume <run>', 'go on with a run')
    .option('--spans', 'tell the tree as OpenTelemetry spans too, by the SDK that Node was started with')
    .option('--wait', 'wait for people instead of ending')
    .option('--json', 'print one JSON object')
    .option('--quiet', 'no progress')
    .action(grow);
}

async function grow(recipe: string | undefined, flags: GrowFlags, command: Command): Promise<void> {
  if (flags.resume !== undefined) expectNothingNew(recipe, flags, command);
  if (flags.dryRun) {
    const { file, loaded } = await asked(recipe, flags);
    const roots = rootsOf(file, loaded.recipe, linesNamed);
    return foretell({ file, loaded, roots: roots.map(({ question }) => question) }, flags);
  }
  expectWork();
  setMaxListeners(0); // a wish to stop reaches as many as work at the same time, and Node would warn of eleven
  const path = flags.resume === undefined ? await begun(recipe, flags) : found(flags.resume);
  const kind = flags.resume === undefined ? 'run-started' : 'run-resumed';
  const manner = { isPatient: flags.wait === true, isQuiet: flags.quiet === true };
  await Grove.with(path, { ...gatewayOf(flags), ...manner }, async (grove) => {
    const stop = stopOnSignals(() => process.stderr.write('stopping; a second Ctrl-C stops at once\n'));
    const began = grove.record({ kind });
    let state = 'failed';
    try {
      let nodes: readonly TranscriptNode[] = [];
      const sizes: number[] = [];
      const tally = await answered(grove, flags, stop.signal, async (place, { kind }) => {
        nodes = await grove.transcript(place);
        sizes[place] = nodes.length;
        grove.keep(nodes, place);
        const isLast = kind === 'answered' || !flags.wait; // a tree that goes on is told when it has ended
        if (flags.spans && isLast) await grove.tellSpans(nodes);
      });
      state = tally.items.length > 0 ? 'waiting' : 'answered';
      if (grove.isMany) {
        grove.keepAnswers(tally.outcomes);
        showMany(tally, sizes, grove, flags);
      } else show(tally.outcomes[0]!, nodes, grove, flags);
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

/** What a run is was said when it began; only how it goes on may be said again. */
const HOW = ['resume', 'concurrency', 'perMinute', 'timeout', 'spans', 'wait', 'json', 'quiet'];

function expectNothingNew(recipe: string | undefined, flags: GrowFlags, command: Command): void {
  const given = Object.keys(flags).filter(
    (name) => !HOW.includes(name) && command.getOptionValueSource(name) === 'cli',
  );
  const said = [...(recipe === undefined ? [] : [recipe]), ...given.map(optionOf)];
  if (said.length > 0)
    throw new CapstanError(
      'usage',
      `--resume: expected nothing that changes the run, got ${said.join(', ')}`,
    );
}

/** Goes as far as it can; with --wait, until people have done their part. `keep` is called of each question that has gone
 *  as far as it can, be it anew. */
async function answered(
  grove: Grove,
  { wait, quiet }: GrowFlags,
  signal: AbortSignal,
  keep: (place: number, outcome: Outcome) => Promise<void>,
): Promise<Tally> {
  const halt = new AbortController();
  const tally = new Tally(grove.roots.length);
  let [told, said] = ['', ''];
  const progress = setInterval(() => {
    const parts = [grove.isMany ? tally.progress(performance.now() / MS) : '', spentText(grove.spent)];
    const now = parts.filter((part) => part !== '').join('; ');
    if (!quiet && now !== told) process.stderr.write(`so far ${now}\n`);
    told = now;
  }, SHOW_MS);
  const watch = setInterval(() => {
    const why = haltAsked();
    if (why !== undefined) halt.abort(new CapstanError('interrupted', why));
  }, POLL_MS);
  try {
    const both = AbortSignal.any([signal, halt.signal]);
    const { trees } = grove;
    let places: readonly number[] | undefined;
    for (;;) {
      const [before, { corrections }] = [trees.version, trees.memory];
      const note = async (place: number, outcome: Outcome) => {
        tally.note(place, outcome);
        await keep(place, outcome);
      };
      await grove.answer(note, both, places);
      const { length } = tally.items;
      if (length === 0 || !wait) return tally;
      const resting = grove.turn.rest(changed(trees, before, both), both);
      const waits = `waiting for ${length} in the inbox: ${commandLine('inbox')}\n`;
      if (!quiet && waits !== said) process.stderr.write(waits); // others may go on from here
      said = waits;
      await resting;
      trees.memory.refresh();
      // What was corrected may be below any of them.
      places = trees.memory.corrections === corrections ? tally.waiting : undefined;
    }
  } finally {
    clearInterval(watch);
    clearInterval(progress);
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
  const { file, loaded } = await asked(recipe, flags);
  const path = flags.run ?? freshPath(HOME, loaded.recipe.name);
  await beginGrove(path, file, gatewayOf(flags));
  return path;
}

/** What the command line asks for. */
async function asked(
  recipe: string | undefined,
  flags: GrowFlags,
): Promise<{ readonly file: TreeFile; readonly loaded: Loaded }> {
  if (recipe === undefined)
    throw new CapstanError('usage', 'run: expected the file of a recipe, or --resume');
  const loaded = await loadRecipe(recipe);
  if (flags.questions !== undefined && (flags.question !== undefined || flags.document.length > 0))
    throw new CapstanError(
      'usage',
      `--questions ${flags.questions}: expected neither --question nor --document with it; a text task has both`,
    );
  const documents = flags.document.map((file) => ({
    name: basename(file),
    text: textNamed(file, `--document ${file}`, 'a text to read'),
  }));
  const { maxQuestions: questions, maxCalls: calls, maxTokens: tokens, maxCost: micros, maxMinutes } = flags;
  const seconds = maxMinutes === undefined ? undefined : maxMinutes * SECONDS;
  const caps = Object.entries({ questions, calls, tokens, micros, seconds });
  const overseer = flags.overseer ?? (loaded.recipe.script ? 'script' : 'person');
  const turns = turnsOf(flags, overseer);
  const file: TreeFile = {
    ...{ recipe, source: loaded.source },
    ...(flags.questions === undefined
      ? {
          root: loaded.recipe.question({
            documents,
            ...(flags.question !== undefined && { text: flags.question }),
          }),
        }
      : { questions: flags.questions }),
    overseer,
    assistant: flags.assistant ?? (loaded.recipe.answer ? 'program' : 'nobody'),
    ...(flags.escalate !== undefined && { escalate: flags.escalate }),
    ...checksFrom(flags),
    ...filesRead(flags),
    limits: {
      depth: flags.depth ?? loaded.recipe.depth ?? DEPTH,
      ...Object.fromEntries(caps.filter(([, cap]) => cap !== undefined)),
    },
    ...(flags.price && { price: flags.price }),
    ...(turns && { turns }),
    started: new Date().toISOString(),
    command: ['capstan', ...process.argv.slice(2)].join(' '),
    version: VERSION,
  };
  return { file, loaded };
}

/** Those that it goes by, as they are now. */
function filesRead(flags: GrowFlags): Pick<TreeFile, 'files'> {
  const files = (['questions', 'overseer', 'assistant', 'escalate'] as const).flatMap((option) => {
    const name = flags[option] ?? '';
    const file = option === 'questions' ? flags[option] : recordingNamed(name)?.file;
    return file === undefined
      ? []
      : [[file, sha256Of(linesNamed(file, `--${option} ${name}`, 'a file to read'))]];
  });
  return files.length > 0 ? { files: Object.fromEntries(files) } : {};
}

function gatewayOf({ concurrency, perMinute, timeout }: GrowFlags): GatewayOptions {
  return {
    concurrency,
    ...(perMinute !== undefined && { requestsPerMinute: perMinute }),
    ...(timeout !== undefined && { timeoutMs: timeout * MS }),
  };
}

const [SECONDS, MS, MILLION] = [60, 1000, 1e6];

/** In millionths of a dollar. */
function dollars(name: string): (text: string) => number {
  return (text) => {
    if (/^\d{1,9}(\.\d{1,6})?$/.test(text)) return Math.round(Number(text) * MILLION);
    throw new CapstanError('usage', `--${name}: expected dollars, as in 2.50, got «${text}»`);
  };
}

function price(text: string): Price {
  const [input, output, ...rest] = text
    .split(':')
    .map((part) => (/^\d+(\.\d+)?$/.test(part) ? Number(part) : NaN));
  if (rest.length === 0 && input !== undefined && output !== undefined && !Number.isNaN(input + output))
    return { input, output };
  throw new CapstanError(
    'usage',
    `--price: expected dollars for a million tokens, as in 0.25:2, got «${text}»`,
  );
}

function found(given: string): string {
  const path = groveNamed(given);
  if (path !== undefined) return path;
  throw new CapstanError('not-found', `--resume ${given}: expected the run of a recipe, found none`);
}

function show(
  outcome: Outcome,
  nodes: readonly TranscriptNode[],
  grove: Grove,
  { json, quiet }: GrowFlags,
): void {
  const { path, trees } = grove;
  const waiting = outcome.kind === 'waiting' ? outcome.items : [];
  const answer = outcome.kind === 'answered' ? outcome.answer : undefined;
  if (json) {
    const { spent } = grove;
    console.log(
      JSON.stringify({ run: path, ...(answer && { answer }), waiting, nodes: nodes.length, spent }),
    );
    return;
  }
  const ink = inkFor(process.stdout);
  for (const line of treeLines(nodes, ink)) console.log(line);
  const cost = spentText(grove.spent);
  if (cost !== '') console.log(`\n${ink.dim(cost)}`);
  if (answer) {
    console.log(`\n${ink.bold(answerText(answer))}`);
    if (!quiet) process.stderr.write(`in a browser: ${commandLine('serve')}\n`);
  } else {
    const mine = trees.inbox.waiting;
    console.log(`\nwaiting for ${waiting.length} (${mine} in the inbox): ${commandLine('inbox')}`);
    console.log(`or in a browser, where it goes on by itself: ${commandLine('serve')}`);
    console.log(`then: ${commandLine('run', '--resume', path)}`);
  }
}

/** Of the questions that stay unknown; all are in a file. */
const UNKNOWN_SHOWN = 10;

function showMany(
  tally: Tally,
  sizes: readonly number[],
  { path, roots, spent }: Grove,
  { json }: GrowFlags,
): void {
  const { counts, items } = tally;
  if (json) {
    const nodes = sizes.reduce((sum, size) => sum + size, 0);
    console.log(JSON.stringify({ run: path, ...counts, items: items.length, nodes, spent }));
    return;
  }
  const ink = inkFor(process.stdout);
  const unknown = [...tally.outcomes.entries()].flatMap(([place, outcome]) =>
    outcome.kind === 'answered' && outcome.answer.kind === 'unknown' ? [{ place, ...outcome }] : [],
  );
  for (const { place, answer } of unknown.slice(0, UNKNOWN_SHOWN)) {
    const { id = '', question } = roots[place]!;
    console.log(`${ink.dim(id)} ${oneLine(question.text)}\n→ ${answerText(answer)}`);
  }
  if (unknown.length > UNKNOWN_SHOWN) console.log(`… and ${unknown.length - UNKNOWN_SHOWN} more`);
  const cost = spentText(spent);
  console.log(`${ink.bold(countsText(counts))}${cost === '' ? '' : `; ${cost}`}: ${path}/answers.jsonl`);
  if (items.length === 0) return;
  console.log(`${items.length} in the inbox: ${commandLine('inbox')}`);
  console.log(`or in a browser, where it goes on by itself: ${commandLine('serve')}`);
  console.log(`then: ${commandLine('run', '--resume', path)}`);
}

function* treeLines(nodes: readonly TranscriptNode[], ink: Ink): Generator<string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  function* below(id: string, indent: string): Generator<string> {
    const node = byId.get(id)!;
    const documents = node.question.documents?.map(({ name }) => name).join(', ');
    const by = node.corrected?.by ?? node.steps.at(-1)?.by;
    const said = node.answer ? answerText(node.answer) : 'waits';
    yield `${indent}${ink.dim(brief(node.id))} ${oneLine(node.question.text)}${documents ? ` [${documents}]` : ''}`;
    for (const child of node.children) yield* below(child, `${indent}  `);
    yield `${indent}→ ${oneLine(said)}${by ? `   ${ink.dim(by.id)}` : ''}`;
  }
  if (nodes[0]) yield* below(nodes[0].id, '');
}
