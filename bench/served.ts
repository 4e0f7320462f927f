/** The workbench as whoever installs it starts it: a process of its own over the current folder, and keys for those who come. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROGRAM = fileURLToPath(new URL('../bin/capstan.js', import.meta.url));

export interface Served {
  readonly process: ChildProcess;
  readonly url: string;
  stop(): Promise<void>;
}

export async function served(): Promise<Served> {
  const child = spawn(process.execPath, [PROGRAM, 'serve', '--port', '0']);
  child.stderr.pipe(process.stderr);
  const stop = async (): Promise<void> => {
    child.kill();
    await once(child, 'close');
  };
  for await (const line of createInterface({ input: child.stdout }))
    return { process: child, url: new URL(line).origin, stop };
  throw new Error('expected the address of the server, got none');
}

/** A key for somebody of that name. */
export async function keyFor(name: string, ...roles: readonly string[]): Promise<string> {
  const args = [PROGRAM, 'keys', 'add', name, '--role', ...roles];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return stdout.trim();
}
