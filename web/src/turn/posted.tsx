/** What has become of what was committed: not sent yet, can be taken back, was refused. */

import { useEffect, useState } from 'react';
import { sentence } from '../figures.ts';
import { wordsOf } from './commit.ts';
import { useSecondsLeft } from './left.ts';
import type { Posted } from './outbox.ts';

const EFFECT_MS = 2000;
/** More than any undo; a clock that is wrong by an hour is not to be counted down. */
const UNDO_MAX_S = 60;

interface Props {
  readonly one: Posted;
  readonly onUndo: () => void;
  readonly onForget: () => void;
}

export function PostedLine(props: Props) {
  const { one } = props;
  const words = wordsOf(one.commit.action);
  switch (one.state.kind) {
    case 'unsent':
      // Most are sent before one could read it.
      return (
        <p className="posted posted-unsent said">
          <strong>Not sent yet:</strong> {words}
          <span className="faint"> — to «{one.question}». It goes by itself when the server is there.</span>
        </p>
      );
    case 'refused':
      return (
        <p className="posted said">
          <strong className="problem-line">Not accepted:</strong> {words}. {one.state.why}{' '}
          <button type="button" onClick={props.onForget}>
            Dismiss
          </button>
        </p>
      );
    case 'sent':
      return <SentLine {...props} words={words} state={one.state} />;
  }
}

function SentLine({
  words,
  state,
  onUndo,
  onForget,
}: Props & { readonly words: string; readonly state: Posted['state'] & { readonly kind: 'sent' } }) {
  const { committed, at } = state;
  const left = useSecondsLeft(committed.undoUntil, UNDO_MAX_S);
  const isEffectShown = useUntil(at + EFFECT_MS);
  const isOver = committed.undoUntil === undefined ? !isEffectShown : left === 0;
  useEffect(() => {
    if (isOver) onForget();
  }, [isOver, onForget]);
  if (isOver) return null;
  return (
    <p className="posted said">
      <span className="posted-words">{isEffectShown ? sentence(committed.effect) : words}</span>
      {left !== undefined && (
        <button type="button" aria-keyshortcuts="Z" onClick={onUndo}>
          <kbd>Z</kbd> undo <span aria-hidden="true">{left} s</span>
        </button>
      )}
    </p>
  );
}

function useUntil(end: number): boolean {
  const [isBefore, setBefore] = useState(() => Date.now() < end);
  useEffect(() => {
    const timer = setTimeout(() => setBefore(false), Math.max(0, end - Date.now()));
    return () => clearTimeout(timer);
  }, [end]);
  return isBefore;
}
