import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../base/canonical.ts';
import { expectSchema, misfit, readReply, type Schema, wireSchema } from './schema.ts';

const leaf: fc.Arbitrary<Schema> = fc.oneof(
  fc.record({ type: fc.constantFrom('string', 'number', 'integer', 'boolean', 'null', 'object', 'array') }),
  fc.constant({ type: ['string', 'null'] }),
  fc.record({ type: fc.constant('string'), minLength: fc.nat(3), maxLength: fc.integer({ min: 3, max: 5 }) }),
  fc.record({ type: fc.constant('number'), minimum: fc.nat(3), maximum: fc.integer({ min: 3, max: 5 }) }),
  fc.record({ enum: fc.uniqueArray(fc.oneof(fc.nat(3), fc.constantFrom('a', 'b', null)), { minLength: 1 }) }),
);
const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 0 });
const { schema } = fc.letrec<{ schema: Schema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc
      .record({ items: tie('schema'), minItems: fc.nat(1), maxItems: fc.integer({ min: 1, max: 3 }) })
      .map((rest) => ({ type: 'array', ...rest })),
    fc
      .record({
        properties: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('schema')),
        required: names,
        additionalProperties: fc.boolean(),
      })
      .map((rest) => ({ type: 'object', ...rest }) as Schema),
  ),
}));
const value: fc.Arbitrary<Json> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
  fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.oneof(fc.nat(6), fc.constantFrom('a', 'b', 'ab💡', '', null, true, 0.5)),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value')),
    ),
  })).value,
);

describe('a schema', () => {
  test('is kept as Ajv keeps it', () => {
    const ajv = new Ajv({ strict: false });
    let fits = 0;
    fc.assert(
      fc.property(schema, fc.array(value, { minLength: 5 }), (wanted, values) => {
        expectSchema(wanted);
        const validate = ajv.compile(wanted);
        for (const each of values) {
          const fit = misfit(each, wanted) === undefined;
          expect(fit).toBe(validate(each));
          if (fit) fits++;
        }
      }),
      { numRuns: 500 },
    );
    expect(fits).toBeGreaterThan(300);
  });

  test('goes to the provider without bounds, which are kept here, and asks for no more than before', () => {
    const ajv = new Ajv({ strict: false });
    fc.assert(
      fc.property(schema, value, (wanted, each) => {
        const sent = wireSchema(wanted);
        expect(JSON.stringify(sent)).not.toMatch(/"(min|max)[A-Z]?\w*":/);
        if (misfit(each, wanted) === undefined) expect(ajv.compile(sent)(each)).toBe(true);
      }),
    );
  });

  test('with a keyword that is not kept is refused, however deep', () => {
    for (const wrong of [{ pattern: 'x' }, { items: { oneOf: [] } }, { properties: { a: { $ref: '#' } } }])
      expect(() => expectSchema(wrong as Schema)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });

  test('names the place that does not fit', () => {
    const wanted = {
      type: 'object',
      properties: { list: { type: 'array', items: { type: 'object', required: ['text'] } } },
    } as const;
    expect(misfit({ list: [{ text: '' }, {}] }, wanted)).toBe('list[1]: expected a member «text», got none');
    expect(misfit({ list: 7 }, wanted)).toBe('list: expected array, got «7»');
  });
});

describe('a reply', () => {
  const wanted = { type: 'object' } as const;

  test('is read whatever stands around it that models like: a code block, thoughts', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), (object) => {
        const json = JSON.stringify(object);
        for (const text of [
          json,
          `\n ${json}\n`,
          `\`\`\`json\n${json}\n\`\`\``,
          `<think>{}</think>\n${json}`,
        ])
          expect(readReply(text, wanted)).toEqual({ kind: 'value', value: JSON.parse(json) });
      }),
    );
  });

  test('that is no JSON, or none of this form, or endlessly deep, is complained about in a line', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constant('['.repeat(100_000)), fc.jsonValue().map(String)),
        (text) => {
          const reading = readReply(text, { type: 'object', required: ['there is none'] });
          expect(reading.kind).toBe('wrong');
          if (reading.kind === 'wrong') expect(reading.complaint.length).toBeLessThan(200);
        },
      ),
    );
    const deep = `${'['.repeat(200)}${']'.repeat(200)}`;
    expect(readReply(deep, {})).toMatchObject({ kind: 'wrong', complaint: 'expected at most 100 levels' });
  });
});
