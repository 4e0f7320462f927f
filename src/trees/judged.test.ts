/** Verdicts that are paid for, in trees that are known in advance; and what becomes of answers that are rejected. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
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
  seat,
  type Text,
} from '../../test/trees/graphs.ts';
import { known, unknown } from '../core/answer.ts';
import type { Overseer } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Verdict, Verifier } from '../core/verifier.ts';
import { ask, reply } from '../core/workspace.ts';
import type { TextQuestion } from '../text/question.ts';
import type { Plan } from './trees.ts';

const open = opener();

/** Asks for one call of each claim, some time later, and counts. */
function judge(
  kindOf: (text: string, answer: string) => Verdict['kind'] = () => 'pass',
  before = pause,
): { readonly verifier: Verifier<TextQuestion, string>; readonly calls: Map<string, number> } {
  const calls = new Map<string, number>();
  const verifier: Verifier<TextQuestion, string> = {
    ...{ name: 'J', groundTruth: false, version: 'j1' },
    async verify([claim, ...others], { budget }) {
      expect(others).toEqual([]);
      const verdict = { verifier: 'J' } as const;
      if (budget.take('calls', 1) < 1)
        return [{ ...verdict, kind: 'unsure', reason: 'no call', cause: 'budget' }];
      const key = JSON.stringify(claim);
      calls.set(key, (calls.get(key) ?? 0) + 1);
      await before();
      const kind = kindOf(claim!.question.text, claim!.answer);
      return [{ ...verdict, kind, ...(kind !== 'pass' && { reason: 'so' }) }];
    },
  };
  return { verifier, calls };
}

describe('a verdict', () => {
  test('is asked for once, in all sessions, and paid for once', () =>
    fc.assert(
      fc.asyncProperty(graphs, fc.integer({ min: 1, max: 4 }), async (graph, concurrency) => {
        const name = `${Math.random()}.db`;
        const { verifier, calls } = judge();
        const plan: Plan = { ...planOf(model(graph, new Map(), pause)), verifiers: [verifier] };
        for (let session = 0; session < 2; session++) {
          const trees = open({ concurrency }, name);
          expect(said(await trees.answer(question(0), plan, 'r', endless()))).toBe(plain(graph, 0));
          expect(trees.memory.spentBy('r').calls).toBe(calls.size);
          const nodes = await trees.transcript(question(0), plan, 'r', endless());
          for (const { verdicts } of nodes)
            expect(verdicts).toEqual([
              { verifier: 'J', kind: 'pass', spent: { calls: 1, tokens: 0, micros: 0, seconds: 0 } },
            ]);
          trees.close();
        }
        expect([...calls.values()].every((count) => count === 1)).toBe(true);
      }),
      { seed: 1, numRuns: 30 },
    ));

  test('that was broken off is asked for again, and no other', () =>
    fc.assert(
      fc.asyncProperty(
        graphs,
        fc.integer({ min: 1, max: 4 }),
        fc.nat(20),
        async (graph, concurrency, fuse) => {
          const name = `${Math.random()}.db`;
          let left = fuse;
          const broken = judge(undefined, async () => {
            await pause();
            if (left-- <= 0) throw new Error('broken off');
          });
          const acknowledged: string[] = [];
          const noting: typeof broken.verifier = {
            ...broken.verifier,
            async verify(claims, at) {
              const verdicts = await broken.verifier.verify(claims, at);
              acknowledged.push(JSON.stringify(claims[0]));
              return verdicts;
            },
          };
          const first = open({ concurrency }, name);
          await first
            .answer(question(0), { ...planOf(model(graph)), verifiers: [noting] }, 'r', endless())
            .catch(() => {});
          first.close();
          const again = judge();
          const trees = open({ concurrency }, name);
          const plan: Plan = { ...planOf(model(graph)), verifiers: [again.verifier] };
          expect(said(await trees.answer(question(0), plan, 'r', endless()))).toBe(plain(graph, 0));
          trees.close();
          for (const key of acknowledged) expect(again.calls.has(key)).toBe(false);
        },
      ),
      { seed: 2, numRuns: 30 },
    ));

  test('that a limit stood in the way of is not remembered, nor what leaned on it', async () => {
    const graph: Graph = [[[1, 2]], [], []];
    const { verifier, calls } = judge();
    const trees = open();
    const plan: Plan = { ...planOf(model(graph)), verifiers: [verifier] };
    const poor = await trees.answer(question(0), plan, 'r', scope({ depth: 100, calls: 1 }));
    expect([said(poor), calls.size]).toEqual([plain(graph, 0), 1]);
    const nodes = await trees.transcript(question(0), plan, 'r', scope({ depth: 100, calls: 0 }));
    expect(nodes.flatMap(({ verdicts }) => verdicts.map(({ cause }) => cause))).toContain('budget');
    await trees.answer(question(0), plan, 'r', endless());
    expect(calls.size).toBe(3);
    trees.close();
  });

  test('that nobody gave is not remembered, and what was spent on it counts all the same', async () => {
    const graph: Graph = [[[1, 2]], [], []];
    const trees = open();
    const asleep: Verifier<TextQuestion, string> = {
      ...{ name: 'J', groundTruth: false, version: 'j1' },
      async verify(claims, { budget }) {
        budget.take('calls', 2);
        return claims.map(() => ({ verifier: 'J', kind: 'unsure', reason: 'asleep', cause: 'unavailable' }));
      },
    };
    const plan: Plan = { ...planOf(model(graph)), verifiers: [asleep] };
    for (const sessions of [1, 2]) {
      expect(said(await trees.answer(question(0), plan, 'r', endless()))).toBe(plain(graph, 0));
      expect(trees.memory.spentBy('r').calls).toBe(sessions * 6);
    }
    const { verifier, calls } = judge();
    await trees.answer(question(0), { ...plan, verifiers: [verifier] }, 'r', endless());
    expect(calls.size).toBe(3);
    trees.close();
  });

  test('on an answer outlives its correction, which is not judged', () =>
    fc.assert(
      fc.asyncProperty(graphs, fc.nat(13), async (graph, pick) => {
        const corrected = pick % graph.length;
        const { verifier, calls } = judge();
        const plan: Plan = { ...planOf(model(graph)), verifiers: [verifier] };
        const trees = open({}, `${Math.random()}.db`);
        await trees.answer(question(0), plan, 'r', endless());
        const before = new Set(calls.keys());
        const by = { kind: 'person', id: 'person:ada' } as const;
        const was = known(plain(graph, corrected));
        trees.memory.correct(question(corrected), { answer: known('7'), before: was, by, time: NOW });
        const outcome = await trees.answer(question(0), plan, 'r', endless());
        expect(said(outcome)).toBe(plain(graph, 0, new Map([[corrected, '7']])));
        expect([...calls.values()].every((count) => count === 1)).toBe(true);
        const leaning = (n: number): boolean => graph[n]!.flat().some((m) => m === corrected || leaning(m));
        for (const key of calls.keys())
          if (!before.has(key))
            expect(leaning(Number((JSON.parse(key) as { question: TextQuestion }).question.text))).toBe(true);
        trees.close();
      }),
      { seed: 3, numRuns: 30 },
    ));
});

describe('what is done about an answer that is rejected', () => {
  /** Whoever asks «q» hears what «leaf» hears; words that are added are asked about too. */
  const h = (asked: string[]): Overseer<TextQuestion, string> => ({
    origin: { name: 'H', groundTruth: false },
    async act([workspace]) {
      const { question: at, exchanges } = workspace as Text;
      asked.push(at.text);
      if (at.text === 'top' && exchanges.length === 0) return [ask({ text: 'q' })];
      if (/anew|rejected|apart/.test(at.text) && !at.text.startsWith('leaf') && exchanges.length === 0)
        return [ask({ text: 'leaf' })];
      const heard = exchanges.map(({ answer }) => (answer.kind === 'known' ? answer.value : answer.reason));
      return [reply(known([at.text.slice(0, 4), ...heard].join(' ')))];
    },
  });
  const doubting = () =>
    judge((text, answer) => (text === 'q' && !answer.includes('leaf') ? 'fail' : 'pass'));

  test.each(['retry', 'show', 'decompose'] as const)(
    '%s is a question of its own, and whoever leans on the answer leans on what that one asks',
    async (remedy) => {
      const asked: string[] = [];
      const { verifier } = doubting();
      const plan: Plan = { ...planOf(h(asked)), verifiers: [verifier], remedies: [remedy] };
      const trees = open();
      const first = said(await trees.answer({ text: 'top' }, plan, 'r', endless()));
      expect(first).toMatch(/^top q\n\n. leaf$/);
      const count = asked.length;
      expect(said(await trees.answer({ text: 'top' }, plan, 'r', endless()))).toBe(first);
      expect(asked).toHaveLength(count);
      const by = { kind: 'person', id: 'person:ada' } as const;
      const removed = trees.memory.correct(
        { text: 'leaf' },
        { answer: known('leaf 2'), before: known('leaf'), by, time: NOW },
      );
      expect(removed.every(({ before }) => before.kind === 'known')).toBe(true);
      expect(said(await trees.answer({ text: 'top' }, plan, 'r', endless()))).toBe(`${String(first)} 2`);
      trees.close();
    },
  );

  test('comes to nothing without a remedy, and where there is no level below', async () => {
    const asked: string[] = [];
    const { verifier } = doubting();
    const trees = open();
    const none: Plan = { ...planOf(h(asked)), verifiers: [verifier], remedies: [] };
    expect(await trees.answer({ text: 'q' }, none, 'r', endless())).toMatchObject({
      answer: unknown('rejected'),
    });
    const x = { ...seat(h(asked)), version: 'x' };
    const apart: Plan = { ...none, policy: 'p2', assistant: x, remedies: ['decompose'] };
    const shallow = await trees.answer({ text: 'q' }, apart, 'r', scope({ depth: 0 }));
    expect(shallow).toMatchObject({ answer: unknown('rejected') });
    expect(asked.filter((text) => text.includes('apart'))).toEqual([]);
    trees.close();
  });
});
