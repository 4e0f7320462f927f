/** What is left of a wrong decision once it is corrected, by the two ways to go on: from the network that it shaped, with an H′
 *  that learned all decisions anew as they stand now, or again from nothing. */

import { amplify } from '../src/amplify/amplify.ts';
import { Random } from '../src/base/random.ts';
import type { Assistant } from '../src/core/assistant.ts';
import { scopeFor } from '../src/core/budget.ts';
import { Imitator } from '../src/distill/imitator.ts';
import { stages } from '../src/iterate/curriculum.ts';
import { iterate } from '../src/iterate/iterate.ts';
import { START } from '../src/iterate/progress.ts';
import { decisionsTaken } from '../src/run/again.ts';
import { askedIn, takenIn } from '../src/run/inbox.ts';
import { type Recorded, recordingText, workspaceKey } from '../src/run/recording.ts';
import { parseAction } from '../src/run/said.ts';
import { Folder } from '../src/storage/folder.ts';
import type { PowerQuestion } from '../src/tasks/permutation-powering.ts';
import { configured, ELEMENTS, type PersonRun, personRun, task, withLearners } from './person-runs.ts';

/** Of X's answers to the questions that the wrong decision was about, on contexts never seen. */
export interface Trace {
  readonly right: number;
  /** Those that repeat the mistake, of those that it makes wrong. */
  readonly repeated: number;
}

export interface Correction {
  /** The decisions that were wrong. */
  readonly wrong: readonly string[];
  readonly traces: { readonly never: Trace; readonly had: Trace; readonly again: Trace };
  /** After so many steps more from the network that the mistake had shaped. */
  readonly goneOn: readonly { readonly steps: number; readonly trace: Trace }[];
}

const CONTEXTS = 64;
const GOES_ON = [0, 50, 100, 200, 400];
const POWER_FROM = 4;
const RETRAINING = 3000;

/** In one workspace, or in whichever of eight that ask the same of another element. */
export type Kind = 'slip' | 'misconception';

export async function correction(
  kind: Kind,
  decisions: number,
  seed: number,
  fresh: boolean,
): Promise<Correction> {
  const own = { decisions, seed, fresh };
  const right = await personRun({ ...own, name: 'right' });
  const { shown, power } = victimIn(right);
  const elements = Array.from({ length: ELEMENTS }, (_, element) => shown.replace(/\(\d+\)/, `(${element})`));
  const wrongs = kind === 'slip' ? [shown] : elements;
  const instead = new Map(wrongs.map((one) => [one, mistakeAt(one)]));
  const wrong = await personRun({ ...own, name: kind, instead });
  const known = recordingText(decisionsOf(wrong, wrongs, power));
  const again = await personRun({ ...own, name: `${kind}-again`, known });
  const never = await personRun({
    ...own,
    name: 'never',
    known: recordingText(decisionsOf(right, [], power)),
  });
  const made = decisionsTaken(new Folder(wrong.path)).filter(({ workspace }) =>
    wrongs.includes(workspaceKey(workspace)),
  );
  return {
    wrong: made.map(({ workspace, text }) => `${workspaceKey(workspace)}: ${text}`),
    traces: {
      never: await traceIn(never, own, power),
      had: await traceIn(wrong, own, power),
      again: await traceIn(again, own, power),
    },
    goneOn: await goOn(wrong, own, wrongs, power),
  };
}

/** The first workspace in which H was asked how to begin with a power that needs X. */
function victimIn({ path }: PersonRun): { readonly shown: string; readonly power: number } {
  const found = decisionsTaken(new Folder(path)).find(
    ({ workspace }) => workspace.length === 1 && powerIn(workspace[0]!) >= POWER_FROM,
  )!;
  return { shown: found.workspace[0]!, power: powerIn(found.workspace[0]!) };
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function powerIn(question: string): number {
  const digits = /σ([⁰¹²³⁴⁵⁶⁷⁸⁹]+)/.exec(question)![1]!;
  return Number([...digits].map((one) => SUPERSCRIPTS.indexOf(one)).join(''));
}

/** That nothing moves: H′, which reads names alike, takes it to hold for every element. */
function mistakeAt(question: string): string {
  return `reply ${elementIn(question)}`;
}

function elementIn(question: string): string {
  return /\((\d+)\)/.exec(question)![1]!;
}

function correctedAt(question: string, power: number): string {
  return `ask s^${power >> 1}(${elementIn(question)})`;
}

/** As they stand once those are corrected. */
function decisionsOf({ path }: PersonRun, wrongs: readonly string[], power: number): readonly Recorded[] {
  return decisionsTaken(new Folder(path)).map(({ at: _, ...one }) => {
    const key = workspaceKey(one.workspace);
    return wrongs.includes(key)
      ? { ...one, ...parseAction(task, one.workspace, correctedAt(key, power)) }
      : one;
  });
}

async function traceOf(assistant: Assistant<PowerQuestion, number>, power: number): Promise<Trace> {
  const random = Random.seeded(0).split('trace');
  const questions = Array.from({ length: CONTEXTS }, (_, i) =>
    task.sample(random.split(i), { split: 'test', size: ELEMENTS, level: 1 }),
  ).flatMap((asked) => asked.map((one) => ({ ...one, power })));
  const answers = await assistant.answer(questions, scopeFor(questions.length));
  const truths = questions.map(({ permutation, element }) => {
    let reached = element;
    for (let i = 0; i < power; i++) reached = permutation.image[reached]!;
    return reached;
  });
  const said = answers.map((answer) => (answer.kind === 'known' ? answer.value : undefined));
  const moved = questions.map(({ element }, i) => [i, element] as const).filter(([i, x]) => truths[i] !== x);
  return {
    right: said.filter((value, i) => value === truths[i]).length / questions.length,
    repeated: moved.filter(([i, x]) => said[i] === x).length / moved.length,
  };
}

interface Own {
  readonly decisions: number;
  readonly seed: number;
}

function traceIn({ path }: PersonRun, own: Own, power: number): Promise<Trace> {
  const configuration = configured({ ...own, name: '', fresh: false });
  return withLearners(path, configuration, ({ student }) => traceOf(student.assistant('X', false), power));
}

async function goOn(
  { path }: PersonRun,
  own: Own,
  wrongs: readonly string[],
  power: number,
): Promise<Correction['goneOn']> {
  const configuration = configured({ ...own, name: '', fresh: false });
  const { training, labels, seed } = configuration;
  return withLearners(path, configuration, async ({ student, runtimes }) => {
    const random = Random.seeded(seed).split('gone on');
    const imitator = await Imitator.fresh(task, labels.imitator, runtimes, random.split('imitator'));
    const run = new Folder(path);
    const items = new Map(askedIn(run).map((item) => [item.id, item]));
    for (const { id, action } of takenIn(run).flatMap(({ decisions }) => decisions)) {
      const { words, shown } = items.get(id)!;
      const key = workspaceKey(shown);
      const isWrong = wrongs.includes(key);
      imitator.hear(words, isWrong ? parseAction(task, shown, correctedAt(key, power)).action : action);
    }
    await imitator.learn(RETRAINING, random.split('study'));
    const { overseer } = imitator;
    const supervision = {
      origin: overseer.origin,
      isH: false,
      targets: (assistant: Assistant<PowerQuestion, number>) => amplify(overseer, assistant),
      prepare: async () => 0,
    };
    const plan = stages(task, training.curriculum);
    const progress = { ...START, stage: plan.length - 1 };
    const most = GOES_ON.at(-1)!;
    const options = { ...training, endless: true, stepsMax: most + 1, stepsPerIteration: most + 1 };
    const gone = [{ steps: 0, trace: await traceOf(student.assistant('X', false), power) }];
    for await (const event of iterate(task, supervision, student, options, random.split('steps'), progress)) {
      const { step } = event.progress;
      if (GOES_ON.includes(step))
        gone.push({ steps: step, trace: await traceOf(student.assistant('X', false), power) });
      if (step >= most) break;
    }
    return gone;
  });
}
