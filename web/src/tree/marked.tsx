/** A text whose phrases show where they came from: one that is pointed at or has the focus lights up, here and at its other end. */

import type { Piece } from './spans.ts';

export function Marked({
  pieces,
  lit,
  onLit,
  nameOf,
}: {
  readonly pieces: readonly Piece[];
  /** Which of the sub-answers are lit. */
  readonly lit: readonly number[];
  readonly onLit: (of: readonly number[]) => void;
  /** What a phrase is told to be from. */
  readonly nameOf: (of: number) => string;
}) {
  let at = 0;
  return (
    <span className="said marked">
      {pieces.map(({ text, of }) => {
        const key = at;
        at += text.length;
        if (of.length === 0) return <span key={key}>{text}</span>;
        const isLit = of.some((one) => lit.includes(one));
        return (
          <mark
            key={key}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what lights up on hover does so by keyboard too
            tabIndex={0}
            className={isLit ? 'phrase is-lit' : 'phrase'}
            title={of.map(nameOf).join('; ')}
            onMouseEnter={() => onLit(of)}
            onMouseLeave={() => onLit([])}
            onFocus={() => onLit(of)}
            onBlur={() => onLit([])}
          >
            {text}
          </mark>
        );
      })}
    </span>
  );
}
