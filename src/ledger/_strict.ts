/** Strict readings of what others wrote: text, base64 (RFC 4648 §4) and decimals that have one spelling each, so that no
 *  two texts mean the same and whoever compares bytes compares meanings. All that is read here may be an attacker's. */

import { CapstanError, messageOf } from '../base/errors.ts';

const QUOTED_MAX = 80;

export function corrupt(what: string, expected: string, got: string): CapstanError {
  return new CapstanError('corrupt', `${what}: expected ${expected}, got ${got}`);
}

/** Text of someone else, short enough to be in a message. */
export function quoted(text: string): string {
  return text.length <= QUOTED_MAX ? `«${text}»` : `«${text.slice(0, QUOTED_MAX)}…»`;
}

/** Bytes as UTF-8, without control characters but the newline. */
export function textOf(what: string, bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new CapstanError('corrupt', `${what}: expected UTF-8, got other bytes`, { cause });
  }
  const control = [...text].find((character) => isControl(character) && character !== '\n');
  if (control) throw corrupt(what, 'no control characters', JSON.stringify(control));
  return text;
}

/** signed-note, «Format»: those below U+0020, and no others. */
export function isControl(character: string): boolean {
  return character < ' ';
}

/** Base64 with padding, as an encoder writes it: Node's own decoder would skip what it does not know. */
export function base64Of(what: string, text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw corrupt(what, 'base64', quoted(text));
  return bytes;
}

/** A decimal without leading zeros, as exact as a number can be. */
export function decimalOf(what: string, text: string): number {
  const value = Number(text);
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(value) || `${value}` !== text)
    throw corrupt(what, `a decimal from 0 to ${Number.MAX_SAFE_INTEGER}`, quoted(text));
  return value;
}

/** What would be refused, or read as something else, is not written. */
export function expectReadable(what: string, isSame: () => boolean): void {
  let got = 'another';
  let cause: unknown;
  try {
    if (isSame()) return;
  } catch (error) {
    cause = error;
    got = messageOf(error);
  }
  throw new CapstanError('invalid', `${what}: expected one that can be read again, got ${got}`, { cause });
}
