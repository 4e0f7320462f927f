/** Light, dark, or as the system has it: kept in this browser. */

import { useState } from 'react';

const KEY = 'capstan.scheme';
const SCHEMES = ['system', 'light', 'dark'] as const;
type Scheme = (typeof SCHEMES)[number];

const SHAPES: { readonly [scheme in Scheme]: string } = { system: '◐', light: '○', dark: '●' };

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
systemIsDark.addEventListener('change', applyScheme);

/** Before anything is drawn, and whenever it changes. */
export function applyScheme(): void {
  const scheme = keptScheme();
  const isDark = scheme === 'dark' || (scheme === 'system' && systemIsDark.matches);
  document.documentElement.dataset.scheme = isDark ? 'dark' : 'light';
}

function keptScheme(): Scheme {
  const kept = localStorage.getItem(KEY);
  return SCHEMES.find((one) => one === kept) ?? 'system';
}

export function SchemeSwitch() {
  const [scheme, setScheme] = useState(keptScheme);
  const turn = () => {
    const next = SCHEMES[(SCHEMES.indexOf(scheme) + 1) % SCHEMES.length]!;
    localStorage.setItem(KEY, next);
    setScheme(next);
    applyScheme();
  };
  return (
    <button type="button" className="plain" onClick={turn} title={`colours: ${scheme}`}>
      <span aria-hidden="true">{SHAPES[scheme]}</span>
      <span className="quiet">Colours: {scheme}</span>
    </button>
  );
}
