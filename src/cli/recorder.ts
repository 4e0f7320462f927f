/** The ledger of this project, with the clock and the chance that only the shell has. */

import { randomBytes } from 'node:crypto';
import { type Draft, type LedgerOptions, withLedger } from '../record/ledger.ts';
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
export function recorder(path = LEDGER): (draft: Draft) => number {
  return (draft) => withLedger(path, options(), (ledger) => ledger.append([draft]));
}
