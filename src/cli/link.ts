/** The link that «capstan serve» prints: a key for whoever is at this machine, which signs in once. Its sessions are theirs, also
 *  those of the last time, while they are who they are. */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { CapstanError } from '../base/errors.ts';
import type { ProjectLog } from '../project/log.ts';
import { person } from '../project/recorder.ts';
import type { Holder } from '../server/place.ts';

export interface Link {
  readonly key: string;
  readonly whoHas: (key: string) => Holder | undefined;
  readonly holderOf: (name: string) => Holder | undefined;
}

/** How long a link can be opened again after it was: by a browser that lost the answer, or asked twice. */
const AGAIN_MS = 60_000;

const LINK_BYTES = 32;

/** `as`: who, where people are enrolled; undefined where nobody said. */
export function linkOf(as: string | undefined, log: ProjectLog): Link | undefined {
  const { people } = log.replay.authority;
  if (as !== undefined && !people.has(as))
    throw new CapstanError('usage', `--as ${as}: expected somebody who is enrolled, got nobody`);
  if (as === undefined && people.size > 0) return undefined;
  const id = as === undefined ? person().id : `person:${as}`;
  const name = `link ${id}`;
  const holder = (): Holder | undefined => {
    const now = log.replay.authority.people;
    if (as === undefined)
      return now.size === 0 ? { key: name, id, roles: ['overseer', 'operator', 'auditor'] } : undefined;
    const principal = now.get(as);
    return principal && { key: name, id, roles: principal.roles };
  };
  const key = randomBytes(LINK_BYTES).toString('base64url');
  const digest = digestOf(key);
  let until = Number.POSITIVE_INFINITY;
  return {
    key,
    whoHas(given) {
      if (!timingSafeEqual(digestOf(given), digest) || Date.now() > until) return undefined;
      until = Math.min(until, Date.now() + AGAIN_MS);
      return holder();
    },
    holderOf: (asked) => (asked === name ? holder() : undefined),
  };
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
