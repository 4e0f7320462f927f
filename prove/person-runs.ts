/** Whole runs that learn from a person, played by a script (test/stand-in.ts): a few answers after each training step, and all that
 *  wait when there is nothing else to do. Kept in runs/prove-person-… for the same program and reused. */

import { hash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withEnvironment } from '../src/amplify/environment.ts';
import { memo } from '../src/amplify/memo.ts';
import { Random } from '../src/base/random.ts';
import { Imitator } from '../src/distill/imitator.ts';
import { Student } from '../src/distill/student.ts';
import { Apprenticeship, LABELS } from '../src/iterate/apprenticeship.ts';
import { Runtime } from '../src/onnx/runtime.ts';
import type { RunRecord } from '../src/report/record.ts';
import { unprefixed } from '../src/run/apprentice.ts';
import { type Configuration, configure } from '../src/run/configuration.ts';
import { loadState } from '../src/run/state.ts';
import { type Proportion, proportion } from '../src/statistics/proportion.ts';
import { Folder } from '../src/storage/folder.ts';
import { type PowerQuestion, permutationPowering } from '../src/tasks/permutation-powering.ts';
import { StandIn, type StandInOptions } from '../test/stand-in.ts';
import { carryOutTiny, createTiny } from '../test/tiny-run.ts';
import { program } from './runs.ts';

export const ELEMENTS = 8;
export const POWERS = 16;
export const task = permutationPowering({ elements: ELEMENTS, powers: POWERS });
const ANSWERS_PER_STEP = 4;
/** Questions on which H′ is compared with H. */
const CONTEXTS = 1000;

export interface PersonRun {
  readonly path: string;
  readonly record: RunRecord;
}

export interface PersonRunOptions extends StandInOptions {
  readonly decisions: number;
  readonly seed: number;
  /** Tells apart runs whose person differs. */
  readonly name: string;
  readonly fresh: boolean;
  /** A recording to be played back. */
  readonly known?: string;
}

export function configured({ decisions, seed, known }: PersonRunOptions): Configuration {
  return configure({
    ...{ task: task.name, size: ELEMENTS, powers: POWERS, overseer: 'person', decisions, seed },
    ...(known !== undefined && { known: hash('sha256', known) }),
  });
}

export async function personRun(options: PersonRunOptions): Promise<PersonRun> {
  const { decisions, seed, name, fresh, known } = options;
  const path = join('runs', `prove-person-${name}-${decisions}-${seed}-${program().slice(0, 12)}`);
  const done = join(path, 'record.json');
  const isDone = () => existsSync(done) && read(done).arms[0]!.state !== 'running';
  if (fresh || !isDone()) {
    for (const old of [path, `${path}-ledger`]) rmSync(old, { recursive: true, force: true });
    createTiny({ path, configuration: configured(options), ...(known !== undefined && { known }) });
    const person = new StandIn(task, options);
    const folder = new Folder(path);
    await carryOutTiny(
      { path, ledger: `${path}-ledger` },
      {
        clock: () => performance.now() / 1000,
        tell: (event) => {
          if (event.kind === 'trained') person.answer(folder, ANSWERS_PER_STEP);
          if (event.kind === 'iteration-ended')
            process.stderr.write(`${path}: level ${event.iteration.level}, step ${event.arm.steps}\n`);
        },
        pause: async () => {
          person.answer(folder);
        },
      },
    );
  }
  return { path, record: read(done) };
}

const read = (file: string): RunRecord => JSON.parse(readFileSync(file, 'utf8'));

export interface Learned {
  readonly functional: Proportion;
  readonly exact: Proportion;
}

/** H′ as it stands at the end against the script, with X as it stands, on contexts that nobody learned from. */
export async function fidelityOf({ path }: PersonRun, configuration: Configuration): Promise<Learned> {
  const file = join(path, 'fidelity.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const learned = await withLearners(path, configuration, async ({ student, imitator }) => {
    const random = Random.seeded(0).split('test').split('fidelity');
    const questions = Array.from({ length: CONTEXTS }, (_, i) => {
      const demand = { split: 'gate', size: ELEMENTS, level: 1 + (i % task.levels) } as const;
      const asked = task.sample(random.split(i), demand);
      return asked[random.split('one').split(i).below(asked.length)]!;
    });
    const assistant = withEnvironment(task.environment, memo(student.assistant('X', false), task.key));
    const judge = new Apprenticeship(task.overseer, task, imitator, LABELS, random);
    const { right, exact, decisions } = await judge.test(questions, assistant);
    return {
      functional: proportion(right.map((same) => ({ right: same ? 1 : 0, n: 1 }))),
      exact: proportion(exact.map((same, i) => ({ right: same, n: decisions[i]! }))),
    };
  });
  writeFileSync(file, JSON.stringify(learned));
  return learned;
}

export interface Learners {
  readonly student: Student<PowerQuestion, number>;
  readonly imitator: Imitator<PowerQuestion, number>;
  readonly runtimes: readonly Runtime[];
}

/** X and H′ as a run left them. */
export async function withLearners<T>(
  path: string,
  { student: options, labels, seed }: Configuration,
  use: (learners: Learners) => Promise<T>,
): Promise<T> {
  const runtimes = await Promise.all(
    Array.from({ length: options.replicas }, () => Runtime.open({ threads: 1, backend: 'native' })),
  );
  try {
    const root = Random.seeded(seed);
    const student = await Student.fresh(task, options, runtimes, root.split('weights'));
    const saved = loadState(new Folder(join(path, 'ida')), student.parameterCount)!;
    await student.restore(saved.vectors);
    const imitator = await Imitator.fresh(task, labels.imitator, runtimes, root.split('imitator'));
    await imitator.restore(unprefixed(saved.vectors), saved.state.correspondence!.steps);
    return await use({ student, imitator, runtimes });
  } finally {
    for (const runtime of runtimes) await runtime.close();
  }
}
