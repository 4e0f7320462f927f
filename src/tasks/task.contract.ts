/** What every task owes: the suite that each task's test runs on it, whether its questions lean on lower levels or on
 *  guesses about themselves (propose and verify). */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isLong } from '../../test/long.ts';
import { amplify } from '../amplify/amplify.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { hch } from '../amplify/hch.ts';
import { CapstanError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Demand, Split, Task } from '../core/task.ts';
import { type Action, ask, reply, type Transcript, type Workspace } from '../core/workspace.ts';
import { type Examiner, reveal } from '../examiners/examiner.ts';
import { actionWords } from '../overseers/predictor.ts';

export interface Contract<Q> {
  /** Sizes to sample besides `sizeMax`. */
  readonly sizes: readonly number[];
  /** What sort of question this is, where level, rounds and blanks do not tell. A guess is of the sort of what it
   *  guesses at. */
  readonly kind?: (question: Q) => string;
  /** Texts a person may type, and the question each means. */
  readonly parses: readonly (readonly [text: string, expected: (question: Q) => boolean])[];
  /** Texts that mean nothing. Random texts are tried as well. */
  readonly rejects: readonly string[];
}

const SPLITS: readonly Split[] = ['train', 'gate', 'test'];
/** Contexts sampled of every split and size, in equal parts of every level: thousands of questions of every task. */
const CONTEXTS = 60;
/** Contexts sampled of every split to see that no two splits share one. */
const MANY = 500;
/** Random sentences tried. */
const SENTENCES = 5000;
/** Assistants that answer at random say «unknown» so often. */
const UNKNOWNS = [0, 1 / 8, 1 / 2];

const LARGE = 64;
const SHORT = 4;

export function describeTask<Q, A>(task: Task<Q, A>, examiner: Examiner<Q, A>, contract: Contract<Q>): void {
  const { encoding, environment, levels, levelsOfPrimitives, overseer, sizeMax } = task;
  const title = `${task.name} ${JSON.stringify(task.parameters)}`;
  const { facts, range, sentence, slots, token, words } = encoding;
  const leaning = levelsOfPrimitives > 0;
  const truth = (question: Q) => reveal(examiner.truth(question));
  const right = (question: Q, answer: Answer<A>) =>
    answer.kind === 'known' &&
    (examiner.accepts?.(question, answer.value) ?? Object.is(answer.value, truth(question)));
  const compound = (question: Q) => environment(question) === undefined;
  const sizes = [...contract.sizes, sizeMax];
  const allLevels = Array.from({ length: levels }, (_, i) => i + 1);
  const demands = SPLITS.flatMap((split) =>
    sizes.flatMap((size) => allLevels.map((level): Demand => ({ split, size, level }))),
  );
  const sample = (demand: Demand, i: number) => {
    const random = Random.seeded(1).split(`${demand.split}/${demand.size}/${demand.level}`);
    return { demand, questions: task.sample(random.split(i), demand) };
  };
  // The paper's own sizes would take a tenth of the time of all tests.
  const count = sizeMax >= LARGE && !isLong ? CONTEXTS / SHORT : CONTEXTS;
  const draw = () =>
    demands.flatMap((demand) =>
      Array.from({ length: Math.max(1, count / levels) }, (_, i) => sample(demand, i)),
    );
  const contexts = draw();
  const questions = contexts.flatMap((context) => context.questions);
  const read = (question: Q) =>
    Array.from({ length: encoding.rounds(question) }, (_, round) => encoding.word(question, round));
  /** All that a network gets to see of a question, and the range of what it may say. */
  const seen = (question: Q) => [facts, token, read, range].map((part) => part?.(question)).join('|');
  /** Undefined is no word: a question that sleeps reads none. */
  const strange = (word: number | undefined) =>
    word !== undefined && (!Number.isInteger(word) || word < 0 || word >= words);

  // What is checked of thousands is collected and expected to be nothing: fast, and a failure shows the questions.
  const none = (those: readonly Q[]) => expect([...new Set(those.map(task.show))]).toEqual([]);
  const wrong = (asked: readonly Q[], answers: readonly Answer<A>[]) =>
    asked.filter((question, i) => answers[i]!.kind === 'known' && !right(question, answers[i]!));
  const lost = (asked: readonly Q[], answers: readonly Answer<A>[]) =>
    asked.filter((_, i) => answers[i]!.kind === 'unknown');

  /** H, stopped as soon as it asks two questions at once or one too many. */
  const bounded: Overseer<Q, A> = {
    origin: overseer.origin,
    async act(workspaces, inner) {
      const actions = await overseer.act(workspaces, inner);
      for (const [i, action] of actions.entries()) {
        const { question, exchanges } = workspaces[i]!;
        const asked = action.kind === 'ask' ? action.questions.length : 0;
        if (asked > 1 || exchanges.length + asked > task.asksMax)
          throw new Error(`${task.show(question)}: ${asked} asked at once after ${exchanges.length}`);
      }
      return actions;
    },
  };
  const work = async (assistant: Assistant<Q, A>) => {
    const transcripts: Transcript<Q, A>[] = [];
    const record = (transcript: Transcript<Q, A>) => void transcripts.push(transcript);
    await amplify(bounded, assistant, { record }).answer(questions, scope());
    return transcripts;
  };
  const answering = (answer: (question: Q) => Answer<A>): Assistant<Q, A> => ({
    origin: { name: 'X', groundTruth: true },
    answer: async (asked) => asked.map(answer),
  });
  const knowing = answering((question) => known(truth(question)));
  const all = Array.from({ length: words }, (_, word) => encoding.answerOf(word));
  const values = all.filter((answer) => answer !== undefined);
  const random = Random.seeded(4);
  const any = (unknowns: number): Answer<A> =>
    random.uniform() < unknowns ? unknown('unsure') : known(values[random.below(values.length)]!);
  let working: Promise<readonly Transcript<Q, A>[]> | undefined;
  /** How H works on every question sampled, all its compound sub-questions answered by the examiner. */
  const transcripts = () => {
    working ??= work(withEnvironment(environment, knowing));
    return working;
  };
  const subQuestions = async () =>
    (await transcripts()).flatMap(({ exchanges }) => exchanges.map(({ question }) => question));

  describe(title, () => {
    describe('levels', () => {
      test('are 1 … levels, and primitives reach the first, unless there is but one', () => {
        expect(levelsOfPrimitives).toBeGreaterThanOrEqual(levels > 1 ? 1 : 0);
        expect(levelsOfPrimitives).toBeLessThanOrEqual(levels);
      });

      test.runIf(leaning)('each need one level of HCH more, but those of primitives: none', async () => {
        for (const level of allLevels) {
          const depth = Math.max(0, level - levelsOfPrimitives);
          const asked = questions.filter((question) => task.level(question) === level);
          expect(asked.length).toBeGreaterThan(0);
          const answers = await hch(overseer, environment, depth).answer(asked, scope());
          none([...wrong(asked, answers), ...lost(asked, answers)]);
          // Some questions need less; those that need it all are not answered without it, rather than wrongly.
          for (const less of depth > 0 ? [0, depth - 1] : []) {
            const shallow = await hch(overseer, environment, less).answer(asked, scope());
            none(wrong(asked, shallow));
            expect(lost(asked, shallow)).not.toEqual([]);
          }
        }
      });
    });

    describe('H', () => {
      test('gives every question its direct answer, from right answers and the facts', async () => {
        expect(questions.length).toBeGreaterThan(2000);
        for (const { question, answer } of await transcripts())
          if (!right(question, answer)) none([question]);
      });

      test('asks compound questions only of the kinds that training samples, or guesses at those', async () => {
        const kind = (question: Q) => {
          const blanks = token(question).map((word) => (word === encoding.blank ? '_' : 'x'));
          const told = [task.level(question), encoding.rounds(question), blanks.join('')];
          return [...told, contract.kind?.(question)].join(' ');
        };
        // Contexts of one size have as many facts.
        const sized = (question: Q) => `${facts(question).length}: ${kind(question)}`;
        const train = contexts.filter(({ demand }) => demand.split === 'train');
        const kinds = new Set(train.flatMap(({ questions }) => questions.map(sized)));
        none((await subQuestions()).filter((sub) => compound(sub) && !kinds.has(sized(sub))));
      });

      test('stays within its bounds, its context and its words, whatever it is told', async () => {
        const guessing = UNKNOWNS.map((share) => answering((_) => any(share)));
        // The last ones answer simple questions at random too.
        for (const x of [...[knowing, ...guessing].map((x) => withEnvironment(environment, x)), ...guessing])
          for (const { question, exchanges, answer } of await work(x)) {
            const outside = (sub: Q) =>
              encoding.context(sub) !== encoding.context(question) ||
              sentence(sub).some(strange) ||
              (compound(sub) && [...token(sub), ...read(sub)].some(strange));
            if (exchanges.some((exchange) => outside(exchange.question))) none([question]);
            if (answer.kind === 'unknown') continue;
            const word = encoding.wordOf(answer.value);
            if (strange(word) || !Object.is(encoding.answerOf(word), answer.value)) none([question]);
          }
      });

      test.runIf(leaning)('leans on compound questions of lower levels only', async () => {
        for (const { question, exchanges } of await transcripts())
          if (exchanges.some(({ question: sub }) => compound(sub) && task.level(sub) >= task.level(question)))
            none([question]);
      });

      test.runIf(encoding.names)('does with one name what it does with any', async () => {
        const random = Random.seeded(6);
        const said = new Map(encoding.names!.map(([first, last]) => [first, last - first + 1]));
        /** Each word with the word that takes its place. */
        const renaming = () => {
          const other = Array.from({ length: words }, (_, word) => word);
          for (const [first, count] of said) {
            const shuffled = random.shuffle(other.slice(first, first + count));
            other.splice(first, count, ...shuffled);
          }
          return (word: number) => other[word] ?? word; // kinds of action are beyond all words
        };
        const made = await work(
          withEnvironment(
            environment,
            answering((_) => any(1 / 8)),
          ),
        );
        const [renamed, expected]: [Workspace<Q, A>[], string[]] = [[], []];
        for (const { question, exchanges, answer } of made) {
          const rename = renaming();
          const asking = (asked: Q) => encoding.questionOf(sentence(asked).map(rename), question);
          const telling = (told: Answer<A>): Answer<A> =>
            told.kind === 'known' ? known(encoding.answerOf(rename(encoding.wordOf(told.value)))!) : told;
          const about = asking(question);
          const heard = exchanges.map((exchange) => ({
            question: asking(exchange.question),
            answer: telling(exchange.answer),
          }));
          // Some names make no question: those that this context does not have.
          if (about === undefined || heard.some((exchange) => exchange.question === undefined)) continue;
          const decided: Action<Q, A>[] = [
            ...exchanges.map((exchange) => ask(exchange.question)),
            reply(answer),
          ];
          decided.forEach((action, i) => {
            renamed.push({ question: about, exchanges: heard.slice(0, i) as Workspace<Q, A>['exchanges'] });
            expected.push(actionWords(encoding, action).map(rename).join());
          });
        }
        expect(renamed.length).toBeGreaterThan(1000);
        const actions = await overseer.act(renamed, scope());
        const differ = (action: Action<Q, A>, i: number) =>
          actionWords(encoding, action).join() !== expected[i];
        none(renamed.filter((_, i) => differ(actions[i]!, i)).map(({ question }) => question));
      });

      test('knows no ground truth', () => {
        expect(overseer.origin.groundTruth).toBe(false);
      });
    });

    describe('the environment', () => {
      test('answers simple questions rightly, or says that there is no answer', async () => {
        const simple = [...questions, ...(await subQuestions())].filter((question) => !compound(question));
        const answers = simple.map((question) => environment(question)!);
        none(wrong(simple, answers));
        expect(lost(simple, answers).length).toBeLessThan(simple.length);
      });
    });

    describe('the examiner', () => {
      test('accepts its own answers, and gives a question none but its grades', () => {
        none(questions.filter((question) => !right(question, known(truth(question)))));
        const grade = (question: Q) => examiner.grade?.(question);
        const grades = new Set([undefined, ...(examiner.grades?.keys() ?? [])]);
        none(questions.filter((question) => !grades.has(grade(question))));
        expect(questions.some((question) => grade(question) !== undefined)).toBe(grades.size > 1);
      });
    });

    describe('a sample', () => {
      test('has one fresh context', () => {
        const shared = contexts.map(({ questions }) => new Set(questions.map(encoding.context)));
        expect(new Set(shared.map(({ size }) => size))).toEqual(new Set([1]));
        expect(new Set(shared.flatMap((one) => [...one])).size).toBe(contexts.length);
      });

      test('has the level demanded and none above, or the highest that its size permits', () => {
        for (const size of sizes) {
          const ofSize = contexts.filter(({ demand }) => demand.size === size);
          const found = ofSize.map(({ questions }) => questions.map(task.level));
          const highest = Math.max(...found.flat());
          expect(Math.min(...found.flat())).toBeGreaterThanOrEqual(1);
          expect(size < sizeMax || highest === levels).toBe(true);
          const due = ofSize.map(({ demand }) => Math.min(demand.level, highest));
          expect(found.map((one) => Math.max(...one))).toEqual(due);
        }
      });

      test('has as many questions and as many facts as every other of its size, at whatever level', () => {
        for (const size of sizes) {
          const ofSize = contexts.filter(({ demand }) => demand.size === size);
          expect(new Set(ofSize.map(({ questions }) => questions.length)).size).toBe(1);
          const lengths = [...new Set(ofSize.map(({ questions }) => facts(questions[0]!).length))];
          expect(lengths.map((length) => length % slots.length)).toEqual([0]);
        }
      });

      test('follows from the stream of chance alone', () => {
        const keys = (those: typeof contexts) => those.map(({ questions }) => questions.map(task.key));
        expect(keys(draw())).toEqual(keys(contexts));
      });

      test('shares no content of a context with another split', () => {
        for (const size of sizes) {
          const dealt = SPLITS.map((split) => {
            const random = Random.seeded(2).split(`${split}/${size}`);
            const sample = (i: number) => task.sample(random.split(i), { split, size, level: 1 })[0]!;
            return new Set(Array.from({ length: MANY }, (_, i) => facts(sample(i)).join()));
          });
          const union = new Set(dealt.flatMap((pile) => [...pile]));
          expect(union.size).toBe(dealt.reduce((sum, pile) => sum + pile.size, 0));
        }
      });
    });

    describe('a key', () => {
      const again = draw().flatMap(({ questions }) => questions);
      /** The key and the content of each question determine each other. */
      const determines = (those: readonly Q[], content: (question: Q) => string) => {
        const [contents, keys] = [new Map<string, string>(), new Map<string, string>()];
        for (const question of those) {
          const [key, told] = [task.key(question), content(question)];
          if ((contents.get(key) ?? told) !== told || (keys.get(told) ?? key) !== key) none([question]);
          contents.set(key, told);
          keys.set(told, key);
        }
      };

      test('is equal exactly where all that a network sees is equal, and the range of its answer', async () => {
        determines([...questions, ...again, ...(await subQuestions()).filter(compound)], seen);
      });

      test('is equal exactly where facts and sentence are equal, of simple questions too', async () => {
        const content = (question: Q) => [facts(question), sentence(question)].join('|');
        determines([...questions, ...again, ...(await subQuestions())], content);
      });
    });

    describe('the encoding', () => {
      test('uses words 0 … words − 1 and nothing else', () => {
        const said = (question: Q) => [...facts(question), ...token(question), ...read(question)];
        none(questions.filter((question) => said(question).some(strange)));
        none(questions.filter((question) => strange(encoding.wordOf(truth(question)))));
      });

      test('gives every answer a word, and back', () => {
        const back = (question: Q) => encoding.answerOf(encoding.wordOf(truth(question)));
        none(questions.filter((question) => !Object.is(back(question), truth(question))));
        for (let word = 0; word < words; word++) {
          const answer = encoding.answerOf(word);
          if (answer !== undefined) expect(encoding.wordOf(answer)).toBe(word);
        }
        expect(encoding.answerOf(encoding.blank)).toBeUndefined();
      });

      test('gives a question a range of words, if any, that holds its answer, and a guess one with answers', async () => {
        const most = (question: Q) => range?.(question) ?? [0, words - 1];
        const asked = [...questions, ...(await subQuestions()).filter(compound)];
        for (const said of new Set(asked.map((question) => most(question).join()))) {
          const [first, last] = said.split(',').map(Number) as [number, number];
          expect([first, last].filter(strange)).toEqual([]);
          const within = Array.from({ length: last - first + 1 }, (_, i) => encoding.answerOf(first + i));
          expect(within.filter((answer) => answer !== undefined)).not.toEqual([]);
        }
        const out = (word: number, [first = 0, last = 0]: readonly number[]) => word < first || word > last;
        none(questions.filter((question) => out(encoding.wordOf(truth(question)), most(question))));
      });

      test('writes a question as a fact with a blank', () => {
        expect(new Set(slots).size).toBe(slots.length);
        none(questions.filter((question) => token(question).length !== slots.length));
        none(questions.filter((question) => !token(question).includes(encoding.blank)));
      });

      test('takes a round for each word, and no more than questions up to its level may', () => {
        const most = allLevels.map((level) => encoding.roundsAt(level));
        expect(most).toEqual([...most].sort((a, b) => a - b));
        const fits = (rounds: number, level: number) => rounds >= 1 && rounds <= most[level - 1]!;
        none(questions.filter((question) => !fits(encoding.rounds(question), task.level(question))));
      });

      test('has facts take part in rounds that a question may take, if only in some', () => {
        const most = encoding.roundsAt(levels);
        const stretches = questions.map((question) => encoding.awake?.(question) ?? []);
        const [from, to] = [
          stretches.flatMap((all) => all.map(([from]) => from)),
          stretches.flatMap((all) => all.map(([, to]) => to)),
        ];
        none(questions.filter((question, i) => stretches[i]!.length * slots.length > facts(question).length));
        expect(from.filter((round, i) => !Number.isInteger(round) || round < 0 || round > to[i]!)).toEqual(
          [],
        );
        expect(to.filter((round) => !Number.isInteger(round) || round > most)).toEqual([]);
      });

      test('writes the facts of a context once', () => {
        for (const { questions } of contexts) expect(new Set(questions.map(facts)).size).toBe(1);
      });
    });

    describe('a sentence', () => {
      const says = (question: Q) => {
        const said = sentence(question);
        const again = encoding.questionOf(said, question);
        return (
          said.length === encoding.sentenceLength &&
          !said.some(strange) &&
          again !== undefined &&
          task.key(again) === task.key(question) &&
          encoding.context(again) === encoding.context(question)
        );
      };

      test('says the whole question, sampled or asked by H', async () => {
        none([...questions, ...(await subQuestions())].filter((question) => !says(question)));
      });

      test('of any words says a question of the task about the same context, or none', () => {
        const random = Random.seeded(5);
        for (let i = 0; i < SENTENCES; i++) {
          const about = questions[random.below(questions.length)]!;
          const said = [...sentence(about)];
          // Wholly random sentences seldom mean anything, those with one or two words changed often do.
          for (let change = i % 3 || said.length; change > 0; change--)
            said[i % 3 ? random.below(said.length) : change - 1] = random.below(words);
          const question = encoding.questionOf(said, about);
          if (question === undefined) continue;
          const same = encoding.context(question) === encoding.context(about);
          const rounds = compound(question) ? encoding.rounds(question) : 1;
          const fits = rounds >= 1 && rounds <= encoding.roundsAt(levels);
          if (!same || !fits || !says(question)) expect(question, said.join(' ')).toBeUndefined();
        }
      });
    });

    describe('what people read and type', () => {
      test('shows questions and answers', () => {
        expect(new Set(questions.map(task.show))).not.toContain('');
        expect(new Set(questions.map((question) => task.showAnswer(truth(question))))).not.toContain('');
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
