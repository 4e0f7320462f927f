import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { reveal } from '../examiners/examiner.ts';
import { wildcardSearchExaminer } from '../examiners/wildcard-search.ts';
import { type Contract, describeTask } from './task.contract.ts';
import { type PatternQuestion, type ValuedStrings, wildcardSearch, wordOfSum } from './wildcard-search.ts';

const contractOf = (letters: number): Contract<PatternQuestion> => {
  const [starred, plain] = ['ab*a'.padEnd(letters, '*'), 'ab*a'.padEnd(letters, 'a')];
  return {
    sizes: [4, 5],
    parses: [
      [starred, ({ pattern }) => pattern === starred],
      [plain, ({ pattern }) => pattern === plain],
      ['b'.repeat(letters), ({ pattern }) => pattern === 'b'.repeat(letters)],
      [`  ${starred}  # 3 `, ({ pattern }) => pattern === starred],
      [`${starred}#3`, ({ pattern }) => pattern === starred],
    ],
    rejects: [
      '',
      'ab*',
      `${starred}*`,
      `${starred.slice(1)}c`,
      starred.toUpperCase(),
      `${starred} #`,
      `${starred} #-1`,
      `${starred} #99999999999999999999`,
      `${starred} tail`,
      '#1',
    ],
  };
};

describeTask(wildcardSearch({ strings: 8 }), wildcardSearchExaminer, contractOf(4));
describeTask(wildcardSearch({ strings: 12, letters: 5, rounds: 4 }), wildcardSearchExaminer, contractOf(5));
// The paper's own size, where the whole sum is clamped.
describeTask(wildcardSearch({ strings: 64 }), wildcardSearchExaminer, { ...contractOf(6), sizes: [] });

const task = wildcardSearch({ strings: 8 });
const demand = { split: 'train', size: 8, level: 4 } as const;

describe('wildcard search', () => {
  test('samples as many strings as demanded, of either value, and any of them', () => {
    const [present, positive] = [new Array<number>(16).fill(0), new Array<number>(16).fill(0)];
    const draws = 2000;
    for (let i = 0; i < draws; i++) {
      const [{ strings }] = task.sample(Random.seeded(i), { ...demand, size: 6 }) as [PatternQuestion];
      expect(strings.values.length).toBe(16);
      expect(strings.values.filter((value) => value !== 0).length).toBe(6);
      strings.values.forEach((value, index) => {
        present[index]! += value === 0 ? 0 : 1;
        positive[index]! += value === 1 ? 1 : 0;
      });
    }
    // Six standard deviations.
    for (const count of present) expect(Math.abs(count / draws - 6 / 16)).toBeLessThan(0.065);
    for (const count of positive) expect(Math.abs(count / draws - 3 / 16)).toBeLessThan(0.055);
  });

  test('samples every pattern up to the level, every number of `*` as often, and the first at the level', () => {
    for (let level = 1; level <= 4; level++) {
      const counts = new Array<number>(level + 1).fill(0);
      const patterns = new Set<string>();
      for (let i = 0; i < 300; i++)
        task.sample(Random.seeded(i), { ...demand, level }).forEach(({ pattern }, place) => {
          const stars = pattern.split('*').length - 1;
          patterns.add(pattern);
          if (place === 0) expect(stars).toBe(level);
          else counts[stars]!++;
        });
      const total = 300 * 31;
      expect(counts[0]).toBe(0);
      for (const count of counts.slice(1)) expect(count / total).toBeCloseTo(1 / level, 1);
      // C(4, k) places for k stars, two letters in each of the others.
      const each = [0, 32, 24, 8, 1];
      expect(patterns.size).toBe(each.slice(0, level + 1).reduce((sum, n) => sum + n, 0));
    }
  });

  test('asks at least 32 questions, and as many as there are strings', () => {
    const many = (strings: number, size: number) =>
      wildcardSearch({ strings }).sample(Random.seeded(1), { split: 'train', size, level: 2 }).length;
    expect([many(8, 8), many(8, 4), many(64, 32), many(64, 50), many(64, 64)]).toEqual([32, 32, 32, 50, 64]);
  });

  test('writes strings as questions with their value for the blank', () => {
    const { encoding } = task;
    const { strings } = task.parse('****');
    const tokens = chunks(encoding.facts({ strings, pattern: 'aaaa' }), 5);
    expect(encoding.slots.length).toBe(5);
    expect(tokens.length).toBe(8);
    const written = new Set(tokens.map((token) => token.join()));
    for (const pattern of everyString(4)) {
      const answer = task.environment({ strings, pattern }) as Answer<number>;
      const value = answer.kind === 'known' ? task.showAnswer(answer.value) : '?';
      const question = encoding.token({ strings, pattern });
      expect(question.at(-1)).toBe(encoding.blank);
      const [plus, minus] = [1, -1].map((sum) => [...question.slice(0, -1), wordOfSum(sum, 8)].join());
      expect([written.has(plus!), written.has(minus!)]).toEqual([value === '1', value === '-1']);
    }
  });

  test('is examined as by adding over the strings that match, clamped to ± 32', () => {
    const large = wildcardSearch({ strings: 64 });
    const all = everyString(6);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(-1, 0, 0, 0, 1), { minLength: 64, maxLength: 64 }),
        fc.constantFrom(-1, 0, 1),
        fc.array(fc.constantFrom('a', 'b', ...'******'), { minLength: 6, maxLength: 6 }),
        (drawn, favoured, symbols) => {
          // Where one value is favoured, the sum of all is beyond its bounds.
          const values = drawn.map((value) => (value === 0 ? favoured : value));
          const strings: ValuedStrings = { values, letters: 6, sumMax: 32, key: values.join() };
          const pattern = symbols.join('');
          const matching = new RegExp(`^${pattern.replaceAll('*', '.')}$`);
          const sum = values.reduce<number>((s, value, i) => s + (matching.test(all[i]!) ? value : 0), 0);
          const answer = reveal(wildcardSearchExaminer.truth({ strings, pattern }));
          expect(large.showAnswer(answer)).toBe(String(Math.min(32, Math.max(-32, sum))));
        },
      ),
    );
  });

  test('loses nothing to clamping: H is right though all 64 strings have one value', async () => {
    const large = wildcardSearch({ strings: 64 });
    for (const value of [1, -1]) {
      const strings: ValuedStrings = {
        values: new Array(64).fill(value),
        letters: 6,
        sumMax: 32,
        key: `${value}`,
      };
      let x: Assistant<PatternQuestion, number> = nothing;
      for (let level = 1; level <= 6; level++) {
        x = amplify(large.overseer, withEnvironment(large.environment, x));
        const [answer] = await x.answer([{ strings, pattern: '*'.repeat(level).padEnd(6, 'a') }], scope());
        expect(answer).toEqual(known(wordOfSum(value * 2 ** level, 32)));
      }
      expect(large.showAnswer(wordOfSum(value * 64, 32))).toBe(String(32 * value));
    }
  });

  test('takes sums, and nothing else, for answers', () => {
    const { encoding } = task;
    const answers = Array.from({ length: encoding.words }, (_, word) => encoding.answerOf(word));
    const sums = answers.flatMap((word) => (word === undefined ? [] : [Number(task.showAnswer(word))]));
    expect(sums).toEqual(Array.from({ length: 17 }, (_, i) => i - 8));
  });

  test('splits at the first `*`, and hands on what an assistant does not know or does not say', async () => {
    const { strings } = task.parse('a*b*');
    const asked: string[] = [];
    const saying = (answer: Answer<number>): Assistant<PatternQuestion, number> => ({
      origin: nothing.origin,
      answer: async (questions) => {
        asked.push(...questions.map(({ pattern }) => pattern));
        return questions.map(() => answer);
      },
    });
    const ask = async (answer: Answer<number>) =>
      (await amplify(task.overseer, saying(answer)).answer([{ strings, pattern: 'a*b*' }], scope()))[0];
    expect(await ask(known(wordOfSum(-3, 8)))).toEqual(known(wordOfSum(-6, 8)));
    expect(asked).toEqual(['aab*', 'abb*']);
    expect(await ask(known(wordOfSum(5, 8)))).toEqual(known(wordOfSum(8, 8)));
    expect(await ask(unknown('budget'))).toEqual(unknown('budget'));
    expect(await ask(known(task.encoding.blank))).toEqual(unknown('unsure'));
  });

  test('reads a sentence of letters and `*` only', () => {
    const about = task.parse('aaaa');
    const said = task.encoding.sentence({ ...about, pattern: 'ab*a' });
    expect(task.encoding.questionOf(said, about)).toEqual({ ...about, pattern: 'ab*a' });
    for (const wrong of [said.slice(1), [...said, said[0]!], said.with(2, task.encoding.blank), []])
      expect(task.encoding.questionOf(wrong, about)).toBeUndefined();
  });

  test('asks about the strings that the number names, unseen ones', () => {
    const key = (text: string) => task.parse(text).strings.key;
    expect(key('a*** #7')).toBe(key('bbbb #7'));
    expect(key('a*** #7')).not.toBe(key('a*** #8'));
    expect(key('a***')).toBe(key('a*** #0'));
  });

  test('takes four letters, or as many as tell the strings apart', () => {
    const letters = [4, 8, 16, 17, 32, 33, 64].map(
      (strings) => wildcardSearch({ strings }).parameters.letters,
    );
    expect(letters).toEqual([4, 4, 4, 5, 5, 6, 6]);
  });

  test.each([
    [{ strings: 3 }, 'size'],
    [{ strings: 65 }, 'size'],
    [{ strings: 8.5 }, 'size'],
    [{ strings: 8, letters: 2 }, 'letters'],
    [{ strings: 17, letters: 4 }, 'letters'],
    [{ strings: 8, letters: 7 }, 'letters'],
    [{ strings: 8, rounds: 0 }, 'rounds'],
    [{ strings: 8, rounds: 1.5 }, 'rounds'],
  ])('refuses %j and names the %s', (options, name) => {
    expect(() => wildcardSearch(options)).toThrow(
      expect.objectContaining({ code: 'invalid', message: expect.stringMatching(`^${name}: expected`) }),
    );
  });

  test('samples every demand it can be given', () => {
    for (const options of [
      { strings: 4, letters: 3 },
      { strings: 8, letters: 3 },
      { strings: 4 },
      { strings: 16 },
    ]) {
      const small = wildcardSearch(options);
      for (let size = 2; size <= small.sizeMax; size++)
        for (const split of ['train', 'gate', 'test'] as const)
          for (let level = 1; level <= small.levels; level++)
            expect(small.sample(Random.seeded(1), { split, size, level }).length).toBe(32);
    }
  });
});

const nothing: Assistant<PatternQuestion, number> = {
  origin: { name: 'X', groundTruth: false },
  answer: async (questions) => questions.map(() => unknown('nobody')),
};

function everyString(letters: number): readonly string[] {
  return letters === 0 ? [''] : everyString(letters - 1).flatMap((start) => [`${start}a`, `${start}b`]);
}

function chunks(words: readonly number[], length: number): readonly (readonly number[])[] {
  return words.flatMap((_, i) => (i % length === 0 ? [words.slice(i, i + length)] : []));
}
