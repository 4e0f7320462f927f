/** A hash by its first eight characters; a click copies the whole of it. */

import { useState } from 'react';
import './hash.css';

const SHOWN = 8;
const SAID_MS = 1500;

export function Hash({ value, of = 'hash' }: { readonly value: string; readonly of?: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
    setTimeout(() => setCopied(false), SAID_MS);
  };
  return (
    <button type="button" className="hash mono" title={`${value} (a click copies it)`} onClick={copy}>
      {value.slice(0, SHOWN)}
      <span className="quiet">, copy this {of}</span>
      <span className="hash-said" aria-live="polite">
        {copied && 'copied'}
      </span>
    </button>
  );
}
