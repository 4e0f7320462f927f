/** RFC 8785 JSON Canonicalization Scheme: one value, one sequence of bytes, so that hashes of it agree everywhere.
 *  ECMAScript's own number and string forms are the ones the RFC prescribes (§3.2.2.2, §3.2.2.3). */

import { CapstanError } from './errors.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The canonical text. Throws on what JSON cannot say: NaN, infinities, undefined, lone surrogates. */
export function canonical(value: Json): string {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new CapstanError('invalid', `canonical JSON: expected a finite number, got ${value}`);
  if (typeof value === 'string' && !value.isWellFormed())
    throw new CapstanError('invalid', 'canonical JSON: expected well-formed Unicode, got a lone surrogate');
  if (value === undefined || typeof value === 'function')
    throw new CapstanError('invalid', `canonical JSON: expected a JSON value, got ${typeof value}`);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = Object.entries(value as { readonly [key: string]: Json });
  // §3.2.3: keys are sorted by UTF-16 code units, which is what the default order does.
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${canonical(key)}:${canonical(item)}`).join(',')}}`;
}
