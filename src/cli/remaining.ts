/** Progress of work in pieces on stderr, with the time that is left. */

import type { Screen } from './progress.ts';

export interface Remaining {
  readonly tell: (done: number, of: number) => void;
  readonly note: (text: string) => void;
  readonly end: () => void;
}

/** Least time between two lines where the screen keeps them all. */
const LINE_MS = 2000;
const SECONDS = 1000;

/** `parts`: how often the work is done, one after the other. */
export function showRemaining(stream: Screen, isQuiet: boolean, parts: number): Remaining {
  if (isQuiet) return { tell: () => {}, note: () => {}, end: () => {} };
  const began = performance.now();
  let [part, said] = [0, began];
  let isPainted = false;
  const clear = () => {
    if (isPainted) stream.write('\r\u001b[K');
    isPainted = false;
  };
  return {
    tell(done, of) {
      const now = performance.now();
      const share = (part + done / of) / parts;
      const left = ((now - began) * (1 - share)) / share / SECONDS;
      const text = `evaluated ${Math.round(100 * share)} %, about ${Math.max(0, Math.round(left))} s left`;
      if (done >= of) part++;
      if (stream.isTTY) {
        stream.write(`\r\u001b[K${text}`);
        isPainted = true;
      } else if (now - said >= LINE_MS) {
        stream.write(`${text}\n`);
        said = now;
      }
    },
    note(text) {
      clear();
      stream.write(`${text}\n`);
    },
    end: clear,
  };
}
