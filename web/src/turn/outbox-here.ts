/** The outbox of this browser, for whoever is signed in. */

import { useEffect, useSyncExternalStore } from 'react';
import type { Commit, Committed } from '../../../src/wire/turn.ts';
import { ApiError, isPassing, send } from '../api.ts';
import { Outbox, type Posted, type Sent } from './outbox.ts';

const boxes = new Map<string, Outbox>();

export function outboxOf(person: string): Outbox {
  let box = boxes.get(person);
  if (!box) {
    box = new Outbox({
      store: localStorage,
      person,
      send: post,
      alone: (work) => navigator.locks.request('capstan.outbox', work),
      now: Date.now,
      later: (ms, work) => setTimeout(work, ms),
    });
    boxes.set(person, box);
  }
  return box;
}

/** Sends what is there, now and whenever the connection comes back. */
export function useOutbox(person: string, isConnected: boolean): readonly Posted[] {
  const box = outboxOf(person);
  useEffect(() => {
    const flush = () => void box.flush();
    const reread = () => box.reread();
    if (isConnected) flush();
    addEventListener('online', flush);
    addEventListener('storage', reread);
    return () => {
      removeEventListener('online', flush);
      removeEventListener('storage', reread);
    };
  }, [box, isConnected]);
  return useSyncExternalStore(box.listen, () => box.posted);
}

async function post(turn: string, commit: Commit): Promise<Sent> {
  try {
    const path = `/api/turns/${encodeURIComponent(turn)}/commit`;
    return { kind: 'done', committed: await send<Committed>('POST', path, commit) };
  } catch (error) {
    return error instanceof ApiError && !isPassing(error)
      ? { kind: 'final', why: error.problem.detail }
      : { kind: 'passing' };
  }
}
