/** Looking at what somebody else may have written: no value, however deep or odd, makes these throw or recurse. */

import { CapstanError } from '../base/errors.ts';

/** The value of JSON text in UTF-8; undefined if it is none. */
export function parseJson(source: string | Uint8Array): unknown {
  try {
    const isText = typeof source === 'string';
    return JSON.parse(
      isText ? source : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(source),
    );
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function corrupt(thing: string, expectation: string, got: unknown): CapstanError {
  const shown = Array.isArray(got) ? 'a list' : isRecord(got) ? 'an object' : String(got);
  return new CapstanError('corrupt', `${brief(thing)}: expected ${brief(expectation)}, got ${brief(shown)}`);
}

function brief(text: string): string {
  const LONGEST = 100; // of a line that is still read
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
