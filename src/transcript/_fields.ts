/** Reading what somebody else wrote: a value is of its type, all the way down, or the error names the field, what was
 *  expected there and what was got. Nothing is converted, and what is not expected is refused. */

import { CapstanError } from '../base/errors.ts';

/** Gives the value at that path, or throws. */
export type Field<T> = (value: unknown, path: string) => T;

/** A field that may be missing. */
export interface Optional<T> {
  readonly optional: Field<T>;
}

type Shape<T> = {
  readonly [K in keyof T]-?: Record<never, never> extends Pick<T, K>
    ? Optional<Exclude<T[K], undefined>>
    : Field<T[K]>;
};

export function refuse(path: string, expected: string, got: unknown): never {
  const what = path === '' ? '' : `«${path}»: `;
  throw new CapstanError('invalid', `${what}expected ${expected}, got ${shown(got)}`);
}

/** As an error shows it. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return `«${shortened(value)}»`;
  return shortened(JSON.stringify(value));
}

const SHOWN_MAX = 80;
const shortened = (text: string): string =>
  text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX).toWellFormed()}…` : text;

/** An object with these fields and no others. */
export function record<T extends object>(shape: Shape<T>): Field<T> {
  const fields = Object.entries(shape) as [string, Field<unknown> | Optional<unknown>][];
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return refuse(path, 'an object', value);
    const given = value as { readonly [name: string]: unknown };
    const inside = path === '' ? '' : `${path}.`;
    const read: { [name: string]: unknown } = {};
    for (const [name, field] of fields) {
      const isThere = Object.hasOwn(given, name);
      if (typeof field === 'function') {
        if (!isThere) refuse(`${inside}${name}`, 'a value', undefined);
        read[name] = field(given[name], `${inside}${name}`);
      } else if (isThere) read[name] = field.optional(given[name], `${inside}${name}`);
    }
    for (const name of Object.keys(given))
      if (!Object.hasOwn(shape, name)) refuse(`${inside}${shortened(name)}`, 'no such field', given[name]);
    return read as T;
  };
}

/** An object whose field «kind» says which of these it is. */
export function variant<T extends { readonly kind: string }>(
  kinds: {
    readonly [K in T['kind']]: Field<Extract<T, { readonly kind: K }>>;
  },
): Field<T> {
  const names = Object.keys(kinds);
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return refuse(path, 'an object', value);
    const kind = Object.hasOwn(value, 'kind') ? (value as { readonly kind: unknown }).kind : undefined;
    if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind))
      return refuse(path === '' ? 'kind' : `${path}.kind`, `one of ${names.join(', ')}`, kind);
    return kinds[kind as T['kind']](value, path) as T;
  };
}

export function list<T>(item: Field<T>, atLeast = 0): Field<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) return refuse(path, 'an array', value);
    if (value.length < atLeast) return refuse(path, `at least ${atLeast}`, value);
    return value.map((one: unknown, i) => item(one, `${path}[${i}]`));
  };
}

export function text(atLeast = 0): Field<string> {
  return (value, path) => {
    if (typeof value !== 'string') return refuse(path, 'a string', value);
    if (value.length < atLeast) return refuse(path, 'some text', value);
    if (!value.isWellFormed()) return refuse(path, 'well-formed Unicode', value.toWellFormed());
    return value;
  };
}

export function matching(pattern: RegExp, expected: string): Field<string> {
  return (value, path) =>
    typeof value === 'string' && pattern.test(value) ? value : refuse(path, expected, value);
}

export function oneOf<const T extends string>(...words: readonly T[]): Field<T> {
  return (value, path) =>
    words.find((word) => word === value) ?? refuse(path, `one of ${words.join(', ')}`, value);
}

export function truth(value: unknown, path: string): boolean {
  return typeof value === 'boolean' ? value : refuse(path, 'true or false', value);
}

/** 0 … 2^53 − 1. */
export function count(value: unknown, path: string): number {
  return Number.isSafeInteger(value) && (value as number) >= 0
    ? (value as number)
    : refuse(path, 'a whole number from 0', value);
}

/** A number from `low` to `high`, or from `low` on. */
export function number(low: number, high = Number.MAX_VALUE): Field<number> {
  const range = high === Number.MAX_VALUE ? `from ${low}` : `from ${low} to ${high}`;
  return (value, path) =>
    typeof value === 'number' && value >= low && value <= high
      ? value
      : refuse(path, `a number ${range}`, value);
}
