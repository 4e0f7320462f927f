/** From what is on the page to what is committed, and in what words. */

import type { Commit, TurnAction } from '../../../src/wire/turn.ts';
import { type Mode, placeOf, type TurnState } from './state.ts';

export type Kind = TurnAction['kind'];

export type Proposal = { readonly action: TurnAction } | { readonly missing: string };

/** What would be committed by the mode that the page is in, or by an act that needs no words. */
export function proposalOf(state: TurnState, kind: Kind = state.draft.mode): Proposal {
  const { turn, draft } = state;
  if (!turn) return { missing: 'There is no question.' };
  if (!turn.actions.includes(kind)) return { missing: `This run does not let you ${VERBS[kind]}.` };
  const place = placeOf(state);
  const reason = draft.reason.trim();
  switch (kind) {
    case 'reply': {
      const text = draft.reply.trim();
      return text === '' ? { missing: 'An answer is missing.' } : { action: { kind, text } };
    }
    case 'ask': {
      const questions = draft.asks.map((text) => text.trim()).filter((text) => text !== '');
      if (questions.length === 0) return { missing: 'A question is missing.' };
      return { action: { kind, questions, documents: state.documents } };
    }
    case 'verify':
      return place === undefined ? NO_EXCHANGE : { action: { kind, place } };
    case 'reject':
      if (place === undefined) return NO_EXCHANGE;
      return reason === '' ? NO_REASON : { action: { kind, place, reason } };
    case 'correct': {
      if (place === undefined) return NO_EXCHANGE;
      const text = draft.correction.trim();
      return text === '' ? { missing: 'The right answer is missing.' } : { action: { kind, place, text } };
    }
    case 'escalate':
      return reason === '' ? NO_REASON : { action: { kind, reason } };
    case 'unknown':
    case 'skip':
      return { action: { kind } };
  }
}

const NO_EXCHANGE = { missing: 'There is no answer below this question yet.' };
const NO_REASON = { missing: 'A reason is missing.' };

/** Handing a question on is no judgement that one could be sure of. */
export function asksHowSure({ kind }: TurnAction): boolean {
  return kind !== 'skip' && kind !== 'escalate';
}

/** Undefined unless the page is where this can be committed. `seconds`: that it took. */
export function commitOf(
  { phase, turn, draft }: TurnState,
  action: TurnAction,
  seconds: number,
  confidence?: number,
): Commit | undefined {
  if (!turn || phase !== (asksHowSure(action) ? 'confirming' : 'open')) return undefined;
  const reason = 'reason' in action || action.kind === 'skip' ? '' : draft.reason.trim();
  return {
    lease: turn.lease.token,
    action,
    ...(asksHowSure(action) && confidence !== undefined && { confidence }),
    ...(reason !== '' && { reason }),
    seconds: Math.min(seconds, SECONDS_MAX),
  };
}

const SECONDS_MAX = 86_400;

/** Of the act, before it is done. */
export const VERBS: { readonly [kind in Kind]: string } = {
  reply: 'reply',
  ask: 'ask',
  verify: 'verify',
  reject: 'reject',
  correct: 'correct',
  unknown: 'say that it cannot be answered',
  escalate: 'escalate',
  skip: 'skip',
};

export const MODE_OF: { readonly [kind in Kind]?: Mode } = {
  reply: 'reply',
  ask: 'ask',
  reject: 'reject',
  correct: 'correct',
  escalate: 'escalate',
};

/** What somebody does or did, in a line: «reply «12»». */
export function wordsOf(action: TurnAction): string {
  switch (action.kind) {
    case 'reply':
      return `reply «${action.text}»`;
    case 'ask':
      return action.questions.length === 1
        ? `ask «${action.questions[0]}»`
        : `ask ${action.questions.length} questions: ${action.questions.map((text) => `«${text}»`).join(', ')}`;
    case 'verify':
      return `verify answer ${action.place}`;
    case 'reject':
      return `reject answer ${action.place}: ${action.reason}`;
    case 'correct':
      return `correct answer ${action.place} to «${action.text}»`;
    case 'unknown':
      return 'say that it cannot be answered';
    case 'escalate':
      return `escalate: ${action.reason}`;
    case 'skip':
      return 'skip';
  }
}
