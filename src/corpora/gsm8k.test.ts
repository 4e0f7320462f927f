import { describe, expect, test } from 'vitest';
import { GSM8K, isThere, named } from '../../test/corpora.ts';
import { SOCRATIC, SOCRATIC_TEXT, SOLUTIONS_TEXT } from '../../test/made-up.ts';
import { amplify } from '../amplify/amplify.ts';
import { recordedAssistant } from '../assistants/recorded.ts';
import { scopeFor } from '../core/budget.ts';
import { accuracy } from '../evaluate/accuracy.ts';
import { sealGsm8k, textExaminer } from '../evaluate/sealed.ts';
import { recordedOverseer } from '../overseers/recorded.ts';
import { questionOf, readTasks, writeTasks } from '../text/task.ts';
import { GSM8K_ASKER, GSM8K_MODELS, GSM8K_PEOPLE, type Gsm8kFiles, importGsm8k } from './gsm8k.ts';

const QUESTIONS = { text: SOCRATIC_TEXT, file: 'socratic.jsonl' };
const ANSWERED = { text: SOLUTIONS_TEXT, file: 'solutions.jsonl' };

describe('questions in the format of GSM8K', () => {
  const tasks = importGsm8k({ questions: QUESTIONS, solutions: ANSWERED }, 'gate');

  test('become a text task that reads back', () => {
    expect(readTasks(writeTasks(tasks), 'tasks.jsonl')).toEqual(tasks);
    expect(tasks.map(({ id }) => id)).toEqual(
      ['0001', '0002', '0003', '0004'].map((id) => `gsm8k-gate-${id}`),
    );
    expect(tasks[0]).toMatchObject({
      question: SOCRATIC[0]!.question,
      decompositions: [
        {
          given: 'everything',
          steps: [
            {
              question: 'How many pens are in the boxes?',
              by: GSM8K_ASKER,
              answer: 'There are 3*4=<<3*4=12>>12 pens in the boxes.',
              answeredBy: GSM8K_PEOPLE,
            },
            { question: 'How many has she left?' },
          ],
        },
      ],
      answers: GSM8K_MODELS.map((model) => ({ by: `model:${model}` })),
      split: 'gate',
      source: { name: 'GSM8K', license: 'MIT' },
    });
  });

  test('lose a step in which nothing is said', () => {
    expect(tasks[3]!.decompositions![0]!.steps).toHaveLength(1);
  });

  test('do not have their final answers, nor which model was right, in the task', () => {
    const asOthers = SOCRATIC_TEXT.replace(/#### [^"]+/g, '#### 99');
    expect(importGsm8k({ questions: { ...QUESTIONS, text: asOthers }, solutions: ANSWERED }, 'gate')).toEqual(
      tasks,
    );
    const lying = { ...ANSWERED, text: SOLUTIONS_TEXT.replaceAll('"is_correct":false', '"is_correct":true') };
    expect(importGsm8k({ questions: QUESTIONS, solutions: lying }, 'gate')).toEqual(tasks);
  });

  test.each([
    [
      '{"question":"Q","answer":"Why? ** So.\\nA: 3"}',
      'q.jsonl, line 1, answer: expected a last line «#### …»',
    ],
    [
      '{"question":"Q","answer":"It is 3.\\n#### 3"}',
      'answer: expected «sub-question ** step» as step 1, got «It is 3.»',
    ],
    ['{"question":"Q","answer":"Why? ** \\n#### 3"}', 'answer: expected one step at least, got none'],
    ['{"question":"Q"}', 'line 1, answer: expected a text, got nothing'],
    [
      '{"question":"Q","answer":"Why? ** So.\\n#### 3"}',
      'question: expected one that solutions.jsonl has solutions of',
    ],
  ])('that are %s are refused', (text, message) => {
    const files: Gsm8kFiles = { questions: { text, file: 'q.jsonl' }, solutions: ANSWERED };
    expect(() => importGsm8k(files, 'test')).toThrow(message);
  });
});

describe.each([
  [
    'made-up questions',
    true,
    () => ({ questions: QUESTIONS, solutions: ANSWERED }),
    [1, [0, 0.5, 0.5, 0.75]],
  ],
  [
    'GSM8K itself (CAPSTAN_DATA)',
    isThere(GSM8K),
    () => ({ questions: named(GSM8K.questions), solutions: named(GSM8K.solutions) }),
    [0.992, [0.217, 0.39, 0.347, 0.563]],
  ],
] as const)('%s', (_, isHere, files, [person, models]) => {
  test.skipIf(!isHere)(
    'are answered by whoever is on record, and what the corpus says of each is true',
    async () => {
      const { questions, solutions } = files();
      const tasks = importGsm8k({ questions, solutions }, 'test');
      const asked = tasks.map(questionOf);
      const examiner = textExaminer(sealGsm8k(asked, questions, solutions), 'truth');
      const exam = [asked.map((question) => [question])];
      const tree = amplify(recordedOverseer(tasks), recordedAssistant(tasks, GSM8K_PEOPLE));
      expect((await accuracy(tree, examiner, exam))[0]!.value).toBeCloseTo(person, 3);
      for (const [i, model] of GSM8K_MODELS.entries()) {
        const by = `model:${model}`;
        const answers = await recordedAssistant(tasks, by).answer(asked, scopeFor(asked.length));
        const right = answers.map(
          (answer, j) => answer.kind === 'known' && examiner.accepts(asked[j]!, answer.value),
        );
        expect(right).toEqual(asked.map((question) => examiner.judged(question, by)));
        expect(right.filter(Boolean).length / right.length).toBeCloseTo(models[i]!, 3);
      }
    },
  );
});
