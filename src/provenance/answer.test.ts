import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AnswerNode, AnswerRecord } from './answer.ts';
import { judge, leansOn, readAnswer, writeAnswer } from './answer.ts';

/** A question is a list of parts; its answer is the sum, and H adds what its sub-answers say. */
interface Shape {
  readonly value: number;
  readonly children: readonly Shape[];
}

const { shape } = fc.letrec<{ shape: Shape }>((tie) => ({
  shape: fc.record({
    value: fc.integer({ min: 1, max: 9 }),
    children: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constant([]),
      fc.array(tie('shape'), { minLength: 1, maxLength: 3 }),
    ),
  }),
}));

const truthOf = ({ value, children }: Shape): number =>
  children.length === 0 ? value : children.reduce((sum, child) => sum + truthOf(child), 0);
const countOf = ({ children }: Shape): number => 1 + children.reduce((sum, child) => sum + countOf(child), 0);

/** The tree with one more in the answer of node number `planted`, in the order of a walk, and so in all above it. */
function built(root: Shape, planted: number | undefined, isJudged = true): AnswerNode {
  let walked = 0;
  const build = (node: Shape): AnswerNode => {
    const own = walked++;
    const children = node.children.map(build);
    const sum = children.reduce((total, { answer }) => total + Number(answer), 0);
    const answer = (children.length === 0 ? node.value : sum) + (own === planted ? 1 : 0);
    const right = answer === truthOf(node);
    return {
      question: `q${own}`,
      key: `k${own}`,
      answer: String(answer),
      direct: String(answer),
      confidence: 1,
      ...(isJudged && { right, directRight: right }),
      children,
    };
  };
  return build(root);
}

const recordOf = (tree: AnswerNode): AnswerRecord => ({
  v: 1,
  task: 'sums',
  parameters: {},
  checkpoint: 'c'.repeat(64),
  overseer: 'script:H',
  asked: 'q0',
  tree,
});
const planting = fc.tuple(shape, fc.nat()).map(([root, at]) => ({ root, planted: at % countOf(root) }));

describe('the first wrong node', () => {
  test('is the one where a mistake was planted, and H is behind it unless it has no sub-answers', () => {
    fc.assert(
      fc.property(planting, ({ root, planted }) => {
        const { right, blame } = judge(recordOf(built(root, planted)), new Map());
        expect(right).toBe(false);
        expect(blame!.node.question).toBe(`q${planted}`);
        expect(blame!.path.at(0)).toBe('q0');
        expect(blame!.path.at(-1)).toBe(`q${planted}`);
        expect(blame!.culprit).toBe(blame!.node.children.length === 0 ? 'assistant' : 'overseer');
        expect(blame!.unjudged).toBe(0);
      }),
    );
  });

  test('is found by a correction alone, where nobody else says what is right', () => {
    fc.assert(
      fc.property(planting, ({ root, planted }) => {
        const record = recordOf(built(root, planted, false));
        expect(judge(record, new Map()).blame).toBeUndefined();
        const corrections = new Map([[`k${planted}`, { answer: 'another', seq: 9 }]]);
        const { blame } = judge(record, corrections);
        expect(blame!.node.question).toBe(`q${planted}`);
        expect(blame!.unjudged).toBe(blame!.node.children.length);
        expect(leansOn(record, `k${planted}`, 'another')).toBe(true);
        expect(leansOn(record, `k${planted}`, blame!.node.answer)).toBe(false);
        expect(leansOn(record, 'nothing', 'another')).toBe(false);
      }),
    );
  });

  test('is none where all is right, unless a person says otherwise, who is believed before the examiner', () => {
    fc.assert(
      fc.property(shape, (root) => {
        const tree = built(root, undefined);
        expect(judge(recordOf(tree), new Map())).toMatchObject({ right: true, blame: undefined });
        const corrected = judge(recordOf(tree), new Map([['k0', { answer: '-1', seq: 4 }]]));
        expect(corrected).toMatchObject({ right: false, by: 4, blame: { node: { question: 'q0' } } });
        const wrong = { ...tree, right: false, directRight: false };
        const restored = judge(recordOf(wrong), new Map([['k0', { answer: tree.answer, seq: 4 }]]));
        expect(restored).toMatchObject({ right: true, by: 4, blame: undefined });
      }),
    );
  });

  test('is not below a sub-answer that is right: what that was made of has done no harm', () => {
    const leaf = { ...built({ value: 1, children: [] }, 0), question: 'leaf' };
    const right = { ...leaf, question: 'right', right: true, children: [leaf] };
    const root = { ...leaf, question: 'root', children: [right] };
    expect(judge(recordOf(root), new Map()).blame).toMatchObject({ path: ['root'], culprit: 'overseer' });
    // Where the root is right, a wrong node below is worth knowing all the same.
    const fine = { ...root, right: true, directRight: true };
    expect(judge(recordOf(fine), new Map())).toMatchObject({
      right: true,
      blame: { path: ['root', 'right', 'leaf'] },
    });
  });

  test('is X itself where its own sub-answers say what is right', () => {
    const tree = { ...built({ value: 1, children: [{ value: 2, children: [] }] }, undefined), direct: '7' };
    const { right, blame } = judge(recordOf({ ...tree, directRight: false }), new Map());
    expect(right).toBe(false);
    expect(blame).toMatchObject({ culprit: 'assistant', path: ['q0'] });
  });

  test('are the facts where what was looked up is wrong', () => {
    const leaf = { ...built({ value: 1, children: [] }, 0), isFact: true };
    expect(judge(recordOf(leaf), new Map()).blame).toMatchObject({ culprit: 'facts' });
  });
});

describe('the record of an answer', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(planting, ({ root, planted }) => {
        const record = recordOf(built(root, planted));
        expect(readAnswer(writeAnswer(record))).toEqual(record);
      }),
    );
    expect(() => readAnswer('{}')).toThrow('expected version 1 with a tree');
  });
});
