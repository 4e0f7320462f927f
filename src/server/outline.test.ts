import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { largeTree } from '../../test/large-tree.ts';
import { sharedTree } from '../../test/shared-trees.ts';
import { bytesOf, commonText, scarceText, type Tree, treeArbitrary } from '../../test/trees-arbitrary.ts';
import { questionKey } from '../text/question.ts';
import type { TranscriptNode } from '../transcript/node.ts';
import { readLine, readTree } from '../transcript/reader.ts';
import { FLAGS } from '../wire/tree.ts';
import { firstWrong } from './error-path.ts';
import { idAt, itemsOf, NONE, type Outline, OutlineBuilder, positionOf } from './outline.ts';

function outlineOf(tree: Tree): { readonly outline: Outline; readonly bytes: Buffer } {
  const bytes = bytesOf(tree);
  const builder = new OutlineBuilder();
  let place: readonly [number, number] = [0, 0];
  const placed = (...at: readonly [number, number]) => {
    place = at;
  };
  for (const node of readTree([bytes], { name: 'a tree', placed }).nodes) builder.add(node, ...place);
  return { outline: builder.end(), bytes };
}

/** Node by node: a parent, then all below its first child, and so on. */
function walked({ nodes }: Tree): readonly TranscriptNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const walk = (node: TranscriptNode): readonly TranscriptNode[] => [
    node,
    ...node.children.flatMap((id) => walk(byId.get(id)!)),
  ];
  return walk(nodes[0]!);
}

/** What each leans on, by comparing each question with every node. */
function leaningIn(nodes: readonly TranscriptNode[]): (node: TranscriptNode) => readonly TranscriptNode[] {
  const keyed = nodes.map((node) => ({ node, key: questionKey(node.question) }));
  return ({ id, steps, depth }) => {
    const asked = steps.flatMap(({ action }) => (action.kind === 'ask' ? action.questions : []));
    const found = asked.flatMap((question) => {
      const same = keyed.filter(({ key }) => key === questionKey(question)).map(({ node }) => node);
      const one = same.find(({ parent }) => parent === id) ?? same.find((other) => other.depth === depth + 1);
      return one ? [one] : [];
    });
    return [...new Set(found)];
  };
}

const trees = (texts = commonText) =>
  fc.oneof(treeArbitrary({ depthMax: 4, texts }), sharedTree({ depthMax: 5, texts }));

describe('a tree at a glance', () => {
  test('has each node where walking comes to it, with what it has, and its line lies where it says', () =>
    fc.assert(
      fc.property(trees(), (tree) => {
        const { outline, bytes } = outlineOf(tree);
        const nodes = walked(tree);
        expect(outline.count).toBe(nodes.length);
        for (const [at, node] of nodes.entries()) {
          expect(idAt(outline, at)).toBe(node.id);
          expect(positionOf(outline, node.id)).toBe(at);
          expect(outline.depth[at]).toBe(node.depth);
          const size = nodes.findIndex((one, i) => i > at && one.depth <= node.depth);
          expect(outline.size[at]).toBe((size < 0 ? nodes.length : size) - at);
          const parent = nodes.findIndex(({ id }) => id === node.parent);
          expect(outline.parent[at]).toBe(parent < 0 ? NONE : parent);
          const line = bytes.subarray(outline.from[at], outline.from[at]! + outline.bytes[at]!);
          expect(readLine(line, 'a line').id).toBe(node.id);
          const by = node.corrected?.by ?? node.steps.at(-1)?.by;
          expect(outline.by[at] === NONE ? undefined : outline.authors[outline.by[at]!]).toEqual(by);
          const paid = [...node.steps, ...node.verdicts].map(({ spent }) => spent?.micros ?? 0);
          expect(outline.micros[at]).toBe(paid.reduce((sum, micros) => sum + micros, 0));
        }
        expect(positionOf(outline, '0'.repeat(64))).toBeUndefined();
      }),
      { numRuns: 60 },
    ));

  test('flags what each node says of itself', () =>
    fc.assert(
      fc.property(trees(), (tree) => {
        const { outline } = outlineOf(tree);
        for (const [at, { answer, corrected, verdicts, steps }] of walked(tree).entries()) {
          const has = (flag: keyof typeof FLAGS) => (outline.flags[at]! & FLAGS[flag]) > 0;
          const last = (verifier: string) => verdicts.findLast((one) => one.verifier === verifier)!.kind;
          const kinds = verdicts.map(({ verifier }) => last(verifier));
          const isRejected =
            kinds.includes('fail') || (answer?.kind === 'unknown' && answer.reason === 'rejected');
          expect(has('rejected')).toBe(isRejected);
          expect(has('verified')).toBe(
            kinds.length > 0 && kinds.every((kind) => kind === 'pass') && !isRejected,
          );
          expect(has('corrected')).toBe(corrected !== undefined);
          expect(has('unknown')).toBe(answer?.kind === 'unknown');
          expect(has('memo')).toBe(steps.length > 0 && steps.every(({ isMemo }) => isMemo));
          const people = [...steps.map(({ by }) => by), ...(corrected ? [corrected.by] : [])];
          expect(has('person')).toBe(people.some(({ kind }) => kind === 'person'));
        }
      }),
      { numRuns: 60 },
    ));

  test('waits where nothing below it does, and somebody above it', () =>
    fc.assert(
      fc.property(trees(scarceText), (tree) => {
        const { outline } = outlineOf(tree);
        const nodes = walked(tree);
        const leaning = leaningIn(tree.nodes);
        const waits = ({ status }: TranscriptNode) => status === 'waiting';
        for (const [at, node] of nodes.entries()) {
          expect([...itemsOf(outline.asked, at)].map((one) => nodes[one]!.id)).toEqual(
            leaning(node).map(({ id }) => id),
          );
          const isWaiting =
            waits(node) &&
            !leaning(node).some(waits) &&
            (at === 0 || nodes.some((one) => waits(one) && leaning(one).includes(node)));
          expect((outline.flags[at]! & FLAGS.waiting) > 0).toBe(isWaiting);
        }
      }),
      { numRuns: 60 },
    ));

  test('has every answer in time, none after that of whoever asked', () =>
    fc.assert(
      fc.property(trees(), (tree) => {
        const { outline } = outlineOf(tree);
        for (const [at, { status }] of walked(tree).entries()) {
          expect(outline.ended[at] !== NONE).toBe(status === 'answered');
          const above = outline.ended[outline.parent[at]!];
          if (status === 'answered' && above !== undefined && above !== NONE)
            expect(outline.ended[at]).toBeLessThanOrEqual(above);
        }
      }),
      { numRuns: 60 },
    ));
});

test('a tree at a glance takes about a hundred bytes a node', () => {
  const builder = new OutlineBuilder();
  const bytes = largeTree({ nodes: 3000 });
  for (const node of readTree([bytes], { name: 'a large tree' }).nodes) builder.add(node, 0, 0);
  const outline = builder.end();
  const columns = [
    ...Object.values(outline),
    ...Object.values(outline.asked),
    ...Object.values(outline.askers),
  ];
  const taken = columns.reduce((sum, one) => sum + (ArrayBuffer.isView(one) ? one.byteLength : 0), 0);
  expect(outline.count).toBe(3000);
  expect(taken / outline.count).toBeLessThan(120);
});

describe('the error path', () => {
  test('is the way down to a wrong node below which none is, and all that leans on it is touched', () =>
    fc.assert(
      fc.property(trees(scarceText), fc.option(fc.nat(1000), { nil: undefined }), (tree, pick) => {
        const { outline } = outlineOf(tree);
        const nodes = walked(tree);
        const leaning = leaningIn(tree.nodes);
        const marked = pick === undefined ? undefined : pick % nodes.length;
        const isWrong = (node: TranscriptNode) => {
          const at = nodes.indexOf(node);
          return at === marked || (outline.flags[at]! & (FLAGS.rejected | FLAGS.corrected)) > 0;
        };
        const leads = (node: TranscriptNode): boolean => isWrong(node) || leaning(node).some(leads);
        const { path, touched } = firstWrong(outline, marked);
        if (marked === undefined && !leads(nodes[0]!)) {
          expect([path, touched]).toEqual([[], []]);
          return;
        }
        expect(path[0]).toBe(0);
        if (marked !== undefined) expect(path).toContain(marked);
        for (const [i, at] of path.slice(1).entries()) expect(leaning(nodes[path[i]!]!)).toContain(nodes[at]);
        const last = nodes[path.at(-1)!]!;
        expect(isWrong(last)).toBe(true);
        expect(leaning(last).some(leads)).toBe(false);
        const isSame = (node: TranscriptNode) => questionKey(node.question) === questionKey(last.question);
        const leansOn = (node: TranscriptNode): boolean => isSame(node) || leaning(node).some(leansOn);
        expect(touched).toEqual(nodes.flatMap((node, at) => (node !== last && leansOn(node) ? [at] : [])));
      }),
      { numRuns: 120 },
    ));
});
