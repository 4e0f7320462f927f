/** capstan run: starts a run, or goes on with one. */

import { cpus } from 'node:os';
import type { Command } from 'commander';
import { CapstanError } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import type { Backend } from '../onnx/session.ts';
import { configure } from '../run/configuration.ts';
import { createRun, findRun, freshPath, openRun } from '../run/folder.ts';
import { carryOut } from '../run/run.ts';
import { HOME } from './home.ts';
import { showProgress } from './progress.ts';
import { summarise, summaryText } from './summary.ts';

interface RunFlags {
  readonly size?: number;
  readonly powers?: number;
  readonly seed?: number;
  readonly width?: number;
  readonly heads?: number;
  readonly optimizer?: 'adam' | 'muon';
  readonly maxSteps?: number;
  readonly run?: string;
  readonly resume?: string | true;
  readonly baselines?: boolean;
  readonly backend: Backend | 'auto';
  readonly threads: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addRun(program: Command): void {
  program
    .command('run')
    .description('Run Iterated Distillation and Amplification on a task')
    .argument('[task]', 'its name; «capstan tasks» lists them')
    .option('--size <n>', 'facts in a context', number('size'))
    .option('--powers <n>', 'powers asked are below this power of two', number('powers'))
    .option('--seed <n>', 'all chance follows from it (default: 1)', number('seed'))
    .option('--width <n>', 'width of the network', number('width'))
    .option('--heads <n>', 'attention heads', number('heads'))
    .option('--optimizer <name>', 'adam or muon', oneOf('optimizer', ['adam', 'muon']))
    .option('--max-steps <n>', 'training steps at most', number('max-steps'))
    .option('--baselines', 'add the baselines: supervised, H alone, no curriculum, controls')
    .option('--run <folder>', 'the new folder of this run')
    .option('--resume <run>', 'go on with a run that was stopped')
    .option('--backend <name>', 'auto, native or wasm', oneOf('backend', ['auto', 'native', 'wasm']), 'auto')
    .option('--threads <n>', 'threads inside one operator of ONNX Runtime', number('threads'), 1)
    .option('--json', 'print one JSON object as the last line')
    .option('--quiet', 'no progress')
    .action(run);
}

async function run(task: string | undefined, flags: RunFlags): Promise<void> {
  const path = typeof flags.resume === 'string' ? resumed(task, flags) : started(task, flags);
  const stop = stopOnSignals();
  const show = showProgress({ quiet: flags.quiet ?? false, stream: process.stderr, path });
  try {
    const { threads, backend } = flags;
    if (!(threads >= 1 && threads <= 64))
      throw new CapstanError('invalid', `threads: expected an integer from 1 to 64, got ${threads}`);
    const clock = () => performance.now() / 1000;
    const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, Node ${process.version}`;
    const { record, busySeconds } = await carryOut(path, {
      threads,
      backend,
      clock,
      machine,
      signal: stop.signal,
      tell: show.tell,
    });
    show.end();
    const summary = summarise(record, path, busySeconds);
    console.log(flags.json ? JSON.stringify(summary) : summaryText(summary));
    if (record.arms[0]!.state === 'gate-failed')
      throw new CapstanError('gate-failed', gateFailed(record.arms[0]!.iterations.at(-1)?.level, path));
  } catch (error) {
    show.end();
    if (error instanceof CapstanError && error.code === 'interrupted')
      throw new CapstanError(
        'interrupted',
        `${error.message}; go on with: npx --no-install capstan run --resume ${path}`,
      );
    throw error;
  } finally {
    stop.release();
  }
}

function gateFailed(level: number | undefined, path: string): string {
  return `the gate of level ${level ?? 1} did not pass within its steps; the last good checkpoint stays promoted (${path})`;
}

function resumed(task: string | undefined, flags: RunFlags): string {
  const path = findRun(HOME, String(flags.resume));
  const { configuration } = openRun(path).file;
  if (task !== undefined && task !== configuration.task)
    throw new CapstanError(
      'usage',
      `--resume ${path}: expected its own task ${configuration.task}, got ${task}`,
    );
  const fixed = [
    'size',
    'powers',
    'seed',
    'width',
    'heads',
    'optimizer',
    'maxSteps',
    'run',
    'baselines',
  ] as const;
  const given = fixed.filter((name) => flags[name] !== undefined);
  if (given.length > 0)
    throw new CapstanError(
      'usage',
      `--resume: expected nothing that changes the run, got --${given.join(', --')}`,
    );
  return path;
}

function started(task: string | undefined, flags: RunFlags): string {
  if (task === undefined)
    throw new CapstanError('usage', 'run: expected a task or --resume; «capstan tasks» lists the tasks');
  const configuration = configure({ ...flags, task });
  const name = [task, ...Object.values(configuration.parameters), `seed${configuration.seed}`].join('-');
  const path = flags.run ?? freshPath(HOME, name);
  createRun(path, {
    configuration,
    baselines: flags.baselines ?? false,
    started: new Date().toISOString(),
    command: ['capstan', ...process.argv.slice(2)].join(' '),
    version: VERSION,
  });
  return path;
}

/** The first signal asks to stop after the current step, the second kills. */
function stopOnSignals(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}

function number(name: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value)) return value;
    throw new CapstanError('usage', `--${name}: expected an integer, got «${text}»`);
  };
}

function oneOf(name: string, values: readonly string[]): (text: string) => string {
  return (text) => {
    if (values.includes(text)) return text;
    throw new CapstanError('usage', `--${name}: expected one of ${values.join(', ')}, got «${text}»`);
  };
}
