/** Verification and proofs of a ledger of a tenth of the size, for a machine that has other things to do. */

import { verificationOf } from './verification.ts';

export const benchmark = verificationOf(100_000);
