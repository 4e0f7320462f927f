import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import {
  deepRecord,
  failedRecord,
  gradedRecord,
  runRecord,
  supervisedRecord,
} from '../../test/fixtures/run-record.ts';
import { summarise, summaryText } from './summary.ts';

const SCHEMA = JSON.parse(readFileSync('docs/run.schema.json', 'utf8'));
const validate = new Ajv2020({ allErrors: true, strict: true }).compile(SCHEMA);

const RECORDS = {
  'of levels': runRecord(),
  'of grades, whose targets H′ made': gradedRecord(),
  'of grades and many levels': deepRecord(),
  'supervised alone': supervisedRecord(),
  'that failed its gate': failedRecord(),
};

test.each(Object.entries(RECORDS))('the summary of a run %s is as the schema says', (_, record) => {
  expect(validate(summarise(record, 'runs/one', 0)), JSON.stringify(validate.errors)).toBe(true);
});

describe('accuracy', () => {
  test('is of all questions as they are asked: each grade counts by its questions', () => {
    const record = gradedRecord();
    const { accuracy, grades } = summarise(record, 'runs/one', 0);
    const figures = record.arms[0]!.iterations.at(-1)!.accuracy!;
    const asked = figures.flatMap(({ value, n }) => Array.from({ length: Math.round(n) }, () => value));
    expect(accuracy.mean).toBeCloseTo(asked.reduce((sum, value) => sum + value, 0) / asked.length, 4);
    expect(accuracy.perLevel).toEqual(figures.map(({ value }) => value));
    expect(grades).toEqual(record.grades);
  });

  test('before any checkpoint is that of the last look', () => {
    const whole = gradedRecord();
    const record = { ...whole, arms: [{ ...whole.arms[0]!, iterations: [] }] };
    const { answerer, overall } = whole.arms[0]!.points.at(-1)!;
    expect(summarise(record, 'runs/one', 0).accuracy).toEqual({
      mean: overall!.answerer,
      perLevel: answerer,
    });
  });

  test('of levels is their mean where each was asked as often', () => {
    const { accuracy, grades } = summarise(runRecord(), 'runs/one', 0);
    const mean = accuracy.perLevel.reduce((sum, value) => sum + value, 0) / accuracy.perLevel.length;
    expect(accuracy.mean).toBeCloseTo(mean, 12);
    expect(grades).toBeNull();
  });
});

describe('in words', () => {
  const linesOf = (record: ReturnType<typeof runRecord>) =>
    summaryText({ ...summarise(record, 'runs/one', 0), seconds: 12 }).split('\n');

  test('levels are a row of figures', () => {
    expect(linesOf(runRecord())[1]).toMatch(/^by level {3}(\d+\.\d\d {2}){5}\d+\.\d\d$/);
    expect(linesOf(runRecord()).some((line) => line.startsWith('H′'))).toBe(false);
  });

  test('grades have their names, without the word that all begin with', () => {
    const one = String.raw`\d+\.\d\d`;
    expect(linesOf(gradedRecord())[1]).toMatch(
      new RegExp(`^distance   1: ${one}  2: ${one}  3: ${one}  4: ${one}  5–8: ${one}  ∞: ${one}$`),
    );
    const { arms, ...others } = gradedRecord();
    const mixed = { ...others, arms, grades: ['near', 'far', 'c', 'd', 'e', 'f'] };
    expect(linesOf(mixed)[1]).toMatch(/^by grade {3}near: .* {2}far: /);
  });

  test('H′ has a line', () => {
    expect(linesOf(gradedRecord())).toContain(
      'H′         ends as H in 99.20 % (98.43 to 99.59), acts as H in 98.71 %; learned from 2,345 decisions',
    );
  });
});
