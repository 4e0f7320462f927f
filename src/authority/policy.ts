/** Who may do what: the policy of a project, as a file and as it stands on the ledger.
 *      { "format": "capstan-policy-1", "promotion": "gate",
 *        "acts": { "pause": { "roles": ["overseer", "operator", "auditor"], "people": 1 }, … } }
 *  A policy is in force by being adopted on the ledger, which has all of it, so that the file alone changes nothing. One
 *  person may always reduce activity: no policy can ask for two there. */

import { hash } from 'node:crypto';
import { canonical, type Json } from '../base/canonical.ts';
import { CapstanError } from '../base/errors.ts';
import type { Entry, Kind } from '../ledger/entry.ts';

export const ROLES = ['overseer', 'operator', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

export const ACTS = [
  ...(['pause', 'stop', 'resume', 'promote', 'rollback', 'revoke', 'correct', 'erase'] as const),
  ...(['people', 'policy'] as const),
];
export type Act = (typeof ACTS)[number];

/** The act that an entry of a kind is, where that is restricted. What people decide falls under «correct» too, once they sign it
 *  (`fault.ts`). */
export const ACT_OF: { readonly [K in Kind]?: Act } = {
  'work-paused': 'pause',
  'work-stopped': 'stop',
  'work-resumed': 'resume',
  'model-promoted': 'promote',
  'model-rolled-back': 'rollback',
  'model-revoked': 'revoke',
  'answer-corrected': 'correct',
  'content-erased': 'erase',
  'principal-enrolled': 'people',
  'principal-withdrawn': 'people',
  'policy-adopted': 'policy',
};

export interface Rule {
  /** Any of these. */
  readonly roles: readonly Role[];
  /** How many different people it needs, where so many with such a role are enrolled. */
  readonly people: number;
}

export interface Policy {
  /** Who promotes during a run: its gate, or people once the gate has passed. */
  readonly promotion: 'gate' | 'people';
  readonly acts: { readonly [A in Act]: Rule };
}

/** In force until another one is adopted. */
export const DEFAULT_POLICY: Policy = {
  promotion: 'gate',
  acts: {
    pause: { roles: ROLES, people: 1 },
    stop: { roles: ROLES, people: 1 },
    resume: { roles: ['operator'], people: 2 },
    promote: { roles: ['operator'], people: 2 },
    rollback: { roles: ['overseer', 'operator'], people: 1 },
    revoke: { roles: ROLES, people: 1 },
    correct: { roles: ['overseer', 'operator'], people: 1 },
    erase: { roles: ['operator'], people: 2 },
    people: { roles: ['operator'], people: 2 },
    policy: { roles: ['operator'], people: 2 },
  },
};

/** The policy in a file's text. Throws «invalid» and names what is wrong. */
export function parsePolicy(text: string): Policy {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CapstanError('invalid', 'the policy: expected JSON, got something else');
  }
  const { format, promotion, acts } = fieldsOf('the policy', value, ['format', 'promotion', 'acts']);
  if (format !== FORMAT) throw unlike('«format»', `«${FORMAT}»`, format);
  if (promotion !== 'gate' && promotion !== 'people')
    throw unlike('«promotion»', '«gate» or «people»', promotion);
  const rules = fieldsOf('«acts»', acts, ACTS);
  return { promotion, acts: mapActs((act) => parseRule(act, rules[act])) };
}

/** The text of a file that says so. */
export function formatPolicy({ promotion, acts }: Policy): string {
  const lines = ACTS.map((act) => {
    const { roles, people } = acts[act];
    return `    "${act}": { "roles": ${JSON.stringify(roles).replaceAll(',', ', ')}, "people": ${people} }`;
  });
  return `{\n  "format": "${FORMAT}",\n  "promotion": "${promotion}",\n  "acts": {\n${lines.join(',\n')}\n  }\n}\n`;
}

/** SHA-256 of the policy in canonical JSON: two files that say the same have the same. */
export function policyHash({ promotion, acts }: Policy): string {
  const rules = mapActs((act) => ({ roles: acts[act].roles, people: acts[act].people }));
  return hash('sha256', canonical({ format: FORMAT, promotion, acts: rules } as unknown as Json));
}

/** All of it, as the entry that adopts it has it: «resume» is «2 operator». */
export function adoption(policy: Policy): Pick<Entry, 'words' | 'subjects'> {
  const rules = mapActs((act) => `${policy.acts[act].people} ${policy.acts[act].roles.join(' ')}`);
  return {
    words: { format: FORMAT, promotion: policy.promotion, ...rules },
    subjects: [{ name: 'policy', sha256: policyHash(policy) }],
  };
}

/** The policy that such an entry adopts. Throws «invalid» if it says none, or is of another hash. */
export function adoptedIn({ words = {}, subjects = [] }: Pick<Entry, 'words' | 'subjects'>): Policy {
  const { format, promotion, ...rules } = words;
  const acts = Object.fromEntries(
    Object.entries(rules).map(([act, rule]) => {
      const [people, ...roles] = rule.split(' ');
      return [act, { roles, people: Number(people) }];
    }),
  );
  const policy = parsePolicy(JSON.stringify({ format, promotion, acts }));
  const [subject] = subjects;
  if (subject?.sha256 !== policyHash(policy))
    throw unlike('the policy', `the hash ${policyHash(policy)}`, subject?.sha256);
  return policy;
}

const FORMAT = 'capstan-policy-1';
const PEOPLE_MAX = 9;
const REDUCING: readonly Act[] = ['pause', 'stop', 'rollback', 'revoke', 'correct'];

function parseRule(act: Act, value: unknown): Rule {
  const { roles, people } = fieldsOf(`«${act}»`, value, ['roles', 'people']);
  const isList = Array.isArray(roles) && roles.length > 0 && new Set(roles).size === roles.length;
  if (!isList || !roles.every((role) => ROLES.includes(role)))
    throw unlike(`«roles» of «${act}»`, `some of ${ROLES.join(', ')}, each once`, roles);
  const most = REDUCING.includes(act) ? 1 : PEOPLE_MAX;
  if (typeof people !== 'number' || !Number.isInteger(people) || people < 1 || people > most)
    throw unlike(
      `«people» of «${act}»`,
      most === 1 ? '1, since one person may always reduce activity' : `an integer from 1 to ${PEOPLE_MAX}`,
      people,
    );
  return { roles: ROLES.filter((role) => roles.includes(role)), people };
}

function fieldsOf<K extends string>(
  what: string,
  value: unknown,
  names: readonly K[],
): { readonly [name in K]: unknown } {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unlike(what, `an object of ${names.join(', ')}`, value);
  const stranger = Object.keys(value).find((name) => !names.some((known) => known === name));
  if (stranger !== undefined) throw unlike(what, `only ${names.join(', ')}`, stranger);
  const missing = names.find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) throw unlike(what, `«${missing}»`, undefined);
  return value as { readonly [name in K]: unknown };
}

function mapActs<T>(of: (act: Act) => T): { readonly [A in Act]: T } {
  return Object.fromEntries(ACTS.map((act) => [act, of(act)])) as { readonly [A in Act]: T };
}

function unlike(what: string, expected: string, got: unknown): CapstanError {
  const SHOWN = 80;
  const text = got === undefined ? 'nothing' : `«${String(JSON.stringify(got)).slice(0, SHOWN)}»`;
  return new CapstanError('invalid', `${what}: expected ${expected}, got ${text}`);
}
