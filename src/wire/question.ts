/** Questions and answers, who gave them, and what they cost. */

import { z } from 'zod';
import { Name, Text } from './value.ts';

export const Author = z.object({
  kind: z.enum(['person', 'script', 'model', 'program']),
  id: Name,
  version: Name.optional(),
});
export type Author = z.infer<typeof Author>;

export const Answer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('known'), value: Text, confidence: z.number().min(0).max(1) }),
  z.object({
    kind: z.literal('unknown'),
    reason: z.enum(['nobody', 'unsure', 'escalated', 'budget', 'rejected', 'unavailable']),
  }),
]);
export type Answer = z.infer<typeof Answer>;

export const Document = z.object({ name: Name, text: Text });
export const Question = z.object({ text: Text, documents: z.array(Document).optional() });
export type Question = z.infer<typeof Question>;

/** Money is in millionths of a dollar, seconds are of people's time. */
export const Spent = z.object({
  calls: z.int().min(0),
  tokens: z.int().min(0),
  micros: z.int().min(0),
  seconds: z.number().min(0),
});
export type Spent = z.infer<typeof Spent>;
