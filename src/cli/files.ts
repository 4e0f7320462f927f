/** Files that somebody named on the command line. */

import { readFileSync } from 'node:fs';
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

/** The same, in UTF-8. */
export function textNamed(file: string, name: string, expected: string): string {
  return new TextDecoder().decode(bytesNamed(file, name, expected));
}
