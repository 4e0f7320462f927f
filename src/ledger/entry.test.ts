import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CapstanError } from '../base/errors.ts';
import { decodeEntry, ENDS, type Entry, encodeEntry, KINDS } from './entry.ts';
import { scanEntry } from './scan.ts';

const PLAIN: Entry = {
  v: 1,
  seq: 7,
  time: '2026-11-28T13:00:00.000Z',
  kind: 'gate-decided',
  actor: { id: 'program:capstan', kind: 'program', version: '0.1.0' },
};

const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
const short = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' });
const subject = fc.oneof(fc.constantFrom('checkpoint', '{"name":"checkpoint","sha256":"', '{'), short);
const signature = fc
  .uint8Array({ minLength: 64, maxLength: 64 })
  .map((drawn) => Buffer.from(drawn).toString('base64'));
const days = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 31 }), fc.nat(23));
const times = days
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')))
  .map(([month, day, hour]) => `2024-${month}-${day}T${hour}:59:59.999Z`)
  .filter((time) => !Number.isNaN(Date.parse(time)));
const count = fc.nat();
const named = <T>(value: fc.Arbitrary<T>) =>
  fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/), value, { maxKeys: 4, noNullPrototype: true });
const entries: fc.Arbitrary<Entry> = fc
  .record(
    {
      v: fc.constant(1 as const),
      seq: fc.integer({ min: 1, max: 1e9 }),
      time: times,
      kind: fc.constantFrom(...KINDS),
      actor: fc.record({ id: short, kind: fc.constantFrom('person', 'model') }),
      authority: short,
      run: short,
      parents: fc.array(fc.constant(0), { minLength: 1, maxLength: 3 }),
      subjects: fc.array(fc.record({ name: subject, sha256: digest }), { minLength: 1, maxLength: 3 }),
      content: fc.array(fc.record({ field: short, commitment: digest, bytes: count }), { minLength: 1, maxLength: 3 }), // biome-ignore format: one field is one line
      figures: named(fc.maxSafeInteger().map((x) => x + 0)),
      words: named(short),
      signed: fc.array(fc.record({ key: short, signature }), { minLength: 1, maxLength: 2 }),
    },
    { requiredKeys: ['v', 'seq', 'time', 'kind', 'actor'] },
  )
  .map((entry) => (ENDS[entry.kind] ? { ...entry, ends: entry.seq - 1 } : entry) as Entry);

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (said: string) => new TextEncoder().encode(said);

/** With one more field after another one. */
function withField(after: string, field: string, said = text(encodeEntry(PLAIN))): string {
  const value = new RegExp(`("${after}":(?:\\{[^}]*\\}|"[^"]*"|\\d+))`);
  return said.replace(value, `$1,${field}`);
}
const ENDED = text(encodeEntry(PLAIN)).replace('gate-decided', 'run-ended');

describe('an entry', () => {
  test('comes back as it was written, from bytes that are canonical JSON', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        const encoded = encodeEntry(entry);
        expect(decodeEntry(encoded, entry.seq)).toEqual(entry);
        expect(encodeEntry(decodeEntry(encoded, entry.seq))).toEqual(encoded);
      }),
    );
    expect(text(encodeEntry(PLAIN))).toBe(
      '{"actor":{"id":"program:capstan","kind":"program","version":"0.1.0"},"kind":"gate-decided","seq":7,"time":"2026-11-28T13:00:00.000Z","v":1}',
    );
  });

  test('is refused under another number', () => {
    for (const read of [decodeEntry, scanEntry])
      expect(() => read(encodeEntry(PLAIN), 8)).toThrow('entry 8: expected the number 8, got 7');
  });

  test.each<[string, string, string]>([
    ['a space', text(encodeEntry(PLAIN)).replace(',', ', '), 'canonical'],
    ['keys in another order', '{"v":1,"seq":7,"time":"2026-11-28T13:00:00.000Z","kind":"gate-decided","actor":{"id":"a","kind":"person"}}', 'canonical'], // biome-ignore format: one case is one line
    ['a key twice', text(encodeEntry(PLAIN)).replace('"seq":7', '"seq":6,"seq":7'), 'canonical'],
    ['1e0 for 1', text(encodeEntry(PLAIN)).replace('"v":1', '"v":1e0'), 'canonical'],
    ['a stranger', text(encodeEntry(PLAIN)).replace('"v":1', '"v":1,"w":1'), 'expected no «w»'],
    ['__proto__', text(encodeEntry(PLAIN)).replace('"v":1', '"__proto__":{"v":1},"v":1'), 'expected no «__proto__»'], // biome-ignore format: one case is one line
    ['no time', text(encodeEntry(PLAIN)).replace(/,"time":"[^"]*"/, ''), 'expected «time»'],
    ['half a number', text(encodeEntry(PLAIN)).replace('"seq":7', '"seq":7.5'), '«seq»'],
    ['a byte order mark', `\ufeff${text(encodeEntry(PLAIN))}`, 'JSON'],
    ['an escape for terminals', text(encodeEntry(PLAIN)).replace('program:capstan', '\\u001b[2J'), '«actor»'],
    ['words in another order', withField('v', '"words":{"b":"x","a":"y"}'), 'canonical'],
    ['a word twice', withField('v', '"words":{"a":"x","a":"y"}'), 'canonical'],
    ['figures in another order', withField('actor', '"figures":{"b":1,"aa":2}'), 'canonical'],
    ['a figure of −0', withField('actor', '"figures":{"a":-0}'), '«figures»'],
    [
      'a later parent',
      text(encodeEntry(PLAIN)).replace('"seq"', '"parents":[3,6,7],"seq"'),
      'entries before 7, got 7',
    ],
    [
      'a parent later by far',
      text(encodeEntry(PLAIN)).replace('"seq"', '"parents":[99999],"seq"'),
      'entries before 7, got 99999',
    ],
    ['an end of nothing', withField('actor', '"ends":3'), 'expected no «ends»'],
    ['an end that ends nothing', ENDED, 'expected «ends»'],
    ['an end of itself', withField('actor', '"ends":7', ENDED), 'entries before 7, got 7'],
    ['a month of no year', text(encodeEntry(PLAIN)).replace('2026-11', '2026-13'), '«time»'],
    [
      'another number',
      text(encodeEntry(PLAIN)).replace('"seq":7', '"seq":8'),
      'expected the number 7, got 8',
    ],
    ['no JSON', 'entry', 'JSON'],
    ['a list', '[]', 'an object'],
  ])('with %s is refused', (_, said, fault) => {
    expect(() => decodeEntry(bytes(said), 7)).toThrow(fault);
    expect(() => scanEntry(bytes(said), 7)).toThrow(fault);
  });

  test('of any bytes is refused with an error of ours, or is the very entry written', () => {
    const mutated = fc
      .tuple(entries, fc.nat(), fc.nat(255))
      .map(([entry, at, byte]) => ({ entry, changed: encodeEntry(entry).with(0, 123).map((x, i, all) => (i === at % all.length ? byte : x)) })); // biome-ignore format: one step
    fc.assert(
      fc.property(mutated, ({ entry, changed }) => {
        try {
          expect(encodeEntry(decodeEntry(changed, entry.seq))).toEqual(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(CapstanError);
        }
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (random) => {
        expect(() => decodeEntry(random, 0)).toThrow(CapstanError);
      }),
    );
  });

  test('refers to earlier ones only, and says what it ends exactly where its kind ends something', () => {
    expect(() => encodeEntry({ ...PLAIN, parents: [3, 7] })).toThrow('entries before 7, got 7');
    expect(() => encodeEntry({ ...PLAIN, ends: 3 })).toThrow('expected no «ends» in gate-decided, got 3');
    const end: Entry = { ...PLAIN, kind: 'run-ended' };
    expect(() => encodeEntry(end)).toThrow('expected «ends» in run-ended, got none');
    expect(() => encodeEntry({ ...end, ends: 7 })).toThrow('entries before 7, got 7');
    expect(decodeEntry(encodeEntry({ ...end, ends: 6 }), 7).ends).toBe(6);
  });

  test('has at most 65,535 bytes', () => {
    const parents = (count: number) => ({ ...PLAIN, parents: new Array<number>(count).fill(0) });
    expect(encodeEntry(parents(32_000)).length).toBeLessThan(65_536);
    expect(() => encodeEntry(parents(33_000))).toThrow('expected at most 65535 bytes');
  });

  test('is scanned as it is read in full, whatever stands there', () => {
    const piece = fc.constantFrom(
      ...[
        '"',
        '\\',
        '\\"',
        '\\u0041',
        '\\n',
        '\u007f',
        '\u2028',
        ',',
        ':',
        '{',
        '}',
        '[',
        ']',
        '[]',
        '{}',
        ' ',
        '-',
        '0',
        '1e3',
      ],
      ...[
        '99999999999999999',
        '9007199254740991',
        '9007199254740992',
        '"a":1',
        ',"a":1',
        ',"b":"c"',
        '"ends":3',
        'null',
      ],
      ...[
        '"seq":7,',
        '2026-02-30',
        'run-ended',
        'gate-decided',
        'é',
        '😀',
        ',"words":{"b":"x","a":"y"}',
        '"figures":{"a":-0}',
      ],
    );
    const cut = fc.record({ at: fc.nat(), length: fc.nat(12), by: fc.option(piece), from: fc.nat() });
    const changed = fc.tuple(entries, fc.array(cut, { maxLength: 3 })).map(([entry, cuts]) => {
      let said = text(encodeEntry(entry));
      for (const { at, length, by, from } of cuts) {
        const place = at % (said.length + 1);
        const put = by ?? said.slice(from % said.length, (from % said.length) + length);
        said = said.slice(0, place) + put + said.slice(place + (from % 2 === 0 ? length : 0));
      }
      return { said, seq: entry.seq };
    });
    const outcome = (act: () => unknown) => {
      try {
        return act();
      } catch (error) {
        expect(error).toBeInstanceOf(CapstanError);
        return (error as CapstanError).message;
      }
    };
    let accepted = 0;
    fc.assert(
      fc.property(changed, ({ said, seq }) => {
        if (!said.isWellFormed()) return; // no bytes say that
        const full = outcome(() => decodeEntry(bytes(said), seq));
        expect(outcome(() => scanEntry(bytes(said), seq).entry())).toEqual(full);
        if (typeof full === 'string') return;
        const scanned = scanEntry(bytes(said), seq);
        const { kind, ends, signed, content, figures = {}, subjects = [] } = full as Entry;
        expect(scanned).toMatchObject({ seq, kind, ends });
        expect([scanned.isSigned, scanned.isCommitted]).toEqual([!!signed, !!content]);
        for (const name of [...Object.keys(figures), 'a'])
          expect(scanned.figure(name)).toBe(Object.hasOwn(figures, name) ? figures[name] : undefined);
        for (const name of [...subjects.map((one) => one.name), 'checkpoint'].filter((one) =>
          /^[a-z0-9-]+$/.test(one),
        ))
          expect(scanned.subject(name)).toBe(subjects.find((one) => one.name === name)?.sha256);
        accepted++;
      }),
      { numRuns: 5000 },
    );
    expect(accepted).toBeGreaterThan(1000);
  });
});
