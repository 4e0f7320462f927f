/** What is on the page of an overseer, and how it changes: a pure function, which knows no browser and no clock. Of what was
 *  typed nothing is ever taken away but by whoever typed it. */

import type { Draft, Next, Turn, TurnAction } from '../../../src/wire/turn.ts';

export type Mode = Draft['mode'];

/** awaiting: not known yet · none: nothing waits · open: to be decided · confirming: how sure? · sent: until the next one comes. */
export type Phase = 'awaiting' | 'none' | 'open' | 'confirming' | 'sent';

export interface TurnState {
  readonly phase: Phase;
  readonly turn: Turn | undefined;
  readonly draft: Draft;
  /** Whether sub-questions may read what this one may. */
  readonly documents: boolean;
  /** The last revision that the server has. */
  readonly acked: number;
  /** A draft of the same question, from another device, that is not the one shown. */
  readonly other: Draft | undefined;
  /** What is about to be committed. */
  readonly proposed: TurnAction | undefined;
  /** What is missing before it can be. */
  readonly hint: string | undefined;
  /** Came while there were words in the field that belong to another question. */
  readonly following: Turn | undefined;
  /** Lease under which something was committed: what the server said before it knew that is out of date. */
  readonly gone: string | undefined;
  readonly meanwhile: string | undefined;
}

export type TurnEvent =
  /** `kept`: what this browser has of it. */
  | { readonly kind: 'arrived'; readonly next: Next; readonly kept: Draft | undefined }
  | { readonly kind: 'mode'; readonly mode: Mode }
  | { readonly kind: 'typed'; readonly field: 'reply' | 'correction' | 'reason'; readonly text: string }
  | { readonly kind: 'asked'; readonly index: number; readonly text: string }
  | { readonly kind: 'ask-added'; readonly after: number }
  | { readonly kind: 'ask-removed'; readonly index: number }
  | { readonly kind: 'documents'; readonly may: boolean }
  | { readonly kind: 'place'; readonly place: number }
  | { readonly kind: 'suggestion-taken' }
  | { readonly kind: 'proposed'; readonly action: TurnAction }
  | { readonly kind: 'lacking'; readonly hint: string }
  | { readonly kind: 'back' }
  | { readonly kind: 'committed' }
  | { readonly kind: 'refused'; readonly lease: string; readonly hint: string }
  | { readonly kind: 'undone' }
  | { readonly kind: 'saved'; readonly id: string; readonly revision: number }
  | { readonly kind: 'other-used' }
  | { readonly kind: 'went-on' };

export const ASKED_MAX = 20;

const NO_DRAFT: Draft = {
  mode: 'reply',
  reply: '',
  asks: [''],
  correction: '',
  reason: '',
  revision: 0,
};

export const BEGIN: TurnState = {
  phase: 'awaiting',
  turn: undefined,
  draft: NO_DRAFT,
  documents: true,
  acked: 0,
  other: undefined,
  proposed: undefined,
  hint: undefined,
  following: undefined,
  gone: undefined,
  meanwhile: undefined,
};

export function reduce(state: TurnState, event: TurnEvent): TurnState {
  switch (event.kind) {
    case 'arrived':
      return arrived(state, event.next, event.kept);
    case 'mode':
      return edited(state, { mode: event.mode });
    case 'typed':
      return edited(state, { [event.field]: event.text });
    case 'asked':
      return edited(state, { asks: state.draft.asks.with(event.index, event.text) });
    case 'ask-added':
      if (state.draft.asks.length >= ASKED_MAX) return state;
      return edited(state, { asks: state.draft.asks.toSpliced(event.after + 1, 0, '') });
    case 'ask-removed':
      if (state.draft.asks.length <= 1) return state;
      return edited(state, { asks: state.draft.asks.toSpliced(event.index, 1) });
    case 'documents':
      return { ...state, documents: event.may };
    case 'place':
      if (!hasPlace(state.turn, event.place) || event.place === state.draft.place) return state;
      return edited(state, { place: event.place });
    case 'suggestion-taken':
      return suggestionTaken(state);
    case 'proposed':
      return state.phase === 'open'
        ? { ...state, phase: 'confirming', proposed: event.action, hint: undefined }
        : state;
    case 'lacking':
      return state.phase === 'open' ? { ...state, hint: event.hint } : state;
    case 'back':
      return state.phase === 'confirming' ? { ...state, phase: 'open', proposed: undefined } : state;
    case 'committed':
      if (state.phase !== 'open' && state.phase !== 'confirming') return state;
      return { ...state, phase: 'sent', gone: state.turn?.lease.token, hint: undefined };
    case 'refused':
      if (state.phase !== 'sent' || state.turn?.lease.token !== event.lease) return state;
      return { ...state, phase: 'open', proposed: undefined, gone: undefined, hint: event.hint };
    case 'undone':
      return { ...state, gone: undefined };
    case 'saved':
      if (state.turn?.id !== event.id) return state;
      return { ...state, acked: Math.min(Math.max(state.acked, event.revision), state.draft.revision) };
    case 'other-used':
      return state.other ? { ...edited(state, fieldsOf(state.other)), other: state.draft } : state;
    case 'went-on':
      return state.following ? shown(state, state.following, undefined) : state;
  }
}

/** Whether somebody has written anything that would be missed. */
export function hasWords({ reply, asks, correction, reason }: Draft): boolean {
  return [reply, ...asks, correction, reason].some((text) => text.trim() !== '');
}

/** The exchange that verdicts are about: the one chosen, else the last. */
export function placeOf({ turn, draft }: TurnState): number | undefined {
  if (hasPlace(turn, draft.place)) return draft.place;
  return turn?.exchanges.length || undefined;
}

function hasPlace(turn: Turn | undefined, place: number | undefined): boolean {
  return turn !== undefined && place !== undefined && place >= 1 && place <= turn.exchanges.length;
}

function edited(state: TurnState, change: Partial<Draft>): TurnState {
  if (state.phase !== 'open' && state.phase !== 'confirming') return state;
  const draft = { ...state.draft, ...change, revision: state.draft.revision + 1 };
  return { ...state, draft, hint: undefined };
}

function fieldsOf({ revision: _, ...fields }: Draft): Partial<Draft> {
  return fields;
}

function arrived(state: TurnState, { turn, meanwhile }: Next, kept: Draft | undefined): TurnState {
  if (turn !== undefined && turn.lease.token === state.gone) return state;
  const isDeciding = state.phase === 'open' || state.phase === 'confirming';
  if (turn === undefined) {
    // Whoever writes is not interrupted, whatever has become of their lease; committing tells them.
    if (isDeciding && hasWords(state.draft)) return state;
    return { ...BEGIN, gone: state.gone, phase: 'none', meanwhile };
  }
  if (isDeciding && turn.id === state.turn?.id) return again(state, turn);
  if (isDeciding && hasWords(state.draft)) return { ...state, following: turn };
  return shown(state, turn, kept);
}

/** The same question once more: a longer lease, an open suggestion, a draft from elsewhere. */
function again(state: TurnState, turn: Turn): TurnState {
  const known = { ...state, turn, following: undefined };
  const theirs = turn.draft;
  if (!theirs || theirs.revision <= state.draft.revision) return known;
  if (isSame(theirs, state.draft)) return { ...known, draft: { ...state.draft, revision: theirs.revision } };
  if (!hasWords(state.draft) && state.phase === 'open')
    return { ...known, draft: theirs, acked: theirs.revision };
  // Typing goes on where it is; what is typed from now on is later than theirs, and theirs can be had.
  return { ...known, draft: { ...state.draft, revision: theirs.revision + 1 }, other: theirs };
}

function shown(state: TurnState, turn: Turn, kept: Draft | undefined): TurnState {
  const theirs = turn.draft;
  const [draft = firstDraft(turn), other] =
    kept && (!theirs || kept.revision >= theirs.revision) ? [kept, theirs] : [theirs, kept];
  return {
    ...BEGIN,
    phase: 'open',
    turn,
    draft: draft.asks.length === 0 ? { ...draft, asks: [''] } : draft,
    acked: Math.min(theirs?.revision ?? 0, draft.revision),
    other: other && hasWords(other) && !isSame(other, draft) ? other : undefined,
    gone: state.gone,
  };
}

const MODES: readonly Mode[] = ['reply', 'ask', 'correct', 'reject', 'escalate'];

function firstDraft({ actions }: Turn): Draft {
  return { ...NO_DRAFT, mode: MODES.find((mode) => actions.includes(mode)) ?? 'reply' };
}

function isSame(one: Draft, other: Draft): boolean {
  const words = ({ reply, asks, correction, reason }: Draft) =>
    JSON.stringify([reply, asks.filter((ask) => ask !== ''), correction, reason]);
  return words(one) === words(other);
}

function suggestionTaken(state: TurnState): TurnState {
  const suggestion = state.turn?.suggestion;
  if (suggestion?.kind !== 'open') return state;
  const { action } = suggestion;
  switch (action.kind) {
    case 'reply':
      return edited(state, { mode: 'reply', reply: action.text });
    case 'ask':
      return { ...edited(state, { mode: 'ask', asks: [...action.questions] }), documents: action.documents };
    case 'correct':
      return edited(state, { mode: 'correct', place: action.place, correction: action.text });
    case 'reject':
      return edited(state, { mode: 'reject', place: action.place, reason: action.reason });
    case 'escalate':
      return edited(state, { mode: 'escalate', reason: action.reason });
    default:
      return state;
  }
}
