/** The ledger of this project, with the clock and the chance that only the shell has. */

import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { commit, SALT } from '../ledger/commitment.ts';
import type { Actor } from '../ledger/entry.ts';
import { type Draft, type LedgerOptions, withLedger } from '../record/ledger.ts';
import type { Recorder } from '../run/chronicle.ts';
import { LEDGER } from './home.ts';

const SEED_BYTES = 32;
/** Tells logs apart; it says nothing of the machine or its people. */
const NAME_BYTES = 6;

const options = (): LedgerOptions => ({
  origin: `capstan-${randomBytes(NAME_BYTES).toString('hex')}`,
  seed: () => randomBytes(SEED_BYTES),
  now: () => new Date().toISOString(),
});

/** Each entry is durable and published when its number is given, and the ledger is free for others again. */
export function recorder(path = LEDGER): Recorder {
  return (make) => withLedger(path, options(), (ledger) => ledger.append(make(ledger.size)));
}

/** Records what a person did, with a commitment to the reason given; its number, and the salt to keep beside the reason. */
export function recordWithReason(
  draft: Draft,
  reason: string,
  path = LEDGER,
): { readonly entry: number; readonly salt: string } {
  const salt = randomBytes(SALT);
  const entry = withLedger(path, options(), (ledger) =>
    ledger.appendAbout(draft, [{ field: 'reason', text: reason, salt }]),
  );
  return { entry, salt: salt.toString('hex') };
}

/** Records with commitments to these texts, which are kept beside the log; the number of the entry, and the commitments. */
export function commitTo(
  draft: Draft,
  texts: readonly { readonly field: string; readonly text: string }[],
  path = LEDGER,
): { readonly entry: number; readonly names: readonly string[] } {
  const contents = texts.map((one) => ({ ...one, salt: randomBytes(SALT) }));
  return withLedger(path, options(), (ledger) => {
    const entry = ledger.appendAbout(draft, contents);
    const names = contents.map(({ field, text, salt }) => {
      const place = { kind: draft.kind, seq: entry, field };
      return commit(place, new TextEncoder().encode(text), salt).commitment;
    });
    return { entry, names };
  });
}

/** Who is at this terminal, as far as the system tells; keys of people are to come. */
export function person(): Actor {
  return { id: `person:${userInfo().username}`, kind: 'person' };
}
