import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Exclusion, GRAM_WORDS } from './exclusion.ts';
import { normalised, wordsOf } from './words.ts';

/** Few words, so that long runs are shared by chance. */
const words = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 24, size: 'max' });
/** Questions, and a text that often has a piece of one in it. */
const sets = fc
  .tuple(fc.array(words, { maxLength: 3 }), words, fc.nat(2), fc.nat(8), fc.nat(24), fc.nat(24))
  .map(([questions, text, which, from, length, at]) => {
    const piece = (questions[which] ?? []).slice(from, from + length);
    return [questions, text.toSpliced(at, 0, ...piece)] as const;
  });

describe('words', () => {
  test.each([
    ['How  MANY «apples», then?', 'how many apples then'],
    ['don’t', 'don t'],
    ['What is 3 + 4?', 'what is 3 + 4'],
    ['What is 3-4?', 'what is 3 - 4'],
    ['a two-digit - number', 'a two digit number'],
    ['ＦＵＬＬ width', 'full width'],
    ['三つの林檎', '三 つ の 林 檎'],
    ['???', '???'],
    ['', ''],
  ])('of «%s» are «%s»', (text, expected) => {
    expect(normalised(text)).toBe(expected);
  });

  test('are the same whatever the case, the spaces and the punctuation around them', () =>
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 1, maxLength: 6 }),
        fc.constantFrom(' ', '  ', ', ', '\n', '. '),
        (all, gap) => {
          expect(wordsOf(`¿${all.join(gap).toUpperCase()}!`)).toEqual(wordsOf(all.join(' ')));
        },
      ),
    ));
});

describe('an exclusion', () => {
  test('finds a text that shares 13 words in a row with a question, and no other', () => {
    let found = 0;
    fc.assert(
      fc.property(sets, ([questions, text]) => {
        const exclusion = new Exclusion();
        for (const question of questions) exclusion.add(question.join(' '));
        const runs = (all: readonly string[]) =>
          all.slice(GRAM_WORDS - 1).map((_, i) => all.slice(i, i + GRAM_WORDS).join());
        const shares = questions.some((question) => runs(question).some((run) => runs(text).includes(run)));
        if (shares) found++;
        expect(exclusion.overlaps(['nothing', text.join(', ')])).toBe(shares);
        expect(exclusion.isQuestion(text.join(' - '))).toBe(
          questions.some((one) => one.join() === text.join()),
        );
      }),
      { numRuns: 3000 },
    );
    expect(found).toBeGreaterThan(100);
  });

  test('looks for 13 words, not for 12', () => {
    const exclusion = new Exclusion();
    exclusion.add('one two three four five six seven eight nine ten eleven twelve thirteen fourteen');
    expect(
      exclusion.overlaps(['so: two three four five six seven eight nine ten eleven twelve thirteen']),
    ).toBe(false);
    expect(
      exclusion.overlaps([
        'so: two three four five six seven eight nine ten eleven twelve thirteen fourteen',
      ]),
    ).toBe(true);
  });

  test('is read from text tasks, from other JSONL, and from plain lines', () => {
    const exclusion = new Exclusion();
    const file =
      '{"id":"1","question":"How many?","split":"test"}\n\n{"question":{"text":"How much?"}}\nHow long?\n';
    expect(exclusion.addFile(file, 'test.jsonl')).toBe(3);
    expect(['how many', 'HOW MUCH!', 'how long', 'how far'].map((one) => exclusion.isQuestion(one))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(exclusion.questions).toBe(3);
  });

  test.each([
    ['', /test\.jsonl: expected questions to exclude, got none/],
    ['Well?\n{"question":3}\n', /test\.jsonl, line 2: expected a «question» of some text, got 3/],
    ['{"q":"?"}', /line 1: expected a «question» of some text, got none/],
    ['{"question":', /line 1: expected a JSON object or plain text, got a broken object/],
  ])('refuses %j', (text, message) => {
    expect(() => new Exclusion().addFile(text, 'test.jsonl')).toThrow(message);
  });
});
