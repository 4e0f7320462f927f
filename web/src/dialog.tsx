/** Something asked before it is done, with its consequence in words and a reason where one is needed. The browser's own
 *  dialog: it keeps the focus inside, closes with Escape, and gives the focus back. */

import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { ProblemLine } from './states.tsx';
import './dialog.css';

const REASON_MAX = 2000;

export interface Asking {
  readonly title: string;
  /** What follows from it. */
  readonly children?: ReactNode;
  /** What the button says: a verb. */
  readonly verb: string;
  /** Absent: no reason is asked for. */
  readonly reason?: 'needed' | 'optional';
  readonly onConfirm: (reason: string) => unknown;
  readonly onClose: () => void;
}

export function Dialog({ title, children, verb, reason, onConfirm, onClose }: Asking) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    const dialog = ref.current!;
    dialog.showModal();
    return () => dialog.close();
  }, []);
  const confirm = async (event: React.FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm(text.trim());
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <dialog ref={ref} className="dialog" aria-labelledby={`${id}-title`} onCancel={onClose}>
      <form onSubmit={confirm}>
        <h2 id={`${id}-title`}>{title}</h2>
        {children}
        {reason && (
          <>
            <label htmlFor={`${id}-reason`}>
              Reason{reason === 'optional' && <span className="faint"> (if you like)</span>}
            </label>
            <textarea
              id={`${id}-reason`}
              rows={3}
              maxLength={REASON_MAX}
              required={reason === 'needed'}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </>
        )}
        <p className="dialog-foot">
          {error !== undefined && <ProblemLine error={error} />}
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="submit"
            className="primary"
            disabled={busy || (reason === 'needed' && text.trim() === '')}
          >
            {verb}
          </button>
        </p>
      </form>
    </dialog>
  );
}
