/** The words that start this program again from the prompt. */

import { basename, dirname, relative } from 'node:path';

/** A command line to paste into a shell, where this process was started. */
export function commandLine(...args: readonly string[]): string {
  return [...invocation(process.argv[1] ?? '', process.cwd()), ...args.map(quoted)].join(' ');
}

/** npx finds the program in its checkout, which it starts by way of a folder of its own, and where it is installed; elsewhere its
 *  file is named. */
function invocation(script: string, here: string): readonly string[] {
  const folder = dirname(script);
  const isInstalled = basename(script) === 'capstan' || basename(folder) === '.bin';
  const isByNpx = /[\\/]_npx[\\/]/.test(folder);
  if (isInstalled && !isByNpx && !folder.startsWith(here)) return ['capstan'];
  if (isInstalled || dirname(folder) === here) return ['npx', '--no-install', 'capstan'];
  const path = relative(here, script);
  return ['node', quoted(path.startsWith('..') ? script : path)];
}

function quoted(text: string): string {
  return /^[\w./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
