/** Does a mistake by a rule grow from level to level? Not where what the task's check refuses is worked out by a second
 *  decomposition. Its picture is docs/propagation.svg. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../src/base/random.ts';
import type { Assistant, Overseer } from '../src/core/assistant.ts';
import { distillationRatio, errorRatio, type NodeOutcome, propagation } from '../src/evaluate/propagation.ts';
import { catchRateNeeded, caught, inheritedError } from '../src/evaluate/recursion.ts';
import { permutationPoweringExaminer as examiner } from '../src/examiners/permutation-powering.ts';
import { wildcardSearchExaminer } from '../src/examiners/wildcard-search.ts';
import { Runtime } from '../src/onnx/runtime.ts';
import { noisy } from '../src/overseers/noisy.ts';
import { loadCheckpoint } from '../src/registry/promotion.ts';
import { mainPlan } from '../src/run/arms.ts';
import { inspected } from '../src/run/serve.ts';
import { shareOf } from '../src/statistics/clustered.ts';
import type { Estimate } from '../src/statistics/estimate.ts';
import type { Proportion } from '../src/statistics/proportion.ts';
import { Folder } from '../src/storage/folder.ts';
import type { PowerQuestion } from '../src/tasks/permutation-powering.ts';
import type { PatternQuestion } from '../src/tasks/wildcard-search.ts';
import {
  asked,
  byOthers,
  bySecond,
  type Made,
  type Measured,
  type Mended,
  measure,
  outcomes,
  type Powers,
  planted,
  powersTask,
  tower,
} from '../test/propagation.ts';
import { misadding, patterns, wildcards } from '../test/wildcard-second.ts';
import { type Line, svg } from './curves.ts';
import { estimated, percent, table } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';
import { folderOf, REPOSITORY, runOf } from './runs.ts';

const [VERIFIED, UNVERIFIED] = [1.2, 1.5];
const PICTURE = 'docs/propagation.svg';
const POWERS = 16;
const STEPS = 1500;
const LEVELS = [2, 3, 4];
const CONTEXTS = 512;
const PLANTED = [0.05, 0.1, 0.2];
/** Of the trees without a network. */
const TOWER = {
  elements: 16,
  powers: 64,
  contexts: 96,
  levels: [2, 3, 4, 5, 6],
  shares: [0, 0.25, 0.5, 0.75, 0.9, 1],
};
const WILD = { levels: [1, 2, 3, 4, 5], contexts: 24, each: 16 };
const TEST = Random.seeded(0).split('propagation');

export const proof: Proof = {
  claim: `Where H errs by a rule in an eighth of the questions, the error of what X is taught grows at least ${UNVERIFIED} times from level to level on average; with the task's check and a second decomposition at most ${VERIFIED} times at every level.`,
  defaults: { seeds: [1, 2, 3], sizes: [8] },
  async prove({ seeds, sizes: [size = 8], fresh }) {
    const checks = new Checks();
    const runs = await inTurn(seeds, async (seed) => ({
      seed,
      off: await measured(size, seed, false, fresh),
      on: await measured(size, seed, true, fresh),
    }));
    const arm = (is: 'off' | 'on') => pooled(runs.map((run) => ({ ...run[is], seed: run.seed })));
    const [off, on] = [arm('off'), arm('on')];
    const growth = growthOf(off.nodes);
    checks.hold(
      growth.value >= UNVERIFIED,
      `without: a level errs ${twice(growth.value)} times as often as the one below, on average`,
    );
    for (const { level, ratio } of propagation(on.nodes).slice(1))
      checks.hold(
        ratio !== undefined && ratio.value <= VERIFIED,
        `with: level ${level} errs ${ratio?.value.toFixed(2)} times as often as the one below`,
      );
    const towers = await inTurn(TOWER.shares, towerOf);
    writeFileSync(join(REPOSITORY, PICTURE), picture(towers));
    const rows = [
      ...rowsOf(
        'nothing done against it',
        off,
        runs.map(({ off: one }) => one),
      ),
      ...rowsOf(
        'check and second decomposition',
        on,
        runs.map(({ on: one }) => one),
      ),
    ];
    return {
      text: [
        `${size} elements, powers below ${POWERS}, ${STEPS} steps; ${CONTEXTS} test contexts for each seed, the same at every level. Intervals are over contexts.`,
        table(
          [
            '',
            'level',
            'targets err',
            'of it inherited',
            'ratio to the level below',
            'by seed',
            'X errs',
            'ratio of X',
            'X to its targets',
          ],
          rows,
        ),
        `On average over levels (geometric mean) the error of targets grows ${estimated(growth, twice)} times a level with nothing done against it, ${estimated(growthOf(on.nodes), twice)} times with. Without, the last step is smaller because little is left: an orbit that meets the element of the rule twice is wrong once.`,
        `Of what H first got wrong ${caughtOf(on.mended)} is mended, of what it got right ${spoiltOf(on.mended)} spoilt. With two sub-questions error stays bounded from a catch rate of ${catchRateNeeded(2)} on.`,
        `Mistakes planted in the sub-answers of the X that learned with the second decomposition, under an H that makes none:`,
        table(
          ['planted', 'defence', 'level', 'error', 'local ε', 'masking m', 'inherited', 'gain g', 'caught'],
          (await inTurn(PLANTED, (share) => plantedRows(size, seeds[0]!, share, fresh))).flat(),
        ),
        `Trees of H alone down to the facts, ${TOWER.elements} elements, H errs in 1/${TOWER.elements}; a share of the answers of every level is verified (${PICTURE}):`,
        table(
          [
            'verified',
            ...TOWER.levels.map((level) => `error, level ${level}`),
            'last ratio',
            'ratio in theory',
          ],
          towers.map(({ share, errors, last, theory }) => [
            percent(share),
            ...errors.map((error) => bounded(error)),
            last ? estimated(last, (x) => x.toFixed(2)) : 'no mistakes below',
            theory.at(-2)! > 0 ? twice(theory.at(-1)! / theory.at(-2)!) : '',
          ]),
        ),
        `The same on wildcard search, 64 strings: H adds one too many in patterns that begin with ab, and other overseers in those that begin with ba and bb. Every way to take such a pattern apart has parts that begin with ab, so that a second decomposition errs alike:`,
        table(['every answer', ...WILD.levels.map((level) => `error, level ${level}`)], await wildRows()),
      ].join('\n\n'),
      failures: checks.failures,
    };
  },
};

interface Learned {
  readonly task: Powers;
  /** The last checkpoint. */
  readonly x: Assistant<PowerQuestion, number>;
  /** H as it erred. */
  readonly erring: Overseer<PowerQuestion, number>;
}

async function withRun<T>(
  size: number,
  seed: number,
  isVerified: boolean,
  fresh: boolean,
  use: (learned: Learned) => Promise<T>,
): Promise<T> {
  const noise = ['--noise', `systematic:${1 / size}`, ...(isVerified ? ['--defence', 'second'] : [])];
  const length = ['--endless', '--max-steps', `${STEPS}`, '--replicas', '1'];
  const args = ['--size', `${size}`, '--powers', `${POWERS}`, ...noise, ...length, '--seed', `${seed}`];
  const { record, file } = await runOf(args, { fresh });
  const task = powersTask(size, POWERS);
  const { checkpoint } = record.arms[0]!.iterations.at(-1)!;
  const [erring] = mainPlan(task, examiner, file.configuration).overseers;
  const runtime = await Runtime.open({ threads: 1, backend: 'auto' });
  try {
    const x = await inspected(task, loadCheckpoint(new Folder(`${folderOf(args)}/ida`), checkpoint), runtime);
    return await use({ task, x, erring: erring! });
  } finally {
    await runtime.close();
  }
}

function measured(size: number, seed: number, isVerified: boolean, fresh: boolean): Promise<Measured> {
  return withRun(size, seed, isVerified, fresh, ({ task, x, erring }) =>
    measure(
      task,
      examiner,
      { overseer: erring, isVerified },
      x,
      asked(task, LEVELS, CONTEXTS, TEST.split(seed)),
    ),
  );
}

/** Geometric mean over the levels above the first that err. */
function growthOf(nodes: readonly NodeOutcome[]): Estimate {
  const at = (level: number) => nodes.filter((node) => node.level === level);
  const [low, high] = [LEVELS[0]!, LEVELS.at(-1)!];
  const { value, low: from, high: to, n } = errorRatio(at(high), at(low))!;
  const root = (ratio: number | null) => (ratio === null ? null : ratio ** (1 / (high - low)));
  return { value: root(value)!, low: root(from), high: root(to), n };
}

/** All seeds together, a context of each a cluster of its own. */
function pooled(runs: readonly (Measured & { readonly seed: number })[]): Measured {
  const apart = <T extends { readonly cluster: number | string }>(items: readonly T[], seed: number) =>
    items.map((item) => ({ ...item, cluster: `${seed}/${item.cluster}` }));
  return {
    nodes: runs.flatMap(({ nodes, seed }) => apart(nodes, seed)),
    distilled: runs.flatMap(({ distilled, seed }) => apart(distilled, seed)),
    mended: runs.flatMap(({ mended, seed }) => apart(mended, seed)),
  };
}

function rowsOf(name: string, all: Measured, runs: readonly Measured[]) {
  const levels = propagation(all.nodes);
  const students = propagation(all.distilled.map((one) => ({ ...one, right: one.student, children: [] })));
  return levels.map(({ level, error, inherited, ratio }, i) => [
    name,
    level,
    bounded(error),
    bounded(inherited),
    ratio ? estimated(ratio, twice) : '',
    runs.map(({ nodes }) => propagation(nodes)[i]!.ratio?.value.toFixed(2) ?? '').join(' '),
    bounded(students[i]!.error),
    students[i]!.ratio ? estimated(students[i]!.ratio, twice) : '',
    ratioText(distillationRatio(all.distilled.filter((one) => one.level === level))),
  ]);
}

function plantedRows(size: number, seed: number, share: number, fresh: boolean) {
  return withRun(size, seed, true, fresh, async ({ task, x }) => {
    const contexts = asked(task, LEVELS, CONTEXTS / 2, TEST);
    const erring = planted(task, x, share, TEST.split('planted'));
    return (
      await inTurn([false, true], async (isVerified) => {
        const condition = { overseer: task.overseer, isVerified };
        const { nodes, mended } = await measure(task, examiner, condition, erring, contexts);
        return propagation(nodes)
          .slice(1) // the children of level 2 are facts
          .map(({ level, error, local, masking, inherited, gain }) => [
            percent(share),
            isVerified ? 'second' : 'none',
            level,
            bounded(error),
            bounded(local),
            bounded(masking),
            bounded(inherited),
            ratioText(gain),
            isVerified ? caughtOf(mended.filter((one) => one.level === level)) : '',
          ]);
      })
    ).flat();
  });
}

interface Tower {
  readonly share: number;
  readonly errors: readonly Proportion[];
  /** Of the highest level to the one below. */
  readonly last: Estimate | undefined;
  /** Error by level, by the recursion. */
  readonly theory: readonly number[];
}

async function towerOf(share: number): Promise<Tower> {
  const { elements, powers, contexts, levels } = TOWER;
  const task = powersTask(elements, powers);
  const slip = { kind: 'systematic', word: task.encoding.wordOf(3) } as const;
  const questions = asked(task, levels, contexts, TEST.split('tower'));
  const highest = levels.at(-1)!;
  const made = bySecond(task, noisy(task.overseer, slip, task));
  const whole = tower(task, made, highest, share, TEST.split('verified'));
  const nodes = await outcomes(task, examiner, whole, questions);
  const at = (level: number): readonly NodeOutcome[] => nodes.filter((node) => node.level === level);
  const level = { local: 1 / elements, branching: 2 };
  let error = 0;
  const theory = levels.map(() => {
    error = (1 - share) * inheritedError(error, level, caught(0));
    return error;
  });
  return {
    ...{ share, theory },
    errors: propagation(nodes).map(({ error: own }) => own),
    last: errorRatio(at(highest), at(highest - 1)),
  };
}

async function wildRows() {
  const task = wildcards(64);
  const { levels, contexts, each } = WILD;
  const questions = patterns(task, levels, contexts, each, TEST.split('wild'));
  const [h, ...others] = ['ab', 'ba', 'bb'].map((first) =>
    misadding(task.overseer, (pattern) => pattern.startsWith(first)),
  );
  const made: readonly (readonly [string, Made<PatternQuestion, number>, number])[] = [
    ['as H says', bySecond(task, h!), 0],
    ['with a second decomposition', bySecond(task, h!), 1],
    ['by a vote of three who err by different rules', byOthers(task, [h!, ...others]), 1],
  ];
  return inTurn(made, async ([name, by, share]) => {
    const whole = tower(task, by, levels.at(-1)!, share, TEST);
    const all = propagation(await outcomes(task, wildcardSearchExaminer, whole, questions));
    return [
      name,
      ...all.map(
        ({ error, ratio }) => `${bounded(error)}${ratio ? `, ratio ${estimated(ratio, twice)}` : ''}`,
      ),
    ];
  });
}

const COLOURS = ['#94a3b8', '#60a5fa', '#2563eb', '#7c3aed', '#c2410c'];

function picture(towers: readonly Tower[]): string {
  const lines = TOWER.levels.map((level, i): Line => {
    const points = towers.map(({ share, errors }) => [share, errors[i]!.value] as const);
    const whiskers = towers.map(({ share, errors }) => ({ x: share, ...errors[i]! }));
    return { name: `level ${level}`, colour: COLOURS[i]!, points, whiskers };
  });
  const theory: Line = {
    name: `level ${TOWER.levels.at(-1)}, in theory`,
    colour: COLOURS.at(-1)!,
    isDashed: true,
    points: towers.map((one) => [one.share, one.theory.at(-1)!] as const),
    whiskers: [],
  };
  return svg({
    title: `An overseer who errs by a rule in 1/${TOWER.elements}: error by level`,
    description: towers
      .map(
        ({ share, errors }) =>
          `${percent(share)} verified: ${errors.map((one) => percent(one.value)).join(', ')}`,
      )
      .join('; '),
    x: '% of the answers of every level that are verified, and worked out again where refused',
    y: 'wrong answers in %',
    lines: [...lines, theory],
  });
}

const twice = (x: number) => x.toFixed(2);

function ratioText(ratio: Estimate | undefined): string {
  return ratio ? estimated(ratio, twice) : '';
}

function bounded(share: Proportion | undefined): string {
  if (!share) return '';
  const { value, low, high } = share;
  return `${(100 * value).toFixed(1)} % (${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)})`;
}

/** Catch rate: of what was wrong, the share that was mended. */
function caughtOf(all: readonly Mended[]): string {
  return bounded(
    shareOf(
      all.filter(({ wasRight }) => !wasRight),
      ({ isRight }) => isRight,
    ),
  );
}

function spoiltOf(all: readonly Mended[]): string {
  return bounded(
    shareOf(
      all.filter(({ wasRight }) => wasRight),
      ({ isRight }) => !isRight,
    ),
  );
}
