import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calculations, calculator, explain } from './calculator.ts';
import { describeVerifier } from './verifier.contract.ts';

const heldOf = (text: string) => calculations(text).map(({ held }) => held);

describeVerifier('the calculator', calculator(), [
  { question: 'How many?', answer: 'They are 2*3=<<2*3=6>>6 eggs.' },
  { question: 'How many?', answer: 'They are 2*3=<<2*3=7>>7 eggs.' },
  { question: 'How many?', answer: 'They are a few.' },
]);

describe('a marked calculation', () => {
  test.each([
    ['<<16-3-4=9>>', 'exact'],
    ['<<80,000+50000=130000>>', 'exact'],
    ['<<2/2=1.0>>', 'exact'],
    ['<<.5*40=20.00>>', 'exact'],
    ['<<50000*5%=2500>>', 'exact'],
    ['<<¾*12=9>>', 'exact'],
    ['<<2/3=0.67>>', 'rounded'],
    ['<<2/3=0.66>>', 'about'],
    ['<<7/2=4>>', 'about'],
    ['<<7/2=5>>', 'off'],
    ['<<2*3=7>>', 'off'],
    ['<<2*3=6.5>>', 'off'],
    ['<<10*0.1234=1.2340000000000002>>', 'binary'],
    ['<<100/3=33.333333333333336>>', 'binary'],
    ['<<22+21=43.545454545454548>>', 'off'],
    ['<<12/20*100=60%>>', 'exact'],
    ['<<x+56=86>>', 'unreadable'],
    ['<<2:38-2:15=23>>', 'unreadable'],
    ['<<5/0=0>>', 'unreadable'],
    ['<<12>>', 'unreadable'],
  ])('%s is %s', (text, held) => {
    expect(heldOf(text)).toEqual([held]);
  });

  test('may go on: each value is compared with the one before', () => {
    expect(heldOf('<<3*9=9*3=27=28>>')).toEqual(['exact', 'exact', 'off']);
  });

  test('is the only one looked at where there are marks: the words say the same again', () => {
    expect(calculations('16 - 3 = 12 so <<16-3=13>>13')).toMatchObject([{ where: 'mark', held: 'exact' }]);
  });

  test('holds exactly if and only if its value is right, for whole numbers', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.integer({ min: -2, max: 2 }), (a, b, error) => {
        const text = `<<${a}*${b}=${BigInt(a) * BigInt(b) + BigInt(error)}>>`;
        expect(heldOf(text)).toEqual([error === 0 ? 'exact' : 'off']);
      }),
    );
  });
});

describe('plain words', () => {
  test.each([
    ['Janet sells 16 - 3 - 4 = 9 duck eggs a day.', '16 - 3 - 4', '9'],
    ['She has $38 − $17 = $21 left.', '$38 − $17', '$21'],
    ['In 5 days there are 2 x 2 = 4 of them.', '2 x 2', '4'],
    ['24/3 = 8. On Wednesday there was water.', '24/3', '8'],
    ['Becca:3(47)+12=153 cards', '3(47)+12', '153'],
    ['16 pencils / 2 pencils/pair = 8 pairs', '16 pencils / 2 pencils/pair', '8'],
    ['as a share it is (3600/6000)*100% = 60%', '(3600/6000)*100%', '60%'],
  ])('«%s» has a calculation that holds', (text, expression, value) => {
    expect(calculations(text)).toMatchObject([{ expression, value, where: 'words', held: 'exact' }]);
  });

  test.each([
    'So x + 3 = 9 and 2x = 12.',
    'Half of 20 + 4 = 14.',
    'It is twice 5 + 3 = 13.',
    'Let B = the number of bees; 3B - 30 = 45',
    '15 gallons = 120 pints',
    'He ran 3 miles less = 20 - 3',
    'and 30*=90 dollars',
    'y = 4s',
    'There is nothing here.',
  ])('«%s» has none that could be checked', (text) => {
    expect(calculations(text)).toEqual([]);
  });

  test('are wrong where they calculate wrongly', () => {
    expect(calculations('So she has $32 - $20 = $300 left.').map(explain)).toEqual([
      '«$32 - $20»: expected 12, got $300',
    ]);
    expect(heldOf('It is $3/2 = $1.50+$3.00=$4.50')).toEqual(['off', 'exact']);
  });

  test('of any kind come to an end', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'12+-=*/()<>x aof%$.,'), maxLength: 500 }), (text) => {
        for (const { held, exact } of calculations(text)) if (held === 'off') expect(exact).toBeDefined();
      }),
    );
    expect(calculations(`${'1+'.repeat(50_000)}1=1`)).toHaveLength(0);
    expect(calculations('=1'.repeat(20_000)).length).toBeGreaterThanOrEqual(0);
  });
});

test('a verdict fails for the first that is off, doubts what it cannot read, and passes if all hold', async () => {
  const verdicts = await calculator().verify(
    ['<<1+1=2>> and <<2+2=4>>', '<<x=2>> and <<2+2=5>>', '<<1+1=2>> and <<x+1=2>>', 'No.'].map((answer) => ({
      question: '',
      answer,
    })),
    { budget: undefined as never, depth: 0 },
  );
  expect(verdicts).toEqual([
    { verifier: 'calculator', kind: 'pass' },
    { verifier: 'calculator', kind: 'fail', reason: '«2+2»: expected 4, got 5' },
    { verifier: 'calculator', kind: 'unsure', reason: expect.stringContaining('cannot be read') },
    { verifier: 'calculator', kind: 'unsure', reason: 'there is no calculation in it' },
  ]);
});
