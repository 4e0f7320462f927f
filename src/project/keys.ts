/** Keys that open the workbench, for a browser or a program:
 *      access/keys.json      0600: of each key its SHA-256 and whose it is; the key itself is nowhere
 *  A key gives no authority. Where people are enrolled it lets its holder be what the ledger says that they are, and what
 *  they do is signed by their signer key as it is at a terminal. So keys are not on the ledger: whoever can write this
 *  file can also sign there. */

import { hash, randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import type { Authority } from '../authority/authority.ts';
import { ROLES, type Role } from '../authority/policy.ts';
import { CapstanError } from '../base/errors.ts';
import { replayed } from '../record/replay.ts';
import { readSealed, writeSealed } from '../run/sealed.ts';
import { Folder } from '../storage/folder.ts';
import { lockFolderWithin } from '../storage/lock.ts';
import { ACCESS, LEDGER } from './home.ts';
import type { ProjectLog } from './log.ts';

export interface KeptKey {
  /** The beginning of its hash. */
  readonly name: string;
  /** «ada» */
  readonly person: string;
  /** Where people are enrolled, those of them that they have; none are all of theirs. */
  readonly roles: readonly Role[];
  readonly sha256: string;
  /** ISO 8601 */
  readonly made: string;
}

/** Somebody who came with a key. */
export interface KeyHolder {
  /** Name of the key. */
  readonly key: string;
  /** «person:ada» */
  readonly id: string;
  readonly roles: readonly Role[];
}

export interface KeyRing {
  readonly whoHas: (key: string) => KeyHolder | undefined;
  readonly holderOf: (name: string) => KeyHolder | undefined;
  readonly isEmpty: () => boolean;
}

const FILE = 'keys.json';
const FORMAT = 'capstan-keys-1';
/** 256 bits cannot be guessed, so that a plain hash of them needs no salt. */
const KEY_BYTES = 32;
const NAME_DIGITS = 12;
const PATIENCE_MS = 5000;
/** As the ledger has names; of others there are no signer keys. */
const NAME = /^[a-z][a-z0-9-]{0,31}$/;

export function keptKeys(): readonly KeptKey[] {
  const folder = new Folder(ACCESS);
  return folder.exists(FILE) ? readSealed<readonly KeptKey[]>(folder, FILE, FORMAT) : [];
}

/** A new key, and what is kept of it. */
export function makeKeyFor(
  person: string,
  roles: readonly Role[],
): { readonly key: string; readonly kept: KeptKey } {
  if (!NAME.test(person))
    throw new CapstanError(
      'invalid',
      `the name of a person: expected up to 32 small letters, digits and hyphens, got «${person}»`,
    );
  expectRoles(replayed(LEDGER).authority, person, roles);
  const key = `capstan_${randomBytes(KEY_BYTES).toString('base64url')}`;
  const sha256 = digest(key);
  const made = new Date().toISOString();
  const kept = { name: sha256.slice(0, NAME_DIGITS), person, roles, sha256, made };
  change((keys) => [...keys, kept]);
  return { key, kept };
}

/** Those of that name, or all of that person. */
export function withdrawKeys(which: string): readonly KeptKey[] {
  const isMeant = ({ name, person }: KeptKey) => name === which || person === which;
  const gone = keptKeys().filter(isMeant);
  if (gone.length === 0)
    throw new CapstanError('not-found', `key «${which}»: expected one of a name or a person, found none`);
  change((keys) => keys.filter((one) => !isMeant(one)));
  return gone;
}

/** The keys as they are whenever it is asked: what is withdrawn, here or on the ledger, opens nothing any more. */
export function keyRing(log: ProjectLog): KeyRing {
  const keys = whileSame(() => stampOf(`${ACCESS}/${FILE}`), keptKeys);
  const holder = (kept: KeptKey | undefined): KeyHolder | undefined => {
    const roles = kept && rolesOf(log.replay.authority, kept);
    return kept && roles && { key: kept.name, id: `person:${kept.person}`, roles };
  };
  return {
    whoHas(key) {
      const sha256 = digest(key); // what is compared is not what was sent, so that its time tells nothing of a key
      return holder(keys().find((one) => one.sha256 === sha256));
    },
    holderOf: (name) => holder(keys().find((one) => one.name === name)),
    isEmpty: () => keys().length === 0,
  };
}

/** What a key lets its person be; undefined for nothing. */
function rolesOf({ people }: Authority, { person, roles }: KeptKey): readonly Role[] | undefined {
  if (people.size === 0) return roles;
  const principal = people.get(person);
  return principal?.roles.filter((role) => roles.length === 0 || roles.includes(role));
}

function expectRoles({ people }: Authority, person: string, roles: readonly Role[]): void {
  if (people.size === 0) {
    if (roles.length > 0) return;
    throw new CapstanError('usage', `--role: expected some of ${ROLES.join(', ')}, got none`);
  }
  const principal = people.get(person);
  if (!principal)
    throw new CapstanError(
      'refused',
      `expected somebody who is enrolled, one of ${[...people.keys()].join(', ')}, got «${person}»`,
    );
  const other = roles.find((role) => !principal.roles.includes(role));
  if (other !== undefined)
    throw new CapstanError(
      'refused',
      `--role: expected some of ${principal.roles.join(', ')}, which ${person} has, got ${other}`,
    );
}

function change(act: (keys: readonly KeptKey[]) => readonly KeptKey[]): void {
  const lock = lockFolderWithin(ACCESS, PATIENCE_MS);
  try {
    writeSealed(new Folder(ACCESS), FILE, FORMAT, act(keptKeys()), { secret: true });
  } finally {
    lock.release();
  }
}

function digest(key: string): string {
  return hash('sha256', key);
}

/** What `make` gave, until the stamp is another. */
function whileSame<T>(stamp: () => string, make: () => T): () => T {
  let known: { readonly stamp: string; readonly value: T } | undefined;
  return () => {
    const now = stamp();
    if (known?.stamp !== now) known = { stamp: now, value: make() };
    return known.value;
  };
}

/** Another one once the file is another, or has more in it. */
function stampOf(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.ino} ${stat.size} ${stat.mtimeNs}` : '';
}
