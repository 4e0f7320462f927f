/** A peer in Python: a process that is asked in lines and answers each with a line of JSON. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PYTHON = process.env.CAPSTAN_PYTHON ?? '/usr/bin/python3';

export type Said = { readonly [key: string]: unknown };

export interface Peer {
  /** What it said of itself when it was told the case. */
  readonly opened: Said;
  /** Throws if it has ended instead of answering. */
  ask(question: string): Promise<Said>;
  close(): Promise<void>;
}

/** The peer at work on a case, or why there is none. `script`: below `bench/`. */
export async function openPeer(
  script: string,
  one: object,
  environment: Readonly<Record<string, string>> = {},
): Promise<Peer | string> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const env = { ...process.env, ...environment };
  const child = spawn(PYTHON, [path], { stdio: ['pipe', 'pipe', 'pipe'], env });
  const exit = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  child.once('error', (error) => {
    said += error.message;
  });
  child.stdin.on('error', () => {}); // a peer that cannot start says why on stderr
  const lines = createInterface({ input: child.stdout });
  const ask = async (question: string): Promise<Said | undefined> => {
    const answer = once(lines, 'line');
    child.stdin.write(`${question}\n`);
    const [line] = await Promise.race([answer, exit.then(() => [undefined])]);
    return line === undefined ? undefined : JSON.parse(line);
  };
  const opened = await ask(JSON.stringify(one));
  if (!opened) return said.trim().split('\n').at(-1) ?? 'it said nothing';
  return {
    opened,
    async ask(question) {
      const answer = await ask(question);
      if (!answer) throw new Error(`${script} stopped: ${said}`);
      return answer;
    },
    async close() {
      child.stdin.end();
      await exit;
    },
  };
}
