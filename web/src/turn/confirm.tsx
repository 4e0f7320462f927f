/** Before it counts: how sure, and why if one likes. One key commits. */

import { useEffect, useRef } from 'react';
import type { TurnAction } from '../../../src/wire/turn.ts';
import { wordsOf } from './commit.ts';

const SURE = ['a guess', 'doubtful', 'fairly sure', 'sure', 'certain'] as const;
const REASON_MAX = 2000;
export const REASON = 'turn-reason';

export function Confirm({
  action,
  reason,
  onReason,
  onConfidence,
  onBack,
}: {
  readonly action: TurnAction;
  readonly reason: string;
  readonly onReason: (reason: string) => void;
  readonly onConfidence: (confidence: number) => void;
  readonly onBack: () => void;
}) {
  const group = useRef<HTMLFieldSetElement>(null);
  useEffect(() => group.current?.focus(), []);
  return (
    <div className="confirm">
      <p className="confirm-what said">{wordsOf(action)}</p>
      <fieldset ref={group} className="confirm-sure" tabIndex={-1}>
        <legend>How sure are you? One key commits.</legend>
        {SURE.map((word, index) => (
          <button
            key={word}
            type="button"
            aria-keyshortcuts={String(index + 1)}
            onClick={() => onConfidence(index + 1)}
          >
            <kbd>{index + 1}</kbd> {word}
          </button>
        ))}
        <button type="button" className="plain" aria-keyshortcuts="Escape" onClick={onBack}>
          <kbd>Esc</kbd> back
        </button>
      </fieldset>
      {!('reason' in action) && (
        <label className="confirm-reason">
          <span>
            <kbd>R</kbd> reason, if you like
          </span>
          <input
            id={REASON}
            maxLength={REASON_MAX}
            value={reason}
            onChange={(event) => onReason(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' && event.key !== 'Escape') return;
              event.preventDefault();
              event.stopPropagation();
              group.current?.focus();
            }}
          />
        </label>
      )}
    </div>
  );
}
