/** The command line without a process of its own: the built program is loaded once and asked again and again, in its folder and
 *  environment, and what it writes is kept. A process would start for longer than most commands take. */

import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import type { Ended } from './command.ts';

export interface Call {
  /** The program that it is asked as. */
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  /** All of it. */
  readonly environment: NodeJS.ProcessEnv;
}

interface Program {
  readonly main: (args: readonly string[]) => Promise<number>;
}

let busy = false;

/** Whether somebody is at work: there is one folder and one environment to be in. */
export function isBusy(): boolean {
  return busy;
}

export async function callHere(module: string, { program, args, folder, environment }: Call): Promise<Ended> {
  busy = true;
  const before = { cwd: process.cwd(), env: process.env, argv: process.argv, console: globalThis.console };
  const [stdout, stderr] = [new Kept(), new Kept()];
  const undo = [standIn('stdout', stdout), standIn('stderr', stderr)];
  try {
    process.chdir(folder);
    process.env = environment;
    process.argv = [process.execPath, program, ...args];
    globalThis.console = new Console(stdout, stderr);
    const { main } = (await import(pathToFileURL(module).href)) as Program;
    const status = await main(args);
    return { status, signal: null, stdout: stdout.text, stderr: stderr.text };
  } finally {
    for (const each of undo) each();
    process.chdir(before.cwd);
    process.env = before.env;
    process.argv = before.argv;
    globalThis.console = before.console;
    busy = false;
  }
}

class Kept extends Writable {
  text = '';
  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

function standIn(name: 'stdout' | 'stderr', kept: Kept): () => void {
  const before = Object.getOwnPropertyDescriptor(process, name)!;
  Object.defineProperty(process, name, { value: kept, configurable: true });
  return () => {
    Object.defineProperty(process, name, before);
  };
}
