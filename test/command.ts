/** The command line as a person meets it, built from the sources as they are. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { builtProgram } from './built.ts';
import { callHere, isBusy } from './command-here.ts';

export { REPOSITORY } from './built.ts';

/** An empty folder; commands start in it, unless told otherwise. */
export const SCRATCH = mkdtempSync(join(tmpdir(), 'capstan-'));
/** Where commands keep what is theirs outside of projects: keys of people, and what was seen of ledgers. */
export const OWN = mkdtempSync(join(tmpdir(), 'capstan-own-'));
/** The package as it would be installed, below node_modules, where it finds what it depends on. */
export const BUILT = builtProgram();
export const PROGRAM = join(BUILT, 'bin/capstan.js');

/** For a hook that trains, on a machine that has other things to do. */
export const PATIENCE_MS = 60_000;

afterAll(() => {
  for (const folder of [SCRATCH, OWN]) rmSync(folder, { recursive: true, force: true });
});

export interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Where {
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** In a process of its own, which remembers nothing of those before. */
  readonly apart?: boolean;
}

/** `capstan ARGUMENTS`, to its end. It has a process of its own if it is to, if another is at work, and each has with
 *  CAPSTAN_PROCESSES set (`npm run test:long`). */
export function capstan(args: readonly string[], where: Where = {}): Promise<Ended> {
  if (process.env.CAPSTAN_PROCESSES !== undefined || where.apart || isBusy())
    return start(process.execPath, [PROGRAM, ...args], where).ended;
  const [folder, environment] = [where.folder ?? SCRATCH, environmentOf(where)];
  return callHere(join(BUILT, 'dist/cli/capstan.js'), { program: PROGRAM, args, folder, environment });
}

/** `capstan ARGUMENTS`, at work. */
export function capstanAtWork(args: readonly string[], where: Where = {}): AtWork {
  return start(process.execPath, [PROGRAM, ...args], where);
}

export interface AtWork {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  /** Until stderr has said so; rejects if it ends before. */
  said(pattern: RegExp): Promise<void>;
}

export function start(program: string, args: readonly string[], where: Where = {}): AtWork {
  const child = spawn(program, args, { cwd: where.folder ?? SCRATCH, env: environmentOf(where) });
  let [stdout, stderr] = ['', ''];
  const listeners = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    for (const listener of listeners) listener();
  });
  child.stdin.end();
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
  });
  const said = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!pattern.test(stderr)) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      look();
      void ended.then(() => reject(new Error(`expected stderr to say ${pattern}, got ${stderr}`)));
    });
  return { process: child, ended, said };
}

function environmentOf(where: Where): NodeJS.ProcessEnv {
  const { CI, FORCE_COLOR, NO_COLOR, NODE_OPTIONS, ...environment } = process.env;
  return {
    ...environment,
    XDG_STATE_HOME: join(OWN, 'state'),
    XDG_CONFIG_HOME: join(OWN, 'config'),
    ...where.environment,
  };
}

/** The object in the last line of an output. */
export function lastLine(text: string): Record<string, unknown> {
  return JSON.parse(text.trimEnd().split('\n').at(-1) ?? '');
}

/** Hashes of all files in a folder, by name. */
export function fingerprint(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const hashed = files.map((file): [string, string] => {
    const path = join(file.parentPath, file.name);
    return [path.slice(folder.length + 1), createHash('sha256').update(readFileSync(path)).digest('hex')];
  });
  return Object.fromEntries(hashed.sort());
}

let copies = 0;

/** A copy of a run folder to damage. */
export function copyOf(folder: string): string {
  const copy = join(SCRATCH, `copy-${++copies}`);
  cpSync(folder, copy, { recursive: true });
  return copy;
}

export function flipByte(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = bytes[at]! ^ 1;
  writeFileSync(file, bytes);
}

/** Where no thread finds ONNX Runtime's native library. */
export const WITHOUT_NATIVE: Where = (() => {
  const moduleOf = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
  const hooks = `export async function resolve(name, context, next) {
    if (name === 'onnxruntime-node') throw new Error('no binary for this machine');
    return next(name, context);
  }`;
  const preload = `import { register } from 'node:module'; register(${JSON.stringify(moduleOf(hooks))});`;
  return { environment: { NODE_OPTIONS: `--import ${moduleOf(preload)}` }, apart: true };
})();
