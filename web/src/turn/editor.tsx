/** Where one writes: an answer, sub-questions, a correction, a reason; by the mode that the page is in. */

import { useRef } from 'react';
import { flushSync } from 'react-dom';
import type { Turn } from '../../../src/wire/turn.ts';
import { ASKED_MAX, placeOf, type TurnEvent, type TurnState } from './state.ts';

/** The first field of whatever is open. */
export const FIELD = 'turn-field';
const TEXT_MAX = 2 ** 20;
const REASON_MAX = 2000;

interface Props {
  readonly state: TurnState;
  readonly turn: Turn;
  readonly dispatch: (event: TurnEvent) => void;
  readonly onCommit: () => void;
}

export function Editor(props: Props) {
  const { draft } = props.state;
  const place = placeOf(props.state);
  switch (draft.mode) {
    case 'reply':
      return <Words {...props} field="reply" label="Your answer" />;
    case 'ask':
      return <Asks {...props} />;
    case 'correct':
      return <Words {...props} field="correction" label={`The right answer to question ${place ?? '…'}`} />;
    case 'reject':
      return <Words {...props} field="reason" label={`What is wrong with answer ${place ?? '…'}`} />;
    case 'escalate':
      return <Words {...props} field="reason" label="Why somebody else should decide" />;
  }
}

function Words({
  state,
  dispatch,
  onCommit,
  field,
  label,
}: Props & { readonly field: 'reply' | 'correction' | 'reason'; readonly label: string }) {
  return (
    <>
      <label htmlFor={FIELD}>{label}</label>
      <textarea
        id={FIELD}
        rows={2}
        maxLength={field === 'reason' ? REASON_MAX : TEXT_MAX}
        value={state.draft[field]}
        onChange={(event) => dispatch({ kind: 'typed', field, text: event.target.value })}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          onCommit();
        }}
      />
    </>
  );
}

function Asks({ state, turn, dispatch, onCommit }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const { asks } = state.draft;
  /** At once: whoever types on does not wait for a field to be drawn. */
  const change = (event: TurnEvent, focused: number) => {
    flushSync(() => dispatch(event));
    list.current?.querySelectorAll('input')[focused]?.focus();
  };
  const press = (event: React.KeyboardEvent<HTMLInputElement>, index: number) => {
    if (event.nativeEvent.isComposing) return;
    const isEmpty = asks[index]!.trim() === '';
    const isLastEmpty = isEmpty && index === asks.length - 1;
    if (event.key === 'Enter') {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey || (isLastEmpty && asks.length > 1) || asks.length === ASKED_MAX)
        return onCommit();
      if (isEmpty) return;
      change({ kind: 'ask-added', after: index }, index + 1);
    } else if (event.key === 'Backspace' && asks[index] === '' && asks.length > 1) {
      event.preventDefault();
      change({ kind: 'ask-removed', index }, Math.max(0, index - 1));
    }
  };
  return (
    <fieldset className="asks">
      <legend>Questions that would help; Enter adds another, Enter in an empty one commits</legend>
      <ol ref={list}>
        {asks.map((text, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: its place is what it is known by
          <li key={index}>
            <input
              id={index === 0 ? FIELD : undefined}
              aria-label={`Question ${index + 1}`}
              maxLength={TEXT_MAX}
              value={text}
              onChange={(event) => dispatch({ kind: 'asked', index, text: event.target.value })}
              onKeyDown={(event) => press(event, index)}
            />
          </li>
        ))}
      </ol>
      {(turn.question.documents?.length ?? 0) > 0 && (
        <label className="asks-documents">
          <input
            type="checkbox"
            checked={state.documents}
            onChange={(event) => dispatch({ kind: 'documents', may: event.target.checked })}
          />{' '}
          whoever answers may read the documents
        </label>
      )}
    </fieldset>
  );
}
