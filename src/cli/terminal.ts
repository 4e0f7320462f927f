/** The terminal, if there is one: its colours. */

import type { WriteStream } from 'node:tty';
import pc from 'picocolors';

export type Ink = ReturnType<typeof pc.createColors>;

/** Colours where this very stream shows them; Node knows NO_COLOR, FORCE_COLOR and dumb terminals. */
export function inkFor(stream: Pick<WriteStream, 'isTTY' | 'hasColors'>): Ink {
  return pc.createColors(stream.isTTY === true && stream.hasColors());
}

/** A reader that has gone («| head -1») is no failure of the program, nor a reason to end a run. */
export function outliveReaders(streams: readonly NodeJS.WriteStream[]): void {
  for (const stream of streams)
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
}
