/** What the endpoints stand on: who a key is, the clock, chance, and who is told of changes. */

import type { Role } from '../wire/session.ts';
import type { Changes } from './changes.ts';

export interface Person {
  /** As on the ledger: «person:ada». */
  readonly id: string;
  readonly roles: readonly Role[];
}

export interface Place {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** 128 bits of chance, in hex. */
  readonly token: () => string;
  readonly changes: Changes;
  /** Whose key it is. */
  readonly whoHas: (key: string) => Person | undefined;
  /** Whether nobody is enrolled, so that one key opens all there is. */
  readonly isAlone: () => boolean;
  /** The built pages; undefined for none. */
  readonly pages?: string;
}
