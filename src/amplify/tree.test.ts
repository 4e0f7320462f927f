import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adder, arbitrary, Meter, oracle } from '../../test/overseers.ts';
import { nobody } from '../assistants/nobody.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Transcript } from '../core/workspace.ts';
import { amplify } from './amplify.ts';
import { withEnvironment } from './environment.ts';
import { type TranscriptTree, unfold } from './tree.ts';

const QUESTIONS = 10;
const question = fc.nat(QUESTIONS - 1);
const height = fc.nat(2);
/** Some questions are simple, and of some of these it is known that there is no answer. */
const facts = (simple: number): Answer<number> | undefined =>
  simple % 3 > 0 ? undefined : simple % 2 > 0 ? unknown('unsure') : known(-simple);
const noFacts = () => undefined;

const nodes = <Q, A>(tree: TranscriptTree<Q, A>): readonly TranscriptTree<Q, A>[] => [
  tree,
  ...tree.children.flatMap(nodes),
];
const heightOf = <Q, A>(tree: TranscriptTree<Q, A>): number =>
  Math.max(0, ...tree.children.map((child) => heightOf(child) + 1));

describe('an unfolded question', () => {
  test('has at its root the answer of H over H over … over X', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), question, height, async (seed, root, depth) => {
        const [h, x] = [arbitrary(seed, QUESTIONS), oracle(seed)];
        let stacked: Assistant<number, number> = x;
        for (let level = 0; level < depth; level++) stacked = amplify(h, withEnvironment(facts, stacked));
        const tree = await unfold(h, facts, x, depth, root, scope());
        expect([tree.answer]).toEqual(await withEnvironment(facts, stacked).answer([root], scope()));
        expect(heightOf(tree)).toBeLessThanOrEqual(depth);
      }),
    );
  });

  test('shows at every node X’s own answer, or the fact that answers it, and under it what H asked, in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), question, height, async (seed, root, depth) => {
        const [h, x] = [arbitrary(seed, QUESTIONS), oracle(seed)];
        const tree = await unfold(h, facts, x, depth, root, scope());
        for (const node of nodes(tree)) {
          expect([node.direct]).toEqual(await withEnvironment(facts, x).answer([node.question], scope()));
          if (node.children.length === 0) continue;
          // H, given the children's answers, asks for just these children and concludes the node's answer.
          const heard = new Map(node.children.map((child) => [child.question, child.answer]));
          const transcripts: Transcript<number, number>[] = [];
          const told: Assistant<number, number> = {
            origin: x.origin,
            answer: async (asked) => asked.map((sub) => heard.get(sub)!),
          };
          const record = (transcript: Transcript<number, number>) => void transcripts.push(transcript);
          expect(await amplify(h, told, { record }).answer([node.question], scope())).toEqual([node.answer]);
          expect(transcripts[0]!.exchanges.map((exchange) => exchange.question)).toEqual(
            node.children.map((child) => child.question),
          );
        }
      }),
    );
  });

  test('of depth 0 is X alone', async () => {
    const tree = await unfold(adder, noFacts, nobody, 0, [1, 2], scope());
    expect(tree).toEqual({
      question: [1, 2],
      answer: unknown('nobody'),
      direct: unknown('nobody'),
      isFact: false,
      children: [],
    });
  });

  test('of a sum has the halves below it and what H could do without X', async () => {
    const { answer, direct, children } = await unfold(adder, noFacts, nobody, 3, [1, 2, 4], scope());
    expect([answer, direct]).toEqual([known(7), unknown('nobody')]);
    expect(children.map((child) => child.question)).toEqual([[1, 2], [4]]);
    expect(children.map((child) => child.answer)).toEqual([known(3), known(4)]);
    expect(children.map((child) => child.children.length)).toEqual([2, 0]);
  });

  test('is a leaf where it is simple, answered by its fact at any depth, and X is not asked', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), question, height, async (seed, root, depth) => {
        const asked: number[] = [];
        const x = oracle(seed);
        const heard: Assistant<number, number> = {
          origin: x.origin,
          answer: (questions, inner) => {
            asked.push(...questions);
            return x.answer(questions, inner);
          },
        };
        const tree = await unfold(arbitrary(seed, QUESTIONS), facts, heard, depth, root, scope());
        for (const node of nodes(tree)) {
          const fact = facts(node.question);
          const { question } = node;
          expect(node.isFact).toBe(fact !== undefined);
          if (fact)
            expect(node).toEqual({ question, answer: fact, direct: fact, isFact: true, children: [] });
        }
        expect(asked.filter(facts)).toEqual([]);
        expect(asked.length).toBe(nodes(tree).filter((node) => !facts(node.question)).length);
      }),
    );
  });

  test('costs no more than it may', async () => {
    const limit = fc.oneof(fc.nat(40), fc.constant(Infinity));
    const limits = fc.record({
      decisions: limit,
      questions: limit,
      depth: fc.oneof(fc.nat(3), fc.constant(Infinity)),
    });
    await fc.assert(
      fc.asyncProperty(fc.nat(), question, limits, async (seed, root, allowed) => {
        const meter = new Meter();
        const tree = await unfold(
          meter.overseer(arbitrary(seed, QUESTIONS)),
          facts,
          oracle(seed),
          2,
          root,
          scope(allowed),
        );
        expect(meter.decisions).toBeLessThanOrEqual(allowed.decisions);
        expect(nodes(tree).length - 1).toBeLessThanOrEqual(allowed.questions);
        expect(heightOf(tree)).toBeLessThanOrEqual(allowed.depth);
      }),
    );
  });
});
