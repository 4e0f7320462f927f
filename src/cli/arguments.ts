/** Reading the values of options: what comes back is of its kind and in its range, or the message says what was expected. */

import { CapstanError } from '../base/errors.ts';

/** An integer in decimal, from `low` to `high`. */
export function integer(
  name: string,
  low = Number.MIN_SAFE_INTEGER,
  high = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  const range = low === Number.MIN_SAFE_INTEGER ? '' : ` from ${low} to ${high}`;
  return (text) => {
    const value = Number(text);
    if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(value) && value >= low && value <= high) return value;
    throw new CapstanError('usage', `--${name}: expected an integer${range}, got «${text}»`);
  };
}

/** A decimal number from 0 to 1. */
export function decimal(name: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d*\.?\d+$/.test(text) && value >= 0 && value <= 1) return value;
    throw new CapstanError('usage', `--${name}: expected a number from 0 to 1, got «${text}»`);
  };
}

export function oneOf<T extends string>(name: string, values: readonly T[]): (text: string) => T {
  return (text) => {
    const value = values.find((one) => one === text);
    if (value !== undefined) return value;
    throw new CapstanError('usage', `--${name}: expected one of ${values.join(', ')}, got «${text}»`);
  };
}

/** An option as it is typed, from the name that its value has. */
export function optionOf(flag: string): string {
  return `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
