/** Time that passes, or a wish to stop that comes before. */

import { setTimeout as later } from 'node:timers/promises';

export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await later(milliseconds, undefined, { signal }).catch(() => {}); // it was cut short
}
