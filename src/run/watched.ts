/** A run that watches itself: after each iteration whose gate passed, fresh audits by H, who answers by itself down to the facts, decide
 *  whether X_n may be promoted (`oversight/audit-gate`), and with a frozen set of anchors tell whether it drifts
 *  (`oversight/monitor`). The auditors are the task's own H without the mistakes that H is made to make in training. No ground
 *  truth is involved. */

import type { Random } from '../base/random.ts';
import type { Answer } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope, scopeFor } from '../core/budget.ts';
import type { Task } from '../core/task.ts';
import {
  AUDIT_GATE,
  type AuditGateOptions,
  auditGate,
  type LevelAudits,
  questionsAt,
} from '../oversight/audit-gate.ts';
import {
  type MonitorOptions,
  type MonitorState,
  type Observation,
  observed,
  recalibrated,
  WATCHING,
} from '../oversight/monitor.ts';
import type { Audited } from '../registry/checkpoint.ts';
import type { AuditsRecord } from '../report/record.ts';
import { evidenceOf } from '../statistics/bets.ts';
import { proportion } from '../statistics/proportion.ts';
import { allTheWayDown } from './judge.ts';

export interface WatchOptions {
  readonly gate: AuditGateOptions;
  readonly monitor: MonitorOptions;
  /** At each level. */
  readonly anchors: number;
}

/** What is watched in between. Plain data. */
export interface WatchState {
  readonly monitor: MonitorState;
  /** By level, from 1. */
  readonly anchors: readonly Anchors[];
}

/** Answers as words, −1 where there was none. */
interface Anchors {
  /** When the level was first promoted, and after the last iteration. */
  readonly first: readonly number[];
  readonly last: readonly number[];
}

export const UNWATCHED: WatchState = { monitor: WATCHING, anchors: [] };

const ANCHORS = 200;
/** A level that was just learned agrees in more than 90 %, by its gate; those before it in nearly all. */
const [ACCEPTED, FEARED, MOVED_MAX] = [0.05, 0.15, 0.2];

/** So many audits at each level of an iteration at most. `levels`: how many there are in each iteration. */
export function watchingWith(audits: number, levels: readonly number[]): WatchOptions {
  return {
    gate: { ...AUDIT_GATE, audits },
    monitor: {
      errorRate: AUDIT_GATE.errorRate,
      iterations: levels.length,
      audits: audits * levels.reduce((sum, level) => sum + level, 0),
      accepted: ACCEPTED,
      feared: FEARED,
      movedMax: MOVED_MAX,
    },
    anchors: ANCHORS,
  };
}

export interface Watching<Q, A> {
  readonly task: Task<Q, A>;
  readonly candidate: Assistant<Q, A>;
  /** Its frontier. */
  readonly level: number;
  readonly iteration: number;
}

export interface Watched {
  /** For the lineage and the ledger. */
  readonly audited: Audited;
  readonly record: AuditsRecord;
  /** `promoted`: whether X_n is, all things considered; only then are its answers what later ones are held against. */
  readonly next: (promoted: boolean) => WatchState;
}

/** `random`: of the run, the same at each iteration: anchors follow from it. */
export async function watch<Q, A>(
  one: Watching<Q, A>,
  options: WatchOptions,
  before: WatchState,
  random: Random,
): Promise<Watched> {
  const { task, candidate, level, iteration } = one;
  const judge = allTheWayDown(task, candidate);
  const audits = await auditGate(
    { task, candidate, judge, level, iteration },
    options.gate,
    random.split('audits').split(iteration),
  );
  const now = await anchored(one, judge, options.anchors, random.split('anchors'));
  const anchors = seenOn(now, before.anchors);
  const observation: Observation = { iteration, anchors, audits: audits.disagreed };
  const monitor = observed(before.monitor, observation, options.monitor);
  const { verdict, errorRate, perLevel } = audits.verdict;
  const { alarm } = monitor;
  const least = perLevel.reduce((a, b) => (evidenceOf(b.better) < evidenceOf(a.better) ? b : a));
  return {
    audited: {
      passed: verdict === 'passed' && !alarm,
      audits: audits.disagreed.length,
      errorRate,
      exceeds: options.gate.exceeds,
      level: least.level,
      agreed: least.audits === 0 ? 0 : least.agreed / least.audits,
      wealth: Math.exp(evidenceOf(least.better)),
      alarm: alarm ? alarm.sign : '',
    },
    record: { verdict, perLevel: perLevel.map(figureOf), anchors, ...(alarm && { alarm }) },
    next: (promoted) => ({
      // Whoever raised it is not promoted, so the next is watched with a new sum; anchors keep what they are held against.
      monitor: alarm ? recalibrated(monitor) : monitor,
      anchors: now.map(({ said }, i) => ({
        first: before.anchors[i]?.first ?? (promoted ? said : []),
        last: said,
      })),
    }),
  };
}

const figureOf = ({ audits, agreed }: LevelAudits) =>
  proportion(Array.from({ length: audits }, (_, i) => ({ right: i < agreed ? 1 : 0, n: 1 })));

interface Now {
  /** What X says, and what H says, as words. */
  readonly said: readonly number[];
  readonly h: readonly number[];
}

async function anchored<Q, A>(
  { task, candidate, level }: Watching<Q, A>,
  judge: Assistant<Q, A>,
  count: number,
  random: Random,
): Promise<readonly Now[]> {
  const word = (answer: Answer<A>) => (answer.kind === 'known' ? task.encoding.wordOf(answer.value) : -1);
  const levels: Now[] = [];
  for (let at = 1; at <= level; at++) {
    const questions = questionsAt(task, at, 0, count, random.split(at));
    const said = (await candidate.answer(questions, scopeFor(questions.length))).map(word);
    levels.push({ said, h: (await judge.answer(questions, scope())).map(word) });
  }
  return levels;
}

/** Over all levels together. */
function seenOn(now: readonly Now[], before: readonly Anchors[]): Observation['anchors'] {
  const seen = { n: 0, moved: 0, worse: 0, better: 0 };
  now.forEach(({ said, h }, level) => {
    const { first, last } = before[level] ?? { first: [], last: [] };
    said.forEach((word, i) => {
      const [then, right] = [first[i], h[i]];
      if (last[i] !== undefined) seen.n++;
      if (last[i] !== undefined && last[i] !== word) seen.moved++;
      if (then === undefined) return;
      if (then === right && word !== right) seen.worse++;
      if (then !== right && word === right) seen.better++;
    });
  });
  return seen;
}

/** Why what passed its gate is not promoted; undefined if it is. */
export function heldBy({ passed, level, agreed, exceeds, audits, alarm }: Audited): string | undefined {
  if (passed) return undefined;
  const share = (value: number) => `${(100 * value).toFixed(1)} %`;
  if (alarm !== '') return `drift alarm (${alarm}) after ${audits} audits; the one before is served on`;
  return `not shown to answer as H does in more than ${share(exceeds)} of the questions at level ${level}: ${share(agreed)} of the audits there; the one before is served on`;
}
