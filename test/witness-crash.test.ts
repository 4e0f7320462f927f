/** Whatever crashes, a witness never gives out two cosignatures that contradict each other. */

import { expect, test } from 'vitest';
import { LEFT_OUT, witnessHistories } from './crash/witness-history.ts';

const HISTORIES = 60;

test(`in ${HISTORIES} histories of a log that lies, crashes and faults: no two cosignatures contradict each other`, () => {
  const sum = witnessHistories(HISTORIES, 1);
  expect(sum.example).toBe('');
  expect(sum.violated).toBe(0);
  for (const seen of ['cosigned', 'refused', 'evidence', 'unproven', 'crashes', 'faults'] as const)
    expect(sum[seen], seen).toBeGreaterThan(HISTORIES / 10);
});

test.each(LEFT_OUT)('without %s they do', (leftOut) => {
  expect(witnessHistories(HISTORIES, 1, leftOut).violated).toBeGreaterThan(2);
});
