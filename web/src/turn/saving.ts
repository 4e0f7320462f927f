/** Keeps the draft: in this browser at once, on the server as soon as it can. */

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { isPassing } from '../api.ts';
import type { Drafts } from './drafts.ts';
import { askAgain, putDraft } from './queries.ts';
import type { TurnEvent, TurnState } from './state.ts';

const PAUSE_MS = 400;
const RETRY_MS = 5000;

export function useSaving(
  state: TurnState,
  drafts: Drafts,
  seconds: () => number,
  isConnected: boolean,
  dispatch: (event: TurnEvent) => void,
): void {
  const { turn, draft, acked, phase } = state;
  const isDeciding = phase === 'open' || phase === 'confirming';
  const id = turn?.id;
  const queries = useQueryClient();
  const isUnderWay = useRef(false);

  useEffect(() => {
    if (id === undefined || !isDeciding || draft.revision === 0) return;
    drafts.write(id, { draft, seconds: seconds(), at: Date.now() });
  }, [drafts, id, isDeciding, draft, seconds]);

  useEffect(() => {
    if (id === undefined || !isDeciding || draft.revision <= acked || !isConnected) return;
    let timer: ReturnType<typeof setTimeout>;
    const save = async () => {
      if (isUnderWay.current) {
        timer = setTimeout(save, PAUSE_MS);
        return;
      }
      isUnderWay.current = true;
      try {
        const { revision } = await putDraft(id, draft);
        if (revision === draft.revision) dispatch({ kind: 'saved', id, revision });
        // Another device has written meanwhile.
        else void askAgain(queries);
      } catch (error) {
        if (isPassing(error)) timer = setTimeout(save, RETRY_MS);
      } finally {
        isUnderWay.current = false;
      }
    };
    timer = setTimeout(save, PAUSE_MS);
    // Whoever goes to another device has left this page first.
    const leave = () => {
      if (document.visibilityState !== 'hidden') return;
      clearTimeout(timer);
      void save();
    };
    document.addEventListener('visibilitychange', leave);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', leave);
    };
  }, [id, isDeciding, draft, acked, isConnected, dispatch, queries]);
}
