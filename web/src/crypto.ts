/** The part of node:crypto that src/ledger uses, in a browser. */

import { sha256 } from '@noble/hashes/sha2.js';

export { sha256 };
