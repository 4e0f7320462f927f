/** Checkpoints over HTTP: the lineage, the card, and what may be done about each with what would follow from it. */

import { z } from 'zod';
import { peopleNeeded } from '../authority/authority.ts';
import { find } from '../project/checkpoint.ts';
import { HOME } from '../project/home.ts';
import type { ProjectLog } from '../project/log.ts';
import {
  ancestryIn,
  cardOf,
  type Model,
  modelsOf,
  promoteFound,
  revokeFound,
  takeBack,
} from '../project/models.ts';
import { ledgerFree } from '../project/recorder.ts';
import { changesIn, movesOf } from '../registry/difference.ts';
import { loadCheckpoint } from '../registry/promotion.ts';
import { showVersion, versionOf } from '../registry/version.ts';
import { listRuns } from '../run/folder.ts';
import { ActOutcome, ActReason, type ModelAct, ModelDifference, ModelRow, ModelView } from '../wire/model.ts';
import type { Session } from '../wire/session.ts';
import { Hash } from '../wire/value.ts';
import { actor, isAllowed, told } from './controls.ts';
import { type App, addEndpoint } from './endpoint.ts';
import type { Place } from './place.ts';

const Named = z.object({ hash: Hash });

export function addModels(app: App, place: Place, log: ProjectLog): void {
  addEndpoint(
    app,
    {
      method: 'get',
      path: '/api/models',
      access: 'look',
      summary: 'The checkpoints of all runs with their state',
      gives: z.array(ModelRow),
    },
    () => all().map(rowOf),
  );
  addEndpoint(
    app,
    {
      method: 'get',
      path: '/api/models/{hash}',
      access: 'look',
      summary: 'A checkpoint: its card, and what may be done about it',
      params: Named,
      gives: ModelView,
    },
    ({ params: { hash }, session }) => viewOf(hash, session, log),
  );
  addEndpoint(
    app,
    {
      method: 'get',
      path: '/api/models/{hash}/difference',
      access: 'look',
      summary: 'How a checkpoint differs on paper from another: its lineage, and how far its weights moved',
      params: Named,
      query: z.object({ from: Hash }),
      gives: ModelDifference,
    },
    ({ params: { hash }, query: { from } }) => differenceOf(from, hash),
  );
  for (const act of ['promote', 'rollback', 'revoke'] as const)
    addEndpoint(
      app,
      {
        method: 'post',
        path: `/api/models/{hash}/${act}`,
        access: 'operate',
        summary: SUMMARY[act],
        params: Named,
        body: ActReason,
        gives: ActOutcome,
      },
      async ({ params: { hash }, body: { reason }, session }) => {
        await ledgerFree();
        const found = find(hash);
        const doer = actor(session, reason, `capstan models ${act} ${hash} --reason …`);
        if (act === 'revoke') return told(place, revokeFound(found, doer, reason));
        return told(place, act === 'promote' ? promoteFound(found, doer) : takeBack(found, doer));
      },
    );
}

const SUMMARY: { readonly [act in ModelAct]: string } = {
  promote: 'Serve a checkpoint that has passed its gate',
  rollback: 'Serve an earlier checkpoint of its run again',
  revoke: 'Never serve a checkpoint again, nor what was trained on from it',
};

const all = (): readonly Model[] => listRuns(HOME).flatMap(({ path }) => modelsOf(path));

function rowOf({ hash, run, state, iteration, level, gate, parent, tainted }: Model): ModelRow {
  return {
    ...{ hash, run, state, iteration, level },
    ...(gate && { agreement: { value: gate.agreement, low: gate.low, high: gate.high, n: gate.n } }),
    ...(parent !== null && { parent }),
    tainted: [...tainted],
  };
}

function viewOf(hash: string, session: Session, log: ProjectLog): ModelView {
  const found = find(hash);
  const models = modelsOf(`${HOME}/${found.run}`);
  const own = models.find((one) => one.hash === found.hash)!;
  const row = rowOf(own);
  if (own.state === 'damaged') return { row, card: '', facts: [], acts: [] };
  const { lineage } = loadCheckpoint(found.folder, found.hash);
  const { task, seed, step, teacher, dataCount, dataRoot, configurationHash, version, gate } = lineage;
  return {
    row,
    card: cardOf(found),
    facts: [
      ['version', showVersion(versionOf(ancestryIn(found.folder, found.hash)))],
      ['task', task],
      ['taught by', teacher],
      ['examples', dataCount.toLocaleString('en')],
      ['root of the examples', dataRoot],
      ['step', String(step)],
      ['seed', String(seed)],
      ['configuration', configurationHash],
      ...(gate?.comparison ? [['compared with', gate.comparison.with] as [string, string]] : []),
      ['made by', `Capstan ${version}`],
    ],
    acts: [...actsOn(own, models)]
      .filter(([act]) => session.access.includes('operate') && isAllowed(log, session, act))
      .map(([act, consequence]) => ({
        ...{ act, consequence },
        people: log.replay.authority.people.size === 0 ? 1 : peopleNeeded(log.replay.authority, act),
      })),
  };
}

function differenceOf(from: string, hash: string): ModelDifference {
  const [before, after] = [find(from), find(hash)].map((found) => loadCheckpoint(found.folder, found.hash));
  return {
    changed: changesIn(before!.lineage, after!.lineage).map((one) => [
      one.name,
      said(one.before),
      said(one.after),
    ]),
    moved: movesOf(before!, after!).map(({ name, distance }) => ({
      name,
      ...(distance !== undefined && Number.isFinite(distance) && { distance }),
    })),
  };
}

/** Of a number that is not whole. */
const DIGITS = 6;

function said(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'number' || Number.isInteger(value)) return JSON.stringify(value) ?? '–';
  return String(Number(value.toPrecision(DIGITS)));
}

/** What may be done by the state that it is in, and what would follow. */
function* actsOn(own: Model, models: readonly Model[]): Generator<readonly [ModelAct, string]> {
  const serving = models.find(({ state }) => state === 'serving');
  const below = descendantsOf(own, models).filter(({ state }) => state !== 'revoked').length;
  if (own.state === 'passed') {
    if (!serving || own.iteration > serving.iteration)
      yield [
        'promote',
        `Whoever asks ${own.run} is answered by this checkpoint${serving ? `, instead of iteration ${serving.iteration}` : ''}.`,
      ];
    else
      yield [
        'rollback',
        `Whoever asks ${own.run} is answered by iteration ${own.iteration} again, instead of ${serving.iteration}.`,
      ];
  }
  if (own.state === 'revoked') return;
  const also =
    below === 0 ? '' : ` Nor ${below === 1 ? 'is the one' : `are the ${below}`} trained on from it.`;
  const left = serving && (serving === own || descendantsOf(own, models).includes(serving));
  yield [
    'revoke',
    `It is never served again, and nothing undoes that.${also}${left ? ` ${own.run} serves nothing until an earlier one is served again.` : ''}`,
  ];
}

function descendantsOf({ hash }: Model, models: readonly Model[]): readonly Model[] {
  const found = new Set([hash]);
  // Children come after their parents: they are sorted by iteration.
  for (const { hash: child, parent } of models) if (parent !== null && found.has(parent)) found.add(child);
  found.delete(hash);
  return models.filter((one) => found.has(one.hash));
}
