/** H′ in an arm: who teaches it, and how it stands at the start or as it was saved. */

import { hash } from 'node:crypto';
import { invariant } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { VERSION } from '../base/version.ts';
import type { Origin, Overseer } from '../core/assistant.ts';
import type { Task } from '../core/task.ts';
import { Imitator, type ImitatorState } from '../distill/imitator.ts';
import { Apprenticeship } from '../iterate/apprenticeship.ts';
import { Correspondence, type CorrespondenceState } from '../iterate/correspondence.ts';
import type { Decisions, Point } from '../iterate/decisions.ts';
import type { Runtime } from '../onnx/runtime.ts';
import type { PersonRecord } from '../report/record.ts';
import { proportion } from '../statistics/proportion.ts';
import type { Producer } from './chronicle.ts';
import type { Configuration } from './configuration.ts';
import type { ArmState, Vectors } from './state.ts';

/** Learns from an overseer that answers at once, or from somebody who answers later. */
export type Learner<Q, A> = Apprenticeship<Q, A> | Correspondence<Q, A>;

export interface Teaching<Q, A> {
  readonly task: Task<Q, A>;
  readonly overseer: Overseer<Q, A>;
  readonly configuration: Configuration;
  /** What a person decides, from this point on, if it is a person. */
  readonly decisionsFrom?: (from: Point) => Decisions;
}

export async function learnerOf<Q, A>(
  { task, overseer, configuration, decisionsFrom }: Teaching<Q, A>,
  runtimes: readonly Runtime[],
  root: Random,
  saved: { readonly state: ArmState; readonly vectors: Vectors } | undefined,
): Promise<Learner<Q, A>> {
  const { labels, person } = configuration;
  const imitator = await Imitator.fresh(task, labels.imitator, runtimes, root.split('imitator'));
  const { apprentice, correspondence, progress } = saved?.state ?? {};
  const state = person ? correspondence : apprentice;
  if (saved && state) await imitator.restore(unprefixed(saved.vectors), state.steps);
  const random = root.split('labels');
  if (!person) return new Apprenticeship(overseer, task, imitator, labels, random, apprentice);
  invariant(decisionsFrom !== undefined, 'a person is asked through an inbox');
  const from = correspondence?.at ?? { step: progress?.step ?? 0, turn: 0 };
  return new Correspondence(task, decisionsFrom(from), imitator, person, random, correspondence);
}

/** What an arm's state has of H′. */
export function learnerState<Q, A>(
  learner: Learner<Q, A>,
): Pick<ArmState, 'apprentice'> | Pick<ArmState, 'correspondence'> {
  return learner instanceof Correspondence
    ? { correspondence: learner.state }
    : { apprentice: learner.state };
}

/** What is said of a person's decisions where there are any. */
export function personRecord(state: CorrespondenceState): PersonRecord {
  const { decided, waiting, by, seconds, recent, tested } = state;
  const each = (right: boolean) => ({ right: right ? 1 : 0, n: 1 });
  return {
    decisions: decided,
    waiting: waiting.length,
    by,
    seconds,
    tests: tested.n,
    lately: proportion(recent.map(each)),
  };
}

/** Characters of a text on the ledger. */
const AUTHORITY_MAX = 200;

/** Whose decisions targets follow from: a script's in the version of this program, or those of H′ with its parameters' hash. */
export async function producerOf<Q, A>(
  { name }: Origin,
  apprentice: Learner<Q, A> | undefined,
): Promise<Producer> {
  const script = `script:${name}`;
  if (!apprentice) return { actor: { id: script, kind: 'script', version: VERSION } };
  const { imitator, origin } = apprentice;
  const version = digest((await imitator.state()).parameters!);
  const actor = { id: `model:${origin.name}`, kind: 'model', version } as const;
  if (!(apprentice instanceof Correspondence)) return { actor, authority: script };
  const people = apprentice.state.by.join(', ').slice(0, AUTHORITY_MAX);
  return { actor, ...(people !== '' && { authority: people }) };
}

function digest({ buffer, byteOffset, byteLength }: Float32Array): string {
  return hash('sha256', new Uint8Array(buffer, byteOffset, byteLength));
}

/** The vectors of H′ among those of the student. */
const PREFIX = 'predictor.';

export function prefixed(vectors: ImitatorState): ImitatorState {
  return Object.fromEntries(Object.entries(vectors).map(([name, values]) => [PREFIX + name, values]));
}

export function unprefixed(vectors: ImitatorState): ImitatorState {
  const own = Object.entries(vectors).filter(([name]) => name.startsWith(PREFIX));
  return Object.fromEntries(own.map(([name, values]) => [name.slice(PREFIX.length), values]));
}
