import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { carryOutTiny, createTiny, PATIENCE_MS } from '../../test/tiny-run.ts';
import { loadCheckpoint } from '../registry/promotion.ts';
import { Folder } from '../storage/folder.ts';
import { type Permutation, type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { answerNamed, taintOf } from './taint.ts';

const home = fs.mkdtempSync(join(tmpdir(), 'capstan-taint-'));
const path = join(home, 'one');
const arm = new Folder(join(path, 'ida'));
const task = permutationPowering({ elements: 8, powers: 8 });

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

describe('what a correction taints', () => {
  test('are the examples that teach another answer to that very question, and what learned from them', () => {
    expect(taught.length).toBeGreaterThan(100);
    fc.assert(
      fc.property(fc.nat(), fc.nat(7), fc.boolean(), (which, answer, learnsUnknown) => {
        const { question } = taught[which % taught.length]!;
        const same = taught.filter((one) => task.key(one.question) === task.key(question));
        const isTaught = (one: Taught) => learnsUnknown || one.answer !== undefined;
        const wrong = new Set(
          same.filter((one) => isTaught(one) && one.answer !== answer).map(({ index }) => index),
        );
        const found = taintOf(arm, task, question, answer, learnsUnknown);
        expect(found.examples.map(({ index }) => index)).toEqual([...wrong].sort((a, b) => a - b));
        expect(found.count).toBe(32);
        const first = Math.min(...wrong);
        const learned = checkpoints.filter((hash) => loadCheckpoint(arm, hash).lineage.dataCount > first);
        expect(found.checkpoints.map(({ hash }) => hash)).toEqual(learned);
        expect(found.clean?.hash).toBe(checkpoints.filter((hash) => !learned.includes(hash)).at(-1));
      }),
      { numRuns: 60 },
    );
  });

  test('is nothing where the question was never asked: of another context, or another power', () => {
    const { question } = taught.at(-1)!;
    const keys = new Set(taught.map((one) => task.key(one.question)));
    const others = [1, 2, 3, 4, 5, 6, 7]
      .map((power) => ({ ...question, power }))
      .filter((other) => !keys.has(task.key(other)));
    for (const other of [...others, task.parse('s^5(3)')])
      expect(taintOf(arm, task, other, 1, true)).toMatchObject({
        examples: [],
        agreeing: 0,
        checkpoints: [],
      });
  });

  test('cannot be told where a shard, a checkpoint or the state is damaged, and the file is named', () => {
    const files = arm.files().filter((file) => /^(examples|checkpoints)\/|^state\.json/.test(file));
    for (const file of files) {
      const copy = `${path}-${file.replaceAll('/', '-')}`;
      fs.cpSync(path, copy, { recursive: true });
      const bytes = fs.readFileSync(join(copy, 'ida', file));
      bytes[bytes.length - 9]! ^= 4;
      fs.writeFileSync(join(copy, 'ida', file), bytes);
      const { question } = taught[0]!;
      expect(() => taintOf(new Folder(join(copy, 'ida')), task, question, 1, true)).toThrow(
        expect.objectContaining({ code: 'corrupt', message: expect.stringContaining(file) }),
      );
    }
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
