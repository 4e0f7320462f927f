/** Trees that last, against the same trees computed without any memory, whatever interrupts them. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { known, unknown } from '../core/answer.ts';
import type { Overseer } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Verifier } from '../core/verifier.ts';
import type { Workspace } from '../core/workspace.ts';
import { ask, reply } from '../core/workspace.ts';
import type { TextQuestion } from '../text/question.ts';
import type { TranscriptNode } from '../transcript/node.ts';
import { readWholeTree } from '../transcript/reader.ts';
import { TreeWriter } from '../transcript/writer.ts';
import type { Seat } from './seat.ts';
import { type Outcome, type Plan, Trees } from './trees.ts';

type Text = Workspace<TextQuestion, string>;
/** Question n asks those of its row, one turn after the other, and adds up what it hears and its own number. */
type Graph = readonly (readonly (readonly number[])[])[];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'capstan-trees-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const question = (n: number): TextQuestion => ({ text: `${n}` });
const NOW = '2026-11-28T12:00:00.000Z';
const open = (options = {}, name = 'memory.db') =>
  Trees.open(join(folder, name), { now: () => NOW, ...options });
const endless = () => scope({ depth: 100 });

/** Adds modulo a large number; «unknown» counts for one. */
function actIn(graph: Graph, { question: { text }, exchanges }: Text) {
  const turns = graph[Number(text)]!;
  let heard = 0;
  for (const turn of turns) {
    if (exchanges.length <= heard) return ask(...turn.map(question));
    heard += turn.length;
  }
  const sum = exchanges.reduce(
    (total, { answer }) => total * 31 + (answer.kind === 'known' ? Number(answer.value) : 1),
    Number(text) + 1,
  );
  return reply(known(`${sum % 1_000_003}`));
}

/** The same by plain recursion. */
function plain(graph: Graph, n: number, given: ReadonlyMap<number, string> = new Map()): string {
  const own = given.get(n);
  if (own !== undefined) return own;
  const heard = graph[n]!.flat().map((child) => Number(plain(graph, child, given)));
  return `${heard.reduce((total, value) => total * 31 + value, n + 1) % 1_000_003}`;
}

/** Questions ask only larger ones, so that there is no cycle; many ask the same. */
const graphs = fc.integer({ min: 1, max: 14 }).chain((size) =>
  fc.tuple(
    ...Array.from({ length: size }, (_, n) =>
      n === size - 1
        ? fc.constant([])
        : fc.array(fc.array(fc.integer({ min: n + 1, max: size - 1 }), { minLength: 1, maxLength: 3 }), {
            maxLength: 2,
          }),
    ),
  ),
) as fc.Arbitrary<Graph>;

/** A model that acts as the graph says, some time later, and counts. */
function model(
  graph: Graph,
  calls: Map<string, number> = new Map(),
  before = async () => {},
): Overseer<TextQuestion, string> {
  return {
    origin: { name: 'H', groundTruth: false },
    async act(workspaces) {
      const [workspace] = workspaces as [Text];
      const key = JSON.stringify(workspace);
      calls.set(key, (calls.get(key) ?? 0) + 1);
      await before();
      return [actIn(graph, workspace)];
    },
  };
}

const seat = (overseer: Overseer<TextQuestion, string>): Seat<TextQuestion, string> => ({
  kind: 'model',
  overseer,
  by: { kind: 'model', id: 'model:test' },
  version: 'v1',
});
const planOf = (overseer: Overseer<TextQuestion, string>): Plan => ({
  policy: 'p1',
  overseer: seat(overseer),
});
const said = (outcome: Outcome) =>
  outcome.kind === 'answered' && outcome.answer.kind === 'known' ? outcome.answer.value : outcome;
const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

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
          const first = open({ concurrency }, name);
          await first
            .answer(question(0), planOf(model(graph, calls, broken)), 'r', endless())
            .catch(() => {});
          first.close();
          const again = open({ concurrency }, name);
          const outcome = await again.answer(question(0), planOf(model(graph, calls)), 'r', endless());
          again.close();
          expect(said(outcome)).toBe(plain(graph, 0));
          const repeated = [...calls.values()].reduce((sum, count) => sum + count - 1, 0);
          // Every call after the fuse fails, and each is repeated once at most.
          expect([...calls.values()].every((count) => count <= 2)).toBe(true);
          expect(repeated).toBeLessThanOrEqual(Math.max(0, calls.size + repeated - fuse));
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

  test('find what they skipped at the end of their own line', async () => {
    const trees = open();
    for (const n of [0, 1, 2]) await trees.answer(question(n), plan, 'r', endless());
    trees.inbox.skip(trees.inbox.open('ada')[0]!, 'ada');
    const lineOf = (person: string) => trees.inbox.open(person).map((item) => item.workspace.question.text);
    expect(lineOf('ada')).toEqual(['1', '2', '0']);
    expect(lineOf('bob')).toEqual(['0', '1', '2']);
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
