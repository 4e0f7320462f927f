/** The node, wherever one is shown: in the tree, in a search, in a path, in a comparison. One line of always the same
 *  height: mark, question, answer, who, confidence, cost and time, how many are below. Whoever shows it says what a click
 *  does, by what they put it in. */

import { FLAGS } from '../../src/wire/flags.ts';
import type { Row } from '../../src/wire/tree.ts';
import { Answer, Confidence } from './answer.tsx';
import { count, dollars, duration } from './figures.ts';
import { Mark, markOf } from './marks.tsx';
import { Who } from './who.tsx';
import './node.css';

/** Pixels; node.css has the same. */
export const NODE_HEIGHT = 32;

export function Node({ row }: { readonly row: Row }) {
  const mark = markOf(row.flags);
  const pending = row.flags & FLAGS.waiting ? 'waits for a person' : 'no answer yet';
  return (
    <span className="node">
      <span className="node-line">
        <span className="node-mark">{mark && <Mark name={mark} />}</span>
        <span className="node-question said" title={row.question}>
          {row.question}
        </span>
        <span className="node-answer">
          <Answer answer={row.answer} pending={pending} />
          {(row.flags & FLAGS.corrected) !== 0 && <span className="faint"> corrected</span>}
        </span>
        <Who by={row.by} isMemo={(row.flags & FLAGS.memo) !== 0} />
        <Confidence answer={row.answer} />
        <span className="node-cost faint">{costOf(row)}</span>
        <span className="node-count faint" title={`${count(row.descendants, 'question')} below`}>
          {row.descendants > 0 && row.descendants.toLocaleString('en')}
          {row.descendants > 0 && <span className="quiet"> below</span>}
        </span>
      </span>
    </span>
  );
}

/** Only what there is of it: «$0.02 · 3 s». */
function costOf({ spent, ms }: Row): string {
  const money = spent.micros > 0 ? dollars(spent.micros) : undefined;
  const time = ms === undefined ? undefined : duration(ms);
  return [money, time].filter((part) => part !== undefined).join(' · ');
}
