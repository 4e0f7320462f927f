/** What is looked for in a tree, as words:
 *      who:ada  who:model  who:H′  confidence:<0.6  verdict:rejected  depth:>3  is:waiting  cost:>0.01  "any words"
 *  All of it must hold. What is not understood is refused, and the error says what there is. */

import { CapstanError } from '../base/errors.ts';
import type { TreeFile } from '../project/grove.ts';
import type { Author } from '../transcript/node.ts';
import { FLAGS } from '../wire/tree.ts';
import { NONE, type Outline } from './outline.ts';

export interface Filter {
  /** By what is known of each position. */
  readonly tests: readonly ((outline: Outline, at: number) => boolean)[];
  /** In lower case: each is somewhere in the question or in the answer. */
  readonly words: readonly string[];
}

const IS = {
  waiting: FLAGS.waiting,
  corrected: FLAGS.corrected,
  unknown: FLAGS.unknown,
  memo: FLAGS.memo,
  uncertain: FLAGS.uncertain,
} as const;
const VERDICTS = { rejected: FLAGS.rejected, passed: FLAGS.verified } as const;
const MICROS = 1e6;

type Test = Filter['tests'][number];

const KINDS: { readonly [name: string]: (value: string, file: TreeFile) => Test } = {
  who: (value, file) => whoTest(value, file),
  is: (value) => flagTest('is', IS, value),
  verdict: (value) => flagTest('verdict', VERDICTS, value),
  confidence: (value) => {
    const holds = comparison('confidence', value, '<0.6', 0, 1);
    return ({ confidence }, at) => holds(confidence[at]!);
  },
  depth: (value) => {
    const holds = comparison('depth', value, '>3', 0);
    return ({ depth }, at) => holds(depth[at]!);
  },
  cost: (value) => {
    const holds = comparison('cost', value, '>0.01', 0);
    return ({ micros }, at) => holds(micros[at]! / MICROS);
  },
};

/** Throws «invalid», and says what was expected. */
export function parseFilter(text: string, file: TreeFile): Filter {
  const tests: Test[] = [];
  const words: string[] = [];
  for (const token of tokensOf(text)) {
    const [, name, value] = token.isQuoted ? [] : (/^([^\s:]+):(.*)$/s.exec(token.text) ?? []);
    const kind = name === undefined ? undefined : KINDS[name.toLowerCase()];
    if (kind) tests.push(kind(value!, file));
    else if (name === undefined) words.push(token.text.toLowerCase());
    else
      throw new CapstanError(
        'invalid',
        `search «${token.text}»: expected one of ${Object.keys(KINDS).join(', ')} before the colon; words with a colon go in quotes`,
      );
  }
  if (tests.length + words.length > 0) return { tests, words };
  throw new CapstanError(
    'invalid',
    `search: expected words, or one of ${Object.keys(KINDS).join(', ')} with a colon and what is looked for, got nothing`,
  );
}

interface Token {
  readonly text: string;
  readonly isQuoted: boolean;
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const [all, quoted, name = '', value] of text.matchAll(/"([^"]*)"|([^\s":]+:)"([^"]*)"|\S+/g)) {
    if (quoted !== undefined) tokens.push({ text: quoted, isQuoted: true });
    else if (value !== undefined) tokens.push({ text: name + value, isQuoted: false });
    else if (all.includes('"'))
      throw new CapstanError(
        'invalid',
        `search «${all}»: expected a quotation mark at both ends of the words`,
      );
    else tokens.push({ text: all, isQuoted: false });
  }
  return tokens.filter(({ text: one, isQuoted }) => one !== '' || !isQuoted);
}

function flagTest(name: string, flags: { readonly [word: string]: number }, value: string): Test {
  const flag = Object.hasOwn(flags, value.toLowerCase()) ? flags[value.toLowerCase()] : undefined;
  if (flag === undefined)
    throw new CapstanError(
      'invalid',
      `search «${name}:${value}»: expected ${Object.keys(flags)
        .map((one) => `${name}:${one}`)
        .join(', ')}`,
    );
  return (outline, at) => (outline.flags[at]! & flag) > 0;
}

function comparison(
  name: string,
  value: string,
  example: string,
  low: number,
  high = Number.MAX_SAFE_INTEGER,
): (number: number) => boolean {
  const [, sign = '=', digits] = /^(<=|>=|<|>|=)?(\d{1,15}(?:\.\d{1,15})?|\.\d{1,15})$/.exec(value) ?? [];
  const than = Number(digits);
  if (digits === undefined || than < low || than > high)
    throw new CapstanError(
      'invalid',
      `search «${name}:${value}»: expected a number${high === 1 ? ' from 0 to 1' : ''}, with <, >, <=, >= before it or nothing, as in ${name}:${example}`,
    );
  switch (sign) {
    case '<':
      return (number) => number < than;
    case '>':
      return (number) => number > than;
    case '<=':
      return (number) => number <= than;
    case '>=':
      return (number) => number >= than;
    default:
      return (number) => number === than;
  }
}

/** By name, by kind («person»), by seat («H», «X», «H′» for a model in the place of H), or «memo» for whatever is remembered. */
function whoTest(value: string, file: TreeFile): Test {
  const wanted = value.toLowerCase();
  if (wanted === '')
    throw new CapstanError('invalid', 'search «who:»: expected a name, as in who:ada, who:model or who:H′');
  if (wanted === 'memo') return ({ flags }, at) => (flags[at]! & FLAGS.memo) > 0;
  const matches = authorTest(wanted, file);
  const known = new WeakMap<Outline, readonly boolean[]>();
  return (outline, at) => {
    let verdicts = known.get(outline);
    if (!verdicts) {
      verdicts = outline.authors.map(matches);
      known.set(outline, verdicts);
    }
    const by = outline.by[at]!;
    return by !== NONE && verdicts[by]!;
  };
}

function authorTest(wanted: string, { overseer, assistant }: TreeFile): (by: Author) => boolean {
  const sits = (seat: string) => (by: Author) =>
    by.kind === seat || (seat.startsWith('approve:') ? by.kind === 'person' : by.id === `model:${seat}`);
  if (wanted === 'h') return sits(overseer);
  if (wanted === 'x') return sits(assistant);
  if (wanted === 'h′' || wanted === "h'") return (by) => by.kind === 'model' && sits(overseer)(by);
  if (wanted === 'code') return ({ kind }) => kind === 'script' || kind === 'program';
  return ({ kind, id }) => kind === wanted || id.toLowerCase().includes(wanted);
}
