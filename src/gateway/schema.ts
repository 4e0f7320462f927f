/** The part of JSON Schema (draft 7) that a request may use, checked here because a provider's word for it is none, and
 *  read from what a model wrote. A keyword that is not in the table is refused: it would be promised and not kept. */

import type { Json } from '../base/canonical.ts';
import { CapstanError } from '../base/errors.ts';

export type Schema = { readonly [keyword: string]: Json };
type Members = { readonly [name: string]: Json };

/** Why the value does not fit the keyword, or undefined. */
type Rule = (value: Json, wanted: Json, schema: Schema) => string | undefined;

const RULES: { readonly [keyword: string]: Rule } = {
  type: (value, wanted) => {
    const kinds = (Array.isArray(wanted) ? wanted : [wanted]) as readonly string[];
    return kinds.some((kind) => isA(value, kind))
      ? undefined
      : `expected ${kinds.join(' or ')}, got ${shown(value)}`;
  },
  enum: (value, wanted) =>
    (wanted as readonly Json[]).some((item) => equal(item, value))
      ? undefined
      : `expected one of ${JSON.stringify(wanted)}, got ${shown(value)}`,
  minimum: (value, wanted) => bound(value, isNumber, (x) => x, '≥', wanted as number),
  maximum: (value, wanted) => bound(value, isNumber, (x) => x, '≤', wanted as number),
  minLength: (value, wanted) => bound(value, isText, (text) => [...text].length, '≥', wanted as number),
  maxLength: (value, wanted) => bound(value, isText, (text) => [...text].length, '≤', wanted as number),
  minItems: (value, wanted) => bound(value, isArray, (list) => list.length, '≥', wanted as number),
  maxItems: (value, wanted) => bound(value, isArray, (list) => list.length, '≤', wanted as number),
  items: (value, wanted) => {
    if (!isArray(value)) return undefined;
    for (const [at, item] of value.entries()) {
      const wrong = misfit(item, wanted as Schema);
      if (wrong !== undefined) return under(`[${at}]`, wrong);
    }
    return undefined;
  },
  required: (value, wanted) => {
    if (!isObject(value)) return undefined;
    const missing = (wanted as readonly string[]).filter((name) => !Object.hasOwn(value, name));
    return missing.length > 0 ? `expected a member «${missing[0]}», got none` : undefined;
  },
  properties: (value, wanted) => {
    if (!isObject(value)) return undefined;
    for (const [name, schema] of Object.entries(wanted as { readonly [name: string]: Schema })) {
      const wrong = Object.hasOwn(value, name) ? misfit(value[name]!, schema) : undefined;
      if (wrong !== undefined) return under(name, wrong);
    }
    return undefined;
  },
  additionalProperties: (value, wanted, schema) => {
    if (!isObject(value) || wanted !== false) return undefined;
    const extra = Object.keys(value).find(
      (name) => !Object.hasOwn((schema.properties ?? {}) as Members, name),
    );
    return extra === undefined ? undefined : `expected no member «${extra.slice(0, SHOWN)}»`;
  },
  title: () => undefined,
  description: () => undefined,
};

/** Bounds, which not every provider takes: they are checked here, and the words of the request say them. */
const OURS = ['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems'];
const SHOWN = 60;
/** Deeper is no answer, and no stack is that deep. */
const DEPTH_MAX = 100;

/** What speaks against the value, naming the place; undefined if it fits. */
export function misfit(value: Json, schema: Schema): string | undefined {
  for (const [keyword, wanted] of Object.entries(schema)) {
    const wrong = RULES[keyword]!(value, wanted, schema);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** Throws where the schema has a keyword that is not kept here. */
export function expectSchema(schema: Schema): void {
  for (const [keyword, wanted] of Object.entries(schema)) {
    if (!Object.hasOwn(RULES, keyword))
      throw new CapstanError(
        'invalid',
        `schema: expected keywords ${Object.keys(RULES).join(', ')}, got «${keyword}»`,
      );
    if (keyword === 'items') expectSchema(wanted as Schema);
    if (keyword === 'properties') Object.values(wanted as { [name: string]: Schema }).forEach(expectSchema);
  }
}

/** The schema as providers take it. */
export function wireSchema(schema: Schema): Schema {
  const entries = Object.entries(schema).filter(([keyword]) => !OURS.includes(keyword));
  return Object.fromEntries(
    entries.map(([keyword, wanted]) => {
      if (keyword === 'items') return [keyword, wireSchema(wanted as Schema)];
      if (keyword !== 'properties') return [keyword, wanted];
      const members = Object.entries(wanted as { readonly [name: string]: Schema });
      return [keyword, Object.fromEntries(members.map(([name, member]) => [name, wireSchema(member)]))];
    }),
  );
}

export type Reading =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'wrong'; readonly complaint: string };

/** What a model wrote, which may stand in a code block or after its thoughts, as models like it. */
export function readReply(text: string, schema: Schema): Reading {
  const bare = text
    .trim()
    .replace(/^<think>[\s\S]*?<\/think>\s*/, '')
    .replace(/^```(?:json)?\s*([\s\S]*?)\s*```$/, '$1');
  let value: Json;
  try {
    value = JSON.parse(bare) as Json;
  } catch {
    return {
      kind: 'wrong',
      complaint: `expected one JSON value and nothing else, got ${shown(text.trim())}`,
    };
  }
  if (isDeeper(value, DEPTH_MAX)) return { kind: 'wrong', complaint: `expected at most ${DEPTH_MAX} levels` };
  const complaint = misfit(value, schema);
  return complaint === undefined ? { kind: 'value', value } : { kind: 'wrong', complaint };
}

function isDeeper(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((item: Json) => isDeeper(item, levels - 1));
}

function isA(value: Json, kind: string): boolean {
  if (kind === 'integer') return Number.isInteger(value);
  if (kind === 'null') return value === null;
  if (kind === 'array') return isArray(value);
  return kind === 'object' ? isObject(value) : typeof value === kind;
}

const isNumber = (value: Json): value is number => typeof value === 'number';
const isText = (value: Json): value is string => typeof value === 'string';
const isArray = (value: Json): value is readonly Json[] => Array.isArray(value);
const isObject = (value: Json): value is Members =>
  typeof value === 'object' && value !== null && !isArray(value);

/** Lists and objects do not stand in an `enum`. */
function equal(a: Json, b: Json): boolean {
  return a === b;
}

function bound<T extends Json>(
  value: Json,
  applies: (value: Json) => value is T,
  measure: (value: T) => number,
  sign: '≥' | '≤',
  limit: number,
): string | undefined {
  if (!applies(value)) return undefined;
  const size = measure(value);
  if (sign === '≥' ? size >= limit : size <= limit) return undefined;
  const what = isText(value) ? 'characters' : isArray(value) ? 'items' : '';
  return `expected ${sign} ${limit}${what && ` ${what}`}, got ${size}`;
}

function under(place: string, wrong: string): string {
  return `${place}${wrong.startsWith('[') ? '' : wrong.startsWith('expected') ? ': ' : '.'}${wrong}`;
}

function shown(value: Json): string {
  const text = isText(value) ? value : JSON.stringify(value);
  return text === '' ? 'nothing' : `«${text.slice(0, SHOWN)}${text.length > SHOWN ? '…' : ''}»`;
}
