/** The decisions about who decides, as functions of what is known: when reviews count, which hidden question comes next, whose
 *  eyes are fresh. */

import type { Gold } from './settings.ts';

export type Verdict = 'open' | 'agreed' | 'disputed';

/** Of reviews by their forms. All have to be alike: with three of which two agree somebody still has to look. */
export function verdictOf(forms: readonly string[], reviewers: number): Verdict {
  if (forms.length < reviewers) return 'open';
  return forms.every((form) => form === forms[0]) ? 'agreed' : 'disputed';
}

/** The hidden question that is handed out instead of what waits, if one is. `chance`: two numbers from 0 to 1, so that neither
 *  when nor which can be told in advance. Nobody is given one twice. */
export function goldFor(
  questions: readonly Gold[],
  share: number,
  known: ReadonlySet<string>,
  [whether, which]: readonly [number, number],
): Gold | undefined {
  if (whether >= share) return undefined;
  const fresh = questions.filter(({ id }) => !known.has(id));
  return fresh[Math.floor(which * fresh.length)];
}

/** Whether somebody has to leave a tree to others: they know it, and somebody is about who does not. Where nobody is, all who
 *  are about get it as if it were new: it is better decided by who knows it than by nobody. */
export function isKeptAway(person: string, about: readonly string[], acted: ReadonlySet<string>): boolean {
  return acted.has(person) && about.some((other) => !acted.has(other));
}
