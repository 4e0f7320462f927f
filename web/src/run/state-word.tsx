/** How a run is: a shape, a colour where it means something, and words. */

import type { RunRow } from '../../../src/wire/run.ts';
import { MARKS } from '../marks.tsx';
import { STATES } from '../runs.ts';

const SHAPES: { readonly [state in RunRow['state']]?: string } = { running: '▸', new: '·', stopped: '‖' };

export function StateWord({ state }: { readonly state: RunRow['state'] }) {
  const [words, mark] = STATES[state];
  return (
    <span className="state-word">
      <span aria-hidden="true" className={mark ? `mark-${mark}` : 'faint'}>
        {mark ? MARKS[mark][0] : SHAPES[state]}
      </span>{' '}
      {words}
    </span>
  );
}
