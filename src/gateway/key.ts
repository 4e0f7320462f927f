/** Names of contents: SHA-256 of canonical JSON. A request is named by all that it says, so that the same request, asked
 *  again after a crash, has the same key, and a provider that remembers keys answers, and charges, once. */

import { createHash } from 'node:crypto';
import { canonical, type Json } from '../base/canonical.ts';

/** In hex. */
export function contentKey(value: Json): string {
  return createHash('sha256').update(canonical(value)).digest('hex');
}
