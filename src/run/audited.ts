/** An audit of the model that a run serves: how often it is wrong, told from the few of its answers that somebody checked, and
 *  the rules that its mistakes follow. The judge is H, all the way down to the facts; or a person, by way of a sheet. Ground
 *  truth has no part in it. What was checked, and with what probability, stays in `audits.json` of the run's folder. */

import { Random } from '../base/random.ts';
import { type Answer, agree } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scopeFor } from '../core/budget.ts';
import { drawHeld } from '../core/exam.ts';
import type { Task } from '../core/task.ts';
import { designOf, structuredShare } from '../oversight/disagreement.ts';
import { type ErrorRate, errorRate, type Round } from '../oversight/estimate.ts';
import { type Auditable, auditInRounds, designFor, planRound } from '../oversight/rounds.ts';
import { findSlices, holds, ruleText, type Slice } from '../oversight/slices.ts';
import { answerTrait, doubtOf, featuresOf, questionTraits, type Trait } from '../oversight/traits.ts';
import type { Estimate } from '../statistics/estimate.ts';
import type { Folder } from '../storage/folder.ts';
import { allTheWayDown } from './judge.ts';
import { readSealed, sealedText } from './sealed.ts';
import { type Claim, type SheetLine, sheetOf, shown, verdictsOn } from './sheet.ts';

export interface AuditSetting<Q, A> {
  readonly task: Task<Q, A>;
  /** X, and the hash of its checkpoint. */
  readonly assistant: Assistant<Q, A>;
  readonly model: string;
  /** What is drawn follows from it. */
  readonly random: Random;
  readonly audits: number;
}

export interface AuditRecord {
  readonly model: string;
  readonly judge: 'H' | 'person';
  /** Answers that could have been audited, as many at each level. */
  readonly answers: number;
  /** The share of them that is wrong. */
  readonly rate: ErrorRate;
  readonly levels: readonly (ErrorRate & { readonly level: number })[];
  /** How much of what is wrong follows from the question, as far as few audits can tell; not of records from before. */
  readonly structured?: Estimate;
  readonly slices: readonly FoundSlice[];
  readonly audits: readonly AuditedAnswer[];
}

export interface FoundSlice extends Omit<Slice, 'rule'> {
  /** «word 3 and level 2 or above» */
  readonly rule: string;
  /** Questions in it, as people read them. */
  readonly such: readonly string[];
}

export interface AuditedAnswer {
  readonly question: string;
  readonly level: number;
  readonly said: string;
  readonly wrong: boolean;
  /** With which it was chosen in its round. */
  readonly probability: number;
  readonly round: number;
}

export const AUDITS = 'audits.json';
const FORMAT = 'capstan-audits-1';
/** Answers that may be audited. */
const POOL = 4096;
/** Examples of a slice. */
const SUCH = 5;

/** In rounds, each of which looks where those before found mistakes. */
export async function auditByH<Q, A>(setting: AuditSetting<Q, A>): Promise<AuditRecord> {
  const pool = await poolOf(setting);
  return recordOf(setting, pool, await roundsByH(setting, pool), 'H');
}

/** The audits alone. */
export async function roundsByH<Q, A>(
  { task, assistant, audits, random }: AuditSetting<Q, A>,
  pool: Pool<Q, A>,
): Promise<readonly Round[]> {
  const judge = allTheWayDown(task, assistant);
  const isWrong = async (places: readonly number[]) => {
    const questions = places.map((place) => pool.questions[place]!);
    const judged = await judge.answer(questions, scopeFor(questions.length));
    return judged.map((answer, i) => !isSame(answer, pool.answers[places[i]!]!));
  };
  return auditInRounds(pool.items, isWrong, audits, random.split('audits'));
}

/** What a person is to judge, in one round. */
export async function auditSheet<Q, A>(setting: AuditSetting<Q, A>): Promise<readonly SheetLine[]> {
  const pool = await poolOf(setting);
  return sheetOf(setting.task, setting.assistant, claimsIn(pool, planned(setting, pool).drawn));
}

/** The sheet that `auditSheet` gave for the same setting, with every `right` said. Throws «invalid» on another. */
export async function auditBySheet<Q, A>(
  setting: AuditSetting<Q, A>,
  lines: readonly Partial<SheetLine>[],
): Promise<AuditRecord> {
  const pool = await poolOf(setting);
  const { drawn, ...plan } = planned(setting, pool);
  const right = verdictsOn(setting.task, claimsIn(pool, drawn), lines);
  const audits = drawn.map((one, i) => ({ ...one, wrong: !right[i] }));
  return recordOf(setting, pool, [{ ...plan, audits, drawn: 'fixed' }], 'person');
}

function claimsIn<Q, A>(
  { questions, answers }: Pool<Q, A>,
  drawn: readonly { readonly item: number }[],
): readonly Claim<Q, A>[] {
  return drawn.map(({ item }) => ({ question: questions[item]!, answer: answers[item]! }));
}

export function auditsIn(folder: Folder): readonly AuditRecord[] {
  if (!folder.exists(AUDITS)) return [];
  return readSealed<{ readonly records: readonly AuditRecord[] }>(folder, AUDITS, FORMAT).records;
}

/** The file with all of these. */
export function auditsText(records: readonly AuditRecord[]): string {
  return sealedText(FORMAT, { records });
}

/** The chance of the next audit: none is drawn like one before. */
export function auditChance(seed: number, records: readonly AuditRecord[]): Random {
  return Random.seeded(seed).split('audit').split(records.length);
}

/** Answers that may be audited. */
export interface Pool<Q, A> {
  readonly questions: readonly Q[];
  readonly answers: readonly Answer<A>[];
  readonly traits: readonly (readonly Trait[])[];
  readonly levels: readonly number[];
  readonly items: readonly Auditable[];
}

export async function poolOf<Q, A>({ task, assistant, random }: AuditSetting<Q, A>): Promise<Pool<Q, A>> {
  const each = Math.ceil(POOL / task.levels);
  const questions = Array.from({ length: task.levels }, (_, i) =>
    drawHeld(task, 'check', i + 1, each, random.split('pool')),
  ).flat(2);
  const answers = await assistant.answer(questions, scopeFor(questions.length));
  const traits = questions.map((question) => questionTraits(task, question));
  const doubts = answers.map(doubtOf);
  const features = featuresOf(traits.map((one, i) => [...one, answerTrait(task, answers[i]!)]));
  return {
    questions,
    answers,
    traits,
    levels: questions.map((question) => task.level(question)),
    items: doubts.map((doubt, i) => ({ doubt, features: features[i]! })),
  };
}

function planned<Q, A>({ audits, random }: AuditSetting<Q, A>, { items }: Pool<Q, A>) {
  return planRound(items, designFor(items), [], audits, random.split('sheet'));
}

/** Unknown is the same as unknown here. */
function isSame<A>(a: Answer<A>, b: Answer<A>): boolean {
  return agree(a, b) || (a.kind === 'unknown' && b.kind === 'unknown');
}

/** The rules that mistakes follow. */
export function slicesIn(
  { traits, levels }: Pick<Pool<never, never>, 'traits' | 'levels'>,
  rounds: readonly Round[],
  random: Random,
): readonly Slice[] {
  const seen = numbered(rounds).map(({ item, ...one }) => ({
    ...one,
    traits: traits[item]!,
    level: levels[item]!,
  }));
  return findSlices(seen, random.split('slices'));
}

function numbered(rounds: readonly Round[]) {
  return rounds.flatMap(({ audits }, round) => audits.map((audit) => ({ ...audit, round })));
}

function recordOf<Q, A>(
  { task, model, random }: AuditSetting<Q, A>,
  pool: Pool<Q, A>,
  rounds: readonly Round[],
  judge: AuditRecord['judge'],
): AuditRecord {
  const { questions, answers, traits, levels, items } = pool;
  const audits = numbered(rounds);
  const structured = structuredShare(designOf(featuresOf(traits)), audits);
  const slices = slicesIn(pool, rounds, random).map(({ rule, ...slice }): FoundSlice => {
    const inside = questions.filter((_, i) => holds(rule, traits[i]!));
    const such = [...new Set(inside.map((question) => task.show(question)))].slice(0, SUCH);
    return { rule: ruleText(rule), ...slice, such };
  });
  return {
    model,
    judge,
    answers: items.length,
    rate: errorRate(rounds),
    levels: Array.from({ length: task.levels }, (_, i) => ({
      level: i + 1,
      ...errorRate(rounds, (item) => levels[item] === i + 1),
    })),
    ...(structured && { structured }),
    slices,
    audits: audits.map(({ item, ...one }) => ({
      question: task.show(questions[item]!),
      level: levels[item]!,
      said: shown(task, answers[item]!),
      ...one,
    })),
  };
}
