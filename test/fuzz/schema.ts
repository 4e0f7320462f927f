/** Values out of JSON schemas as an OpenAPI 3.1 document has them: as they should be, nearly so, and anything else. */

import fc from 'fast-check';

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: { readonly [name: string]: Schema };
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export interface Source {
  readonly schemas: { readonly [name: string]: Schema };
  readonly pool: Pool;
}

/** Values that mean something in the project: given ones, and those that were answered, under the names that they had. */
export class Pool {
  readonly #values: { readonly names: readonly string[]; readonly value: string | number }[];
  readonly #seen = new Set<string>();
  readonly #kept = new Map<string, number>();
  readonly #given: readonly string[];

  constructor(given: readonly string[]) {
    this.#given = given;
    this.#values = given.map((value) => ({ names: [], value }));
  }

  learn(value: unknown, names: readonly string[] = []): void {
    if (typeof value === 'object' && value !== null)
      for (const [name, one] of Object.entries(value)) this.learn(one, [...names, name].slice(-NAMES));
    if ((typeof value !== 'string' && typeof value !== 'number') || String(value).length > KNOWN_LENGTH)
      return;
    const own = names.filter((name) => !/^\d+$/.test(name));
    const key = JSON.stringify([own, value]);
    const kept = this.#kept.get(own.join()) ?? 0;
    if (kept >= OF_A_NAME || this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#kept.set(own.join(), kept + 1);
    this.#values.push({ names: own, value });
  }

  /** One that fits; of that name, where there is one and where the number says so. */
  pick(name: string, fits: (value: string | number) => boolean, n: number): string | number | undefined {
    const fitting = this.#values.filter(({ value }) => fits(value));
    const named = fitting.filter(({ names }) => names.includes(name));
    const given = fitting.filter(({ names }) => names.length === 0);
    const from = [named, given, fitting].filter(({ length }) => length > 0);
    const some = from[n % from.length];
    return some?.[Math.floor(n / from.length) % some.length]?.value;
  }

  get any(): fc.Arbitrary<string> {
    const one = fc.nat().map((at) => String(this.#values[at % this.#values.length]!.value));
    return fc.oneof(fc.constantFrom(...this.#given), one);
  }
}

/** «lease.token» is of both names. */
const NAMES = 2;
const OF_A_NAME = 12;
const KNOWN_LENGTH = 200;

/** Of strings, mostly; a long one now and then. */
const LENGTH = 40;
const ITEMS = 4;
const INTEGER_MAX = 2 ** 31 - 1;

/** `name`: of the field or parameter. */
export function valid(schema: Schema, source: Source, name = ''): fc.Arbitrary<unknown> {
  const of = (one: Schema) => valid(one, source, name);
  if (schema.$ref !== undefined) return of(source.schemas[schema.$ref.split('/').at(-1)!] ?? {});
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return fc.oneof(...either.map(of));
  if (schema.allOf) return fc.tuple(...schema.allOf.map(of)).map((all) => Object.assign({}, ...all));
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => of({ ...schema, type })));
  switch (schema.type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number': {
      const { minimum: min = -INTEGER_MAX, maximum: max = INTEGER_MAX } = schema;
      const near = fc.integer({
        min: Math.ceil(min),
        max: Math.floor(Math.min(max, Math.max(min, 0) + LENGTH)),
      });
      const all = fc.integer({ min: Math.ceil(min), max: Math.floor(max) });
      const made =
        schema.type === 'integer'
          ? fc.oneof(near, all)
          : fc.oneof(near, fc.double({ min, max, noNaN: true, noDefaultInfinity: true }));
      const fits = (one: unknown): boolean => typeof one === 'number' && one >= min && one <= max;
      return meant(source.pool, name, fits, made);
    }
    case 'string':
      return text(schema, source, name);
    case 'array': {
      if (schema.prefixItems) return fc.tuple(...schema.prefixItems.map(of));
      const { minItems = 0, maxItems = ITEMS } = schema;
      return fc.array(of(schema.items ?? {}), {
        minLength: minItems,
        maxLength: Math.min(maxItems, minItems + ITEMS),
      });
    }
    case 'object': {
      const { properties = {}, required = [], additionalProperties: more } = schema;
      const own = Object.fromEntries(
        Object.entries(properties).map(([field, one]) => [field, valid(one, source, field)]),
      );
      const names = required.filter((field) => field in own);
      const record = fc.record(own, { requiredKeys: names as never[] });
      if (typeof more !== 'object') return record;
      return fc
        .tuple(fc.dictionary(source.pool.any, of(more), { maxKeys: ITEMS }), record)
        .map(([a, b]) => ({ ...a, ...b }));
    }
    default:
      return fc.jsonValue();
  }
}

function text(
  { pattern, format, minLength = 0, maxLength = Number.POSITIVE_INFINITY }: Schema,
  { pool }: Source,
  name: string,
) {
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  const fits = (one: string): boolean =>
    one.length >= minLength &&
    one.length <= maxLength &&
    (pattern === undefined || new RegExp(pattern).test(one));
  const made =
    pattern === undefined
      ? fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, minLength + LENGTH) })
      : fc.stringMatching(new RegExp(pattern)).map((one) => one.slice(0, maxLength));
  return meant(pool, name, (one) => typeof one === 'string' && fits(one), made);
}

/** One that means something, where it may stand here, or else any. */
function meant(
  pool: Pool,
  name: string,
  fits: (value: unknown) => boolean,
  made: fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.nat(), made, fc.integer({ min: 0, max: 2 }))
    .map(([n, other, choice]) => (choice === 0 ? other : (pool.pick(name, fits, n) ?? other)));
}

/** What no schema asked for. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    ...[
      '',
      ' ',
      '\u0000',
      '\ud800',
      '../../etc/passwd',
      '<script>alert(1)</script>',
      '__proto__',
      'constructor',
      'x'.repeat(5000),
    ],
    ...[0, -0, -1, 1.5, 1e308, 2 ** 53, -(2 ** 53), 4294967296, null, true, [], {}, [[]], [null]],
    JSON.parse('{"__proto__":{"a":1}}'),
  ),
);

/** With one of its parts gone, doubled or another. */
export function nearly(arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(arbitrary, anything, fc.nat(), fc.constantFrom('other', 'gone', 'more'))
    .map(([value, other, at, how]) => changed(value, other, at, how));
}

function changed(value: unknown, other: unknown, at: number, how: 'other' | 'gone' | 'more'): unknown {
  if (typeof value !== 'object' || value === null) return other;
  const names = Object.keys(value);
  if (names.length === 0 || how === 'more')
    return Array.isArray(value) ? [...value, other] : { ...value, [`more${at}`]: other };
  const name = names[at % names.length]!;
  const inner = (value as { [name: string]: unknown })[name];
  if (Array.isArray(value))
    return value.flatMap((one, i) =>
      String(i) !== name ? [one] : how === 'gone' ? [] : [changed(one, other, at, how)],
    );
  if (how === 'gone') return Object.fromEntries(Object.entries(value).filter(([own]) => own !== name));
  return { ...value, [name]: typeof inner === 'object' ? changed(inner, other, at >> 1, how) : other };
}
