/** The terminal, if there is one: its colours, and the words that start this program again from its prompt. */

import { basename, dirname, relative } from 'node:path';
import type { WriteStream } from 'node:tty';
import pc from 'picocolors';

export type Ink = ReturnType<typeof pc.createColors>;

/** Colours where this very stream shows them; Node knows NO_COLOR, FORCE_COLOR and dumb terminals. */
export function inkFor(stream: Pick<WriteStream, 'isTTY' | 'hasColors'>): Ink {
  return pc.createColors(stream.isTTY === true && stream.hasColors());
}

/** A reader that has gone («| head -1») is no failure of the program, nor a reason to end a run. */
export function outliveReaders(streams: readonly NodeJS.WriteStream[]): void {
  for (const stream of streams)
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
}

/** A command line to paste into a shell, where this process was started. */
export function commandLine(...args: readonly string[]): string {
  return [...invocation(process.argv[1] ?? '', process.cwd()), ...args.map(quoted)].join(' ');
}

/** npx finds the program in its checkout, and where it is installed; elsewhere its file is named. */
function invocation(script: string, here: string): readonly string[] {
  const folder = dirname(script);
  const isInstalled = basename(script) === 'capstan' || basename(folder) === '.bin';
  if (isInstalled && !folder.startsWith(here)) return ['capstan'];
  if (isInstalled || dirname(folder) === here) return ['npx', '--no-install', 'capstan'];
  const path = relative(here, script);
  return ['node', quoted(path.startsWith('..') ? script : path)];
}

function quoted(text: string): string {
  return /^[\w./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
