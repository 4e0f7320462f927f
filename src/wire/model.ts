/** Checkpoints: their lineage, what they are worth, what can be done about them; and what waits for a second person. */

import { z } from 'zod';
import { Hash, Name, Reason, Share, Time } from './value.ts';

export const ModelState = z.enum(['candidate', 'passed', 'serving', 'revoked', 'damaged']);

export const ModelRow = z.object({
  hash: Hash,
  run: Name,
  state: ModelState,
  iteration: z.int(),
  level: z.int(),
  agreement: Share.optional(),
  parent: Hash.optional(),
  /** Entries of the corrections that taint it. */
  tainted: z.array(z.int()),
});
export type ModelRow = z.infer<typeof ModelRow>;

export const ModelAct = z.enum(['promote', 'rollback', 'revoke']);
export type ModelAct = z.infer<typeof ModelAct>;

export const ModelView = z.object({
  row: ModelRow,
  /** Markdown, as `capstan models card` prints it. */
  card: z.string(),
  /** As label and value. */
  facts: z.array(z.tuple([z.string(), z.string()])),
  /** What may be done, and what would follow from it, in words. Empty for who may do nothing. */
  acts: z.array(
    z.object({
      act: ModelAct,
      consequence: z.string(),
      /** Different people that it takes. */
      people: z.int(),
    }),
  ),
});
export type ModelView = z.infer<typeof ModelView>;

/** How a checkpoint differs on paper from another that was before it. */
export const ModelDifference = z.object({
  /** What its lineage says otherwise: name, before, after. */
  changed: z.array(z.tuple([z.string(), z.string(), z.string()])),
  /** How far each tensor moved, as a share of how long it was; absent where only one of them has it. */
  moved: z.array(z.object({ name: z.string(), distance: z.number().optional() })),
});
export type ModelDifference = z.infer<typeof ModelDifference>;

export const ActReason = z.object({ reason: Reason });

/** Done, or waiting for more people. */
export const ActOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done'), entry: z.int() }),
  z.object({ kind: z.literal('waits'), request: z.int(), people: z.array(Name), needed: z.int() }),
]);
export type ActOutcome = z.infer<typeof ActOutcome>;

export const RequestRow = z.object({
  number: z.int(),
  act: Name,
  about: z.string(),
  people: z.array(Name),
  needed: z.int(),
  expires: Time,
  /** Whether whoever asks may approve it. */
  isMine: z.boolean(),
});
export type RequestRow = z.infer<typeof RequestRow>;

export const Controls = z.object({
  /** Absent while work goes on. */
  halted: z
    .object({
      kind: z.enum(['paused', 'stopped', 'refused']),
      by: Name,
      time: Time.optional(),
      entry: z.int().optional(),
    })
    .optional(),
  /** What whoever asks may do. */
  may: z.array(z.enum(['pause', 'stop', 'resume'])),
  requests: z.array(RequestRow),
});
export type Controls = z.infer<typeof Controls>;
