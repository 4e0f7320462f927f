/** What the overseer's page does: the state and everything that it is joined to. */

import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useReducer } from 'react';
import { flushSync } from 'react-dom';
import type { TurnAction } from '../../../src/wire/turn.ts';
import { useConnected } from '../events.ts';
import { useAttention, useSeen } from './attention.ts';
import { asksHowSure, commitOf, type Kind, MODE_OF, proposalOf } from './commit.ts';
import { REASON } from './confirm.tsx';
import { Drafts } from './drafts.ts';
import { FIELD } from './editor.tsx';
import type { Outbox, Posted } from './outbox.ts';
import { outboxOf, useOutbox } from './outbox-here.ts';
import { askAgain, useNext, useTurnAct, useUndo } from './queries.ts';
import { useSaving } from './saving.ts';
import type { Intent } from './shortcuts.ts';
import { BEGIN, reduce, type TurnEvent, type TurnState } from './state.ts';

export interface MyTurn {
  readonly state: TurnState;
  readonly posted: readonly Posted[];
  readonly next: ReturnType<typeof useNext>;
  /** Of what was asked of the server and refused. */
  readonly error: unknown;
  readonly dispatch: (event: TurnEvent) => void;
  readonly act: (intent: Intent) => void;
  readonly forget: (one: Posted) => void;
  readonly undo: (one: Posted) => void;
}

export function useMyTurn(person: string): MyTurn {
  const [state, dispatch] = useReducer(reduce, BEGIN);
  const box = outboxOf(person);
  const drafts = useMemo(() => new Drafts(localStorage, person), [person]);
  const isConnected = useConnected();
  const posted = useOutbox(person, isConnected);
  const isDeciding = state.phase === 'open' || state.phase === 'confirming';
  // Nobody is given a question who does not look; and before the server has what was committed, it would be the same one.
  const isSeen = useSeen();
  const next = useNext(isSeen && !isDeciding && !posted.some(({ state }) => state.kind === 'unsent'));
  const { data } = next;
  const before = useCallback((turn: string) => drafts.read(turn)?.seconds ?? 0, [drafts]);
  const seconds = useAttention(state.turn?.id, before);
  const extend = useTurnAct('extend');
  const suggestion = useTurnAct('suggestion');
  const undoing = useUndo();

  useSaving(state, drafts, seconds, isConnected, dispatch);
  useEffect(() => drafts.dropOlder(Date.now()), [drafts]);
  useEffect(() => {
    if (data) dispatch({ kind: 'arrived', next: data, kept: data.turn && drafts.read(data.turn.id)?.draft });
  }, [data, drafts]);
  useRefusals(state, posted, box, dispatch);

  const commit = (action: TurnAction, confidence?: number) => {
    const made = commitOf(state, action, seconds(), confidence);
    if (!made || !state.turn) return;
    for (const done of [extend, suggestion, undoing]) done.reset();
    box.add(state.turn.id, state.turn.question.text, made);
    dispatch({ kind: 'committed' });
  };
  const propose = (kind?: Kind) => {
    const proposal = proposalOf(state, kind);
    if ('missing' in proposal) dispatch({ kind: 'lacking', hint: proposal.missing });
    else proposed(proposal.action);
  };
  const proposed = (action: TurnAction) => {
    if (asksHowSure(action)) dispatch({ kind: 'proposed', action });
    else commit(action);
  };
  const write = (event: TurnEvent) => {
    // The field has to be there before it can be written in.
    flushSync(() => dispatch(event));
    document.getElementById(FIELD)?.focus();
  };
  const takeSuggestion = () => {
    const { turn } = state;
    if (turn?.suggestion.kind === 'hidden') suggestion.mutate({ turn: turn.id, lease: turn.lease.token });
    if (turn?.suggestion.kind !== 'open') return;
    const { action } = turn.suggestion;
    if (MODE_OF[action.kind]) write({ kind: 'suggestion-taken' });
    else proposed(action);
  };
  const undo = (one: Posted) => {
    const { turn, commit } = one;
    undoing.mutate(
      { turn, lease: commit.lease },
      {
        // Before its question arrives.
        onSuccess: () => {
          box.forget(commit.lease);
          dispatch({ kind: 'undone' });
        },
      },
    );
  };
  const forget = (one: Posted) => {
    box.forget(one.commit.lease);
    if (one.state.kind === 'sent' && one.commit.action.kind !== 'skip') drafts.drop(one.turn);
  };

  const act = (intent: Intent) => {
    const { turn } = state;
    switch (intent.kind) {
      case 'write':
        return write({ kind: 'mode', mode: intent.mode });
      case 'act':
        return propose(intent.act);
      case 'commit':
        return propose();
      case 'confidence':
        return state.proposed && commit(state.proposed, intent.confidence);
      case 'place':
        return dispatch({ kind: 'place', place: intent.place });
      case 'back':
        return write({ kind: 'back' });
      case 'reason':
        return document.getElementById(REASON)?.focus();
      case 'find':
        return document.getElementById('find')?.focus();
      case 'suggestion':
        return takeSuggestion();
      case 'extend':
        return turn && extend.mutate({ turn: turn.id, lease: turn.lease.token });
      case 'go-on':
        return dispatch({ kind: 'went-on' });
      case 'undo': {
        const last = posted.findLast(isUndoable);
        return last && undo(last);
      }
    }
  };
  const error = undoing.error ?? extend.error ?? suggestion.error;
  return { state, posted, next, error, dispatch, act, forget, undo };
}

function isUndoable({ state }: Posted): boolean {
  return state.kind === 'sent' && state.committed.undoUntil !== undefined;
}

/** What was refused while its question is still on the page opens it again. */
function useRefusals(
  { phase, turn }: TurnState,
  posted: readonly Posted[],
  box: Outbox,
  dispatch: (event: TurnEvent) => void,
): void {
  const queries = useQueryClient();
  const lease = phase === 'sent' ? turn?.lease.token : undefined;
  const refused = posted.find(({ state, commit }) => state.kind === 'refused' && commit.lease === lease);
  useEffect(() => {
    if (refused?.state.kind !== 'refused') return;
    dispatch({ kind: 'refused', lease: refused.commit.lease, hint: `Not accepted: ${refused.state.why}` });
    box.forget(refused.commit.lease);
    void askAgain(queries);
  }, [refused, box, dispatch, queries]);
}
