/** Why an entry may not follow: an act by nobody with authority, without the signature that it needs, by fewer people than
 *  it needs; work while it is halted; a promotion that skipped its gate. The same function is asked before an entry is
 *  appended and when a ledger is verified, so that what the one refuses the other finds. */

import { canonical, type Json } from '../base/canonical.ts';
import { messageOf } from '../base/errors.ts';
import { isActSignature, keyNameOf, type Place } from '../ledger/act.ts';
import type { Entry, Kind } from '../ledger/entry.ts';
import { parseVerifierKey, type VerifierKey } from '../ledger/key.ts';
import {
  type Authority,
  checkpointIn,
  isPersons,
  mayAct,
  nameOf,
  type Principal,
  peopleNeeded,
  publicOf,
  type Request,
  rolesIn,
  standing,
} from './authority.ts';
import { ACT_OF, type Act, adoptedIn, type Policy, ROLES } from './policy.ts';
import { completionOf, requestedIn, saidIn } from './request.ts';

/** «expected …, got …»; undefined where the entry may follow. */
export function faultIn(authority: Authority, entry: Entry, place: Place): string | undefined {
  const isRuled = authority.people.size > 0;
  if (!isRuled && PEOPLES.has(entry.kind)) return 'expected somebody who is enrolled, got nobody';
  const own = OWN[entry.kind]?.(authority, entry);
  if (own !== undefined) return own;
  if (!isRuled)
    return signatureFault(place, entry, entry.kind === 'principal-enrolled' ? [keyIn(entry)] : []);
  const halted = WORK.has(entry.kind) ? haltedFault(authority, entry) : undefined;
  if (halted !== undefined) return halted;
  const act = actOf(authority, entry);
  const isFree = act === undefined || isByGate(authority, entry);
  if (isFree && entry.kind !== 'key-rotated') return signatureFault(place, entry, []);
  return personFault(authority, entry, place, act);
}

/** Whether its kind alone says that such an entry may follow, and that after it everybody may do what they might before.
 *  (A gate's decision may be asked for later: `afterGate`.) The tests compare this with `faultIn` and `after`. */
export function isOrdinary({ halt, signsActions }: Authority, { kind, isSigned }: Seen): boolean {
  if (kind === 'action-taken' && signsActions) return false;
  return ORDINARY.has(kind) && !isSigned && !(halt && WORK.has(kind));
}

interface Seen extends Pick<Entry, 'kind'> {
  readonly isSigned: boolean;
}

/** Kinds that nothing is asked of but that nobody signs them; of actions, until somebody does. Any other is read in full. */
const ORDINARY: ReadonlySet<Kind> = new Set<Kind>([
  ...(['run-started', 'run-resumed', 'run-ended', 'training-started', 'training-ended'] as const),
  ...(['examples-written', 'gate-decided', 'action-taken', 'model-served', 'answer-recorded'] as const),
]);

/** Kinds that are work, or let a model out: none while work is halted. */
export const WORK: ReadonlySet<Kind> = new Set<Kind>([
  ...(['run-started', 'run-resumed', 'training-started', 'model-promoted', 'model-served'] as const),
]);

/** Why there may be no such entry now, where that follows from a halt; also where nobody is enrolled. */
export function haltedFault({ halt }: Authority, { kind }: Pick<Entry, 'kind'>): string | undefined {
  if (!halt || !WORK.has(kind)) return undefined;
  const what = halt.kind === 'work-paused' ? 'paused' : 'stopped';
  return `expected no ${kind} while work is ${what}, since entry ${halt.seq}, by ${halt.actor.id}`;
}

/** Kinds that mean nothing without people. */
const PEOPLES: ReadonlySet<Kind> = new Set<Kind>([
  ...(['principal-withdrawn', 'key-rotated', 'policy-adopted', 'act-requested', 'act-approved'] as const),
]);

/** What is asked of single kinds, whoever acts. */
const OWN: { readonly [K in Kind]?: (authority: Authority, entry: Entry) => string | undefined } = {
  'model-promoted': (authority, entry) => {
    const checkpoint = checkpointIn(entry);
    const isGated = (entry.parents ?? []).some(
      (parent) => authority.gates.findLast(({ seq }) => seq === parent)?.checkpoint === checkpoint,
    );
    if (checkpoint === undefined || !isGated)
      return 'expected the gate that the checkpoint passed among «parents», got none';
    return revokedFault(authority, entry);
  },
  'model-rolled-back': revokedFault,
  'principal-enrolled': enrolmentFault,
  'principal-withdrawn': (authority, { words }) => {
    const name = words?.name ?? '';
    if (!authority.people.has(name)) return `expected somebody who is enrolled, got «${name}»`;
    const rest = [...authority.people.values()].filter((one) => one.name !== name);
    return leftFault(rest, authority.policy);
  },
  'key-rotated': (authority, entry) => {
    const name = entry.words?.name ?? '';
    if (name !== nameOf(entry)) return `expected a key of ${entry.actor.id}, got one of «${name}»`;
    return keyFault(authority, name, entry.words?.key);
  },
  'policy-adopted': (authority, entry) => {
    try {
      return leftFault([...authority.people.values()], adoptedIn(entry));
    } catch (error) {
      return messageOf(error);
    }
  },
  'work-resumed': ({ people, halt }, { parents = [] }) =>
    people.size > 0 && halt && !parents.includes(halt.seq)
      ? `expected entry ${halt.seq}, which halted work, among «parents», got ${parents.join(', ') || 'none'}`
      : undefined,
  'act-requested': (authority, entry) => {
    const requested = requestedIn(entry);
    if (!requested) return 'expected the words «act» and «expires» of a request, got others';
    const { kind, expires, said } = requested;
    if (expires <= entry.time) return `expected a request that expires after ${entry.time}, got ${expires}`;
    const { words: _, parents: __, ...rest } = entry;
    return OWN[kind]?.(authority, { ...rest, ...said, kind });
  },
  'act-approved': (authority, entry) => {
    const request = authority.requests.get(entry.parents?.[0] ?? -1);
    if (!request) return `expected a request that waits as the parent, got entry ${entry.parents?.[0]}`;
    if (request.people.includes(nameOf(entry) ?? ''))
      return `expected somebody other than ${request.people.join(', ')}, got ${entry.actor.id}`;
    return expiredFault(request, entry);
  },
};

function personFault(
  authority: Authority,
  entry: Entry,
  place: Place,
  act: Act | undefined,
): string | undefined {
  const principal = authority.people.get(nameOf(entry) ?? '');
  if (!principal) return `expected an act of somebody who is enrolled, got ${entry.actor.id}`;
  const unsigned = signatureFault(place, entry, [
    principal.key,
    ...(entry.kind === 'key-rotated' ? [keyIn(entry)] : []),
  ]);
  if (unsigned !== undefined || act === undefined) return unsigned;
  if (!mayAct(authority, principal, act))
    return `expected one of ${authority.policy.acts[act].roles.join(', ')} for «${act}», got ${principal.name}, ${principal.roles.join(', ')}`;
  return ACT_OF[entry.kind] === undefined ? undefined : peopleFault(authority, entry, principal, act);
}

/** Counts who is behind the act. */
function peopleFault(authority: Authority, entry: Entry, { name }: Principal, act: Act): string | undefined {
  const needed = peopleNeeded(authority, act);
  const request = authority.requests.get(entry.parents?.[0] ?? -1);
  const people = new Set([name]);
  if (request) {
    const fault = completionFault(request, entry) ?? expiredFault(request, entry);
    if (fault !== undefined) return fault;
    for (const one of standing(authority, request)) people.add(one);
  }
  if (people.size >= needed) return undefined;
  return `expected ${needed} different people for «${act}», got ${people.size}, ${[...people].join(', ')}`;
}

function completionFault(request: Request, entry: Entry): string | undefined {
  const [asked, done] = [completionOf(request.entry), saidIn(entry)].map((said) =>
    canonical(said as unknown as Json),
  );
  if (request.kind === entry.kind && asked === done) return undefined;
  return `expected what entry ${request.entry.seq} asks for, a ${request.kind}, got a ${entry.kind} that says other things`;
}

function expiredFault({ expires, entry: { seq } }: Request, { time }: Entry): string | undefined {
  return time <= expires
    ? undefined
    : `expected an act until ${expires}, when request ${seq} expired, got ${time}`;
}

/** The restricted act that the entry is, asks for or approves. */
function actOf(authority: Authority, entry: Entry): Act | undefined {
  if (entry.kind === 'act-requested') return requestedIn(entry)?.act;
  if (entry.kind === 'act-approved') return authority.requests.get(entry.parents?.[0] ?? -1)?.act;
  if (entry.kind === 'action-taken') return isDecision(authority, entry) ? 'correct' : undefined;
  if (JUDGES.has(entry.kind)) return isPersons(entry) ? 'correct' : undefined;
  return ACT_OF[entry.kind];
}

/** Kinds that say how right a model is: where a person judged that, they answer for it. */
const JUDGES: ReadonlySet<Kind> = new Set<Kind>(['model-calibrated', 'model-audited']);

/** Whether it is an action for which somebody has to answer: of a person, since people sign theirs. Whoever may say what an
 *  answer should have been may say what it is. */
function isDecision({ signsActions }: Authority, entry: Entry): boolean {
  return isPersons(entry) && (signsActions || entry.signed !== undefined);
}

/** A promotion by the gate that a run's checkpoint has passed, where the policy leaves it to gates. */
function isByGate({ policy }: Authority, { kind, actor }: Entry): boolean {
  return kind === 'model-promoted' && actor.kind === 'program' && policy.promotion === 'gate';
}

/** Signed by each of these keys, once, and by no other. */
function signatureFault(place: Place, entry: Entry, keys: readonly VerifierKey[]): string | undefined {
  const { signed = [] } = entry;
  const [wanted, found] = [keys.map(keyNameOf), signed.map(({ key }) => key)].map((names) =>
    names.toSorted().join(' and '),
  );
  if (wanted !== found)
    return `expected ${wanted ? `a signature of ${wanted}` : 'no signature'}, got ${found ? `one of ${found}` : 'none'}`;
  const broken = keys.find((key) => {
    const signature = signed.find((one) => one.key === keyNameOf(key));
    return !signature || !isActSignature(place, entry, key, signature);
  });
  return broken && `expected a signature of ${keyNameOf(broken)}, got one that does not verify here`;
}

function revokedFault({ revoked }: Authority, entry: Entry): string | undefined {
  const by = revoked.get(checkpointIn(entry) ?? '');
  return by === undefined
    ? undefined
    : `expected a checkpoint that is not revoked, got one that entry ${by} revoked`;
}

/** Short, and the same in a path, a key name and a command line. */
const NAME = /^[a-z][a-z0-9-]{0,31}$/;

function enrolmentFault(authority: Authority, entry: Entry): string | undefined {
  const { name = '', roles = '', key } = entry.words ?? {};
  if (!NAME.test(name)) return `expected a name of up to 32 small letters, digits and hyphens, got «${name}»`;
  if (authority.people.has(name)) return `expected a name that is free, got «${name}», who is enrolled`;
  if (roles === '' || rolesIn(roles).join(' ') !== roles)
    return `expected roles of ${ROLES.join(', ')}, in this order, got «${roles}»`;
  const fault = keyFault(authority, name, key);
  if (fault !== undefined || authority.people.size > 0) return fault;
  if (nameOf(entry) !== name)
    return `expected the first person to enrol themselves, got ${entry.actor.id} and «${name}»`;
  return leftFault([{ roles: rolesIn(roles) }], authority.policy);
}

function keyFault(authority: Authority, name: string, text = ''): string | undefined {
  let key: VerifierKey;
  try {
    key = parseVerifierKey(text);
  } catch (error) {
    return messageOf(error);
  }
  if (key.kind !== 'note' || key.name !== name)
    return `expected a key of «${name}», got one of «${key.name}»`;
  return authority.keys.has(publicOf(key))
    ? 'expected a fresh key, got one that was enrolled before'
    : undefined;
}

/** Somebody has to be left who can enrol others, and who can change the policy. */
function leftFault(people: readonly Pick<Principal, 'roles'>[], { acts }: Policy): string | undefined {
  const lost = (['people', 'policy'] as const).find(
    (act) => !people.some(({ roles }) => acts[act].roles.some((role) => roles.includes(role))),
  );
  return lost && `expected somebody left for «${lost}», one of ${acts[lost].roles.join(', ')}, got nobody`;
}

/** Of an entry whose words were looked at before. */
function keyIn({ words }: Entry): VerifierKey {
  return parseVerifierKey(words!.key!);
}
