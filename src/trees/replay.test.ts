/** A tree that is played back, against the tree that it is a record of. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  actIn,
  endless,
  type Graph,
  graphs,
  NOW,
  opener,
  question,
  said,
  type Text,
} from '../../test/trees/graphs.ts';
import { known, unknown } from '../core/answer.ts';
import type { Overseer } from '../core/assistant.ts';
import type { Verifier } from '../core/verifier.ts';
import { reply } from '../core/workspace.ts';
import type { TextQuestion } from '../text/question.ts';
import type { Author, TranscriptNode } from '../transcript/node.ts';
import { replayOf } from './replay.ts';
import type { Seat } from './seat.ts';
import type { Plan } from './trees.ts';

const open = opener();
const NOBODY: Author = { kind: 'program', id: 'program:nobody' };
const ada: Author = { kind: 'person', id: 'person:ada' };
/** Those of even questions are another's. */
const authorIn = ({ question: { text } }: Text): Author => ({
  kind: 'model',
  id: `model:${Number.parseInt(text, 10) % 2}`,
});

/** Acts as the graph says; shown an answer that was rejected, it says what is rejected no more, or is. */
function graphed(graph: Graph): Overseer<TextQuestion, string> {
  return {
    origin: { name: 'H', groundTruth: false },
    act: async (workspaces) =>
      workspaces.map((workspace) =>
        /^\d+$/.test(workspace.question.text)
          ? actIn(graph, workspace)
          : reply(known(Number.parseInt(workspace.question.text, 10) % 2 === 0 ? '1' : '9')),
      ),
  };
}

function playing(nodes: readonly TranscriptNode[], by?: string): Seat<TextQuestion, string> {
  const replay = replayOf([nodes], by);
  return {
    kind: 'program',
    overseer: {
      origin: { name: 'played', groundTruth: false },
      act: async (workspaces) =>
        workspaces.map((one) => replay.action(one)?.action ?? { kind: 'escalate', reason: 'not on record' }),
    },
    by: (workspace) => replay.action(workspace)?.by ?? NOBODY,
  };
}

const picky: Verifier<TextQuestion, string> = {
  name: 'picky',
  groundTruth: false,
  verify: async (claims) =>
    claims.map(({ answer }) =>
      Number(answer) % 3 === 0
        ? { verifier: 'picky', kind: 'fail', reason: 'three' }
        : { verifier: 'picky', kind: 'pass' },
    ),
};

/** What was asked, what came of it, and whose the last word is. */
const told = (nodes: readonly TranscriptNode[]) =>
  nodes.map(({ id, children, answer, corrected, steps }) => [
    ...[id, children, answer],
    (corrected?.by ?? steps.at(-1)?.by)?.id,
  ]);

test('a tree played back is the same tree by the same authors, verified and corrected or not', () =>
  fc.assert(
    fc.asyncProperty(graphs, fc.boolean(), fc.option(fc.nat(13)), async (graph, isPicky, pick) => {
      const plan: Plan = {
        policy: 'p1',
        overseer: { kind: 'program', overseer: graphed(graph), by: authorIn },
        ...(isPicky && { verifiers: [picky] }),
      };
      const trees = open({}, `${Math.random()}.db`);
      if (pick !== null)
        trees.memory.correct(question(pick % graph.length), {
          ...{ answer: known('7'), before: unknown('unsure'), by: ada, time: NOW },
        });
      const outcome = await trees.answer(question(0), plan, 'r', endless());
      const nodes = await trees.transcript(question(0), plan, 'r', endless());
      trees.close();
      const again = open({}, `${Math.random()}.db`);
      const played = { ...plan, overseer: playing(nodes) };
      expect(said(await again.answer(question(0), played, 'r', endless()))).toEqual(said(outcome));
      const second = await again.transcript(question(0), played, 'r', endless());
      expect(told(second)).toEqual(told(nodes));
      again.close();
      const replay = replayOf([nodes]);
      for (const { question: own, answer, corrected, steps } of nodes) {
        const by = corrected?.by ?? steps.at(-1)!.by;
        if (answer?.kind === 'known') expect(replay.answer(own)).toEqual({ answer, by });
        else expect(replay.answer(own) && reply(replay.answer(own)!.answer)).toEqual(steps.at(-1)!.action);
      }
    }),
    { seed: 11, numRuns: 60 },
  ));

test('of an author nothing is played but what that author did', () =>
  fc.assert(
    fc.asyncProperty(graphs, async (graph) => {
      const plan: Plan = {
        policy: 'p1',
        overseer: { kind: 'program', overseer: graphed(graph), by: authorIn },
      };
      const trees = open({}, `${Math.random()}.db`);
      await trees.answer(question(0), plan, 'r', endless());
      const nodes = await trees.transcript(question(0), plan, 'r', endless());
      trees.close();
      const again = open({}, `${Math.random()}.db`);
      const played: Plan = { ...plan, overseer: playing(nodes, 'model:0') };
      await again.answer(question(0), played, 'r', endless());
      for (const { question: own, steps } of await again.transcript(question(0), played, 'r', endless()))
        for (const [i, { by, action }] of steps.entries()) {
          // With another answer below it is another workspace, of which nothing is on record.
          const isPlayed = Number(own.text) % 2 === 0 && (i === 0 || action.kind !== 'escalate');
          expect(by).toEqual(isPlayed ? authorIn({ question: own, exchanges: [] }) : NOBODY);
          expect(action.kind === 'escalate').toBe(!isPlayed);
        }
      again.close();
    }),
    { seed: 12, numRuns: 30 },
  ));
