/** A place for the server that lives in memory: keys are given as a table, the clock stands until it is set, tokens count. */

import { hash } from 'node:crypto';
import { Changes } from '../src/server/changes.ts';
import type { Holder, Person, Place } from '../src/server/place.ts';

export interface Keys {
  [key: string]: Person;
}

/** `keys` may change while the server runs: what is deleted is withdrawn. */
export function memoryPlace(keys: Keys, more: Partial<Place> = {}): Place {
  let tokens = 0;
  const nameOf = (key: string): string => hash('sha256', key).slice(0, 12);
  const holders = (): readonly (Holder & { readonly secret: string })[] =>
    Object.entries(keys).map(([secret, person]) => ({ ...person, key: nameOf(secret), secret }));
  return {
    now: () => Date.UTC(2026, 0, 1),
    token: () => hash('sha256', String(tokens++)).slice(0, 32),
    changes: new Changes('epoch'),
    whoHas: (key) => holders().find(({ secret }) => secret === key),
    holderOf: (name) => holders().find(({ key }) => key === name),
    isAlone: () => false,
    ...more,
  };
}
