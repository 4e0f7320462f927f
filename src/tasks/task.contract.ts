/** What every task owes: the suite that each task's test runs on it. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { hch } from '../amplify/hch.ts';
import { nobody } from '../assistants/nobody.ts';
import { CapstanError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Demand, Split, Task } from '../core/task.ts';
import { type Examiner, reveal } from '../examiners/examiner.ts';

export interface Contract<Q> {
  /** Sizes to sample besides `sizeMax`. */
  readonly sizes: readonly number[];
  /** The most sub-questions that H may ask about one question. */
  readonly subQuestionsMax: number;
  /** Texts a person may type, and the question each means. */
  readonly parses: readonly (readonly [text: string, expected: (question: Q) => boolean])[];
  /** Texts that mean nothing. Random texts are tried as well. */
  readonly rejects: readonly string[];
}

const SPLITS: readonly Split[] = ['train', 'gate', 'test'];
/** Contexts sampled of every split, size and level. */
const CONTEXTS = 6;
/** Contexts sampled of every split to see that no two splits share one. */
const MANY = 500;

export function describeTask<Q, A>(task: Task<Q, A>, examiner: Examiner<Q, A>, contract: Contract<Q>): void {
  const { encoding, levels, levelsOfPrimitives, sizeMax } = task;
  const truth = (question: Q) => known(reveal(examiner.truth(question)));
  const sizes = [...contract.sizes, sizeMax];
  const allLevels = Array.from({ length: levels }, (_, i) => i + 1);
  const demands = SPLITS.flatMap((split) =>
    sizes.flatMap((size) => allLevels.map((level): Demand => ({ split, size, level }))),
  );
  const contexts = demands.flatMap((demand) => {
    const random = Random.seeded(1).split(`${demand.split}/${demand.size}/${demand.level}`);
    return Array.from({ length: CONTEXTS }, (_, i) => ({
      demand,
      questions: task.sample(random.split(i), demand),
    }));
  });
  const questions = contexts.flatMap((context) => context.questions);
  const ofLevel = (level: number) => questions.filter((question) => task.level(question) === level);
  /** All that a network gets to see of a question. */
  const seen = (question: Q) => {
    const read = Array.from({ length: encoding.rounds(question) }, (_, round) =>
      encoding.word(question, round),
    );
    return [encoding.facts(question), encoding.pair(question), read].join('|');
  };

  describe(`${task.name} ${JSON.stringify(task.parameters)}`, () => {
    describe('levels', () => {
      test('are 1 … levels, and primitives reach at least the first', () => {
        expect(levelsOfPrimitives).toBeGreaterThanOrEqual(1);
        expect(levelsOfPrimitives).toBeLessThanOrEqual(levels);
      });

      test('up to levelsOfPrimitives, and no others, are answered by H alone', async () => {
        const answers = await amplify(task.overseer, nobody).answer(questions, scope());
        questions.forEach((question, i) => {
          const alone = task.level(question) <= levelsOfPrimitives;
          expect(answers[i]).toEqual(alone ? truth(question) : unknown('nobody'));
        });
      });

      test('each need one level of HCH more: decomposed, every question has its direct answer', async () => {
        for (const level of allLevels) {
          const depth = Math.max(0, level - levelsOfPrimitives);
          const asked = ofLevel(level);
          expect(asked.length).toBeGreaterThan(0);
          expect(await hch(task.overseer, depth).answer(asked, scope())).toEqual(asked.map(truth));
          if (depth > 0) {
            const shallow = await hch(task.overseer, depth - 1).answer(asked, scope());
            expect(shallow).toEqual(asked.map(() => unknown('nobody')));
          }
        }
      });
    });

    describe('H', () => {
      test('asks about the same context, one level lower, and no more than it may', async () => {
        const asked: Q[] = [];
        const right: Assistant<Q, A> = {
          origin: { name: 'truth', groundTruth: true },
          answer: async (subs) => {
            asked.push(...subs);
            return subs.map(truth);
          },
        };
        for (const question of questions) {
          asked.length = 0;
          const answer = await amplify(task.overseer, right).answer([question], scope());
          expect(answer).toEqual([truth(question)]);
          expect(asked.length).toBeLessThanOrEqual(contract.subQuestionsMax);
          for (const sub of asked) {
            expect(task.level(sub)).toBe(task.level(question) - 1);
            expect(encoding.context(sub)).toBe(encoding.context(question));
          }
        }
      });

      test('knows no ground truth', () => {
        expect(task.overseer.origin.groundTruth).toBe(false);
      });
    });

    describe('a sample', () => {
      test('has the size and the level demanded, and one fresh context', () => {
        const known = new Set<object>();
        for (const { demand, questions } of contexts) {
          expect(questions.length).toBeGreaterThan(0);
          for (const question of questions) {
            expect(task.level(question)).toBe(demand.level);
            expect(encoding.facts(question).length).toBe(2 * demand.size);
          }
          const shared = new Set(questions.map((question) => encoding.context(question)));
          expect(shared.size).toBe(1);
          for (const context of shared) {
            expect(known.has(context)).toBe(false);
            known.add(context);
          }
        }
      });

      test('follows from the stream of chance alone', () => {
        for (const demand of demands) {
          const draw = () => task.sample(Random.seeded(9).split('again'), demand).map(task.key);
          expect(draw()).toEqual(draw());
        }
      });

      test('shares no content of a context with another split', () => {
        for (const size of sizes) {
          const dealt = SPLITS.map((split) => {
            const random = Random.seeded(2).split(`${split}/${size}`);
            const sample = (i: number) => task.sample(random.split(i), { split, size, level: 1 })[0]!;
            return new Set(Array.from({ length: MANY }, (_, i) => encoding.facts(sample(i)).join()));
          });
          const union = new Set(dealt.flatMap((pile) => [...pile]));
          expect(union.size).toBe(dealt.reduce((sum, pile) => sum + pile.size, 0));
        }
      });
    });

    describe('a key', () => {
      test('is equal exactly where all that a network sees is equal', () => {
        const [contents, keys] = [new Map<string, string>(), new Map<string, string>()];
        const again = contexts.flatMap(({ demand }, i) =>
          task.sample(
            Random.seeded(1)
              .split(`${demand.split}/${demand.size}/${demand.level}`)
              .split(i % CONTEXTS),
            demand,
          ),
        );
        for (const question of [...questions, ...again]) {
          const [key, content] = [task.key(question), seen(question)];
          expect(contents.get(key) ?? content).toBe(content);
          expect(keys.get(content) ?? key).toBe(key);
          contents.set(key, content);
          keys.set(content, key);
        }
      });
    });

    describe('the encoding', () => {
      test('uses words 0 … words − 1 and nothing else', () => {
        for (const question of questions) {
          const rounds = encoding.rounds(question);
          expect(rounds).toBeGreaterThanOrEqual(1);
          const read = Array.from({ length: rounds }, (_, round) => encoding.word(question, round));
          const answer = encoding.wordOf(reveal(examiner.truth(question)));
          const words = [...encoding.facts(question), ...encoding.pair(question), ...read, answer];
          const strange = words.filter(
            (word) => !Number.isInteger(word) || word < 0 || word >= encoding.words,
          );
          expect(strange).toEqual([]);
        }
      });

      test('gives every answer a word, and back', () => {
        for (const question of questions) {
          const answer = reveal(examiner.truth(question));
          expect(encoding.answerOf(encoding.wordOf(answer))).toEqual(answer);
        }
        for (let word = 0; word < encoding.words; word++) {
          const answer = encoding.answerOf(word);
          if (answer !== undefined) expect(encoding.wordOf(answer)).toBe(word);
        }
        expect(encoding.answerOf(encoding.blank)).toBeUndefined();
      });

      test('writes a question as a fact with a blank', () => {
        for (const question of questions) expect(encoding.pair(question)).toContain(encoding.blank);
      });

      test('writes the facts of a context once', () => {
        for (const { questions } of contexts)
          for (const question of questions)
            expect(encoding.facts(question)).toBe(encoding.facts(questions[0]!));
      });
    });

    describe('what people read and type', () => {
      test('shows questions and answers', () => {
        for (const question of questions) {
          expect(task.show(question)).not.toBe('');
          expect(task.showAnswer(reveal(examiner.truth(question)))).not.toBe('');
        }
      });

      test.each(contract.parses)('reads «%s»', (text, expected) => {
        const question = task.parse(text);
        expect(expected(question), task.key(question)).toBe(true);
        // The same text is the same question.
        expect(task.key(task.parse(text))).toBe(task.key(question));
      });

      const refusal = (text: string): unknown => {
        try {
          return task.parse(text);
        } catch (error) {
          return error;
        }
      };
      const says = (error: unknown) =>
        error instanceof CapstanError && error.code === 'invalid' && /expected /.test(error.message);

      test.each(contract.rejects)('refuses «%s» and says what it expected', (text) => {
        expect(refusal(text)).toSatisfy(says);
      });

      test('reads a question or says what it expected, whatever is typed', () => {
        const texts = [...contract.parses.map(([text]) => text), ...contract.rejects];
        const mutated = fc
          .tuple(fc.constantFrom(...texts), fc.nat(40), fc.nat(3), fc.string({ maxLength: 3 }))
          .map(([text, at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut));
        fc.assert(
          fc.property(fc.oneof(fc.string(), mutated), (text) => {
            const got = refusal(text);
            if (says(got)) return;
            const level = task.level(got as Q);
            expect(level >= 1 && level <= levels, text).toBe(true);
          }),
          { numRuns: 1000 },
        );
      });
    });
  });
}
