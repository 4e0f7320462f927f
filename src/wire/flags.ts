/** What can be told of a node at a glance; one bit each. waiting: it waits for somebody, and for nothing below it · verified:
 *  each verifier's last word is that it passes · rejected: some verifier's is that it fails · uncertain: a verifier or whoever
 *  answered is unsure, or it was handed upwards · memo: all that was done at it was remembered from before the run · person:
 *  a person acted at it. A file of its own, so that pages have them without the shapes. */

/** waiting: it waits for somebody, and for nothing below it · verified: each verifier's last word is that it passes · rejected:
 *  some verifier's is that it fails · uncertain: a verifier or whoever answered is unsure, or it was handed upwards · memo: all
 *  that was done at it was remembered from before the run · person: a person acted at it. */
export const FLAGS = {
  waiting: 1,
  verified: 2,
  rejected: 4,
  uncertain: 8,
  corrected: 16,
  unknown: 32,
  memo: 64,
  person: 128,
} as const;
