/** capstan import, as a person meets it. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { textExaminer } from '../src/evaluate/sealed.ts';
import { questionOf, readTasks } from '../src/text/task.ts';
import { capstan, SCRATCH } from './command.ts';
import { PREDICTIONS_TEXT, SOCRATIC_TEXT, SOLUTIONS_TEXT, STRATEGY_TEXT } from './made-up.ts';

const read = (...path: readonly string[]) => readFileSync(join(SCRATCH, ...path), 'utf8');

beforeAll(() => {
  writeFileSync(join(SCRATCH, 'socratic.jsonl'), SOCRATIC_TEXT);
  writeFileSync(join(SCRATCH, 'solutions.jsonl'), SOLUTIONS_TEXT);
  writeFileSync(join(SCRATCH, 'dev.json'), STRATEGY_TEXT);
  writeFileSync(join(SCRATCH, 'predictions.jsonl'), PREDICTIONS_TEXT);
});

describe('capstan import', () => {
  test('makes a text task of GSM8K and seals its answers beside it', async () => {
    const { status, stdout } = await capstan([
      'import',
      'gsm8k',
      'socratic.jsonl',
      '--solutions',
      'solutions.jsonl',
      '--to',
      'words/g',
      '--split',
      'gate',
    ]);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout:
        '4 questions, 7 steps in 4 decompositions, 16 recorded answers: words/g/tasks.jsonl\nThe right answers, for evaluation alone: words/g/truth.sealed.jsonl\n',
    });
    const tasks = readTasks(read('words/g/tasks.jsonl'), 'tasks.jsonl');
    expect(tasks.map(({ split }) => split)).toEqual(['gate', 'gate', 'gate', 'gate']);
    const examiner = textExaminer(read('words/g/truth.sealed.jsonl'), 'truth');
    expect(examiner.accepts(questionOf(tasks[1]!), 'A: 800')).toBe(true);
  });

  test('makes one of StrategyQA, and prints what it did as JSON', async () => {
    const { status, stdout } = await capstan([
      'import',
      'strategyqa',
      'dev.json',
      '--predictions',
      'predictions.jsonl',
      '--to',
      'words/s',
      '--json',
    ]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      questions: 2,
      decompositions: 4,
      steps: 10,
      answers: 0,
      tasks: 'words/s/tasks.jsonl',
      sealed: 'words/s/truth.sealed.jsonl',
    });
  });

  test.each([
    [['gsm8k', 'none.jsonl', '--to', 'words/x'], 3, /cannot read none\.jsonl: there is no such file/],
    [['gsm8k', 'dev.json', '--to', 'words/x'], 2, /dev\.json, line 1: expected an object, got a list/],
    [['strategyqa', 'socratic.jsonl', '--to', 'words/x'], 2, /socratic\.jsonl, line 1: expected JSON, got/],
    [['gsm8k', 'socratic.jsonl'], 2, /required option '--to <folder>'/],
    [
      ['gsm8k', 'socratic.jsonl', '--to', 'words/x', '--split', 'dev'],
      2,
      /--split: expected one of train, gate, test, got «dev»/,
    ],
  ] as const)('%j ends with %d and writes nothing', async (args, expected, message) => {
    const { status, stdout, stderr } = await capstan(['import', ...args]);
    expect({ status, stdout }).toEqual({ status: expected, stdout: '' });
    expect(stderr).toMatch(message);
    expect(existsSync(join(SCRATCH, 'words/x'))).toBe(false);
  });

  test('overwrites nothing', async () => {
    await capstan(['import', 'gsm8k', 'socratic.jsonl', '--to', 'words/twice']);
    const before = read('words/twice/tasks.jsonl');
    const { status, stderr } = await capstan(['import', 'strategyqa', 'dev.json', '--to', 'words/twice']);
    expect(status).toBe(4);
    expect(stderr).toContain(
      'words/twice/tasks.jsonl: expected no such file, it is there; choose another --to',
    );
    expect(read('words/twice/tasks.jsonl')).toBe(before);
  });

  test('refuses a corpus that asks a question twice', async () => {
    writeFileSync(join(SCRATCH, 'twice.jsonl'), SOCRATIC_TEXT + SOCRATIC_TEXT);
    const { status, stderr } = await capstan(['import', 'gsm8k', 'twice.jsonl', '--to', 'words/y']);
    expect(status).toBe(2);
    expect(stderr).toContain('expected one that is new, got that of line 1');
  });
});
