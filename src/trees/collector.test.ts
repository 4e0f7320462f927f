/** A tree as it is written down, against the graph that it was grown from. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  endless,
  type Graph,
  graphs,
  model,
  NOW,
  opener,
  plain,
  planOf,
  question,
} from '../../test/trees/graphs.ts';
import { known, unknown } from '../core/answer.ts';
import type { Overseer } from '../core/assistant.ts';
import { reply } from '../core/workspace.ts';
import type { TextQuestion } from '../text/question.ts';
import type { TranscriptNode } from '../transcript/node.ts';
import { readWholeTree } from '../transcript/reader.ts';
import { TreeWriter } from '../transcript/writer.ts';
import type { Plan } from './trees.ts';

const open = opener();

describe('a transcript', () => {
  const expectWhole = (nodes: readonly TranscriptNode[]) => {
    const ids = new Set(nodes.map(({ id }) => id));
    expect(ids.size).toBe(nodes.length);
    expect(nodes[0]!.parent).toBeUndefined();
    for (const node of nodes.slice(1)) {
      const parent = nodes.find(({ id }) => id === node.parent)!;
      expect(parent.children).toContain(node.id);
      expect(node.depth).toBe(parent.depth + 1);
    }
    for (const node of nodes) for (const child of node.children) expect(ids).toContain(child);
    expect(new Set(nodes.flatMap(({ children }) => children)).size).toBe(nodes.length - 1);
    const lines: string[] = [];
    const who = { kind: 'person', id: 'person:ada' } as const;
    const header = { policy: 'p1', root: nodes[0]!.id, when: NOW, who };
    const writer = new TreeWriter(header, (line) => lines.push(Buffer.from(line).toString()));
    for (const node of nodes) writer.write(node);
    writer.end();
    expect(readWholeTree([Buffer.from(lines.join(''))], { name: 'a test' }).nodes).toEqual(nodes);
  };

  test('has every question once, with the steps at it and its answer, and asks nobody', () =>
    fc.assert(
      fc.asyncProperty(graphs, async (graph) => {
        const calls = new Map<string, number>();
        const plan = planOf(model(graph, calls));
        const trees = open({}, `${Math.random()}.db`);
        await trees.answer(question(0), plan, 'r', endless());
        const count = calls.size;
        const nodes = await trees.transcript(question(0), plan, 'r', endless());
        expect(calls.size).toBe(count);
        expectWhole(nodes);
        for (const node of nodes) {
          const n = Number(node.question.text);
          expect(node.answer).toEqual(known(plain(graph, n)));
          expect(node.steps).toHaveLength(graph[n]!.length + 1);
          const below = graph[n]!.flat().map((child) =>
            trees.memory.answerKey('p1', question(child), 100 - node.depth - 1),
          );
          for (const child of node.children) expect(below).toContain(child);
          expect(node.steps.every(({ isMemo }) => isMemo)).toBe(true);
        }
        trees.close();
      }),
      { seed: 5, numRuns: 25 },
    ));

  test('of a tree with an answer that is of no weight for another time has it, and asks nobody', async () => {
    const graph: Graph = [[[1, 2, 3]], [], [], []];
    const calls = new Map<string, number>();
    const inner = model(graph, calls);
    const gone: Overseer<TextQuestion, string> = {
      ...inner,
      act: async (workspaces, at) =>
        workspaces[0]!.question.text === '2' ? [reply(unknown('unavailable'))] : inner.act(workspaces, at),
    };
    const plan = planOf(gone);
    const trees = open();
    expect((await trees.answer(question(0), plan, 'r', endless())).kind).toBe('answered');
    const count = calls.size;
    const nodes = await trees.transcript(question(0), plan, 'r', endless());
    expect(calls.size).toBe(count);
    expectWhole(nodes);
    expect(nodes.map(({ answer }) => answer?.kind)).toEqual(['known', 'known', 'unknown', 'known']);
    trees.close();
  });

  test('of a tree that waits shows what waits, and of a corrected one what was before', async () => {
    const graph: Graph = [[[1, 2]], [], []];
    const mixed: Plan = {
      ...planOf(model(graph)),
      isSimple: ({ text }) => text === '2',
      assistant: { kind: 'person', version: 'v5' },
    };
    const trees = open();
    await trees.answer(question(0), mixed, 'r', endless());
    const [root, one, two] = await trees.transcript(question(0), mixed, 'r', endless());
    expect([root, one, two].map((node) => node!.status)).toEqual(['waiting', 'answered', 'waiting']);
    expect(two!.steps).toEqual([]);
    const by = { kind: 'person', id: 'person:ada' } as const;
    trees.memory.correct(question(2), { answer: unknown('unsure'), before: known('3'), by, time: NOW });
    const after = await trees.transcript(question(0), mixed, 'r', endless());
    expect(after.map(({ status }) => status)).toEqual(['waiting', 'answered', 'answered']);
    await trees.answer(question(0), mixed, 'r', endless());
    expect((await trees.transcript(question(0), mixed, 'r', endless()))[2]).toMatchObject({
      answer: unknown('unsure'),
      corrected: { by, before: known('3') },
    });
    trees.close();
  });
});
