/** Ground truth fits nowhere that training looks. The types are checked by `npm run types`, which fails on an
 *  unused `@ts-expect-error`; what types cannot say is checked here. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { Answer } from '../src/core/answer.ts';
import { known } from '../src/core/answer.ts';
import type { Assistant } from '../src/core/assistant.ts';
import type { Encoding, Task } from '../src/core/task.ts';
import type { Action, Exchange, Transcript, Workspace } from '../src/core/workspace.ts';
import { reply } from '../src/core/workspace.ts';
import type { Examiner, Truth } from '../src/examiners/examiner.ts';
import { reveal, seal } from '../src/examiners/examiner.ts';
import { permutationPowering } from '../src/tasks/permutation-powering.ts';
import { folderOf, read } from './imports.ts';

type Q = { readonly element: number };
type A = number;

describe('the truth', () => {
  test('is no answer, no value, and nothing an overseer or assistant may say', () => {
    expectTypeOf<Truth<A>>().not.toExtend<A>();
    expectTypeOf<Truth<string>>().not.toExtend<string>();
    expectTypeOf<Truth<A>>().not.toExtend<Answer<A>>();
    expectTypeOf<Truth<A>>().not.toExtend<Action<Q, A>>();
    expectTypeOf<Truth<A>>().not.toExtend<Exchange<Q, A>>();
    expectTypeOf<Truth<A>>().not.toExtend<Workspace<Q, A>>();
    expectTypeOf<Truth<A>>().not.toExtend<Transcript<Q, A>>();
    expectTypeOf<Answer<Truth<A>>>().not.toExtend<Answer<A>>();
    expectTypeOf<Examiner<Q, A>>().not.toExtend<Assistant<Q, A>>();
  });

  test('does not compile as an answer, a reply or a target', () => {
    const truth = seal(7);
    // @ts-expect-error a sealed truth is no answer
    const answer: Answer<number> = truth;
    // @ts-expect-error and inside a known answer it is not one of numbers
    const wrapped: Answer<number> = known(truth);
    // @ts-expect-error nor can it be replied
    const replied: Action<Q, number> = reply(truth);
    // @ts-expect-error nor read off without breaking the seal
    const value: number = truth.value;
    // @ts-expect-error nor written as a word
    const word = () => permutationPowering({ elements: 8, powers: 16 }).encoding.wordOf(truth);
    expect([answer, wrapped, replied, value, word]).toBeDefined();
    expect(reveal(truth)).toBe(7);
  });
});

describe('a task', () => {
  test('has no member that gives the truth: a new member is a decision to be taken here', () => {
    expectTypeOf<keyof Task<Q, A>>().toEqualTypeOf<
      | 'name'
      | 'parameters'
      | 'levels'
      | 'levelsOfPrimitives'
      | 'sizeMax'
      | 'overseer'
      | 'asksMax'
      | 'environment'
      | 'check'
      | 'second'
      | 'encoding'
      | 'level'
      | 'key'
      | 'show'
      | 'showAnswer'
      | 'parse'
      | 'sample'
      | 'roots'
    >();
    expectTypeOf<keyof Encoding<Q, A>>().toEqualTypeOf<
      | 'words'
      | 'blank'
      | 'slots'
      | 'context'
      | 'facts'
      | 'awake'
      | 'token'
      | 'roundsAt'
      | 'rounds'
      | 'word'
      | 'range'
      | 'wordOf'
      | 'answerOf'
      | 'sentence'
      | 'sentenceLength'
      | 'questionOf'
      | 'names'
    >();
  });

  test('makes answers from a question only through its overseer, and from simple ones through its environment', () => {
    /** An answer type that nothing else has: `level` gives numbers too. */
    type Odd = { readonly odd: unique symbol };
    type Telling<T> = {
      [K in keyof T]-?: NonNullable<T[K]> extends (question: never) => infer R
        ? [Extract<R, Odd | Answer<Odd> | Truth<Odd>>] extends [never]
          ? never
          : K
        : never;
    }[keyof T];
    expectTypeOf<Telling<Task<Q, Odd>>>().toEqualTypeOf<'environment'>();
    expectTypeOf<Telling<Task<Q, Odd> & Examiner<Q, Odd>>>().toEqualTypeOf<'environment' | 'truth'>();
    expectTypeOf<Telling<{ solve(question: Q): Answer<Odd> }>>().toEqualTypeOf<'solve'>();
    expectTypeOf<Telling<{ solve?(question: Q): Odd | undefined }>>().toEqualTypeOf<'solve'>();
  });

  test('has an environment that answers what can be looked up, and nothing that takes more', () => {
    const task = permutationPowering({ elements: 8, powers: 16 });
    const ask = (power: number) => task.environment(task.parse(`s^${power}(1) [1 2 3 0]`));
    expect(ask(1)).toEqual(known(2));
    for (let power = 2; power < 16; power++) expect(ask(power)).toBeUndefined();
  });

  test('that exists has no members beyond the contract', () => {
    const task = permutationPowering({ elements: 8, powers: 16 });
    const question = task.parse('s^3(1)');
    const names = [task, task.encoding, task.overseer, question, question.permutation].flatMap(Object.keys);
    expect(names.filter((name) => /truth|right|solution|solve|examine/i.test(name))).toEqual([]);
  });
});

test('only evaluate and tests import examiners', () => {
  const root = new URL('../src/', import.meta.url);
  const importing = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/\.(test|contract)\.ts$/.test(path))
    .map((path) => read(`src/${path.replaceAll('\\', '/')}`, readFileSync(new URL(path, root), 'utf8')))
    .filter(({ imports }) => imports.some((name) => name.includes('/examiners/')))
    .map(({ path }) => folderOf(path));
  for (const folder of importing) expect(folder).toBe('evaluate');
});
