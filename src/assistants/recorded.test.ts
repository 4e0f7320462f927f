import { expect, test } from 'vitest';
import { known, unknown } from '../core/answer.ts';
import { scope } from '../core/budget.ts';
import { stepQuestion } from '../text/decomposition.ts';
import type { TextTask } from '../text/task.ts';
import { recordedAssistant } from './recorded.ts';

const steps = [
  { question: 'a?', by: 'model:m', answer: 'A', answeredBy: 'person:ada' },
  { question: 'b?', by: 'model:m', answer: 'B', answeredBy: 'person:bo' },
  { question: 'c?', by: 'model:m' },
  { question: 'd?', by: 'model:m', answer: 'D', answeredBy: 'person:ada' },
];
const task: TextTask = {
  id: 'q',
  question: 'Q',
  decompositions: [{ given: 'everything', steps }],
  answers: [
    { by: 'person:ada', answer: 'first' },
    { by: 'person:ada', answer: 'second' },
  ],
  split: 'test',
  source: { name: 'made up', license: 'CC0-1.0' },
};

test('an author’s answers are given to the questions as they were asked then, and nobody else’s', async () => {
  const root = { text: 'Q' };
  const ask = (i: number, ...answers: readonly string[]) =>
    stepQuestion(root, task.decompositions![0]!, i, answers);
  const questions = [root, ask(0), ask(1, 'A'), ask(1, 'other'), ask(3, 'A', 'B', '?')];
  const unavailable = unknown('unavailable');
  expect(await recordedAssistant([task], 'person:ada').answer(questions, scope())).toEqual([
    known('first'),
    known('A'),
    unavailable,
    unavailable,
    unavailable,
  ]);
  expect(await recordedAssistant([task], 'person:bo').answer(questions, scope())).toEqual([
    unavailable,
    unavailable,
    known('B'),
    unavailable,
    unavailable,
  ]);
});
