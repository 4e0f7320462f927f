/** Question trees over HTTP: one at a glance, rows of it, what is looked for in it, one node, how a mistake came about, and
 *  corrections in place. */

import { z } from 'zod';
import { CapstanError } from '../base/errors.ts';
import { type CorrectedNode, correctIn } from '../project/correction.ts';
import { treeHere } from '../project/grove.ts';
import { restsIn } from '../project/groves.ts';
import type { ProjectLog } from '../project/log.ts';
import { Shelf, type Shown } from '../project/shelf.ts';
import { isLocked } from '../storage/lock.ts';
import {
  Corrected,
  Correction,
  ErrorPath,
  FLAGS,
  Found,
  NodeView,
  Rows,
  Skeleton,
  TreeSummary,
} from '../wire/tree.ts';
import { Hash, Name } from '../wire/value.ts';
import { type App, addEndpoint } from './endpoint.ts';
import { firstWrong } from './error-path.ts';
import { parseFilter } from './filter.ts';
import { type Outline, OutlineBuilder, positionOf } from './outline.ts';
import type { Place } from './place.ts';
import { nodeAt, search } from './search.ts';
import { clipped, clippedAnswer, line, nodeView, rowsOf, skeletonOf } from './tree-views.ts';

/** Rows in one answer. */
const ROWS_MOST = 500;
/** Positions that a search or an error path gives. */
const FOUND_MOST = 10_000;
/** Answers that a correction changed which are shown. */
const CHANGED_MOST = 500;
/** Characters of a filter, of a text beside others, and of a name. */
const [QUERY, CHANGED, NAME] = [500, 10_000, 200];

type Tree = Shown<Outline>;

const RUN = z.object({ run: Name });
const NODE = z.object({ run: Name, id: Hash });
const POSITION = z.coerce
  .number()
  .int()
  .min(0)
  .max(2 ** 32);

export function addTrees(app: App, place: Place, log: ProjectLog): void {
  const shelf = new Shelf<Outline>(({ started }) => new OutlineBuilder(started));
  const about = { method: 'get', access: 'look' } as const;
  addEndpoint(
    app,
    {
      ...about,
      path: '/api/trees/{run}',
      summary: 'A question tree: its state, its answer, what it cost',
      params: RUN,
      gives: TreeSummary,
    },
    ({ params: { run } }) => shelf.with(run, (shown) => summaryOf(shown, place)),
  );
  addEndpoint(
    app,
    {
      ...about,
      path: '/api/trees/{run}/skeleton',
      summary: 'All nodes of a tree at a glance, as columns of bytes',
      params: RUN,
      gives: Skeleton,
    },
    ({ params: { run } }) => shelf.with(run, skeletonOf),
  );
  addEndpoint(
    app,
    {
      ...about,
      path: '/api/trees/{run}/rows',
      summary: `At most ${ROWS_MOST} rows of a tree, by position: from … to − 1`,
      params: RUN,
      query: z.object({ from: POSITION, to: POSITION }),
      gives: Rows,
    },
    ({ params: { run }, query: { from, to } }) =>
      shelf.with(run, (shown) => {
        if (to < from || to - from > ROWS_MOST)
          throw new CapstanError(
            'invalid',
            `rows: expected from ≤ to ≤ from + ${ROWS_MOST}, got from ${from}, to ${to}`,
          );
        const length = Math.max(0, Math.min(to, shown.index.count) - from);
        const positions = Array.from({ length }, (_, i) => from + i);
        return { version: shown.version, rows: [...rowsOf(shown, positions)] };
      }),
  );
  addEndpoint(
    app,
    {
      ...about,
      path: '/api/trees/{run}/search',
      summary:
        'Positions that a filter finds: who:ada confidence:<0.6 verdict:rejected depth:>3 is:waiting words',
      params: RUN,
      query: z.object({ q: z.string().max(QUERY) }),
      gives: Found,
    },
    ({ params: { run }, query: { q } }) =>
      shelf.with(run, async (shown) => {
        const found = await search(shown, parseFilter(q, shown.file));
        return { version: shown.version, positions: found.slice(0, FOUND_MOST), total: found.length };
      }),
  );
  addEndpoint(
    app,
    {
      ...about,
      path: '/api/trees/{run}/nodes/{id}',
      summary: 'One node: what was seen and done at it, what its answer rests on, and what it was before',
      params: NODE,
      gives: NodeView,
    },
    ({ params: { run, id } }) => shelf.with(run, (shown) => nodeView(shown, expectPosition(shown, id), log)),
  );
  addEndpoint(
    app,
    {
      ...about,
      path: '/api/trees/{run}/error-path',
      summary: 'From the root to the first wrong node, and what leans on it',
      params: RUN,
      query: z.object({ node: Hash.optional() }),
      gives: ErrorPath,
    },
    ({ params: { run }, query: { node } }) => shelf.with(run, (shown) => errorPathOf(shown, node)),
  );
  addEndpoint(
    app,
    {
      method: 'post',
      access: 'operate',
      path: '/api/trees/{run}/nodes/{id}/correction',
      summary: 'Put an answer in place of another; what leaned on it is made again',
      params: NODE,
      body: Correction,
      gives: Corrected,
    },
    async ({ params: { run, id }, body: { answer, reason }, session: { person } }) => {
      const own = await shelf.with(run, (shown) => {
        expectPosition(shown, id);
        return shown.run;
      });
      const asked = { run: own, node: id, answer, reason, person };
      const done = await (place.tending?.correct(asked) ?? correctIn(asked));
      for (const topic of ['tree', 'turns'] as const) place.changes.tell({ topic, run: own });
      place.changes.tell({ topic: 'ledger' });
      return shelf.with(run, ({ version }) => correctedView(done, version));
    },
  );
}

function expectPosition({ run, index }: Tree, id: string): number {
  const at = positionOf(index, id);
  if (at !== undefined) return at;
  throw new CapstanError('not-found', `${run}: expected one of its ${index.count} nodes, got ${id}`);
}

function summaryOf(shown: Tree, place: Place): TreeSummary {
  const { name, run, file, version, index } = shown;
  const { many } = treeHere(name);
  const root = index.count > 0 ? nodeAt(shown, 0) : undefined;
  const answer = root?.answer;
  const waiting = index.flags.reduce((count, flags) => count + (flags & FLAGS.waiting ? 1 : 0), 0);
  const error = answer ? undefined : place.tending?.stateOf(run)?.error;
  return {
    run: name,
    ...(many && { many }),
    root: clipped(root?.question.text ?? file.root?.text ?? '', CHANGED),
    state: stateOf(shown, place, answer !== undefined),
    ...(error !== undefined && { error }),
    nodes: index.count,
    waiting,
    ...(answer && { answer: clippedAnswer(answer, CHANGED) }),
    overseer: clipped(file.overseer, NAME),
    assistant: clipped(file.assistant, NAME),
    started: file.started,
    spent: index.spent,
    version,
  };
}

function stateOf({ run, path }: Tree, place: Place, isAnswered: boolean): TreeSummary['state'] {
  if (isAnswered) return 'answered';
  const tended = place.tending?.stateOf(run);
  if (tended?.state === 'failed') return 'stopped';
  if (tended?.state === 'working') return 'running';
  if (tended || restsIn(path)) return 'waiting';
  return isLocked(path) ? 'running' : 'stopped';
}

function errorPathOf(shown: Tree, marked: string | undefined): ErrorPath {
  const { version, index } = shown;
  const { path, touched } = firstWrong(
    index,
    marked === undefined ? undefined : expectPosition(shown, marked),
  );
  const last = path.at(-1);
  return {
    version,
    path: [...rowsOf(shown, path.slice(-ROWS_MOST))],
    why: last === undefined ? 'nothing here was corrected or rejected' : whyWrong(shown, last),
    touched: touched.slice(0, FOUND_MOST),
  };
}

function whyWrong(shown: Tree, at: number): string {
  const { corrected, verdicts } = nodeAt(shown, at);
  if (corrected) return line(`corrected by ${corrected.by.id}`, CHANGED);
  if ((shown.index.flags[at]! & FLAGS.rejected) === 0) return 'marked by whoever asks';
  const last = verdicts.findLast(({ kind }) => kind === 'fail');
  if (!last) return 'rejected';
  return line(`rejected by ${last.verifier}${last.reason ? `: ${last.reason}` : ''}`, CHANGED);
}

function correctedView({ entry, changed, again, nodes, waiting }: CorrectedNode, version: string): Corrected {
  return {
    ...{ entry, version, again, nodes, waiting },
    changed: changed.slice(0, CHANGED_MOST).map(({ id, question, before, after }) => ({
      id,
      question: line(question, CHANGED),
      ...(before && { before: clippedAnswer(before, CHANGED) }),
      ...(after && { after: clippedAnswer(after, CHANGED) }),
    })),
  };
}
