/** An act that needs more than one person waits on the ledger as a request: the entry that it would be, under the kind
 *  `act-requested`, with two words more.
 *      act-requested  { …draft, words: { …words, act: kind, expires } }     signed by who asks
 *      act-approved   { parents: [request] }                                  by each of those between
 *      kind           { …draft, parents: [request, …parents] }                by the one who makes them enough */

import type { Entry, Kind } from '../ledger/entry.ts';
import { ACT_OF, type Act } from './policy.ts';

/** What an entry says beside who, when and why. */
export type Said = Pick<Entry, 'run' | 'authority' | 'parents' | 'subjects' | 'figures' | 'words'>;

export interface Requested {
  readonly kind: Kind;
  readonly act: Act;
  readonly expires: string;
  readonly said: Said;
}

/** What the request of such an act says. */
export function requestOf(kind: Kind, said: Said, expires: string): Said {
  return { ...said, words: { ...said.words, act: kind, expires } };
}

/** The act that a request asks for; undefined if it asks for none. */
export function requestedIn(entry: Said): Requested | undefined {
  const { act: kind, expires, ...words } = entry.words ?? {};
  const act = kind === undefined ? undefined : ACT_OF[kind as Kind];
  if (act === undefined || expires === undefined || !TIME.test(expires)) return undefined;
  const { words: _, ...said } = saidIn(entry);
  const rest = Object.keys(words).length > 0 ? { words } : {};
  return { kind: kind as Kind, act, expires, said: { ...said, ...rest } };
}

/** What the entry says that completes the request. */
export function completionOf(request: Pick<Entry, 'seq'> & Said): Said {
  const { said } = requestedIn(request)!;
  return { ...said, parents: [request.seq, ...(said.parents ?? [])] };
}

/** Only that of an entry. */
export function saidIn({ run, authority, parents, subjects, figures, words }: Said): Said {
  return {
    ...(run !== undefined && { run }),
    ...(authority !== undefined && { authority }),
    ...(parents && { parents }),
    ...(subjects && { subjects }),
    ...(figures && { figures }),
    ...(words && { words }),
  };
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
