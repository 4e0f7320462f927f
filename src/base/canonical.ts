/** RFC 8785 JSON Canonicalization Scheme: one value, one sequence of bytes, so that hashes of it agree everywhere.
 *  ECMAScript's own number and string forms are the ones the RFC prescribes (§3.2.2.2, §3.2.2.3). */

import { CapstanError } from './errors.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The canonical text. Throws on what JSON cannot say: NaN, infinities, undefined, lone surrogates, class instances. */
export function canonical(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw refused('a finite number', String(value));
    return JSON.stringify(value);
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw refused('well-formed Unicode', 'a lone surrogate');
    return JSON.stringify(value);
  }
  // Array.from, because map would skip the holes of a sparse array.
  if (Array.isArray(value)) return `[${Array.from(value, (item: Json) => canonical(item)).join(',')}]`;
  if (!isPlain(value)) throw refused('a JSON value', describe(value));
  const entries = Object.entries(value);
  // §3.2.3: keys are sorted by UTF-16 code units, which is what the default order does.
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${canonical(key)}:${canonical(item)}`).join(',')}}`;
}

function isPlain(value: unknown): value is { readonly [key: string]: Json } {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? `an instance of ${value.constructor.name}`
    : typeof value;
}

function refused(expected: string, got: string): CapstanError {
  return new CapstanError('invalid', `canonical JSON: expected ${expected}, got ${got}`);
}
