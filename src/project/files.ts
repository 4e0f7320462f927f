/** Files that somebody named on the command line. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CapstanError, messageOf } from '../base/errors.ts';

/** `name`: the file as the message has it, «--known FILE»; `expected`: what it should be. Throws «not-found» if it cannot be
 *  read. */
export function bytesNamed(file: string, name: string, expected: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new CapstanError('not-found', `${name}: expected ${expected}, got ${messageOf(cause)}`, { cause });
  }
}

/** The same of a file, or of all files of JSON lines in a folder, one after the other by their names. */
export function linesNamed(path: string, name: string, expected: string): Uint8Array {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
  if (!isFolder) return bytesNamed(path, name, expected);
  const files = readdirSync(path).filter((file) => file.endsWith('.jsonl'));
  return Buffer.concat(files.sort().map((file) => bytesNamed(join(path, file), name, expected)));
}

/** Of a file, in UTF-8. */
export function textNamed(file: string, name: string, expected: string): string {
  return new TextDecoder().decode(bytesNamed(file, name, expected));
}
