import { describe, expect, test } from 'vitest';
import { known, unknown } from '../core/answer.ts';
import { ask, reply } from '../core/workspace.ts';
import type { TextQuestion } from '../text/question.ts';
import type { Said, TextAction } from './actions.ts';
import { formOf } from './forms.ts';
import { parseGold } from './gold.ts';

describe('test questions in a file', () => {
  test('are workspaces with what is expected, and what is to be proposed', () => {
    const lines = [
      { question: 'Who?', documents: [{ name: 'a.txt', text: 'Ada.' }], exchanges: [{ question: 'When?', answer: '1843' }], expected: { ask: ['Where?'] }, proposed: { reply: 'Bob' } }, // biome-ignore format: one line of the file
      { question: 'Why?', expected: { unknown: true } },
    ];
    const documents = [{ name: 'a.txt', text: 'Ada.' }];
    expect(parseGold(`${lines.map((line) => JSON.stringify(line)).join('\n')}\n`, 'gold.jsonl')).toEqual([
      {
        workspace: {
          question: { text: 'Who?', documents },
          exchanges: [{ question: { text: 'When?', documents }, answer: known('1843') }],
        },
        expected: ask({ text: 'Where?', documents }),
        proposed: reply(known('Bob')),
      },
      { workspace: { question: { text: 'Why?' }, exchanges: [] }, expected: reply(unknown('unsure')) },
    ]);
  });

  test.each([
    ['', 'expected 1 to 1000 test questions'],
    ['{', 'line 1: '],
    ['[]', 'line 1: a test question: expected an object'],
    ['{"question": " ", "expected": {"unknown": true}}', 'line 1: «question»: expected a text'],
    ['{"question": "q"}', 'line 1: «expected»: expected an object'],
    ['{"question": "q", "expected": {"reply": 3}}', 'line 1: «reply»: expected a text'],
    ['{"question": "q", "expected": {}}', 'expected «reply», «ask», «unknown» or «escalate»'],
    ['{"question": "q", "expected": {"unknown": true}, "answer": 1}', 'line 1: expected no «answer»'],
    ['{"question": "q", "exchanges": 1, "expected": {"unknown": true}}', '«exchanges»: expected a list'],
  ])('that are none are named: %s', (text, words) => {
    expect(() => parseGold(text, 'gold.jsonl')).toThrow(words);
  });
});

describe('what people say', () => {
  const decide = (action: TextAction): Said => ({ kind: 'decide', action });
  const one = { text: 'one' };
  const same: readonly (readonly [Said, Said])[] = [
    [decide(reply(known('It  is', 0.2))), decide(reply(known(' It is ')))],
    [decide(ask(one, { text: 'two' })), decide(ask({ text: 'two ' }, one))],
    [decide({ kind: 'escalate', reason: 'a' }), decide({ kind: 'escalate', reason: 'b' })],
    [
      { kind: 'reject', place: 0, reason: 'a' },
      { kind: 'reject', place: 0 },
    ],
  ];
  const others: readonly Said[] = [
    ...same.map(([first]) => first),
    decide(reply(known('it is'))),
    decide(reply(unknown('unsure'))),
    decide(ask(one)),
    decide(ask<TextQuestion>(one, { text: 'two', documents: [{ name: 'a', text: 'b' }] })),
    { kind: 'reject', place: 1 },
    { kind: 'verify', place: 0 },
    { kind: 'correct', place: 0, answer: known('It is') },
    { kind: 'correct', place: 0, answer: unknown('rejected') },
  ];

  test('is alike however sure, spaced and ordered, and for whatever reason; all else is different', () => {
    for (const [a, b] of same) expect(formOf(a)).toBe(formOf(b));
    expect(new Set(others.map(formOf)).size).toBe(others.length);
  });
});
