/** What a worked answer comes to: «A: 18» or «#### 18» on a line of its own, where it has one; else what follows its last
 *  equals sign, be that in a mark «<<9*2=18>>» or in words; else its last number. It is how grade-school solutions are
 *  read, and no more. */

import type { Rational } from '../base/rational.ts';
import { numberOf, numbersIn } from './numbers.ts';

export function finalAnswer(text: string): string | undefined {
  const lines = text.split('\n').map((line) => /^\s*(?:A:|####)\s*(\S.*?)\s*$/.exec(line)?.[1]);
  const stated = lines.findLast((line) => line !== undefined);
  return stated ?? equalled(text) ?? numbers(text).at(-1);
}

/** The same as a number; of a text that is a number, that. */
export function finalNumber(text: string): Rational | undefined {
  const final = numberOf(text) === undefined ? finalAnswer(text) : text;
  return final === undefined ? undefined : numberOf(final);
}

function equalled(text: string): string | undefined {
  const equals = text.lastIndexOf('=');
  if (equals < 0) return undefined;
  const [value = '', ...after] = text.slice(equals + 1).split('>>', 2);
  if (after.length > 0 && numberOf(value) !== undefined) return value.trim();
  return numbers(value)[0];
}

/** With their signs: a minus that has no number before it. */
function numbers(text: string): readonly string[] {
  return numbersIn(text).map(({ at, end }) => {
    const before = text.slice(Math.max(0, at - BEFORE), at);
    const isNegative = /(?:^|[^\d)%\s])\s*[-−]\s?[$£€]?\s?$/.test(before);
    return `${isNegative ? '-' : ''}${text.slice(at, end)}`;
  });
}

/** Characters before a number in which its sign is looked for. */
const BEFORE = 8;
