/** A written policy: what an overseer goes by, in words, as people agree on it. It is known by its content, so that no word
 *  of it changes unseen. */

import { createHash } from 'node:crypto';

export interface Policy {
  /** As people call it. */
  readonly name: string;
  readonly text: string;
}

/** SHA-256 of the text, in hex. */
export function policyVersion({ text }: Policy): string {
  return createHash('sha256').update(text).digest('hex');
}
