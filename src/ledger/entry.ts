/** An entry of the ledger: who did what, on whose authority, to which artefacts. Its bytes are canonical JSON (RFC 8785) in
 *  a narrow profile, and they are hashed as they are stored: a verifier never has to write JSON, only to read it.
 *      profile: ASCII keys of a closed set, integers within ±(2^53 − 1), no null, at most 65,535 bytes
 *  What a person wrote is not in it: a commitment is (`commitment.ts`), so that content can be erased while every proof
 *  stays valid. Order is `seq`; `time` informs. */

import { canonical, type Json } from '../base/canonical.ts';
import { CapstanError, invariant } from '../base/errors.ts';
import { ENTRY_BYTES_MAX } from './tile.ts';

/** The things that are recorded. Kinds are only ever added. A kind in `ENDS` ends an intent of the kind that it names, so
 *  that a missing half shows. */
export const KINDS = [
  'ledger-started',
  'run-started',
  'run-resumed',
  'run-ended',
  'training-started',
  'training-ended',
  'examples-written',
  'gate-decided',
  'action-taken',
  'model-promoted',
  'model-served',
  'model-rolled-back',
  'model-revoked',
  'work-paused',
  'work-stopped',
  'work-resumed',
  'answer-corrected',
  'content-erased',
  'principal-enrolled',
  'principal-withdrawn',
  'key-rotated',
  'policy-adopted',
  'act-requested',
  'act-approved',
  'answer-recorded',
  'gate-looked',
  'norms-changed',
  'model-calibrated',
  'model-audited',
] as const;
export type Kind = (typeof KINDS)[number];

/** What each may end. */
export const ENDS: { readonly [kind in Kind]?: readonly Kind[] } = {
  'run-ended': ['run-started', 'run-resumed'],
  'training-ended': ['training-started'],
};

export interface Actor {
  /** «person:ada», «program:capstan», «model:4f2a…» */
  readonly id: string;
  readonly kind: 'person' | 'script' | 'model' | 'program';
  /** Hash or number of the version that acted. */
  readonly version?: string;
}

/** An artefact by the SHA-256 of its bytes, in hex, or a tree by its Merkle root. */
export interface Subject {
  readonly name: string;
  readonly sha256: string;
}

/** Content that lies elsewhere, committed to: 64 hex digits, and how many bytes it has. */
export interface Committed {
  readonly field: string;
  readonly commitment: string;
  readonly bytes: number;
}

/** A person's signature under the whole entry and where it stands (`act.ts`). */
export interface ActSignature {
  /** «ada+1a2b3c4d»: name and id of the key. */
  readonly key: string;
  /** 64 bytes of Ed25519 in base64. */
  readonly signature: string;
}

export interface Entry {
  readonly v: 1;
  /** 0, 1, 2, … without a gap. */
  readonly seq: number;
  /** ISO 8601 in UTC, with milliseconds. */
  readonly time: string;
  readonly kind: Kind;
  readonly actor: Actor;
  /** Who answers for it, where that is not the actor. */
  readonly authority?: string;
  /** Name of the run that it belongs to. */
  readonly run?: string;
  /** The intent that it ends. */
  readonly ends?: number;
  /** Earlier entries that it follows from. */
  readonly parents?: readonly number[];
  readonly subjects?: readonly Subject[];
  readonly content?: readonly Committed[];
  /** Whole numbers; shares are in millionths, «…-ppm». */
  readonly figures?: { readonly [name: string]: number };
  /** Short words of the program's own, never of a person. */
  readonly words?: { readonly [name: string]: string };
  /** By whom, where it is a person's act. */
  readonly signed?: readonly ActSignature[];
}

/** The bytes to be stored and hashed. Throws «invalid» on what the profile does not allow. */
export function encodeEntry(entry: Entry): Uint8Array {
  const fault = faultOf(entry);
  if (fault !== undefined) throw new CapstanError('invalid', `entry ${entry.seq}: ${fault}`);
  const bytes = new TextEncoder().encode(canonical(entry as unknown as Json));
  if (bytes.length <= ENTRY_BYTES_MAX) return bytes;
  throw new CapstanError(
    'invalid',
    `entry ${entry.seq}: expected at most ${ENTRY_BYTES_MAX} bytes, got ${bytes.length}`,
  );
}

/** The entry in stored bytes, which may be anybody's. Throws «corrupt» on any bytes but those of `encodeEntry`. Where many
 *  are looked at `scan.ts` does the same faster. */
export function decodeEntry(bytes: Uint8Array, seq: number): Entry {
  const text = entryText(bytes, seq);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refused(seq, 'expected JSON in UTF-8');
  }
  const fault = faultOf(value);
  if (fault !== undefined) throw refused(seq, fault);
  const entry = value as Entry;
  if (entry.seq !== seq) throw refused(seq, `expected the number ${seq}, got ${entry.seq}`);
  if (canonical(entry as unknown as Json) !== text) throw refused(seq, 'expected canonical JSON (RFC 8785)');
  return entry;
}

/** The bytes as text. */
export function entryText(bytes: Uint8Array, seq: number): string {
  if (bytes.length > ENTRY_BYTES_MAX)
    throw refused(seq, `expected at most ${ENTRY_BYTES_MAX} bytes, got ${bytes.length}`);
  try {
    return UTF8.decode(bytes);
  } catch {
    throw refused(seq, 'expected JSON in UTF-8');
  }
}

function refused(seq: number, fault: string): CapstanError {
  return new CapstanError('corrupt', `entry ${seq}: ${fault}`);
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

interface Rule {
  readonly words: string;
  readonly fits: (value: unknown) => boolean;
  /** A regular expression that only canonical texts of what fits match: all of them, but the rare (`scan.ts`). */
  readonly form: string;
}
type Rules<T> = { readonly [K in keyof Required<T>]: Rule };

const SHORT = 200;
/** Whoever prints an entry on a terminal prints what somebody wrote: no control characters. */
const text: Rule = {
  words: `text of 1 to ${SHORT} characters, none of control`,
  fits: (value) =>
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= SHORT &&
    value.isWellFormed() &&
    !/\p{Cc}/u.test(value),
  // Of what JSON escapes, only quotation mark and backslash are no control characters.
  form: String.raw`"(?:[^"\\\x00-\x1f\x7f-\x9f]|\\["\\]){1,${SHORT}}"`,
};
const count: Rule = {
  words: 'an integer from 0 to 2^53 − 1',
  fits: (value) => Number.isSafeInteger(value) && Number(value) >= 0 && !Object.is(value, -0),
  form: String.raw`(?:0|[1-9]\d{0,14})`, // below 10^15: the rest up to 2^53 is rare
};
const integer: Rule = {
  words: 'an integer within ±(2^53 − 1)',
  fits: (value) => Number.isSafeInteger(value) && !Object.is(value, -0),
  form: String.raw`(?:0|-?[1-9]\d{0,14})`,
};
const digest: Rule = {
  words: '64 hexadecimal digits',
  fits: (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
  form: `"${'[0-9a-f]'.repeat(64)}"`, // an entry is gone over in a seventh less time than if they are counted
};
const signature: Rule = {
  words: '64 bytes in base64',
  fits: (value) => typeof value === 'string' && /^[A-Za-z0-9+/]{85}[AQgw]==$/.test(value),
  form: '"[A-Za-z0-9+/]{85}[AQgw]=="',
};
const oneOf = (values: readonly unknown[]): Rule => ({
  words: `one of ${values.join(', ')}`,
  fits: (value) => values.includes(value),
  form: `(?:${values.map((value) => JSON.stringify(value)).join('|')})`,
});
/** Of every year: the 29th of February is rare. */
const MONTH_AND_DAY = String.raw`(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)`;
const time: Rule = {
  words: 'a time as in 2026-01-31T12:00:00.000Z',
  fits: (value) =>
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) &&
    !Number.isNaN(Date.parse(value)),
  form: String.raw`"\d{4}-${MONTH_AND_DAY}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z"`,
};
const listOf = (rule: Rule): Rule => ({
  words: `a list, not empty, each ${rule.words}`,
  fits: (value) => Array.isArray(value) && value.length > 0 && value.every(rule.fits),
  form: String.raw`\[${rule.form}(?:,${rule.form})*\]`,
});
const namesOf = (rule: Rule): Rule => ({
  words: `names in small letters, digits and hyphens, each with ${rule.words}`,
  fits: (value) =>
    isObject(value) &&
    Object.entries(value).every(([name, held]) => /^[a-z][a-z0-9-]{0,39}$/.test(name) && rule.fits(held)),
  form: String.raw`\{(?:${NAME}:${rule.form}(?:,${NAME}:${rule.form})*)?\}`,
});
const NAME = '"[a-z][a-z0-9-]{0,39}"';
function objectOf<T>(rules: Rules<T>, optional: readonly (keyof T & string)[] = []): Rule {
  return {
    words: `an object of ${Object.keys(rules).join(', ')}`,
    fits: (value) => fieldFault(value, rules as Rules<Record<string, unknown>>, optional) === undefined,
    form: formOf(rules as Rules<Record<string, unknown>>, optional),
  };
}

/** Keys in the order of RFC 8785. The first is never one that may be missing, so that each other has a comma before it;
 *  `named` are those whose text is wanted. */
function formOf(
  rules: Rules<Record<string, unknown>>,
  optional: readonly string[],
  named: readonly string[] = [],
): string {
  const keys = Object.keys(rules).sort();
  invariant(!optional.includes(keys[0]!), `«${keys[0]}», the first of the keys, may not be missing`);
  const fields = keys.map((key, i) => {
    const form = named.includes(key) ? `(${rules[key]!.form})` : rules[key]!.form;
    const field = `${i === 0 ? '' : ','}"${key}":${form}`;
    return optional.includes(key) ? `(?:${field})?` : field;
  });
  return String.raw`\{${fields.join('')}\}`;
}

const OPTIONAL = [
  ...['authority', 'run', 'ends', 'parents', 'subjects', 'content', 'figures', 'words', 'signed'],
];
const ENTRY: Rules<Entry> = {
  v: oneOf([1]),
  seq: count,
  time,
  kind: oneOf(KINDS),
  actor: objectOf<Actor>({ id: text, kind: oneOf(['person', 'script', 'model', 'program']), version: text }, [
    'version',
  ]),
  authority: text,
  run: text,
  ends: count,
  parents: listOf(count),
  subjects: listOf(objectOf<Subject>({ name: text, sha256: digest })),
  content: listOf(objectOf<Committed>({ field: text, commitment: digest, bytes: count })),
  figures: namesOf(integer),
  words: namesOf(text),
  signed: listOf(objectOf<ActSignature>({ key: text, signature })),
};

/** The regular expression of an entry, which captures those of its members that are named, in the order of their names. */
export function entryForm(named: readonly string[]): RegExp {
  return new RegExp(`^${formOf(ENTRY as Rules<Record<string, unknown>>, OPTIONAL, named)}$`);
}

/** Why the value is no entry; undefined if it is one. */
function faultOf(value: unknown): string | undefined {
  const fault = fieldFault(value, ENTRY as Rules<Record<string, unknown>>, OPTIONAL);
  if (fault !== undefined) return fault;
  const { seq, kind, ends, parents = [] } = value as Entry;
  const later = [...parents, ends ?? -1].find((earlier) => earlier >= seq);
  if (later !== undefined) return `expected references to entries before ${seq}, got ${later}`;
  const isEnd = ENDS[kind] !== undefined;
  if (isEnd !== (ends !== undefined))
    return isEnd ? `expected «ends» in ${kind}, got none` : `expected no «ends» in ${kind}, got ${ends}`;
  return undefined;
}

function fieldFault(
  value: unknown,
  rules: Rules<Record<string, unknown>>,
  optional: readonly string[],
): string | undefined {
  if (!isObject(value)) return 'expected an object';
  const stranger = Object.keys(value).find((name) => !Object.hasOwn(rules, name));
  if (stranger !== undefined) return `expected no «${stranger.slice(0, SHORT)}»`;
  for (const [name, rule] of Object.entries(rules)) {
    if (!Object.hasOwn(value, name)) {
      if (optional.includes(name)) continue;
      return `expected «${name}», ${rule.words}, got nothing`;
    }
    if (!rule.fits(value[name])) return `«${name}»: expected ${rule.words}`;
  }
  return undefined;
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
