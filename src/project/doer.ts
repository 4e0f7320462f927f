/** Who acts at this terminal: whoever the system says, or, where people are enrolled, the one whose key is at hand.
 *      ~/.config/capstan/NAME.key      0600, a signer key as of notes; or wherever --key says */

import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type Authority, nameOf, personOf } from '../authority/authority.ts';
import { parsePolicy, policyHash } from '../authority/policy.ts';
import { CapstanError } from '../base/errors.ts';
import { SALT } from '../ledger/commitment.ts';
import { formatSignerKey, parseSignerKey, SEED_BYTES, type SignerKey, signerKey } from '../ledger/key.ts';
import type { Doer } from '../record/acts.ts';
import { Folder } from '../storage/folder.ts';
import { commandLine } from './command-line.ts';
import { person } from './recorder.ts';

export interface DoerFlags {
  readonly as?: string;
  readonly key?: string;
}

/** How long others have to approve. */
const APPROVAL_MS = 24 * 60 * 60 * 1000;

/** Whoever acts, with the reason given. */
export function doerOf(
  authority: Authority,
  flags: DoerFlags,
  reason: string,
): Doer & { readonly salt: string } {
  const salt = randomBytes(SALT);
  const contents = [{ field: 'reason', text: reason, salt }];
  const expires = new Date(Date.now() + APPROVAL_MS).toISOString();
  const own = { contents, expires, salt: salt.toString('hex') };
  if (authority.people.size === 0) {
    if (flags.as !== undefined)
      throw new CapstanError('usage', `--as ${flags.as}: expected somebody who is enrolled, nobody is`);
    return { actor: person(), keys: [], ...own };
  }
  if (flags.as === undefined)
    throw new CapstanError(
      'refused',
      `expected --as NAME, one of ${[...authority.people.keys()].join(', ')}: people are enrolled in this project`,
    );
  return { actor: personOf(flags.as), keys: [keyOf(flags.as, flags.key)], ...own };
}

/** Whoever is signed in to the workbench, «person:ada». Where people are enrolled an act needs their signer key, which may
 *  be on this machine or not; `instead` is the command that does the same where it is. Throws «refused» without it. */
export function doerFor(
  authority: Authority,
  person: string,
  { reason, instead }: { readonly reason: string; readonly instead: string },
): Doer & { readonly salt: string } {
  if (authority.people.size === 0)
    return { ...doerOf(authority, {}, reason), actor: { id: person, kind: 'person' } };
  const name = nameOf({ actor: { id: person, kind: 'person' } }) ?? person;
  try {
    return doerOf(authority, { as: name }, reason);
  } catch (error) {
    if (!(error instanceof CapstanError) || error.code !== 'not-found') throw error;
    throw new CapstanError(
      'refused',
      `expected the signer key of ${name} on this machine, found none; where it is, do it with: ${instead} --as ${name}`,
      { cause: error },
    );
  }
}

/** Where a person's key is unless they say otherwise. */
export function keyFile(name: string): string {
  const config = process.env.XDG_CONFIG_HOME || join(homedir(), '.config');
  return join(config, 'capstan', `${name}.key`);
}

export function keyOf(name: string, file = keyFile(name)): SignerKey {
  const folder = new Folder(dirname(file));
  if (!folder.exists(basename(file)))
    throw new CapstanError('not-found', `${file}: expected the key of ${name}, found no file`);
  const OTHERS = 0o077;
  if (process.platform !== 'win32' && (statSync(file).mode & OTHERS) !== 0)
    throw new CapstanError('refused', `${file}: expected a key that its owner alone can read; chmod 600 it`);
  const key = parseSignerKey(folder.readText(basename(file)).trimEnd());
  if (key.name === name) return key;
  throw new CapstanError('invalid', `${file}: expected the key of ${name}, got one of ${key.name}`);
}

/** A fresh one, which is in its file when this returns. */
export function makeKey(name: string, file = keyFile(name)): SignerKey {
  const folder = new Folder(dirname(file));
  if (folder.exists(basename(file)))
    throw new CapstanError('exists', `${file}: expected no file, since a key is made there, found one`);
  const key = signerKey('note', name, randomBytes(SEED_BYTES));
  folder.writeAtomic(basename(file), `${formatSignerKey(key)}\n`, { secret: true });
  return key;
}

export const POLICY = 'capstan.policy.json';

/** Throws «refused» where the policy file is not the policy in force: editing it changes nothing. */
export function expectPolicy(authority: Authority): void {
  const folder = new Folder('.');
  if (authority.people.size === 0 || !folder.exists(POLICY)) return;
  if (policyHash(parsePolicy(folder.readText(POLICY))) === policyHash(authority.policy)) return;
  const since = authority.adopted === undefined ? 'the default one' : `of entry ${authority.adopted}`;
  throw new CapstanError(
    'refused',
    `${POLICY}: expected the policy in force (${since}), got another; «${commandLine('policy', 'adopt')}» puts it into force, «${commandLine('policy', 'show')}» prints the one that is`,
  );
}
