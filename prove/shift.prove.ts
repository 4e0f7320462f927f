/** What becomes of a network where questions are not like those it was trained on: longer, of other sizes, about permutations of a
 *  kind that chance hardly draws. For every iteration, alone and under H. Its picture is docs/shift.svg. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { amplify } from '../src/amplify/amplify.ts';
import { withEnvironment } from '../src/amplify/environment.ts';
import { memo } from '../src/amplify/memo.ts';
import { Random } from '../src/base/random.ts';
import type { Assistant } from '../src/core/assistant.ts';
import { scopeFor } from '../src/core/budget.ts';
import { isRight } from '../src/evaluate/accuracy.ts';
import { calibrationError } from '../src/evaluate/calibration-error.ts';
import { permutationPoweringExaminer as examiner } from '../src/examiners/permutation-powering.ts';
import { Runtime } from '../src/onnx/runtime.ts';
import { loadCheckpoint } from '../src/registry/promotion.ts';
import { inspected } from '../src/run/serve.ts';
import { type Clustered, meanOfItems, shareOf } from '../src/statistics/clustered.ts';
import type { Proportion } from '../src/statistics/proportion.ts';
import { Folder } from '../src/storage/folder.ts';
import type { Permutation, PowerQuestion } from '../src/tasks/permutation-powering.ts';
import { type Powers, powersTask } from '../test/propagation.ts';
import { type Line, svg } from './curves.ts';
import { estimated, percent, table } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';
import { folderOf, REPOSITORY, runOf } from './runs.ts';

const PICTURE = 'docs/shift.svg';
/** Trained on powers below 16, levels up to 4; asked up to level 6. */
const [POWERS, ASKED, TRAINED_LEVELS, HIGHEST] = [16, 64, 4, 6];
const GOAL = 0.9;
const CONTEXTS = 64;
/** Levels of H above the network. */
const DEPTHS = [0, 1, 2];
const RANDOM = Random.seeded(0).split('shift');

export const proof: Proof = {
  claim: `A network that was trained up to level ${TRAINED_LEVELS} answers level ${HIGHEST} right in at least ${100 * GOAL} % with two levels of H above it, at every seed; shown beside it: sizes and structures never trained on, at each iteration, with confidence held against accuracy.`,
  defaults: { seeds: [1, 2, 3], sizes: [16] },
  async prove({ seeds, sizes: [size = 16], fresh }) {
    const checks = new Checks();
    const found = (await inTurn(seeds, (seed) => shifted(size, seed, fresh))).flat();
    const iterations = [...new Set(found.map(({ iteration }) => iteration))].sort();
    const last = iterations.at(-1)!;
    const some = (shift: string, iteration: number, depth: number) =>
      found.filter((one) => one.shift === shift && one.iteration === iteration && one.depth === depth);
    for (const seed of seeds) {
      const long = some(longest(), last, 2).filter((one) => one.seed === seed);
      const share = accuracyOf(long);
      checks.hold(
        share.value >= GOAL,
        `seed ${seed}: level ${HIGHEST} with two of H: ${percent(share.value)}`,
      );
    }
    writeFileSync(join(REPOSITORY, PICTURE), picture(found, iterations));
    const names = [...new Set(found.map(({ shift }) => shift))];
    const rows = names.flatMap((name) =>
      iterations.map((iteration) => {
        const alone = some(name, iteration, 0);
        const over = meanOfItems(alone, (one) => one.confidence - Number(one.right))!;
        const error = calibrationError(alone);
        return [
          name,
          `X_${iteration}`,
          ...DEPTHS.map((depth) => short(accuracyOf(some(name, iteration, depth)))),
          estimated(over, (x) => (100 * x).toFixed(1)),
          error ? estimated(error.debiased, (x) => (100 * x).toFixed(1)) : '',
        ];
      }),
    );
    const text = [
      `${size} elements, powers below ${POWERS}, seeds ${seeds.join(', ')} together; ${CONTEXTS} test contexts of each kind and seed, the same for every checkpoint. Right answers in %, with intervals over contexts. A network knows no names but the ${size} it was trained with, so contexts can be smaller and not larger.`,
      table(
        [
          'questions',
          'checkpoint',
          'X alone',
          'Amplify^H(X)',
          'twice',
          'confidence less accuracy, in points',
          'ECE in points',
        ],
        rows,
      ),
      `By level in ${PICTURE}.`,
    ];
    return { text: text.join('\n\n'), failures: checks.failures };
  },
};

interface Item extends Clustered {
  readonly shift: string;
  readonly seed: number;
  readonly iteration: number;
  readonly depth: number;
  readonly right: boolean;
  readonly confidence: number;
}

/** Questions by what is unlike those of training. */
interface Shift {
  readonly name: string;
  readonly contexts: readonly (readonly PowerQuestion[])[];
}

const levelName = (level: number) => `level ${level}${level > TRAINED_LEVELS ? ', never trained' : ''}`;
const longest = () => levelName(HIGHEST);

function shifts(task: Powers, random: Random): readonly Shift[] {
  const size = task.sizeMax;
  const drawn = (name: string, of: number) =>
    Array.from(
      { length: CONTEXTS },
      (_, i) =>
        task.sample(random.split(name).split(i), { split: 'test', size: of, level: 2 })[0]!.permutation,
    );
  const at = (name: string, permutations: readonly Permutation[], level: number): Shift => ({
    name,
    contexts: permutations.map((permutation, i) => {
      const stream = random.split('powers').split(level).split(i);
      const least = 2 ** (level - 1);
      return permutation.domain.map((element) => ({
        ...{ permutation, element },
        power: least + stream.below(least),
      }));
    }),
  });
  const levels = Array.from({ length: HIGHEST - 1 }, (_, i) => i + 2);
  // The curriculum goes through half the size first.
  const sizes = [...new Set([4, size / 2, (3 * size) / 4])].filter((one) => one < size);
  const structures: readonly (readonly [string, (domain: readonly number[]) => readonly number[]])[] = [
    ['one cycle', (all) => [...all.slice(1), all[0]!]],
    ['pairs swapped', (all) => all.map((_, i) => all[i ^ 1] ?? all[i]!)],
    ['all but two fixed', (all) => [all[1]!, all[0]!, ...all.slice(2)]],
  ];
  return [
    ...levels.map((level) => at(levelName(level), drawn('whole', size), level)),
    ...sizes.map((of) =>
      at(
        `${of} elements${of === size / 2 ? '' : ', never trained'}, level ${TRAINED_LEVELS}`,
        drawn(`size ${of}`, of),
        TRAINED_LEVELS,
      ),
    ),
    ...structures.map(([name, cycle]) =>
      at(
        `${name}, level ${TRAINED_LEVELS}`,
        drawn(name, size).map((one, i) => relabelled(one, cycle, random.split(name).split(i).split('names'))),
        TRAINED_LEVELS,
      ),
    ),
  ];
}

/** A permutation of this structure, its elements in an order drawn by chance. */
function relabelled(
  { domain, image }: Permutation,
  structure: (domain: readonly number[]) => readonly number[],
  random: Random,
): Permutation {
  const order = random.shuffle(domain);
  const to = structure(order);
  const moved = image.map(() => -1);
  order.forEach((element, i) => {
    moved[element] = to[i]!;
  });
  return { domain, image: moved, key: domain.map((x) => `${x}>${moved[x]!}`).join(' ') };
}

async function shifted(size: number, seed: number, fresh: boolean): Promise<readonly Item[]> {
  const args = ['--size', `${size}`, '--powers', `${POWERS}`, '--replicas', '1', '--seed', `${seed}`];
  const { record } = await runOf(args, { fresh });
  const task = powersTask(size, ASKED);
  const all = shifts(task, RANDOM.split(seed));
  const runtime = await Runtime.open({ threads: 1, backend: 'auto' });
  try {
    const items = await inTurn(record.arms[0]!.iterations, async ({ checkpoint, iteration }) => {
      // A network takes questions of any length: each binary digit of the power is a round.
      const x = await inspected(
        task,
        loadCheckpoint(new Folder(`${folderOf(args)}/ida`), checkpoint),
        runtime,
      );
      const found: Item[] = [];
      for (const depth of DEPTHS)
        for (const { name, contexts } of all)
          found.push(
            ...(await answered(task, above(task, x, depth), contexts)).map((one) => ({
              ...{ ...one, cluster: `${seed}/${one.cluster}` },
              ...{ shift: name, seed, iteration, depth },
            })),
          );
      return found;
    });
    return items.flat();
  } finally {
    await runtime.close();
  }
}

/** Amplify^H, so many times. */
function above(task: Powers, x: Assistant<PowerQuestion, number>, depth: number) {
  let assistant = memo(x, task.key);
  for (let i = 0; i < depth; i++)
    assistant = memo(amplify(task.overseer, withEnvironment(task.environment, assistant)), task.key);
  return assistant;
}

async function answered(
  task: Powers,
  assistant: Assistant<PowerQuestion, number>,
  contexts: readonly (readonly PowerQuestion[])[],
): Promise<readonly Pick<Item, 'cluster' | 'right' | 'confidence'>[]> {
  const questions = contexts.flat();
  const answers = await assistant.answer(questions, scopeFor(task.asksMax ** 2 * questions.length));
  let place = 0;
  return contexts.flatMap((context, cluster) =>
    context.map((question) => {
      const answer = answers[place++]!;
      return {
        cluster,
        right: isRight(examiner, question, answer),
        confidence: answer.kind === 'known' ? answer.confidence : 0,
      };
    }),
  );
}

function accuracyOf(items: readonly Item[]): Proportion {
  return shareOf(items, ({ right }) => right)!;
}

const COLOURS = ['#94a3b8', '#2563eb', '#c2410c', '#15803d'];

function picture(found: readonly Item[], iterations: readonly number[]): string {
  const levels = Array.from({ length: HIGHEST - 1 }, (_, i) => i + 2);
  const across = (level: number) => (level - 2) / (HIGHEST - 2);
  const line = (iteration: number, depth: number): Line => {
    const shares = levels.map((level) => ({
      x: across(level),
      ...accuracyOf(
        found.filter(
          (one) => one.shift === levelName(level) && one.iteration === iteration && one.depth === depth,
        ),
      ),
    }));
    return {
      name: depth === 0 ? `X_${iteration} alone` : `X_${iteration} under H, twice`,
      colour: COLOURS[iteration % COLOURS.length]!,
      isDashed: depth === 0,
      points: shares.map(({ x, value }) => [x, value] as const),
      whiskers: shares,
    };
  };
  const lines = iterations.flatMap((iteration) => [line(iteration, 0), line(iteration, 2)]);
  return svg({
    title: `Longer questions than were trained (level ${TRAINED_LEVELS} and below)`,
    description: lines
      .map(({ name, points }) => `${name}: ${points.map(([, y]) => percent(y)).join(', ')}`)
      .join('; '),
    x: 'level: binary digits of the power',
    y: 'right answers in %',
    lines,
    ticks: levels.map((level) => [across(level), `${level}`] as const),
  });
}

function short({ value, low, high }: Proportion): string {
  return `${(100 * value).toFixed(1)} (${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)})`;
}
