/** Whatever a provider does, a question ends in a right answer, an "unknown" or a clear error, inside the budget and in time.
 *  The full number of schedules is `npm run prove gateway`. */

import { describe, expect, test } from 'vitest';
import { carryOut, ROWS } from './gateway-schedules.ts';

const SCHEDULES = 3;

describe.concurrent('a provider that misbehaves', () => {
  test.each(ROWS)('%s', async (row) => {
    for (let seed = 0; seed < SCHEDULES; seed++) {
      const outcome = await carryOut({ row, seed });
      expect(outcome).toMatchObject({ isOver: false, broken: [] });
      expect(outcome.kind).not.toBe('wrong');
      if (row === 'none') expect(outcome.kind).not.toBe('error');
    }
  });
});
