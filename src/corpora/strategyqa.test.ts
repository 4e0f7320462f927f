import { describe, expect, test } from 'vitest';
import { isThere, named, STRATEGYQA } from '../../test/corpora.ts';
import { PREDICTIONS_TEXT, STRATEGY, STRATEGY_TEXT } from '../../test/made-up.ts';
import { amplify } from '../amplify/amplify.ts';
import { type Answer, known } from '../core/answer.ts';
import { scopeFor } from '../core/budget.ts';
import { sealStrategyqa, textExaminer } from '../evaluate/sealed.ts';
import { recordedOverseer } from '../overseers/recorded.ts';
import type { TextQuestion } from '../text/question.ts';
import { questionOf, readTasks, writeTasks } from '../text/task.ts';
import { importStrategyqa, STRATEGYQA_PEOPLE, STRATEGYQA_PREDICTOR } from './strategyqa.ts';

const QUESTIONS = { text: STRATEGY_TEXT, file: 'dev.json' };
const PREDICTIONS = { text: PREDICTIONS_TEXT, file: 'predictions.jsonl' };

describe('questions in the format of StrategyQA', () => {
  const tasks = importStrategyqa({ questions: QUESTIONS, predictions: PREDICTIONS }, 'test');

  test('become a text task that reads back, with the steps of people and of the model', () => {
    expect(readTasks(writeTasks(tasks), 'tasks.jsonl')).toEqual(tasks);
    expect(tasks[0]).toEqual({
      id: 'strategyqa-aa01',
      question: STRATEGY[0]!.question,
      choices: ['yes', 'no'],
      decompositions: [
        {
          given: 'references',
          steps: [
            { question: 'How many legs has a hen?', by: STRATEGYQA_PEOPLE, evidence: ['Hen-1'] },
            {
              question: 'How many fingers has a hand?',
              by: STRATEGYQA_PEOPLE,
              evidence: ['Hand-2', 'Hand-3'],
            },
            { question: 'Is #1 at most #2?', by: STRATEGYQA_PEOPLE },
          ],
        },
        {
          given: 'references',
          steps: [
            { question: 'How many legs has a hen?', by: STRATEGYQA_PREDICTOR },
            { question: 'How many fingers has a hand?', by: STRATEGYQA_PREDICTOR },
          ],
        },
      ],
      split: 'test',
      source: { name: 'StrategyQA', license: 'MIT', url: 'https://github.com/eladsegal/strategyqa' },
    });
  });

  test('do not have their answers in the task', () => {
    const lying = { ...QUESTIONS, text: STRATEGY_TEXT.replaceAll('"answer":true', '"answer":false') };
    expect(importStrategyqa({ questions: lying, predictions: PREDICTIONS }, 'test')).toEqual(tasks);
  });

  test('may be asked with their authors’ facts, and are then examined as asked', () => {
    const withFacts = importStrategyqa({ questions: QUESTIONS, withFacts: true }, 'test').map(questionOf);
    expect(withFacts[1]!.documents).toEqual([{ name: 'facts', text: 'The Sun is larger than the Earth.' }]);
    const examiner = textExaminer(sealStrategyqa(withFacts, QUESTIONS), 'truth');
    expect(withFacts.map((question) => examiner.accepts(question, 'Yes.'))).toEqual([true, false]);
    expect(() => examiner.accepts(questionOf(tasks[0]!), 'yes')).toThrow(
      'truth: expected an answer to «Could a hen',
    );
  });

  test('have their references filled in with what was answered, by whoever answers', async () => {
    const asked: TextQuestion[] = [];
    const x = {
      origin: { name: 'X', groundTruth: false },
      answer: async (questions: readonly TextQuestion[]): Promise<readonly Answer<string>[]> => {
        asked.push(...questions);
        return questions.map(({ text }) => known(text.startsWith('Is ') ? 'yes' : String(text.length)));
      },
    };
    const answers = await amplify(recordedOverseer(tasks, STRATEGYQA_PEOPLE), x).answer(
      [questionOf(tasks[0]!)],
      scopeFor(1),
    );
    expect(answers).toEqual([known('yes')]);
    expect(asked.map(({ text }) => text)).toEqual([
      'How many legs has a hen?',
      'How many fingers has a hand?',
      'Is 24 at most 28?',
    ]);
  });

  test.each([
    ['{}', 'dev.json, line 1: expected a list of questions'],
    [
      '[{"qid":"aa01","question":"Q","decomposition":"none"}]',
      'line 1, [0].decomposition: expected a list, got «none»',
    ],
    [
      '[{"qid":"x","question":"Q","decomposition":["a"]}]',
      '[0].qid: expected one that predictions.jsonl has, got «x»',
    ],
    ['[{"question":"Q"}]', '[0].qid: expected a text, got nothing'],
  ])('that are %s are refused', (text, message) => {
    const questions = { text, file: 'dev.json' };
    expect(() => importStrategyqa({ questions, predictions: PREDICTIONS }, 'test')).toThrow(message);
  });

  test.skipIf(!isThere(STRATEGYQA))('are 229 in its own dev.json (CAPSTAN_DATA), with 1,134 steps', () => {
    const questions = named(STRATEGYQA.questions);
    const all = importStrategyqa({ questions, predictions: named(STRATEGYQA.predictions) }, 'test');
    expect(readTasks(writeTasks(all), 'tasks.jsonl')).toHaveLength(229);
    const steps = all.flatMap(({ decompositions }) => decompositions!.flatMap((one) => one.steps));
    expect(steps).toHaveLength(1134);
    const examiner = textExaminer(sealStrategyqa(all.map(questionOf), questions), 'truth');
    const yes = all.filter((task) => examiner.accepts(questionOf(task), 'yes')).length;
    expect([yes, yes + all.filter((task) => examiner.accepts(questionOf(task), 'no')).length]).toEqual([
      107, 229,
    ]);
  });
});
