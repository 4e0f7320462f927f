import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type TranscriptTree, unfold } from '../amplify/tree.ts';
import { Random } from '../base/random.ts';
import { type Answer, known } from '../core/answer.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { scripted } from '../overseers/scripted.ts';
import { blame, exact, sampled } from './blame.ts';

/** «3..7» asks for the sum of 3, 4, 5, 6; H halves it and adds. The right answer is known by Gauss. */
type Span = readonly [from: number, to: number];
const key = ([from, to]: Span) => `${from}..${to}`;
const sum = ([from, to]: Span) => ((to - from) * (from + to - 1)) / 2;
const DEPTH = 3;
const ROOT: Span = [0, 8];

const H = scripted<Span, number>('H', function* ([from, to]) {
  if (to - from === 1) return known(from);
  const middle = (from + to) >> 1;
  let total = 0;
  for (const half of [
    [from, middle],
    [middle, to],
  ] as const) {
    const answer: Answer<number> = (yield [half])[0]!;
    if (answer.kind === 'unknown') return answer;
    total += answer.value;
  }
  return known(total);
});
/** Says this much more than is right; of some nothing more. */
type Slips = ReadonlyMap<string, number>;

function x(slips: Slips): Assistant<Span, number> {
  return {
    origin: { name: 'X', groundTruth: false },
    answer: async (spans) => spans.map((span) => known(sum(span) + (slips.get(key(span)) ?? 0))),
  };
}
/** H whose replies about some are off. */
function slipping(slips: Slips): Overseer<Span, number> {
  return {
    origin: H.origin,
    act: async (workspaces, own) =>
      (await H.act(workspaces, own)).map((action, i) => {
        const slip = slips.get(key(workspaces[i]!.question));
        if (!slip || action.kind !== 'reply' || action.answer.kind !== 'known') return action;
        return { ...action, answer: known(action.answer.value + slip) };
      }),
  };
}
const environment = () => undefined;
const isRight = (span: Span, answer: Answer<number>) => answer.kind === 'known' && answer.value === sum(span);

async function blamed(overseer: Overseer<Span, number>, assistant: Assistant<Span, number>) {
  const tree = await unfold(overseer, environment, assistant, DEPTH, ROOT, scope());
  const right = x(new Map());
  const options = { task: { key, environment }, overseer, assistant, right, isRight };
  return { tree, ...(await blame(tree, DEPTH, options, Random.seeded(1))) };
}

/** All spans of the tree, those of X last. */
const spans = (depth: number): readonly string[] =>
  Array.from({ length: 2 ** depth }, (_, i) => key([(i * 8) / 2 ** depth, ((i + 1) * 8) / 2 ** depth]));
const [ofH, ofX] = [[...spans(0), ...spans(1), ...spans(2)], spans(3)];

describe('the blame for a wrong answer', () => {
  test('lies wholly on the one mistake there is, H’s or X’s, and that is the first wrong node', async () => {
    for (const planted of [...ofH, ...ofX]) {
      const slips = new Map([[planted, 5]]);
      const isH = ofH.includes(planted);
      const found = await blamed(isH ? slipping(slips) : H, isH ? x(new Map()) : x(slips));
      expect(found.mistakes).toHaveLength(1);
      const [{ question, share, isEnough, culprit, path }] = found.mistakes as [(typeof found.mistakes)[0]];
      expect([key(question), share, isEnough]).toEqual([planted, 1, true]);
      expect(culprit).toBe(isH ? 'overseer' : 'assistant');
      expect([key(path[0]!), key(path.at(-1)!)]).toEqual([key(ROOT), planted]);
      // The root and what leads to it are done again, and nothing beside.
      expect(found.redone).toBeLessThanOrEqual(2 * DEPTH);
    }
  });

  test('sums to 1 over what is wrong, is equal for mistakes that count alike, and is none of what changes nothing', async () => {
    const some = fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(some, async (leaves) => {
        const slips = new Map(leaves.map((leaf) => [ofX[leaf]!, 5]));
        const { mistakes } = await blamed(H, x(slips));
        // Every one has to be corrected, since all err upwards.
        expect(mistakes.map(({ question }) => key(question)).sort()).toEqual([...slips.keys()].sort());
        for (const { share, isEnough } of mistakes) {
          expect(share).toBeCloseTo(1 / leaves.length, 12);
          expect(isEnough).toBe(leaves.length === 1);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('of mistakes that undo each other is nobody’s, and above another it is of the upper one alone', async () => {
    const undone = await blamed(H, x(new Map([[ofX[0]!, 5], [ofX[1]!, -5], [ofX[7]!, 3]]))); // biome-ignore format: three slips
    expect(undone.mistakes.map(({ question, share }) => [key(question), share])).toEqual([['7..8', 1]]);
    const hidden = await blamed(slipping(new Map([['0..2', 5]])), x(new Map([[ofX[0]!, 2]])));
    expect(hidden.mistakes.map(({ question, share }) => [key(question), share])).toEqual([
      ['0..1', 0],
      ['0..2', 1],
    ]);
  });

  test('is none where the answer is right, though mistakes that undid each other are told', async () => {
    expect((await blamed(H, x(new Map()))).mistakes).toEqual([]);
    const undone = await blamed(H, x(new Map([[ofX[0]!, 5], [ofX[1]!, -5]]))); // biome-ignore format: two slips
    expect(undone.mistakes.map(({ share, isEnough }) => [share, isEnough])).toEqual([
      [0, false],
      [0, false],
    ]);
  });

  test('lies on nobody where nobody knows what is right but of a part that makes no difference', async () => {
    const assistant = x(new Map([[ofX[0]!, 5]]));
    const tree: TranscriptTree<Span, number> = await unfold(H, environment, assistant, DEPTH, ROOT, scope());
    const right: Assistant<Span, number> = {
      origin: { name: 'people', groundTruth: false },
      answer: async (asked) =>
        asked.map((span) => (key(span) === '1..2' ? known(7) : { kind: 'unknown', reason: 'nobody' })),
    };
    const options = { task: { key, environment }, overseer: H, assistant, right, isRight };
    const said = (span: Span, answer: Answer<number>) =>
      answer.kind === 'known' && (key(span) === '1..2' ? answer.value === 7 : false);
    const { mistakes } = await blame(tree, DEPTH, { ...options, isRight: said }, Random.seeded(1));
    expect(mistakes).toMatchObject([{ question: [1, 2], share: 0, isEnough: false }]);
  });
});

describe('Shapley’s value', () => {
  const members = (set: bigint) => [0, 1, 2, 3, 4, 5, 6].filter((i) => (set >> BigInt(i)) & 1n);

  test('is that of the glove game, and of the votes 50, 49 and 1 with a quota of 51', async () => {
    const gloves = async (set: bigint) => (set & 1n) === 1n && set > 1n;
    const votes = async (set: bigint) => members(set).reduce((total, i) => total + [50, 49, 1][i]!, 0) >= 51; // Shapley & Shubik 1954
    for (const game of [gloves, votes]) {
      const shares = await exact(3, game);
      [2 / 3, 1 / 6, 1 / 6].forEach((share, i) => {
        expect(shares[i]).toBeCloseTo(share, 12);
      });
    }
  });

  test('is what each adds on average over all orders, and sets drawn by chance come near it', async () => {
    const game = fc.record({ n: fc.integer({ min: 1, max: 5 }), seed: fc.nat() });
    await fc.assert(
      fc.asyncProperty(game, async ({ n, seed }) => {
        const drawn = Random.seeded(seed);
        const table = Array.from({ length: 2 ** n }, (_, set) => set > 0 && drawn.split(set).below(2) === 1);
        const value = async (set: bigint) => table[Number(set)]!;
        const shares = await exact(n, value);
        const orders = permutations([...shares.keys()]);
        const adds = (order: readonly number[], player: number) => {
          const before = order.slice(0, order.indexOf(player)).reduce((set, i) => set | (1 << i), 0);
          return Number(table[before | (1 << player)]) - Number(table[before]);
        };
        const near = await sampled(n, value, drawn.split('orders'));
        for (const [player, share] of shares.entries()) {
          const mean = orders.reduce((total, order) => total + adds(order, player), 0) / orders.length;
          expect(share).toBeCloseTo(mean, 9);
          expect(Math.abs(near[player]! - share)).toBeLessThan(0.15); // 5 standard errors of ±1
        }
        const all = shares.reduce((total, share) => total + share, 0);
        expect(all).toBeCloseTo(Number(table.at(-1)), 9);
      }),
      { numRuns: 20 },
    );
    await expect(exact(13, async () => true)).rejects.toThrow('expected at most 12 to try all sets, got 13');
  });
});

function permutations(items: readonly number[]): readonly (readonly number[])[] {
  if (items.length === 0) return [[]];
  return items.flatMap((first) =>
    permutations(items.filter((one) => one !== first)).map((rest) => [first, ...rest]),
  );
}
