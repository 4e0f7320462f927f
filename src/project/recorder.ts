/** The ledger of this project, with the clock and the chance that only the shell has, and what is remembered of it outside
 *  of the project. */

import { randomBytes } from 'node:crypto';
import { homedir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { CapstanError, messageOf } from '../base/errors.ts';
import { commit, SALT } from '../ledger/commitment.ts';
import type { Actor } from '../ledger/entry.ts';
import { record } from '../record/acts.ts';
import { Latch } from '../record/latch.ts';
import { type Draft, type Ledger, type LedgerOptions, type Memory, withLedger } from '../record/ledger.ts';
import { replayed } from '../record/replay.ts';
import type { Revoked } from '../registry/revocation.ts';
import type { Recorder } from '../run/chronicle.ts';
import { expectKnown } from '../run/office.ts';
import { isLocked } from '../storage/lock.ts';
import { LEDGER } from './home.ts';

const SEED_BYTES = 32;
/** Tells logs apart; it says nothing of the machine or its people. */
const NAME_BYTES = 6;

const memory: Memory = {};
const options = (): LedgerOptions => ({
  origin: `capstan-${randomBytes(NAME_BYTES).toString('hex')}`,
  seed: () => randomBytes(SEED_BYTES),
  now: () => new Date().toISOString(),
  memory,
});

/** What is remembered of this project outside of it, where the XDG Base Directory Specification has such things. */
export function latch(): Latch {
  const state = process.env.XDG_STATE_HOME || join(homedir(), '.local/state');
  return new Latch(join(state, 'capstan'), resolve(LEDGER));
}

/** With the ledger locked; entries are durable at once, and published when it is let go. */
export function withProject<T>(use: (ledger: Ledger, latch: Latch) => T): T {
  const own = latch();
  return withLedger(LEDGER, options(), (ledger) => {
    const result = use(ledger, own);
    remember(ledger, own);
    return result;
  });
}

/** Between two looks whether somebody else has the ledger, and how long at most. */
const [POLL_MS, POLLED_MS] = [20, 30_000];

/** Kept when nobody has the ledger, so that whoever takes it next keeps no others waiting in this process. */
export async function ledgerFree(): Promise<void> {
  const until = performance.now() + POLLED_MS;
  while (isLocked(LEDGER) && performance.now() < until) await later(POLL_MS);
}

/** For programs. Entries are durable and published when the number is given, and the ledger is free for others again. */
export function recorder(): Recorder {
  return (make) => withProject((ledger, own) => record(ledger, own, make));
}

/** Who promotes a checkpoint whose gate has passed, as the policy in force has it. */
export function promotion(): 'gate' | 'people' {
  return replayed(LEDGER).authority.policy.promotion;
}

/** What may not be served in this project whatever the files say. Throws «refused» where a part of the ledger is lost. */
export function knownRevoked(): Revoked {
  return expectKnown(replayed(LEDGER), latch());
}

/** The same, to be shown. */
export function revokedHere(): Revoked {
  return latch().revoked(replayed(LEDGER));
}

/** Records with commitments to these texts, which are kept beside the log; the number of the entry, and the commitments. */
export function commitTo(
  draft: Draft,
  texts: readonly { readonly field: string; readonly text: string }[],
): { readonly entry: number; readonly names: readonly string[] } {
  const contents = texts.map((one) => ({ ...one, salt: randomBytes(SALT) }));
  return withProject((ledger) => {
    const entry = ledger.appendAbout(draft, contents);
    const names = contents.map(({ field, text, salt }) => {
      const place = { kind: draft.kind, seq: entry, field };
      return commit(place, new TextEncoder().encode(text), salt).commitment;
    });
    return { entry, names };
  });
}

/** Who is at this terminal, as far as the system tells. */
export function person(): Actor {
  return { id: `person:${userInfo().username}`, kind: 'person' };
}

/** A home that cannot be written must not keep anybody from stopping. */
function remember(ledger: Ledger, own: Latch): void {
  try {
    own.remember(ledger.replay);
  } catch (error) {
    if (!(error instanceof CapstanError)) throw error;
    process.stderr.write(`capstan: this is not remembered outside of the project: ${messageOf(error)}\n`);
  }
}
