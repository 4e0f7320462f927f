/** The checkpoints of this project's runs, and what people do about them. What takes effect is on the ledger before. */

import { CapstanError, messageOf } from '../base/errors.ts';
import type { Outcome } from '../record/acts.ts';
import { modelCard } from '../registry/card.ts';
import type { Gate, Lineage } from '../registry/checkpoint.ts';
import { checkpointsIn, loadCheckpoint, servedIn, taintedBy } from '../registry/promotion.ts';
import { promoteModel, revokeModel, rollBackModel } from '../run/office.ts';
import { Folder } from '../storage/folder.ts';
import { lockFolder } from '../storage/lock.ts';
import { armOf, type Found, type State, stateOf } from './checkpoint.ts';
import { expectPolicy } from './doer.ts';
import { HOME } from './home.ts';
import { type DoerFor, officeOf } from './office.ts';
import { revokedHere, withProject } from './recorder.ts';

export interface Model {
  readonly hash: string;
  readonly run: string;
  readonly state: State;
  readonly iteration: number;
  readonly level: number;
  readonly gate: Gate | null;
  readonly parent: string | null;
  /** Entries of the corrections that taint it. */
  readonly tainted: readonly number[];
}

/** Of the run in that folder, by iteration. */
export function modelsOf(path: string): readonly Model[] {
  const folder = armOf(path);
  const served = servedIn(folder);
  const known = revokedHere();
  const models = checkpointsIn(folder).map((hash): Model => {
    const state = stateOf(folder, hash, served, known);
    const lineage = state === 'damaged' ? undefined : loadCheckpoint(folder, hash).lineage;
    const { iteration = 0, level = 0, gate = null, parent = null }: Partial<Lineage> = lineage ?? {};
    const tainted = state === 'damaged' ? [] : taintedBy(folder, hash);
    return { hash, run: new Folder(path).name, state, iteration, level, gate, parent, tainted };
  });
  return models.sort((a, b) => a.iteration - b.iteration);
}

/** Its own lineage, its parent's, and so on. */
export function ancestryIn(folder: Folder, hash: string): readonly Lineage[] {
  const lineages: Lineage[] = [];
  for (let own: string | null = hash; own !== null; ) {
    const { lineage } = loadCheckpoint(folder, own);
    lineages.push(lineage);
    own = lineage.parent;
  }
  return lineages;
}

/** In Markdown. */
export function cardOf({ folder, hash, run }: Found): string {
  const parameterCount = loadCheckpoint(folder, hash).tensors.reduce(
    (sum, { values }) => sum + values.length,
    0,
  );
  return modelCard({
    hash,
    run,
    state: stateOf(folder, hash),
    ancestry: ancestryIn(folder, hash),
    parameterCount,
  });
}

export function promoteFound(found: Found, doer: DoerFor): Outcome {
  return withRun(found, () =>
    withProject((ledger, latch) => {
      const { authority } = ledger.replay;
      expectPolicy(authority);
      return promoteModel(officeOf(ledger, latch), found, doer(authority));
    }),
  );
}

export function takeBack(found: Found, doer: DoerFor): Outcome {
  try {
    return withRun(found, () =>
      withProject((ledger, latch) =>
        rollBackModel(officeOf(ledger, latch), found, doer(ledger.replay.authority)),
      ),
    );
  } catch (error) {
    if (error instanceof CapstanError && error.code === 'refused')
      throw new CapstanError('refused', `roll back: ${messageOf(error)}`, { cause: error });
    throw error;
  }
}

/** Waits for nothing, not even for a run at work. */
export function revokeFound(found: Found, doer: DoerFor, reason: string): Outcome {
  return withProject((ledger, latch) => {
    const { salt, ...own } = doer(ledger.replay.authority);
    return revokeModel(officeOf(ledger, latch), found, own, { reason, salt });
  });
}

function withRun<T>({ run }: Found, act: () => T): T {
  const lock = lockFolder(`${HOME}/${run}`);
  try {
    return act();
  } finally {
    lock.release();
  }
}
