/** capstan run: starts a run, or goes on with one. */

import { hash } from 'node:crypto';
import { cpus } from 'node:os';
import { basename, dirname } from 'node:path';
import type { Command } from 'commander';
import { CapstanError } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import type { Defence } from '../iterate/defence.ts';
import type { Backend } from '../onnx/session.ts';
import { commandLine } from '../project/command-line.ts';
import { HOME } from '../project/home.ts';
import { pause } from '../project/pause.ts';
import { person, promotion, recorder, revokedHere } from '../project/recorder.ts';
import { expectWork, haltAsked } from '../project/work.ts';
import type { IterationRecord } from '../report/record.ts';
import { decisionsNow } from '../run/again.ts';
import {
  type Configuration,
  configure,
  DATA,
  NAMES,
  NOISES,
  type NoiseOptions,
  OVERSEERS,
  type OverseerKind,
  RESIDUALS,
  STUDENTS,
} from '../run/configuration.ts';
import { createRun, findRun, freshPath, openRun, type RunFile } from '../run/folder.ts';
import type { NormsOptions } from '../run/norms.ts';
import { expectUnchanged, isOwnFolder, type OwnTask, ownIn, ownTask, taskOf } from '../run/own.ts';
import { readRecording, recordingText } from '../run/recording.ts';
import { carryOut } from '../run/run.ts';
import { Folder } from '../storage/folder.ts';
import { type AnyTask, TASKS, taskEntry } from '../tasks/tasks.ts';
import { decimal, integer, oneOf, optionOf } from './arguments.ts';
import { showProgress } from './progress.ts';
import { stopOnSignals } from './signals.ts';
import { summarise, summaryText } from './summary.ts';

interface RunFlags {
  readonly size?: number;
  readonly powers?: number;
  readonly rounds?: number;
  readonly seed?: number;
  readonly overseer?: OverseerKind;
  readonly decisions?: number;
  readonly waiting?: number;
  readonly humanSeconds?: number;
  readonly recorded?: string;
  readonly wait?: boolean;
  readonly again?: string;
  readonly names?: (typeof NAMES)[number];
  readonly noise?: NoiseOptions;
  readonly defence?: Defence;
  readonly norms?: NormsOptions;
  readonly audits?: number;
  readonly recalibrate?: number;
  readonly curriculum?: boolean;
  readonly horizon?: number;
  readonly unknown?: 'masked' | 'trained';
  readonly memo?: boolean;
  readonly width?: number;
  readonly heads?: number;
  readonly contexts?: number;
  readonly optimizer?: 'adam' | 'muon';
  readonly coolDown?: number;
  readonly replicas?: number;
  readonly student?: (typeof STUDENTS)[number];
  readonly residual?: (typeof RESIDUALS)[number];
  readonly anchoring?: number;
  readonly ensemble?: number;
  readonly data?: (typeof DATA)[number];
  readonly maxSteps?: number;
  readonly endless?: boolean;
  readonly run?: string;
  readonly resume?: string;
  readonly baselines?: boolean;
  readonly backend: Backend | 'auto';
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addRun(program: Command): void {
  program
    .command('run')
    .description('Run Iterated Distillation and Amplification on a task')
    .argument('[task]', 'its name, as «capstan tasks» lists them, or a folder with one of your own')
    .option('--size <n>', 'facts in a context', integer('size'))
    .option('--powers <n>', 'powers asked are below this power of two', integer('powers'))
    .option(
      '--rounds <n>',
      'rounds of the network, where they do not follow from the question',
      integer('rounds'),
    )
    .option('--seed <n>', 'all chance follows from it (default: 1)', integer('seed'))
    .option(
      '--overseer <kind>',
      'who makes the targets: script (H), predictor (H′ learns from H), person (H′ learns from you), truth (supervised)',
      oneOf('overseer', OVERSEERS),
    )
    .option('--decisions <n>', 'decisions of H that H′ may learn from', integer('decisions'))
    .option('--waiting <n>', 'workspaces that wait for a person at most', integer('waiting'))
    .option(
      '--human-seconds <n>',
      'of people’s time, after which they are asked no more',
      integer('human-seconds'),
    )
    .option('--recorded <file>', 'decisions of a person to be played back')
    .option('--wait', 'wait for a person where there is nothing else to do')
    .option(
      '--names <how>',
      'alike or apart: whether what H does with one name H′ takes it to do with any',
      oneOf('names', NAMES),
    )
    .option(
      '--noise <kind:rate>',
      'mistakes of H: random, deterministic or systematic, as in random:0.1',
      noise,
    )
    .option('--defence <kind>', 'against mistakes: vote:3, doubt:0.9, verify or second', defence)
    .option(
      '--norms <iteration:share>',
      'H changes its mind: from that iteration on it answers such a share of the questions otherwise, as in 3:0.125',
      norms,
    )
    .option(
      '--audits <n>',
      'audits by H itself, at each level of an iteration at most: what is not shown to agree, or drifts, is not promoted',
      integer('audits'),
    )
    .option(
      '--recalibrate <n>',
      'iterations after which the confidence of what is served is calibrated again; after each alarm too',
      integer('recalibrate'),
    )
    .option('--no-curriculum', 'ask all levels at full size from the first step')
    .option('--horizon <n>', 'steps over which the teacher averages the student', integer('horizon'))
    .option(
      '--unknown <what>',
      'masked or trained: whether "unknown" is a target',
      oneOf('unknown', ['masked', 'trained']),
    )
    .option('--no-memo', 'ask equal sub-questions again')
    .option('--width <n>', 'width of the network', integer('width'))
    .option('--heads <n>', 'attention heads', integer('heads'))
    .option('--contexts <n>', 'contexts per step', integer('contexts'))
    .option('--optimizer <name>', 'adam or muon', oneOf('optimizer', ['adam', 'muon']))
    .option(
      '--cool-down <share>',
      'share of the steps, the last ones, over which the learning rate falls to 0',
      decimal('cool-down'),
    )
    .option('--replicas <n>', 'runtimes that share each training step', integer('replicas'))
    .option(
      '--student <how>',
      'continued or fresh: whether an iteration goes on from the weights of the one before, or learns anew from its X',
      oneOf('student', STUDENTS),
    )
    .option(
      '--residual <how>',
      'what a fresh student has of the X before: logit (its scores are added) or input (its answer is read)',
      oneOf('residual', RESIDUALS),
    )
    .option(
      '--anchoring <beta>',
      'how much a student is held to the X before where its target agrees with that, as in 1',
      decimal('anchoring'),
    )
    .option(
      '--ensemble <n>',
      'members whose mean H asks, and from which the student is distilled',
      integer('ensemble'),
    )
    .option(
      '--data <what>',
      'beside the frontier: mixed (fresh questions of all levels), accumulate (lessons of earlier iterations), replace (nothing)',
      oneOf('data', DATA),
    )
    .option('--max-steps <n>', 'training steps at most', integer('max-steps'))
    .option('--endless', 'train on until the steps are spent, whatever the last gate says')
    .option('--baselines', 'add the baselines: supervised, H alone, no curriculum, controls')
    .option('--run <folder>', 'the new folder of this run')
    .option('--resume <run>', 'go on with a run that was stopped')
    .option('--again <run>', 'a new run with what a person decided in that one, as corrected since')
    .option('--backend <name>', 'auto, native or wasm', oneOf('backend', ['auto', 'native', 'wasm']), 'auto')
    .option('--json', 'print one JSON object as the last line')
    .option('--quiet', 'no progress')
    .action(run);
}

/** «kind:value», at the first colon. */
function pair(text: string): readonly [kind: string, value: string] {
  const colon = text.indexOf(':');
  return colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
}

function noise(text: string): NoiseOptions {
  const [kind, rate] = pair(text);
  return { kind: oneOf('noise', NOISES)(kind), rate: decimal('noise')(rate) };
}

function norms(text: string): NormsOptions {
  const [iteration, share] = pair(text);
  return { iteration: integer('norms')(iteration), share: decimal('norms')(share) };
}

function defence(text: string): Defence {
  const [kind, value] = pair(text);
  const chosen = oneOf('defence', ['vote', 'doubt', 'verify', 'second'])(kind);
  switch (chosen) {
    case 'vote':
      return { kind: 'vote', voters: integer('defence')(value) };
    case 'doubt':
      return { kind: 'doubt', threshold: decimal('defence')(value) };
    case 'verify':
    case 'second':
      if (text !== chosen)
        throw new CapstanError('usage', `--defence ${chosen}: expected nothing after it, got «${text}»`);
      return { kind: chosen };
  }
}

async function run(task: string | undefined, flags: RunFlags, command: Command): Promise<void> {
  const given = Object.keys(flags).filter((name) => command.getOptionValueSource(name) === 'cli');
  expectWork();
  const path = pathOf(task, flags, given);
  const show = showProgress({ quiet: flags.quiet ?? false, stream: process.stderr, path });
  const stop = stopOnSignals(() => show.note('stopping after this step; a second Ctrl-C stops at once'));
  try {
    const clock = () => performance.now() / 1000;
    const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, Node ${process.version}`;
    const { record, busySeconds } = await carryOut(path, {
      threads: 1, // more gain little here and change the bits (docs/decisions/0004)
      backend: flags.backend,
      clock,
      machine,
      signal: stop.signal,
      tell: show.tell,
      record: recorder(),
      by: person().id,
      halted: haltAsked,
      promotion,
      revoked: revokedHere,
      ...(flags.wait && { pause: () => pause(PAUSE_MS, stop.signal) }),
    });
    show.end();
    const summary = summarise(record, path, busySeconds);
    console.log(
      flags.json ? JSON.stringify(summary) : `${summaryText(summary)}\nbrowser    ${commandLine('serve')}`,
    );
    if (record.arms[0]!.state === 'gate-failed')
      throw new CapstanError('gate-failed', gateFailed(record.arms[0]!.iterations, path));
  } catch (error) {
    show.end();
    if (error instanceof CapstanError && error.code === 'interrupted')
      throw new CapstanError(
        'interrupted',
        `${error.message}; go on with: ${commandLine('run', '--resume', path)}`,
      );
    throw error;
  } finally {
    stop.release();
  }
}

function gateFailed(iterations: readonly IterationRecord[], path: string): string {
  const served = iterations.findLast(({ passed }) => passed);
  const left = served
    ? `the checkpoint of level ${served.level} stays promoted`
    : 'no checkpoint has been promoted';
  const { level, passed } = iterations.at(-1)!; // an arm whose gate failed ended one at least
  const what = passed
    ? `no steps were left after the gate of level ${level}`
    : `the gate of level ${level} did not pass within its steps`;
  return `${what}; ${left} (${path})`;
}

/** Between two looks at what people have answered. */
const PAUSE_MS = 500;

function pathOf(task: string | undefined, flags: RunFlags, given: readonly string[]): string {
  if (flags.again !== undefined) return begunAgain(task, flags, flags.again, given);
  return flags.resume === undefined ? started(task, flags) : resumed(task, flags.resume, given);
}

/** Like that run but for its decisions. */
function begunAgain(
  task: string | undefined,
  flags: RunFlags,
  again: string,
  given: readonly string[],
): string {
  const before = findRun(HOME, again);
  const { folder, file } = openRun(before);
  const { configuration } = file;
  const extra = given.filter((name) => !HOW.has(name) && name !== 'again' && name !== 'run');
  if (task !== undefined || extra.length > 0)
    throw new CapstanError(
      'usage',
      `--again: expected nothing that changes the run, got ${[...(task ? [task] : []), ...extra.map(optionOf)].join(', ')}`,
    );
  if (!configuration.person)
    throw new CapstanError('usage', `--again ${before}: expected a run whose overseer is a person`);
  const own = taskOf(folder, configuration);
  const known = recordingText(decisionsNow(folder, configuration, own));
  const path = flags.run ?? freshPath(HOME, folder.name);
  const person = { ...configuration.person, known: hash('sha256', known) };
  const { taskFolder } = file;
  const begun = { ...runFile({ ...configuration, person }, false), ...(taskFolder && { taskFolder }) };
  createRun(path, begun, known, configuration.own === undefined ? undefined : ownIn(folder));
  return path;
}

function runFile(configuration: Configuration, baselines: boolean): RunFile {
  return {
    configuration,
    baselines,
    started: new Date().toISOString(),
    command: ['capstan', ...process.argv.slice(2)].join(' '),
    version: VERSION,
  };
}

/** The text of a recording that can be read, and its hash. */
function recordingIn(file: string, task: AnyTask): { readonly text: string; readonly sha256: string } {
  const folder = new Folder(dirname(file));
  const name = basename(file);
  if (!folder.exists(name))
    throw new CapstanError('not-found', `--recorded ${file}: expected a file of decisions, found none`);
  const text = folder.readText(name);
  readRecording(task, text, file);
  return { text, sha256: hash('sha256', text) };
}

/** What may change from one session of a run to the next; all other options are part of the run. */
const HOW = new Set<string>(['resume', 'wait', 'backend', 'json', 'quiet'] satisfies (keyof RunFlags)[]);

function resumed(task: string | undefined, run: string, flags: readonly string[]): string {
  const path = findRun(HOME, run);
  const { configuration } = openRun(path).file;
  if (task !== undefined && task !== configuration.task && !isSameOwn(task, configuration))
    throw new CapstanError(
      'usage',
      `--resume ${path}: expected its own task ${configuration.task}, got ${task}`,
    );
  const given = flags.filter((name) => !HOW.has(name));
  if (given.length > 0)
    throw new CapstanError(
      'usage',
      `--resume: expected nothing that changes the run, got ${given.map(optionOf).join(', ')}`,
    );
  return path;
}

/** Whether the folder named has the task of that run. Throws «refused» where it was changed since. */
function isSameOwn(task: string, { own }: Configuration): boolean {
  if (own === undefined || !isOwnFolder(task)) return false;
  expectUnchanged({ own }, task);
  return true;
}

/** A task that is somebody's own, where what was given is no name of Capstan's. */
function ownGiven(task: string): OwnTask | undefined {
  if (TASKS.some(({ name }) => name === task)) return undefined;
  const own = ownTask(task);
  if (!own && /[/\\]/.test(task))
    throw new CapstanError('not-found', `${task}: expected a folder with task.json, found none`);
  return own;
}

function started(task: string | undefined, flags: RunFlags): string {
  if (task === undefined)
    throw new CapstanError('usage', 'run: expected a task or --resume; «capstan tasks» lists the tasks');
  if (flags.baselines && flags.overseer === 'truth')
    throw new CapstanError(
      'usage',
      '--baselines: expected an overseer that can err, truth is a baseline itself',
    );
  if (flags.baselines && flags.norms)
    throw new CapstanError('usage', '--baselines: expected no --norms, they know the first norms alone');
  const isByPerson = flags.overseer === 'person';
  for (const name of ['waiting', 'humanSeconds', 'recorded', 'wait'] as const)
    if (flags[name] !== undefined && !isByPerson)
      throw new CapstanError('usage', `${optionOf(name)}: expected --overseer person`);
  if (isByPerson && flags.baselines)
    throw new CapstanError(
      'usage',
      '--baselines: expected an overseer that they can ask, a person is asked by IDA alone',
    );
  const choices = { ...flags, task };
  const own = ownGiven(task);
  const plain = configure(choices, own);
  const opened = (own?.entry ?? taskEntry(plain.task)).open(plain.parameters);
  const known = flags.recorded === undefined ? undefined : recordingIn(flags.recorded, opened);
  const configuration = known ? configure({ ...choices, known: known.sha256 }, own) : plain;
  const name = [
    configuration.task,
    ...Object.values(configuration.parameters),
    `seed${configuration.seed}`,
  ].join('-');
  const path = flags.run ?? freshPath(HOME, name);
  const file = { ...runFile(configuration, flags.baselines ?? false), ...(own && { taskFolder: task }) };
  createRun(path, file, known?.text, own?.texts);
  return path;
}
