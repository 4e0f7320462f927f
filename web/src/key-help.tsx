/** All keys of a page, on «?». */

import { useEffect, useRef, useState } from 'react';
import { isTyping } from './keys.ts';

export type Keys = readonly (readonly [key: string, does: string])[];

export function KeyHelp({ keys }: { readonly keys: Keys }) {
  const [open, setOpen] = useState(false);
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== '?' || isTyping(event)) return;
      event.preventDefault();
      setOpen((was) => !was);
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
  useEffect(() => {
    if (open) ref.current?.showModal();
    else ref.current?.close();
  }, [open]);
  return (
    <>
      <button
        type="button"
        className="key-help-button"
        onClick={() => setOpen(true)}
        aria-label="All keys of this page"
        aria-keyshortcuts="?"
        title="all keys (?)"
      >
        ?
      </button>
      <dialog ref={ref} className="dialog" aria-label="Keys" onClose={() => setOpen(false)}>
        <h2>Keys</h2>
        <dl className="key-help">
          {keys.map(([key, does]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <p className="dialog-foot">
          <button type="button" onClick={() => setOpen(false)}>
            Close
          </button>
        </p>
      </dialog>
    </>
  );
}
