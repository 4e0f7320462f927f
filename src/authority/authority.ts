/** Who is who, what is allowed, what waits and what is halted: a fold over the entries of a ledger, and nothing else.
 *      authority after n entries = after(authority after n − 1, entry n)
 *  Until somebody is enrolled nobody's key counts, and whoever is at the terminal may do what there is. */

import type { Entry, Kind } from '../ledger/entry.ts';
import { parseVerifierKey, type VerifierKey } from '../ledger/key.ts';
import { Growing } from './_growing.ts';
import { type Act, adoptedIn, DEFAULT_POLICY, type Policy, ROLES, type Role } from './policy.ts';
import { requestedIn } from './request.ts';

/** Somebody with a key. */
export interface Principal {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly key: VerifierKey;
  /** That enrolled them. */
  readonly entry: number;
}

/** An act that waits for more people. */
export interface Request {
  readonly entry: Entry;
  readonly act: Act;
  readonly kind: Kind;
  /** ISO 8601. */
  readonly expires: string;
  /** Who asked, and who has approved so far. */
  readonly people: readonly string[];
}

export interface Authority {
  /** Enrolled now, by name. */
  readonly people: ReadonlyMap<string, Principal>;
  /** Public keys that were ever somebody's: none comes back. */
  readonly keys: ReadonlySet<string>;
  readonly policy: Policy;
  /** That adopted the policy; none: it is the default one. */
  readonly adopted: number | undefined;
  /** Not completed yet, by number; also those that have expired. */
  readonly requests: ReadonlyMap<number, Request>;
  /** Whether people sign what they decide. Once they do, they always do; before, nobody did. */
  readonly signsActions: boolean;
  /** That halted work, until an entry lets it go on. */
  readonly halt: Entry | undefined;
  /** Checkpoints, and the entry that revoked each. */
  readonly revoked: ReadonlyMap<string, number>;
  /** Gates that passed, and the checkpoint of each. */
  readonly gates: Growing<{ readonly seq: number; readonly checkpoint: string }>;
}

export const NOBODY: Authority = {
  people: new Map(),
  keys: new Set(),
  policy: DEFAULT_POLICY,
  adopted: undefined,
  requests: new Map(),
  signsActions: false,
  halt: undefined,
  revoked: new Map(),
  gates: Growing.empty(),
};

/** After an entry that may be there (`fault.ts`). */
export function after(authority: Authority, entry: Entry): Authority {
  const { seq, kind, words = {}, parents = [] } = entry;
  const next = ACTED.has(kind) ? { ...authority, requests: without(authority.requests, parents) } : authority;
  switch (kind) {
    case 'principal-enrolled': {
      const signsActions = next.signsActions || words.actions === SIGNED;
      const own = { roles: rolesIn(words.roles), entry: seq };
      return withKey({ ...next, signsActions }, words.name!, own, words.key!);
    }
    case 'action-taken':
      return entry.signed ? { ...next, signsActions: true } : next;
    case 'key-rotated': {
      const { roles, entry: since } = next.people.get(words.name!)!;
      return withKey(next, words.name!, { roles, entry: since }, words.key!);
    }
    case 'principal-withdrawn':
      return { ...next, people: without(next.people, [words.name!]) };
    case 'policy-adopted':
      return { ...next, policy: adoptedIn(entry), adopted: seq };
    case 'act-requested':
      return { ...next, requests: plus(next.requests, seq, requestIn(entry)) };
    case 'act-approved': {
      const request = next.requests.get(parents[0]!)!;
      const people = [...request.people, nameOf(entry)!];
      return { ...next, requests: plus(next.requests, parents[0]!, { ...request, people }) };
    }
    case 'work-paused':
    case 'work-stopped':
      return { ...next, halt: entry };
    case 'work-resumed':
      return { ...next, halt: undefined };
    case 'model-revoked':
      return { ...next, revoked: plus(next.revoked, checkpointIn(entry) ?? '', seq) };
    case 'gate-decided':
      return entry.figures?.passed === 1 ? afterGate(next, seq, checkpointIn(entry)) : next;
    default:
      return next;
  }
}

/** The same, of a gate that passed. */
export function afterGate(authority: Authority, seq: number, checkpoint = ''): Authority {
  return { ...authority, gates: authority.gates.with({ seq, checkpoint }) };
}

/** The name of the person who acts; undefined if it is none. */
export function nameOf({ actor }: Pick<Entry, 'actor'>): string | undefined {
  return actor.kind === 'person' && actor.id.startsWith(PERSON) ? actor.id.slice(PERSON.length) : undefined;
}

export function personOf(name: string): Entry['actor'] {
  return { id: `${PERSON}${name}`, kind: 'person' };
}

export function mayAct({ policy }: Authority, { roles }: Pick<Principal, 'roles'>, act: Act): boolean {
  return policy.acts[act].roles.some((role) => roles.includes(role));
}

/** How many different people the act needs now: as many as the policy says, of those that there are. */
export function peopleNeeded(authority: Authority, act: Act): number {
  const able = [...authority.people.values()].filter((one) => mayAct(authority, one, act)).length;
  return Math.max(1, Math.min(authority.policy.acts[act].people, able));
}

/** Those of them who may still do it: who was withdrawn since, or lost the role, counts no more. */
export function standing(authority: Authority, { act, people }: Request): readonly string[] {
  return people.filter((name) => {
    const principal = authority.people.get(name);
    return principal !== undefined && mayAct(authority, principal, act);
  });
}

/** The checkpoint that the entry is about. */
export function checkpointIn({ subjects = [] }: Pick<Entry, 'subjects'>): string | undefined {
  return subjects.find(({ name }) => name === 'checkpoint')?.sha256;
}

/** As words of an entry list them. */
export function rolesIn(text = ''): readonly Role[] {
  const words = text.split(' ');
  return ROLES.filter((role) => words.includes(role));
}

/** The public key itself, whatever name it goes by. */
export function publicOf({ publicKey }: VerifierKey): string {
  return publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
}

/** Whether the entry is a person's, or is made to look like one. */
export function isPersons({ actor }: Pick<Entry, 'actor'>): boolean {
  return actor.kind === 'person' || actor.id.startsWith(PERSON);
}

/** What an enrolment says of «actions». */
export const SIGNED = 'signed';

const PERSON = 'person:';

/** Kinds that may complete a request. */
const ACTED: ReadonlySet<Kind> = new Set<Kind>([
  ...(['work-paused', 'work-stopped', 'work-resumed', 'model-promoted', 'model-rolled-back'] as const),
  ...(['model-revoked', 'answer-corrected', 'content-erased', 'principal-enrolled'] as const),
  ...(['principal-withdrawn', 'policy-adopted'] as const),
]);

function requestIn(entry: Entry): Request {
  const { kind, act, expires } = requestedIn(entry)!;
  return { entry, kind, act, expires, people: [nameOf(entry)!] };
}

function withKey(
  authority: Authority,
  name: string,
  own: Pick<Principal, 'roles' | 'entry'>,
  text: string,
): Authority {
  const key = parseVerifierKey(text);
  return {
    ...authority,
    people: plus(authority.people, name, { name, ...own, key }),
    keys: new Set([...authority.keys, publicOf(key)]),
  };
}

function plus<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value);
}

function without<K, V>(map: ReadonlyMap<K, V>, keys: readonly K[]): ReadonlyMap<K, V> {
  if (!keys.some((key) => map.has(key))) return map;
  return new Map([...map].filter(([key]) => !keys.includes(key)));
}
