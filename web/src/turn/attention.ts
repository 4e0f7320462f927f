/** How long somebody has had a question before their eyes: what passes while the page is hidden is not theirs. */

import { useCallback, useEffect, useRef, useSyncExternalStore } from 'react';

const MS = 1000;

const isSeen = () => document.visibilityState === 'visible';

/** Whether the page is before somebody's eyes. */
export function useSeen(): boolean {
  return useSyncExternalStore((listener) => {
    document.addEventListener('visibilitychange', listener);
    return () => document.removeEventListener('visibilitychange', listener);
  }, isSeen);
}

/** Since `turn` came, after `before` seconds that it took until then. */
export function useAttention(turn: string | undefined, before: (turn: string) => number): () => number {
  const sofar = useRef({ seconds: 0, since: undefined as number | undefined });
  useEffect(() => {
    const now = () => performance.now();
    sofar.current = {
      seconds: turn === undefined ? 0 : before(turn),
      since: turn !== undefined && isSeen() ? now() : undefined,
    };
    const change = () => {
      const { seconds, since } = sofar.current;
      if (isSeen()) sofar.current = { seconds, since: now() };
      else sofar.current = { seconds: seconds + passed(since), since: undefined };
    };
    if (turn === undefined) return;
    document.addEventListener('visibilitychange', change);
    return () => document.removeEventListener('visibilitychange', change);
  }, [turn, before]);
  return useCallback(() => sofar.current.seconds + passed(sofar.current.since), []);
}

function passed(since: number | undefined): number {
  return since === undefined ? 0 : (performance.now() - since) / MS;
}
