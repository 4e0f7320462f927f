/** Trees that last, against the same trees computed without any memory, whatever interrupts them. */

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
  pause,
  plain,
  planOf,
  question,
  said,
  type Text,
} from '../../test/trees/graphs.ts';
import { known, unknown } from '../core/answer.ts';
import type { Overseer } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { TextQuestion } from '../text/question.ts';

const open = opener();

describe('a tree', () => {
  test('comes to what plain recursion comes to, and shows each workspace to H once, in all sessions', () =>
    fc.assert(
      fc.asyncProperty(graphs, fc.integer({ min: 1, max: 4 }), async (graph, concurrency) => {
        const name = `${Math.random()}.db`;
        const calls = new Map<string, number>();
        for (let session = 0; session < 2; session++) {
          const trees = open({ concurrency }, name);
          const outcome = await trees.answer(question(0), planOf(model(graph, calls, pause)), 'r', endless());
          expect(said(outcome)).toBe(plain(graph, 0));
          trees.close();
        }
        expect([...calls.values()].every((count) => count === 1)).toBe(true);
      }),
      { seed: 1, numRuns: 40 },
    ));

  test('that is broken off anywhere goes on from there: what is asked again was in flight', () =>
    fc.assert(
      fc.asyncProperty(
        graphs,
        fc.integer({ min: 1, max: 4 }),
        fc.nat(20),
        async (graph, concurrency, fuse) => {
          const name = `${Math.random()}.db`;
          const calls = new Map<string, number>();
          let left = fuse;
          const broken = async () => {
            await pause();
            if (left-- <= 0) throw new Error('broken off');
          };
          const inner = model(graph, calls, broken);
          const acted: string[] = [];
          const noting: typeof inner = {
            ...inner,
            async act(workspaces, at) {
              const actions = await inner.act(workspaces, at);
              acted.push(JSON.stringify(workspaces[0]));
              return actions;
            },
          };
          const first = open({ concurrency }, name);
          await first.answer(question(0), planOf(noting), 'r', endless()).catch(() => {});
          first.close();
          const again = open({ concurrency }, name);
          const outcome = await again.answer(question(0), planOf(model(graph, calls)), 'r', endless());
          again.close();
          expect(said(outcome)).toBe(plain(graph, 0));
          for (const key of acted) expect(calls.get(key)).toBe(1);
          expect(Math.max(...calls.values())).toBeLessThanOrEqual(2); // what failed is asked once more
        },
      ),
      { seed: 2, numRuns: 40 },
    ));

  test('never has more calls in flight than allowed', async () => {
    let [now, most] = [0, 0];
    const graph: Graph = [
      [Array.from({ length: 40 }, (_, i) => i + 1)],
      ...Array.from({ length: 40 }, () => []),
    ];
    const watched = model(graph, new Map(), async () => {
      most = Math.max(most, ++now);
      await pause();
      now--;
    });
    const trees = open({ concurrency: 5 });
    await trees.answer(question(0), planOf(watched), 'r', endless());
    trees.close();
    expect(most).toBe(5);
  });

  test('whose questions lean on themselves ends at its depth', async () => {
    const graph: Graph = [[[1]], [[2], [3]], [[0, 1]], []];
    const trees = open();
    for (let times = 0; times < 2; times++) {
      const both = await Promise.all(
        [0, 1, 2].map((n) =>
          trees.answer(question(n), planOf(model(graph, new Map(), pause)), 'r', endless()),
        ),
      );
      expect(both.map(({ kind }) => kind)).toEqual(['answered', 'answered', 'answered']);
    }
    trees.close();
  });

  test('that reaches its depth answers without what is below, and is not taken for the whole later', async () => {
    const graph: Graph = [[[1]], [[2]], []];
    const trees = open();
    const shallow = await trees.answer(question(0), planOf(model(graph)), 'r', scope({ depth: 1 }));
    expect(said(shallow)).not.toBe(plain(graph, 0));
    expect(said(await trees.answer(question(0), planOf(model(graph)), 'r', endless()))).toBe(plain(graph, 0));
    trees.close();
  });
});

describe('several trees at the same time', () => {
  test('come to what each alone comes to, and H sees no workspace twice', () =>
    fc.assert(
      fc.asyncProperty(graphs, fc.integer({ min: 1, max: 4 }), async (graph, concurrency) => {
        const calls = new Map<string, number>();
        const trees = open({ concurrency }, `${Math.random()}.db`);
        const found: unknown[] = [];
        const asked = graph.map((_, n) => ({ root: question(n), scope: endless() }));
        await trees.answerEach(asked, planOf(model(graph, calls, pause)), 'r', (place, outcome) => {
          found[place] = said(outcome);
        });
        expect(found).toEqual(graph.map((_, n) => plain(graph, n)));
        expect([...calls.values()].every((count) => count === 1)).toBe(true);
        trees.close();
      }),
      { seed: 5, numRuns: 30 },
    ));

  test('of which one fails end before it is said; of which one waits, the others are told', async () => {
    const graph: Graph = [[], [], []];
    const ended: string[] = [];
    const failing: Overseer<TextQuestion, string> = {
      origin: { name: 'H', groundTruth: false },
      async act([workspace]) {
        if (workspace!.question.text === '0') throw new Error('broken');
        await pause();
        ended.push(workspace!.question.text);
        return [actIn(graph, workspace!)];
      },
    };
    const trees = open();
    const asked = graph.map((_, n) => ({ root: question(n), scope: endless() }));
    const told: number[] = [];
    const tell = (place: number) => {
      told.push(place);
    };
    await expect(trees.answerEach(asked, planOf(failing), 'r', tell)).rejects.toThrow('broken');
    expect([ended, told]).toEqual([
      ['1', '2'],
      [1, 2],
    ]);
    const person = { policy: 'p2', overseer: { kind: 'person', version: 'v' } } as const;
    const kinds: string[] = [];
    await trees.answerEach(asked, person, 'r', (place, { kind }) => {
      kinds[place] = kind;
    });
    expect(kinds).toEqual(['waiting', 'waiting', 'waiting']);
    expect(trees.inbox.waiting).toBe(3);
    trees.close();
  });

  test('are told whole where they were remembered, whatever the limit of who asks again', () =>
    fc.assert(
      fc.asyncProperty(graphs, fc.nat(6), fc.nat(6), async (graph, first, second) => {
        const name = `${Math.random()}.db`;
        for (const questions of [first, second]) {
          const trees = open({}, name);
          const limits = { depth: 100, questions };
          const outcome = await trees.answer(question(0), planOf(model(graph)), 'r', scope(limits));
          const [root] = await trees.transcript(question(0), planOf(model(graph)), 'r', scope(limits));
          expect({ kind: 'answered', answer: root!.answer }).toEqual(outcome);
          trees.close();
        }
      }),
      { seed: 6, numRuns: 60 },
    ));
});

describe('a correction', () => {
  test('comes to what a tree with that answer comes to, and H sees no workspace again', () =>
    fc.assert(
      fc.asyncProperty(graphs, fc.nat(13), async (graph, pick) => {
        const corrected = pick % graph.length;
        const name = `${Math.random()}.db`;
        const calls = new Map<string, number>();
        const trees = open({}, name);
        await trees.answer(question(0), planOf(model(graph, calls)), 'r', endless());
        const before = new Map(calls);
        const by = { kind: 'person', id: 'person:ada' } as const;
        const removed = trees.memory.correct(question(corrected), {
          answer: known('7'),
          before: unknown('nobody'),
          by,
          time: NOW,
        });
        const outcome = await trees.answer(question(0), planOf(model(graph, calls)), 'r', endless());
        expect(said(outcome)).toBe(plain(graph, 0, new Map([[corrected, '7']])));
        expect([...calls.values()].every((count) => count === 1)).toBe(true);
        // Only those that lean on it were asked anew.
        const leaning = (n: number): boolean => n === corrected || graph[n]!.flat().some(leaning);
        const fresh = [...calls.keys()].filter((key) => !before.has(key));
        for (const key of fresh) expect(leaning(Number((JSON.parse(key) as Text).question.text))).toBe(true);
        expect(removed.every(({ before }) => before.kind === 'known')).toBe(true);
        trees.close();
      }),
      { seed: 3, numRuns: 40 },
    ));

  test('made by another process while the tree grows is not overwritten', async () => {
    const graph: Graph = [[[1]], [[2]], []];
    const trees = open();
    const other = open();
    let corrected = false;
    const slow = model(graph, new Map(), async () => {
      await pause();
      if (corrected) return;
      corrected = true;
      const by = { kind: 'person', id: 'person:ada' } as const;
      other.memory.correct(question(2), { answer: known('7'), before: unknown('nobody'), by, time: NOW });
    });
    await trees.answer(question(0), planOf(slow), 'r', endless());
    const outcome = await trees.answer(question(0), planOf(slow), 'r', endless());
    expect(said(outcome)).toBe(plain(graph, 0, new Map([[2, '7']])));
    trees.close();
    other.close();
  });
});

describe('cancelling', () => {
  test('a tree spares what another needs, and begins nothing else', async () => {
    // 0 → 2, 3   1 → 3: question 3 is shared, 2 is not.
    const graph: Graph = [[[2, 3]], [[3]], [[4]], [[5]], [], []];
    const begun: string[] = [];
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow: Overseer<TextQuestion, string> = {
      origin: { name: 'H', groundTruth: false },
      async act(workspaces) {
        const [workspace] = workspaces as [Text];
        begun.push(workspace.question.text);
        if (Number(workspace.question.text) >= 2) await gate;
        return [actIn(graph, workspace)];
      },
    };
    const trees = open();
    const controller = new AbortController();
    const one = trees.answer(question(0), planOf(slow), 'r', scope({ depth: 100 }, controller.signal));
    const other = trees.answer(question(1), planOf(slow), 'r', endless());
    const ended = expect(one).rejects.toThrow('enough');
    await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort(new Error('enough'));
    await ended;
    release();
    expect(said(await other)).toBe(plain(graph, 1));
    expect(begun).toContain('5');
    expect(begun).not.toContain('4');
    trees.close();
  });
});
