import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reveal } from './examiner.ts';
import { readSealed, writeSealed } from './sealed.ts';

const ROW = { text: 'Q', answer: '1,200', as: 'number' as const, right: { 'model:m': true } };
const FILE = writeSealed([{ text: 'Q' }], [ROW]);

describe('sealed answers', () => {
  test('are opened for the questions that they are about, and no others', () => {
    const texts = fc.uniqueArray(fc.string({ minLength: 1, unit: 'grapheme' }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(texts, (all) => {
        const found = all.map((text) => ({ text, answer: `${text}!`, as: 'words' as const }));
        const examiner = readSealed(
          writeSealed(
            all.map((text) => ({ text })),
            found,
          ),
          'truth',
        );
        for (const text of all) expect(reveal(examiner.truth({ text }))).toBe(`${text}!`);
        const other = { text: all[0]!, documents: [{ name: 'a', text: 'b' }] };
        expect(() => examiner.truth(other)).toThrow(expect.objectContaining({ code: 'not-found' }));
      }),
    );
  });

  test('accept a number however it is written, and words whatever their case', () => {
    const { accepts, judged } = readSealed(FILE, 'truth');
    const said = [
      '1200',
      '$1,200.00',
      'So it is 3*400=<<3*400=1200>>1200.',
      'x\nA: 1200',
      'A: 1200.5',
      '',
      'none',
    ];
    expect(said.map((answer) => accepts({ text: 'Q' }, answer))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(judged({ text: 'Q' }, 'model:m')).toBe(true);
    expect(judged({ text: 'Q' }, 'model:n')).toBeUndefined();
    const words = readSealed(
      writeSealed([{ text: 'Q' }], [{ text: 'Q', answer: 'Yes', as: 'words' }]),
      'truth',
    );
    expect(['yes', ' YES. ', 'no'].map((answer) => words.accepts({ text: 'Q' }, answer))).toEqual([
      true,
      true,
      false,
    ]);
  });

  test.each([
    ['', 'truth: expected sealed answers, got nothing'],
    ['{"id":"a"}\n', 'truth, line 1: expected sealed answers, got another file'],
    [FILE.replace('"version":1', '"version":2'), 'truth, line 1, version: expected 1, got 2'],
    [`${FILE}${FILE.split('\n')[1]}`, 'truth, line 3, key: expected one that is new'],
    [FILE.replace('"number"', '"guess"'), 'truth, line 2, as: expected «number» or «words», got «guess»'],
    [FILE.replace('"model:m":true', '"model:m":1'), 'line 2, right.model:m: expected true or false, got 1'],
    [
      FILE.replace('"as"', '"was"'),
      'line 2: expected the fields key, answer, as, right and no other, got «was»',
    ],
  ])('that are %j are refused', (text, message) => {
    expect(() => readSealed(text, 'truth')).toThrow(message);
  });

  test('are there for every question, or nothing is written', () => {
    expect(() => writeSealed([{ text: 'Q' }, { text: 'R' }], [ROW])).toThrow('«R»: expected an answer to it');
  });
});
