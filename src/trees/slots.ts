/** So many at a time. Of the others, who has the fewest levels below comes first, and then who came first: what was begun is
 *  finished before more is begun, so that of a large tree little is under way. */

import { expectInteger } from '../base/errors.ts';
import type { Scope } from '../core/budget.ts';

export class Slots {
  #free: number;
  /** Of the depths at which somebody waits, the smallest last. */
  readonly #lines: Line[] = [];

  constructor(count: number) {
    expectInteger('calls at a time', count, 1, Number.MAX_SAFE_INTEGER);
    this.#free = count;
  }

  /** `act` once there is room; what was aborted meanwhile is not begun. */
  async run<T>({ depth, signal }: Pick<Scope, 'depth' | 'signal'>, act: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((go) => this.#join(depth, { go, behind: undefined }));
    try {
      signal?.throwIfAborted();
      return await act();
    } finally {
      const line = this.#lines.at(-1);
      if (line) this.#next(line);
      else this.#free++;
    }
  }

  #join(depth: number, turn: Turn): void {
    let at = this.#lines.length;
    while (at > 0 && this.#lines[at - 1]!.depth < depth) at--;
    const line = this.#lines[at - 1];
    if (line?.depth === depth) {
      line.last.behind = turn;
      line.last = turn;
    } else this.#lines.splice(at, 0, { depth, first: turn, last: turn });
  }

  #next(line: Line): void {
    const { go, behind } = line.first;
    if (behind) line.first = behind;
    else this.#lines.pop();
    go();
  }
}

interface Turn {
  readonly go: () => void;
  behind: Turn | undefined;
}

interface Line {
  readonly depth: number;
  first: Turn;
  last: Turn;
}
