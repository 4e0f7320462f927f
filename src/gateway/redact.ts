/** Takes secrets out of whatever a provider says, in errors and in answers: a server that is wrong, or hostile, may send
 *  a key back. Any twelve characters in a row of a key are taken out with the rest, so that a key cut in two, or
 *  shown in part, is none either; of its base64 and percent forms too. */

import type { Json } from '../base/canonical.ts';

/** A text without the secrets in it. */
export type Redact = (text: string) => string;

/** Fewer characters in a row tell little of a key, and happen in other words. */
const WINDOW = 12;
/** A shorter key is a word that some servers want and nobody guards, such as «ollama». */
const SECRET_MIN = 8;
const INSTEAD = '[secret]';

export function redactor(secrets: readonly string[]): Redact {
  const forms = secrets.filter((secret) => secret.length >= SECRET_MIN).flatMap(written);
  if (forms.length === 0) return (text) => text;
  const windows = new Map<number, Set<string>>();
  for (const form of forms) {
    const size = Math.min(WINDOW, form.length);
    const known = windows.get(size) ?? new Set();
    for (let at = 0; at + size <= form.length; at++) known.add(form.slice(at, at + size));
    windows.set(size, known);
  }
  return (text) => {
    const secret = new Uint8Array(text.length);
    let found = false;
    for (const [size, known] of windows)
      for (let at = 0; at + size <= text.length; at++)
        if (known.has(text.slice(at, at + size))) {
          secret.fill(1, at, at + size);
          found = true;
        }
    return found ? cut(text, secret) : text;
  };
}

/** The same of every text in a value, names of members too. Halves of a character, which JSON can smuggle in and hashing
 *  refuses, become the replacement character. */
export function redactJson(value: Json, redact: Redact): Json {
  if (typeof value === 'string') return redact(value.toWellFormed());
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: Json) => redactJson(item, redact));
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([name, item]) => [redact(name.toWellFormed()), redactJson(item, redact)]),
  );
}

/** How a secret may be written: as it is, in a URL, in JSON, and in base64 wherever it begins in it. */
function written(secret: string): readonly string[] {
  const base64 = [0, 1, 2].map((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
    // The first and the last characters mix with what stands beside the secret.
    return bytes
      .toString('base64')
      .replace(/=+$/, '')
      .slice(Math.ceil((offset * 4) / 3), -1);
  });
  const url = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  const json = JSON.stringify(secret).slice(1, -1);
  const forms = [secret, encodeURIComponent(secret), json, ...base64, ...url];
  return [...new Set(forms)].filter((form) => form.length >= SECRET_MIN);
}

function cut(text: string, secret: Uint8Array): string {
  let out = '';
  for (let at = 0; at < text.length; ) {
    const from = at;
    while (at < text.length && secret[at] === secret[from]) at++;
    out += secret[from] ? INSTEAD : text.slice(from, at);
  }
  return out;
}
