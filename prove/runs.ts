/** Runs of the built command line, kept in runs/prove-… and reused for the same arguments to the same program: what a
 *  run ends in depends on nothing else. A run that was interrupted is started again, since its seconds would not count. */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CapstanError } from '../src/base/errors.ts';
import type { Summary } from '../src/cli/summary.ts';
import type { RunRecord } from '../src/report/record.ts';
import type { RunFile } from '../src/run/folder.ts';

export const REPOSITORY = fileURLToPath(new URL('../', import.meta.url));
const PROGRAM = join(REPOSITORY, 'bin/capstan.js');

export interface Run {
  readonly summary: Summary;
  readonly record: RunRecord;
  readonly file: RunFile;
}

export interface RunOptions {
  readonly fresh: boolean;
  /** Tells apart runs with equal arguments. */
  readonly copy?: number;
}

export async function runOf(args: readonly string[], { fresh, copy = 1 }: RunOptions): Promise<Run> {
  const folder = folderOf(args, copy);
  if (fresh || !existsSync(join(folder, SUMMARY))) {
    rmSync(folder, { recursive: true, force: true });
    const { stdout, status } = await capstan([
      'run',
      'permutation-powering',
      ...args,
      '--json',
      '--run',
      folder,
    ]);
    if (status !== 0 && status !== GATE_FAILED)
      throw new CapstanError(
        'runtime',
        `capstan run ${args.join(' ')}: expected exit status 0, got ${status}`,
      );
    writeFileSync(join(folder, SUMMARY), stdout.trimEnd().split('\n').at(-1)!);
  }
  const read = <T>(name: string): T => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  return {
    summary: read(SUMMARY),
    record: read('record.json'),
    file: read<{ content: RunFile }>('run.json').content,
  };
}

export function folderOf(args: readonly string[], copy = 1): string {
  const key = createHash('sha256')
    .update(JSON.stringify([args, copy, program()]))
    .digest('hex')
    .slice(0, 12);
  return join(
    'runs',
    `prove-${[...args, ...(copy > 1 ? [copy] : [])].join('-').replace(/[^\w.]+/g, '-')}-${key}`,
  );
}

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
}

export interface Kill {
  /** Once the run has said that it took so many steps, */
  readonly step: number;
  /** and this many seconds later. */
  readonly after: number;
}

/** Its progress goes to our stderr. */
export function capstan(args: readonly string[], kill?: Kill): Promise<Ended> {
  process.stderr.write(`\n$ capstan ${args.join(' ')}\n`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    let timer: NodeJS.Timeout | undefined;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      process.stderr.write(text);
      stderr += text;
      const steps = [...stderr.matchAll(/^ {2}step (\d+),/gm)].map((match) => Number(match[1]));
      if (kill && !timer && steps.some((step) => step >= kill.step))
        timer = setTimeout(() => child.kill('SIGKILL'), 1000 * kill.after);
    });
    child.on('error', reject);
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status, stdout });
    });
  });
}

const SUMMARY = 'summary.json';
const GATE_FAILED = 100;

/** A hash of all built files that decide what a run ends in: all but those that only show it. */
export function program(): string {
  const dist = join(REPOSITORY, 'dist');
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js') && !/^(cli|report)\W/.test(name))
    .sort();
  const hash = createHash('sha256');
  for (const name of files) hash.update(name).update(readFileSync(join(dist, name)));
  return hash.digest('hex');
}
