/** Overseers with planted mistakes, by a rule or by chance, whose answers are audited by the same H without them: what is
 *  found, and what is named that is not there. For the proof «slices», and a short form of it. */

import { amplify } from '../src/amplify/amplify.ts';
import { withEnvironment } from '../src/amplify/environment.ts';
import { nobody } from '../src/assistants/nobody.ts';
import { Random } from '../src/base/random.ts';
import { type Answer, agree } from '../src/core/answer.ts';
import { scopeFor } from '../src/core/budget.ts';
import { drawHeld } from '../src/core/exam.ts';
import type { Transcript } from '../src/core/workspace.ts';
import { examinerOf } from '../src/evaluate/examiners.ts';
import { oracle } from '../src/evaluate/oracle.ts';
import { noisy } from '../src/overseers/noisy.ts';
import { auditInRounds } from '../src/oversight/rounds.ts';
import { findSlices, holds, type Rule, type Seen } from '../src/oversight/slices.ts';
import { answerTrait, doubtOf, featuresOf, questionTraits, type Trait } from '../src/oversight/traits.ts';
import { type AnyAnswer, type AnyQuestion, type AnyTask, taskEntry } from '../src/tasks/tasks.ts';

type Workspace = Transcript<AnyQuestion, AnyAnswer>;

/** H's finished workspaces about contexts that nothing trains on, in which every sub-answer is right. */
export interface Desk {
  readonly task: AnyTask;
  readonly workspaces: readonly Workspace[];
  /** Words that may be planted: each is in about this share of the questions that are not simple. */
  readonly words: readonly number[];
}

/** Precision and recall from which a slice counts as found. */
export const FOUND = 0.8;
const SHARE = 1 / 8;
/** How far from it a word's share may be. */
const NEAR = 0.03;

export async function deskOf(name: string, size: number, questions: number, seed: number): Promise<Desk> {
  const entry = taskEntry(name);
  const task = entry.open(entry.parameters({ size }));
  const random = Random.seeded(seed).split('desk');
  const asked = Array.from({ length: task.levels }, (_, i) =>
    drawHeld(task, 'check', i + 1, Math.ceil(questions / task.levels), random),
  ).flat(2);
  const truth = amplify(oracle(examinerOf(task)), nobody);
  const workspaces: Workspace[] = [];
  const record = (transcript: Workspace) => workspaces.push(transcript);
  const clean = amplify(task.overseer, withEnvironment(task.environment, truth), { record });
  await clean.answer(asked, scopeFor(asked.length));
  const compound = asked.filter((question) => task.environment(question) === undefined);
  const share = (word: number) =>
    compound.filter((question) => task.encoding.sentence(question).includes(word)).length / compound.length;
  const all = Array.from({ length: task.encoding.words }, (_, word) => word);
  return { task, workspaces, words: all.filter((word) => Math.abs(share(word) - SHARE) <= NEAR) };
}

export type Plant =
  | { readonly kind: 'systematic' }
  | { readonly kind: 'random' | 'deterministic'; readonly rate: number };

export interface Search {
  /** Named, those that explain most first. */
  readonly rules: readonly Rule[];
  /** Of the first rule against the planted slice, over all questions that could have been audited; 0 if none was named. */
  readonly precision: number;
  readonly recall: number;
  /** Named although no half of what it names is in the planted slice. */
  readonly spurious: number;
}

/** One run: mistakes are planted, so many audits are made in rounds, slices are looked for. */
export async function search(desk: Desk, plant: Plant, audits: number, seed: number): Promise<Search> {
  const { task, words } = desk;
  const random = Random.seeded(seed);
  const word = words[random.split('word').below(words.length)]!;
  const noise =
    plant.kind === 'systematic'
      ? { kind: plant.kind, word }
      : { ...plant, seed: random.split('noise').uint32() };
  const erring = noisy(task.overseer, noise, task);
  const workspaces = random
    .split('pool')
    .shuffle(desk.workspaces)
    .slice(0, desk.workspaces.length / 2);
  const actions = await erring.act(workspaces, scopeFor(workspaces.length));
  const said = actions.map((action) => (action.kind === 'reply' ? action.answer : undefined)!);
  const wrong = said.map((answer, i) => !isSame(answer, workspaces[i]!.answer));
  const traits = workspaces.map(({ question }) => questionTraits(task, question));
  const isPlanted = workspaces.map(
    ({ question }) =>
      plant.kind === 'systematic' &&
      task.encoding.sentence(question).includes(word) &&
      task.environment(question) === undefined,
  );
  const seen = await audited({ task, workspaces, said, traits, wrong }, audits, random.split('audits'));
  const rules = findSlices(seen, random.split('slices')).map(({ rule }) => rule);
  const overlap = (rule: Rule) => {
    const inside = traits.map((one) => holds(rule, one));
    const both = inside.filter((is, i) => is && isPlanted[i]).length;
    return { both, named: inside.filter(Boolean).length };
  };
  const [first] = rules.map(overlap);
  return {
    rules,
    precision: first?.both ? first.both / first.named : 0,
    recall: first?.both ? first.both / isPlanted.filter(Boolean).length : 0,
    spurious: rules.map(overlap).filter(({ both, named }) => both < named / 2).length,
  };
}

interface Pool {
  readonly task: AnyTask;
  readonly workspaces: readonly Workspace[];
  readonly said: readonly Answer<AnyAnswer>[];
  readonly traits: readonly (readonly Trait[])[];
  readonly wrong: readonly boolean[];
}

async function audited(
  { task, workspaces, said, traits, wrong }: Pool,
  minutes: number,
  random: Random,
): Promise<readonly Seen[]> {
  const doubts = said.map(doubtOf);
  const features = featuresOf(traits.map((one, i) => [...one, answerTrait(task, said[i]!)]));
  const items = doubts.map((doubt, i) => ({ doubt, features: features[i]! }));
  const judge = async (places: readonly number[]) => places.map((place) => wrong[place]!);
  const rounds = await auditInRounds(items, judge, minutes, random);
  return rounds.flatMap(({ audits }, round) =>
    audits.map(({ item, ...audit }) => ({
      ...audit,
      round,
      traits: traits[item]!,
      level: task.level(workspaces[item]!.question),
    })),
  );
}

function isSame(a: Answer<AnyAnswer>, b: Answer<AnyAnswer>): boolean {
  return agree(a, b) || (a.kind === 'unknown' && b.kind === 'unknown');
}
