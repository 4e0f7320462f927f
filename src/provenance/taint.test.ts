import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { carryOutTiny, createTiny, PATIENCE_MS, tiny } from '../../test/tiny-run.ts';
import { amplify } from '../amplify/amplify.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { type Answer, known } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { loadCheckpoint } from '../registry/promotion.ts';
import { drawnAgain } from '../run/drawn.ts';
import { Folder } from '../storage/folder.ts';
import { type Permutation, type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { answerNamed, taintOf } from './taint.ts';
import { taughtBy } from './taught.ts';

const home = fs.mkdtempSync(join(tmpdir(), 'capstan-taint-'));
const path = join(home, 'one');
const arm = new Folder(join(path, 'ida'));
const task = permutationPowering({ elements: 8, powers: 8 });
const again = drawnAgain(task, tiny());

/** A target as it stands in the shards, read by their documented format and not by our code. */
interface Taught {
  readonly index: number;
  readonly question: PowerQuestion;
  /** Undefined for "unknown". */
  readonly answer: number | undefined;
}
let taught: readonly Taught[];
let checkpoints: readonly string[];

beforeAll(async () => {
  createTiny({ path, ledger: join(home, 'ledger') });
  const { record } = await carryOutTiny({ path, ledger: join(home, 'ledger') });
  checkpoints = record.arms[0]!.iterations.map(({ checkpoint }) => checkpoint);
  const { examples } = JSON.parse(arm.readText('state.json')).content;
  const leaves: Buffer[] = [];
  for (const shard of examples.shards) {
    const bytes = Buffer.from(arm.read(`examples/${shard}.bin`));
    for (let at = 0; at < bytes.length; at += 4 + bytes.readUInt32LE(at))
      leaves.push(bytes.subarray(at + 4, at + 4 + bytes.readUInt32LE(at)));
  }
  taught = leaves.flatMap(read);
}, PATIENCE_MS);
afterAll(() => fs.rmSync(home, { recursive: true, force: true }));

/** 0 is the blank, 1 and 2 are binary digits, from the least on, and 3 + x is the element x. */
function read(leaf: Buffer, index: number): readonly Taught[] {
  let at = 0;
  const take = (count: number) => Array.from({ length: count }, () => leaf.readUInt16LE(2 * at++));
  const [N, Q] = take(2) as [number, number];
  const facts = take(2 * N).map((word) => word - 3);
  const domain = facts.filter((_, i) => i % 2 === 0);
  const image = new Array<number>(8).fill(-1);
  domain.forEach((x, i) => {
    image[x] = facts[2 * i + 1]!;
  });
  const key = domain.map((x) => `${x}>${image[x]}`).join(' ');
  const permutation: Permutation = { domain, image, key };
  const elements = Array.from({ length: Q }, () => take(2)[1]! - 3);
  const powers = Array.from({ length: Q }, () =>
    take(take(1)[0]!).reduce((sum, word, digit) => sum + (word - 1) * 2 ** digit, 0),
  );
  return take(Q).map((word, i) => ({
    index,
    question: { permutation, power: powers[i]!, element: elements[i]! },
    answer: word === 0 ? undefined : word - 3,
  }));
}

/** H by its definition, where the corrected question has that answer: half the power twice, and once more if it is odd. */
function follow(
  { image }: Permutation,
  power: number,
  element: number,
  corrected: PowerQuestion,
  answer: number,
): { readonly answer: number; readonly leans: boolean } {
  if (power === corrected.power && element === corrected.element) return { answer, leans: true };
  if (power === 1) return { answer: image[element]!, leans: false };
  const half = Math.floor(power / 2);
  let [at, leans] = [element, false];
  for (const part of power % 2 === 0 ? [half, half] : [half, half, 1]) {
    const next = follow({ image } as Permutation, part, at, corrected, answer);
    [at, leans] = [next.answer, leans || next.leans];
  }
  return { answer: at, leans };
}

describe('what a correction taints', () => {
  test('are the examples that teach another answer to it or to what H answers by it, and what learned from them', async () => {
    expect(taught.length).toBeGreaterThan(100);
    const seen = { itself: 0, derived: 0, neither: 0 };
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(7), fc.nat(7), fc.nat(7), fc.boolean(), async (...drawn) => {
        const [which, power, element, answer, learnsUnknown] = drawn;
        const one = taught[which % taught.length]!;
        const { permutation } = one.question;
        // What was asked, or anything else about its context.
        const question =
          power === 0
            ? one.question
            : { permutation, power, element: permutation.domain[element % permutation.domain.length]! };
        const isTaught = ({ answer: own }: Taught) => learnsUnknown || own !== undefined;
        const about = taught
          .filter((own) => own.question.permutation.key === permutation.key)
          .filter(isTaught);
        const isIt = (own: Taught) => task.key(own.question) === task.key(question);
        const itself = new Set(
          about.filter((own) => isIt(own) && own.answer !== answer).map(({ index }) => index),
        );
        const wrong = about.filter((own) => {
          const due = follow(permutation, own.question.power, own.question.element, question, answer);
          return due.leans && own.answer !== due.answer;
        });
        const all = new Set(wrong.map(({ index }) => index));
        const found = await taintOf(arm, task, question, answer, { learnsUnknown, drawn: again });
        expect(found.examples.map(({ index }) => index)).toEqual([...all].sort((a, b) => a - b));
        expect(found.derived).toBe(all.size - itself.size);
        expect(found.count).toBe(32);
        const first = Math.min(...all);
        const learned = checkpoints.filter((hash) => loadCheckpoint(arm, hash).lineage.dataCount > first);
        expect(found.checkpoints.map(({ hash }) => hash)).toEqual(learned);
        expect(found.clean?.hash).toBe(checkpoints.filter((hash) => !learned.includes(hash)).at(-1));
        seen[itself.size > 0 ? 'itself' : all.size > 0 ? 'derived' : 'neither']++;
      }),
      { numRuns: 150 },
    );
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(5);
  });

  test('is nothing where the question is of a context that nobody trained on', async () => {
    for (const text of ['s^5(3)', 's^1(3)'])
      expect(
        await taintOf(arm, task, task.parse(text), 1, { learnsUnknown: true, drawn: again }),
      ).toMatchObject({
        examples: [],
        agreeing: 0,
        checkpoints: [],
      });
  });

  test('cannot be told where a shard, a checkpoint or the state is damaged, and the file is named', async () => {
    const files = arm.files().filter((file) => /^(examples|checkpoints)\/|^state\.json/.test(file));
    for (const file of files) {
      const copy = `${path}-${file.replaceAll('/', '-')}`;
      fs.cpSync(path, copy, { recursive: true });
      const bytes = fs.readFileSync(join(copy, 'ida', file));
      bytes[bytes.length - 9]! ^= 4;
      fs.writeFileSync(join(copy, 'ida', file), bytes);
      const { question } = taught[0]!;
      const own = new Folder(join(copy, 'ida'));
      const learned = { learnsUnknown: true, drawn: again };
      await expect(taintOf(own, task, question, 1, learned)).rejects.toThrow(
        expect.objectContaining({ code: 'corrupt', message: expect.stringContaining(file) }),
      );
    }
  });
});

describe('the lessons behind an answer of X', () => {
  const power = ({ permutation, power: times, element }: PowerQuestion) => {
    let x = element;
    for (let step = 0; step < times; step++) x = permutation.image[x]!;
    return x;
  };
  const isRight = (question: PowerQuestion, answer: Answer<number>) =>
    answer.kind === 'known' && answer.value === power(question);
  const saying = (value: number): Assistant<PowerQuestion, number> => ({
    origin: { name: `says ${value}`, groundTruth: false },
    answer: async (questions) => questions.map(() => known(value)),
  });

  test('are those of the iteration since which it says so: that very question, and what reads alike', async () => {
    const counts = checkpoints.map((hash) => loadCheckpoint(arm, hash).lineage.dataCount);
    const seen = { itself: 0, alike: 0 };
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.boolean(), async (which, isOld) => {
        const { question } = taught[which % taught.length]!;
        const answers = [isOld ? 3 : 4, 3];
        const learners = checkpoints.map((hash, i) => ({
          ...{ hash, iteration: i + 1, level: i + 2, dataCount: counts[i]! },
          assistant: saying(answers[i]!),
        }));
        const targets = (x: Assistant<PowerQuestion, number>) => amplify(task.overseer, x);
        const found = await taughtBy(arm, task, question, learners, { targets, isRight, drawn: again });
        const place = isOld ? 0 : 1;
        const from = counts[place - 1] ?? 0;
        const lately = taught.filter(
          ({ index, answer }) => index >= from && index < counts[place]! && answer !== undefined,
        );
        const reads = lately.filter(
          (own) => own.question.power === question.power && own.question.element === question.element,
        );
        const isIt = (own: Taught) => own.question.permutation.key === question.permutation.key;
        const counted = (some: readonly Taught[]) => ({
          asked: some.length,
          wrong: some.filter((own) => own.answer !== power(own.question)).length,
        });
        expect(found.since.iteration).toBe(place + 1);
        expect(found.lessons).toBe(counts[place]! - from);
        expect(found.itself).toEqual(counted(reads.filter(isIt)));
        expect(found.alike).toMatchObject(counted(reads.filter((own) => !isIt(own))));
        const isAbove = task.level(question) > place + 2;
        const [due] = await targets(withEnvironment(task.environment, saying(3))).answer([question], scope());
        expect(found.cause).toBe(isAbove ? 'unasked' : isRight(question, due!) ? 'unlearned' : 'taught');
        seen.itself += found.itself.asked;
        seen.alike += found.alike.asked;
      }),
      { numRuns: 60 },
    );
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(5);
  });
});

describe('an answer that somebody types', () => {
  test('is read as the task shows answers', () => {
    const { question } = taught[0]!;
    for (let answer = 0; answer < 8; answer++) expect(answerNamed(task, question, ` ${answer}`)).toBe(answer);
    expect(() => answerNamed(task, question, '8')).toThrow('answer «8»: expected one as in 0, 1, 2, 3, 4, …');
    expect(() => answerNamed(task, question, '')).toThrow('answer «»');
  });
});
