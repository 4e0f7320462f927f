/** Who gave an answer, in a few letters: a person's initials in a ring, «X₃», «H′», the name of a model or a script. */

import type { Author } from '../../src/wire/question.ts';
import './who.css';

/** Characters of a version, which may be a hash. */
const VERSION_SHOWN = 12;

export function Who({ by, isMemo = false }: { readonly by: Author | undefined; readonly isMemo?: boolean }) {
  if (!by) return <span className="by" />;
  const version = by.version === undefined ? '' : `, ${by.version}`;
  const title = `${isMemo ? 'known from before: ' : ''}${by.kind} ${nameOf(by.id)}${version}`;
  return (
    <span className={`by by-${by.kind}`} title={title}>
      <span aria-hidden="true">{isMemo ? 'memo' : shortOf(by)}</span>
      <span className="quiet">{title}</span>
    </span>
  );
}

/** In words: «person ada», «model openai:gpt-5-mini 2025-08-07». */
export function AuthorName({ by: { kind, id, version } }: { readonly by: Author }) {
  return (
    <>
      {kind} {nameOf(id)}
      {version !== undefined && <span className="faint"> {version.slice(0, VERSION_SHOWN)}</span>}
    </>
  );
}

/** «person:ada» → «ada», «model:openai:gpt-5-mini» → «openai:gpt-5-mini» */
export function nameOf(id: string): string {
  return id.replace(/^(person|script|model|program):/, '');
}

function shortOf({ kind, id }: Author): string {
  const name = nameOf(id);
  if (kind === 'person') return initials(name);
  if (kind === 'program') return 'code';
  const last = name.split(/[:/]/).at(-1) || name;
  return last.replace(/^([XH]′?)(\d+)$/, (_, letter: string, digits: string) => letter + subscript(digits));
}

function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => word !== '');
  const letters =
    words.length > 1 ? words.slice(0, 2).map((word) => [...word][0]!) : [...(words[0] ?? '?')].slice(0, 2);
  return letters.join('').toLocaleUpperCase();
}

const ZERO_BELOW = '₀'.codePointAt(0)!;

function subscript(digits: string): string {
  return [...digits].map((digit) => String.fromCodePoint(ZERO_BELOW + Number(digit))).join('');
}
