/** Verification and proofs of a large ledger. */

import { verificationOf } from './verification.ts';

export const benchmark = verificationOf(1_000_000);
