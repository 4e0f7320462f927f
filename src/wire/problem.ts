/** How a request that fails is told. */

import { z } from 'zod';

/** RFC 9457. `code` is the error's own: «not-found», «refused», … */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
});
export type Problem = z.infer<typeof Problem>;
