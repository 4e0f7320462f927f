/** Who sits where H or X sits: people by way of the inbox, models that propose, and verifiers before whoever asked. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  actIn,
  endless,
  type Graph,
  graphs,
  model,
  NOW,
  opener,
  plain,
  planOf,
  question,
  said,
} from '../../test/trees/graphs.ts';
import { known, unknown } from '../core/answer.ts';
import type { Overseer } from '../core/assistant.ts';
import type { Verifier } from '../core/verifier.ts';
import { ask, reply } from '../core/workspace.ts';
import type { TextQuestion } from '../text/question.ts';
import type { Plan, Trees } from './trees.ts';

const open = opener();

describe('people', () => {
  const plan: Plan = { policy: 'p2', overseer: { kind: 'person', version: 'v2' } };
  const by = { kind: 'person', id: 'person:ada' } as const;
  const spent = { calls: 0, tokens: 0, micros: 0, seconds: 30 };
  const decide = (trees: Trees, graph: Graph) => {
    for (const item of trees.inbox.open()) {
      const action = actIn(graph, item.workspace);
      trees.inbox.decide(item, { action, by, spent, began: NOW, ended: NOW });
    }
  };

  test('are asked by way of the inbox, each workspace once, from another process too', () =>
    fc.assert(
      fc.asyncProperty(graphs, async (graph) => {
        const name = `${Math.random()}.db`;
        let asked = 0;
        for (let round = 0; ; round++) {
          const trees = open({}, name);
          const outcome = await trees.answer(question(0), plan, 'r', endless());
          trees.close();
          if (outcome.kind === 'answered') {
            expect(said(outcome)).toBe(plain(graph, 0));
            break;
          }
          const desk = open({}, name);
          expect(new Set(desk.inbox.open().map(({ key }) => key))).toEqual(new Set(outcome.items));
          asked += outcome.items.length;
          decide(desk, graph);
          expect(desk.inbox.waiting).toBe(0);
          desk.close();
          expect(round).toBeLessThan(100);
        }
        const reached = new Set<number>([0]);
        for (const n of reached) for (const child of graph[n]!.flat()) reached.add(child);
        expect(asked).toBe([...reached].reduce((sum, n) => sum + graph[n]!.length + 1, 0));
      }),
      { seed: 4, numRuns: 25 },
    ));

  test('are told when somebody was faster, and nothing is overwritten', async () => {
    const trees = open();
    await trees.answer(question(0), plan, 'r', endless());
    const [item] = trees.inbox.open();
    const decision = { action: reply(known('1')), by, spent, began: NOW, ended: NOW };
    trees.inbox.decide(item!, decision);
    expect(() => trees.inbox.decide(item!, { ...decision, action: reply(known('2')) })).toThrow(
      'it was answered',
    );
    expect(said(await trees.answer(question(0), plan, 'r', endless()))).toBe('1');
    trees.close();
  });

  test('approve what a model proposes, and the model proposes once', async () => {
    const graph: Graph = [[[1]], []];
    const calls = new Map<string, number>();
    const approved: Plan = {
      policy: 'p3',
      overseer: {
        kind: 'approve',
        overseer: model(graph, calls),
        by: { kind: 'model', id: 'model:m' },
        version: 'v3',
      },
    };
    const trees = open();
    for (let round = 0; round < 2; round++) await trees.answer(question(0), approved, 'r', endless());
    const [item] = trees.inbox.open();
    expect(item!.proposal).toEqual({ action: ask(question(1)), by: { kind: 'model', id: 'model:m' } });
    expect([...calls.values()]).toEqual([1]);
    trees.close();
  });

  test('decide what an overseer hands upwards', async () => {
    const graph: Graph = [[[1]], []];
    const handing: Overseer<TextQuestion, string> = {
      origin: { name: 'H', groundTruth: false },
      act: async ([workspace]) =>
        workspace!.question.text === '1'
          ? [{ kind: 'escalate', reason: 'too hard' }]
          : [actIn(graph, workspace!)],
    };
    const trees = open();
    const escalating = { ...planOf(handing), above: { kind: 'person', version: 'v4' } as const };
    expect((await trees.answer(question(0), escalating, 'r', endless())).kind).toBe('waiting');
    decide(trees, graph);
    expect(said(await trees.answer(question(0), escalating, 'r', endless()))).toBe(plain(graph, 0));
    trees.close();
  });
});

describe('verification', () => {
  const even: Verifier<TextQuestion, string> = {
    name: 'even',
    groundTruth: false,
    verify: async (claims) =>
      claims.map(({ answer }) =>
        Number(answer) % 2 === 0
          ? { verifier: 'even', kind: 'pass' }
          : { verifier: 'even', kind: 'fail', reason: 'it is odd' },
      ),
  };
  /** Says 1, and 2 where it is shown that 1 was rejected; «stubborn» says 1 in any case. */
  const doubting: Overseer<TextQuestion, string> = {
    origin: { name: 'X', groundTruth: false },
    act: async (workspaces) =>
      workspaces.map(({ question: { text } }) =>
        reply(known(text.includes('rejected: 1') && !text.includes('stubborn') ? '2' : '1')),
      ),
  };
  const plan: Plan = { ...planOf(doubting), verifiers: [even] };

  test('comes before whoever asked sees an answer: it is asked for again with the reason, and else unknown', async () => {
    const trees = open();
    expect(said(await trees.answer({ text: 'q' }, plan, 'r', endless()))).toBe('2');
    const outcome = await trees.answer({ text: 'stubborn' }, plan, 'r', endless());
    expect(outcome).toEqual({ kind: 'answered', answer: unknown('rejected') });
    const [node] = await trees.transcript({ text: 'q' }, plan, 'r', endless());
    expect(node).toMatchObject({ answer: known('2') });
    expect(node!.verdicts.map(({ kind }) => kind)).toEqual(['fail', 'pass']);
    trees.close();
  });

  test('hands on to people what does not pass', async () => {
    const people: Plan = { ...plan, above: { kind: 'person', version: 'v6' } };
    const trees = open();
    expect((await trees.answer({ text: 'stubborn' }, people, 'r', endless())).kind).toBe('waiting');
    const [item] = trees.inbox.open();
    const by = { kind: 'person', id: 'person:ada' } as const;
    const spent = { calls: 0, tokens: 0, micros: 0, seconds: 1 };
    trees.inbox.decide(item!, { action: reply(known('8')), by, spent, began: NOW, ended: NOW });
    expect(said(await trees.answer({ text: 'stubborn' }, people, 'r', endless()))).toBe('8');
    trees.close();
  });
});
