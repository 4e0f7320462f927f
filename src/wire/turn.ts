/** My turn: one workspace, and what a person does about it. */

import { z } from 'zod';
import { Answer, Question } from './question.ts';
import { Name, Reason, Text, Time } from './value.ts';

const ASKED_MAX = 20;
const place = z.int().min(1).max(1000);

/** What a person does. `place`: which of the exchanges, from 1. */
export const TurnAction = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('reply'), text: Text.min(1) }),
  z.object({
    kind: z.literal('ask'),
    questions: z.array(Text.min(1)).min(1).max(ASKED_MAX),
    /** Whether they may read what this question may. */
    documents: z.boolean(),
  }),
  z.object({ kind: z.literal('verify'), place }),
  z.object({ kind: z.literal('reject'), place, reason: Reason }),
  z.object({ kind: z.literal('correct'), place, text: Text.min(1) }),
  z.object({ kind: z.literal('unknown') }),
  z.object({ kind: z.literal('escalate'), reason: Reason }),
  z.object({ kind: z.literal('skip') }),
]);
export type TurnAction = z.infer<typeof TurnAction>;

/** As it was typed, whatever state it is in. */
export const Draft = z.object({
  mode: z.enum(['reply', 'ask', 'reject', 'correct', 'escalate']),
  reply: Text,
  asks: z.array(Text).max(ASKED_MAX),
  place: place.optional(),
  correction: Text,
  reason: Text,
  confidence: z.int().min(1).max(5).optional(),
  /** Counts up in the page that writes it: of two the later one stays. */
  revision: z.int().min(0),
});
export type Draft = z.infer<typeof Draft>;

export const Exchange = z.object({
  question: Question,
  answer: Answer,
  /** Whether a person has said that it is right. */
  isVerified: z.boolean(),
});

export const Turn = z.object({
  id: Name,
  run: Name,
  /** arbitrate: others have decided differently, and this one decides. */
  kind: z.enum(['decide', 'arbitrate']),
  /** What whoever decides is told. */
  policy: Text,
  question: Question,
  /** Oldest first. */
  exchanges: z.array(Exchange),
  actions: z.array(z.enum(['reply', 'ask', 'verify', 'reject', 'correct', 'unknown', 'escalate', 'skip'])),
  /** What may still be spent below this question, where there is a cap. */
  left: z.object({
    questions: z.int().optional(),
    depth: z.int().optional(),
    /** Of people's time, in the run. */
    seconds: z.number().optional(),
    /** In millionths of a dollar, in the run. */
    micros: z.int().optional(),
  }),
  /** Others that wait for this person. */
  behind: z.int().min(0),
  lease: z.object({ token: Name, until: Time }),
  /** none: nobody proposed anything · hidden: folded until asked for, which is recorded · open: shown from the start or asked for. */
  suggestion: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('none') }),
    z.object({ kind: z.literal('hidden') }),
    z.object({ kind: z.literal('open'), by: Name, action: TurnAction }),
  ]),
  /** What others decided, in no order and without names. */
  reviews: z.array(z.object({ action: TurnAction, reason: Text.optional() })),
  draft: Draft.optional(),
});
export type Turn = z.infer<typeof Turn>;

export const Next = z.object({
  turn: Turn.optional(),
  /** Where nothing waits for this person: what goes on meanwhile, in a sentence. */
  meanwhile: z.string().optional(),
});
export type Next = z.infer<typeof Next>;

export const Commit = z.object({
  lease: Name,
  action: TurnAction,
  /** 1: a guess … 5: certain. */
  confidence: z.int().min(1).max(5).optional(),
  reason: Reason.optional(),
  /** That it took. */
  seconds: z.number().min(0).max(86_400),
});
export type Commit = z.infer<typeof Commit>;

export const Committed = z.object({
  id: Name,
  /** Until then it can be taken back; then it is on the ledger and takes effect. Absent where it took effect at once. */
  undoUntil: Time.optional(),
  /** Number of its entry on the ledger, once there is one. */
  entry: z.int().optional(),
  /** What it does, in a sentence: «3 questions above it can go on». */
  effect: z.string(),
});
export type Committed = z.infer<typeof Committed>;

/** Somebody's work so far. */
export const Tally = z.object({
  decided: z.int(),
  seconds: z.number(),
  /** Of hidden test questions: how many were decided as expected. Shown to operators only. */
  gold: z.object({ right: z.int(), n: z.int() }).optional(),
});

/** Of all turns, for operators. */
export const TurnsState = z.object({
  runs: z.array(z.object({ run: Name, deciding: z.int(), arbitrating: z.int() })),
  /** In whose hands, until when. */
  leases: z.array(z.object({ person: Name, run: Name, turn: Name, until: Time })),
  /** Committed, and not on the ledger yet. */
  unsettled: z.int(),
  people: z.array(z.object({ person: Name, tally: Tally })),
});
export type TurnsState = z.infer<typeof TurnsState>;
