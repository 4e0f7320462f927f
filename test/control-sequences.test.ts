/** Whatever people do, whenever a crash comes and whichever backup is restored: nothing works after a stop, nothing revoked or
 *  ungated is served, and nobody does alone what needs two. */

import { expect, test } from 'vitest';
import { controlHistories } from './control/history.ts';

const HISTORIES = 40;

test(`${HISTORIES} sequences of commands, crashes and restored backups do what the model of control allows`, () => {
  const sum = controlHistories(HISTORIES, 1);
  expect(sum.example).toBe('');
  expect(sum.violated).toBe(0);
  // They are worth something: each kind of thing happens.
  for (const what of ['steps', 'served', 'resume by two', 'promote by two', 'revoke', 'crashes', 'refused'])
    expect(sum.seen[what], what).toBeGreaterThan(0);
  expect(sum.seen['backups that lack something']).toBeGreaterThan(0);
}, 600_000);
