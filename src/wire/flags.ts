/** What can be told of a node at a glance; one bit each. A file of its own, so that pages have them without the shapes. */

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
