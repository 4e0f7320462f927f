/** Question trees that are known in advance, as graphs, and a model that acts as they say. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach } from 'vitest';
import { known } from '../../src/core/answer.ts';
import type { Overseer } from '../../src/core/assistant.ts';
import { scope } from '../../src/core/budget.ts';
import type { Workspace } from '../../src/core/workspace.ts';
import { ask, reply } from '../../src/core/workspace.ts';
import type { TextQuestion } from '../../src/text/question.ts';
import type { Seat } from '../../src/trees/seat.ts';
import { type Outcome, type Plan, Trees } from '../../src/trees/trees.ts';

/** Opens what is remembered in a folder of each test's own. */
export function opener(): (options?: object, name?: string) => Trees {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'capstan-trees-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  return (options = {}, name = 'memory.db') => Trees.open(join(folder, name), { now: () => NOW, ...options });
}

export type Text = Workspace<TextQuestion, string>;
/** Question n asks those of its row, one turn after the other, and adds up what it hears and its own number. */
export type Graph = readonly (readonly (readonly number[])[])[];
export const question = (n: number): TextQuestion => ({ text: `${n}` });
export const NOW = '2026-11-28T12:00:00.000Z';
export const endless = () => scope({ depth: 100 });

/** Adds modulo a large number; «unknown» counts for one. */
export function actIn(graph: Graph, { question: { text }, exchanges }: Text) {
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
export function plain(graph: Graph, n: number, given: ReadonlyMap<number, string> = new Map()): string {
  const own = given.get(n);
  if (own !== undefined) return own;
  const heard = graph[n]!.flat().map((child) => Number(plain(graph, child, given)));
  return `${heard.reduce((total, value) => total * 31 + value, n + 1) % 1_000_003}`;
}

/** Questions ask only larger ones, so that there is no cycle; many ask the same. */
export const graphs = fc.integer({ min: 1, max: 14 }).chain((size) =>
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
export function model(
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

export const seat = (overseer: Overseer<TextQuestion, string>): Seat<TextQuestion, string> => ({
  kind: 'model',
  overseer,
  by: { kind: 'model', id: 'model:test' },
  version: 'v1',
});
export const planOf = (overseer: Overseer<TextQuestion, string>): Plan => ({
  policy: 'p1',
  overseer: seat(overseer),
});
export const said = (outcome: Outcome) =>
  outcome.kind === 'answered' && outcome.answer.kind === 'known' ? outcome.answer.value : outcome;
export const pause = () => new Promise<void>((resolve) => setImmediate(resolve));
