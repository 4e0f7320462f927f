/** Values of which everything else is made. */

import { z } from 'zod';

const TEXT_MAX = 2 ** 20;
const NAME_MAX = 200;

export const Hash = z.string().regex(/^[0-9a-f]{64}$/);
/** ISO 8601 in UTC. */
export const Time = z.iso.datetime();
export const Name = z.string().min(1).max(NAME_MAX);
export const Text = z.string().max(TEXT_MAX);
/** Of a person, in their own words. */
export const Reason = z.string().trim().min(1).max(2000);

/** A share of n cases with its 95 % interval. */
export const Share = z.object({ value: z.number(), low: z.number(), high: z.number(), n: z.int() });
export type Share = z.infer<typeof Share>;
