/** capstan sweep: a matrix of runs, compared seed by seed. Each run is a process of its own, so that all cores work. */

import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { CapstanError, messageOf } from '../base/errors.ts';
import type { Backend } from '../onnx/session.ts';
import { commandLine } from '../project/command-line.ts';
import { textNamed } from '../project/files.ts';
import { HOME } from '../project/home.ts';
import { pause } from '../project/pause.ts';
import { expectWork, haltAsked } from '../project/work.ts';
import { SweepDisplay } from '../sweep/display.ts';
import { PAGE } from '../sweep/folder.ts';
import { safeName } from '../sweep/plan.ts';
import { parseSpec } from '../sweep/spec.ts';
import { summariseSweep, summaryTable } from '../sweep/summary.ts';
import { carryOutSweep, type Exit } from '../sweep/sweep.ts';
import { integer, oneOf } from './arguments.ts';

interface SweepFlags {
  readonly seeds?: readonly number[];
  readonly jobs: number;
  readonly out?: string;
  readonly backend: Backend | 'auto';
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const JOBS_MAX = 1024;

export function addSweep(program: Command): void {
  program
    .command('sweep')
    .description('Carry out a matrix of runs, several at a time, and compare them seed by seed')
    .argument(
      '<file>',
      'a sweep file: {"name", "seeds", "base", "runs": [{"label", …}], "compare": {"against"}}',
    )
    .option('--seeds <list>', 'these in place of the file’s: 1,2,3', seedList)
    .option('--jobs <n>', 'runs at a time', integer('jobs', 1, JOBS_MAX), availableParallelism())
    .option('--out <folder>', `its folder; the same again goes on (default: ${HOME}/sweep-NAME)`)
    .option('--backend <name>', 'auto, native or wasm', oneOf('backend', ['auto', 'native', 'wasm']), 'auto')
    .option('--json', 'print one JSON object as the last line')
    .option('--quiet', 'no progress')
    .addHelpText(
      'after',
      '\nEach run has one replica unless the file says otherwise: the cores go to runs. A run whose gate failed is a result.',
    )
    .action(sweep);
}

function seedList(text: string): readonly number[] {
  return text.split(',').map(integer('seeds', 0));
}

async function sweep(file: string, flags: SweepFlags): Promise<void> {
  const spec = parseSpec(textNamed(file, `sweep file ${file}`, 'a file to read'), flags.seeds);
  expectWork();
  const path = flags.out ?? `${HOME}/sweep-${safeName(spec.name)}`;
  const children = new Children(flags.backend);
  const progress = new SweepDisplay({
    quiet: flags.quiet ?? false,
    stream: process.stderr,
    jobs: flags.jobs,
    clock: () => performance.now() / 1000,
  });
  const timer = setInterval(() => progress.show(), process.stderr.isTTY ? PAINT_MS : SAY_MS);
  const stop = stopOnSignals((signal) => {
    progress.note('stopping all runs after their step; the same command goes on');
    children.kill(signal);
  });
  const halt = new AbortController();
  const signal = AbortSignal.any([stop.signal, halt.signal]);
  try {
    const record = await carryOutSweep(path, spec, {
      jobs: flags.jobs,
      carryOut: async (run) => {
        const exit = await children.carryOut(run);
        if (haltAsked()) halt.abort();
        return exit;
      },
      signal,
      now: () => new Date().toISOString(),
      pause: () => pause(LOCK_PAUSE_MS, signal),
      machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, Node ${process.version}`,
      command: ['capstan', ...process.argv.slice(2)].join(' '),
      tell: (event) => progress.tell(event),
    });
    progress.end();
    const summary = summariseSweep(record, path, PAGE);
    console.log(flags.json ? JSON.stringify(summary) : `${summaryTable(record)}\n\npage  ${summary.page}`);
    const { planned, failed } = summary.runs;
    if (failed > 0)
      throw new CapstanError(
        'runtime',
        `${failed} of ${planned} runs failed; the same command tries them again`,
      );
  } catch (error) {
    progress.end();
    if (error instanceof CapstanError && error.code === 'interrupted')
      throw new CapstanError('interrupted', `${error.message}; go on with: ${again(file, path, flags)}`);
    throw error;
  } finally {
    clearInterval(timer);
    stop.release();
    children.kill('SIGINT'); // none is left but after an error of our own
  }
}

function again(file: string, path: string, { seeds, jobs }: SweepFlags): string {
  const chosen = seeds ? ['--seeds', seeds.join(',')] : [];
  return commandLine('sweep', file, ...chosen, '--jobs', String(jobs), '--out', path);
}

/** The program that this process was started from. */
const PROGRAM = fileURLToPath(new URL('../../bin/capstan.js', import.meta.url));
/** Exit statuses of `capstan run` that are no failure (the table STATUS in program.ts). */
const GATE_FAILED = 100;
const LOCKED = 5;
const INTERRUPTED = 130;
/** Of what a failed run said last. */
const SAID_LINES = 6;
const SAID_MAX = 4000;
const LOCK_PAUSE_MS = 2000;
/** Between two looks at the runs: painted in place on a terminal, lines elsewhere. */
const PAINT_MS = 1000;
const SAY_MS = 60_000;

/** The processes of the runs at work. */
class Children {
  readonly #backend: string;
  readonly #atWork = new Set<ChildProcess>();

  constructor(backend: string) {
    this.#backend = backend;
  }

  /** In a process group of its own, so that Ctrl-C in a terminal reaches it once, through us: twice would kill it. */
  carryOut(path: string): Promise<Exit> {
    const child = spawn(
      process.execPath,
      [PROGRAM, 'run', '--resume', path, '--quiet', '--backend', this.#backend],
      { stdio: ['ignore', 'ignore', 'pipe'], detached: process.platform !== 'win32' },
    );
    this.#atWork.add(child);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-SAID_MAX);
    });
    return new Promise((resolve) => {
      let failure = '';
      child.on('error', (error) => {
        failure = messageOf(error);
      });
      child.on('close', (status, signal) => {
        this.#atWork.delete(child);
        const last = said.trimEnd().split('\n').slice(-SAID_LINES).join('\n');
        resolve(exitOf(status, signal, failure || last));
      });
    });
  }

  kill(signal: NodeJS.Signals): void {
    for (const child of this.#atWork) child.kill(signal);
  }
}

function exitOf(status: number | null, signal: NodeJS.Signals | null, said: string): Exit {
  if (status === 0 || status === GATE_FAILED) return { kind: 'ended' };
  if (status === LOCKED) return { kind: 'locked', said };
  if (status === INTERRUPTED || signal === 'SIGINT' || signal === 'SIGTERM') return { kind: 'interrupted' };
  const how = signal ? `killed by ${signal}` : `exit status ${status}`;
  return { kind: 'failed', said: said === '' ? how : `${how}: ${said}` };
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Each signal is passed on: the first asks the runs to stop after their step, the second ends them at once. */
function stopOnSignals(pass: (signal: NodeJS.Signals) => void): {
  readonly signal: AbortSignal;
  readonly release: () => void;
} {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
    pass('SIGINT');
  };
  for (const name of SIGNALS) process.on(name, stop);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of SIGNALS) process.off(name, stop);
    },
  };
}
