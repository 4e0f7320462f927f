/** Who is signed in, and what they may do. */

import { z } from 'zod';
import { Name } from './value.ts';

export const Role = z.enum(['overseer', 'operator', 'auditor']);
export type Role = z.infer<typeof Role>;

/** oversee: one's own turns, and nothing else of any tree · look: trees, runs, models · operate: controls, models, corrections
 *  · audit: the ledger. Whether an act is allowed is the policy's to say, whatever the scope. */
export const Access = z.enum(['oversee', 'look', 'operate', 'audit']);
export type Access = z.infer<typeof Access>;

export const SignIn = z.object({ key: z.string().min(1).max(200) });

export const Session = z.object({
  person: Name,
  roles: z.array(Role),
  access: z.array(Access),
  /** Goes with every request that changes something, in the header «x-csrf-token». */
  csrf: z.string(),
  project: Name,
  version: z.string(),
  /** Whether nobody is enrolled, so that whoever is at this machine may do all there is. */
  isAlone: z.boolean(),
});
export type Session = z.infer<typeof Session>;

/** Something changed: what is shown of it is out of date. Sent as server-sent events, each with an id to resume from. */
export const Change = z.object({
  topic: z.enum(['turns', 'tree', 'run', 'models', 'controls', 'ledger']),
  /** Which run it is about. */
  run: Name.optional(),
});
export type Change = z.infer<typeof Change>;
