import { describe, expect, test } from 'vitest';
import { hch } from '../amplify/hch.ts';
import { nobody } from '../assistants/nobody.ts';
import { known } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { permutationPoweringExaminer as examiner } from '../examiners/permutation-powering.ts';
import type { ExampleNode } from '../report/record.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { exampleOf } from './example.ts';

const task = permutationPowering({ elements: 8, powers: 16 });
/** σ moves every element one on. */
const question = task.parse('s^13(2) [1 2 3 4 5 6 7 0]');
const right = hch(task.overseer, task.environment, 2);
const nodes = (node: ExampleNode): readonly ExampleNode[] => [node, ...node.children.flatMap(nodes)];

describe('an example', () => {
  test('is the question, its answers and its sub-questions, as people write them', async () => {
    expect(await exampleOf(task, examiner, right, question, 1)).toEqual({
      question: 'σ¹³(2)',
      answer: '7',
      direct: '7',
      confidence: 1,
      right: true,
      directRight: true,
      children: [leaf('σ⁶(2)', '0'), leaf('σ⁶(0)', '6'), leaf('σ¹(6)', '7')],
    });
  });

  test('goes as many levels down as wanted, down to the look-ups, which have nothing below', async () => {
    const flat = await exampleOf(task, examiner, right, question, 0);
    expect(flat).toMatchObject({ answer: '7', children: [] });
    const deep = await exampleOf(task, examiner, right, question, 5);
    expect(nodes(deep).map((node) => node.question)).toEqual([
      ...['σ¹³(2)', 'σ⁶(2)', 'σ³(2)', 'σ¹(2)', 'σ¹(3)', 'σ¹(4)', 'σ³(5)', 'σ¹(5)', 'σ¹(6)', 'σ¹(7)'],
      ...['σ⁶(0)', 'σ³(0)', 'σ¹(0)', 'σ¹(1)', 'σ¹(2)', 'σ³(3)', 'σ¹(3)', 'σ¹(4)', 'σ¹(5)', 'σ¹(6)'],
    ]);
    for (const node of nodes(deep)) expect(node.children.length === 0).toBe(node.question.startsWith('σ¹('));
    for (const node of nodes(deep)) expect(node).toMatchObject({ right: true, directRight: true });
  });

  test('marks what is wrong where it is wrong: H can be right above an assistant that is not', async () => {
    const wrong: Assistant<PowerQuestion, number> = {
      origin: { name: 'X', groundTruth: false },
      answer: async (questions, scope) => {
        const answers = await right.answer(questions, scope);
        return questions.map((asked, i) => (asked.power === 13 ? known(0, 0.4) : answers[i]!));
      },
    };
    const tree = await exampleOf(task, examiner, wrong, question, 1);
    expect(tree).toMatchObject({
      answer: '7',
      right: true,
      direct: '0',
      directRight: false,
      confidence: 0.4,
    });
  });

  test('answers a look-up by the facts, whatever the assistant would say', async () => {
    for (const depth of [0, 1]) {
      const one = await exampleOf<PowerQuestion, number>(
        task,
        examiner,
        nobody,
        task.parse('s^1(2) [1 2 3 4 5 6 7 0]'),
        depth,
      );
      expect(one).toEqual(leaf('σ¹(2)', '3'));
    }
  });

  test('shows an unknown answer with its reason, and it is not right', async () => {
    expect(await exampleOf<PowerQuestion, number>(task, examiner, nobody, question, 1)).toMatchObject({
      answer: 'unknown: nobody',
      direct: 'unknown: nobody',
      confidence: 0,
      right: false,
      directRight: false,
      children: [{ question: 'σ⁶(2)', answer: 'unknown: nobody' }],
    });
  });
});

function leaf(question: string, answer: string): ExampleNode {
  const isFact = question.startsWith('σ¹(');
  return {
    question,
    answer,
    direct: answer,
    confidence: 1,
    right: true,
    directRight: true,
    ...(isFact && { isFact }),
    children: [],
  };
}
