/** From a wrong answer to the node that made it wrong: planted mistakes are found, blamed, and found fast; and what taught X a
 *  mistake of H by a rule is named. */

import { type TranscriptTree, unfold } from '../src/amplify/tree.ts';
import { Random } from '../src/base/random.ts';
import { type Answer, agree, known } from '../src/core/answer.ts';
import type { Assistant, Overseer } from '../src/core/assistant.ts';
import { scope, scopeFor } from '../src/core/budget.ts';
import { permutationPoweringExaminer as examiner } from '../src/examiners/permutation-powering.ts';
import { targetsOf } from '../src/iterate/defence.ts';
import { Runtime } from '../src/onnx/runtime.ts';
import { taughtBy } from '../src/provenance/taught.ts';
import { rightsBy, traced } from '../src/provenance/trace.ts';
import { loadCheckpoint } from '../src/registry/promotion.ts';
import { mainPlan } from '../src/run/arms.ts';
import { drawnAgain } from '../src/run/drawn.ts';
import { inspected } from '../src/run/serve.ts';
import { type Clustered, meanWithin, shareOf } from '../src/statistics/clustered.ts';
import { medianOf } from '../src/statistics/mean.ts';
import { Folder } from '../src/storage/folder.ts';
import type { PowerQuestion } from '../src/tasks/permutation-powering.ts';
import { asked, type Powers, powersTask } from '../test/propagation.ts';
import { estimated, percent, table } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';
import { folderOf, runOf } from './runs.ts';

const [BLAMED, MEDIAN_MS] = [0.95, 1000];
const POWERS = 16;
const DEPTH = 2;
const CONTEXTS = 100;
const COUNTS = [1, 2, 3];
const RANDOM = Random.seeded(0).split('tracing');
/** Contexts of which the answers that X learned wrongly are traced to their lessons. */
const TAUGHT_CONTEXTS = 24;

type X = Assistant<PowerQuestion, number>;
type H = Overseer<PowerQuestion, number>;

export const proof: Proof = {
  claim: `Of roots made wrong by planted mistakes of X or of H, the first wrong node is a planted one and the blame lies on the planted ones in at least ${100 * BLAMED} %, in a median below ${MEDIAN_MS} ms.`,
  defaults: { seeds: [1, 2, 3], sizes: [16] },
  async prove({ seeds, sizes: [size = 16], fresh }) {
    const checks = new Checks();
    const cases = (await inTurn(seeds, (seed) => plantedCases(size, seed, fresh))).flat();
    const rows = ['X', 'H'].flatMap((who) =>
      COUNTS.map((count) => {
        const all = cases.filter((one) => one.who === who && one.count === count);
        const first = shareOf(all, (one) => one.isFirst)!;
        const blamed = shareOf(all, (one) => one.share >= 1 - 1e-9)!;
        const share = meanWithin(all, (one) => one.share)!;
        const median = medianOf(all.map(({ milliseconds }) => milliseconds))!;
        const name = `${count} in ${who}`;
        checks.hold(
          first.value >= BLAMED,
          `${name}: the first wrong node is planted in ${percent(first.value)}`,
        );
        checks.hold(share.value >= BLAMED, `${name}: the share of the planted is ${percent(share.value)}`);
        checks.hold(median < MEDIAN_MS, `${name}: ${median.toFixed(1)} ms`);
        const within = (one: { value: number; low: number; high: number }) =>
          estimated({ ...one, n: 0 }, percent);
        const slowest = Math.max(...all.map(({ milliseconds }) => milliseconds));
        return [
          name,
          all.length,
          within(first),
          within(share),
          within(blamed),
          median.toFixed(1),
          slowest.toFixed(0),
        ];
      }),
    );
    const taught = (await inTurn(seeds, (seed) => taughtCases(seed, fresh))).flat();
    const wrongly = taught.filter(({ isWrong }) => isWrong);
    const causes = (['taught', 'unlearned', 'unasked'] as const).map((cause) => {
      const own = wrongly.filter((one) => one.cause === cause);
      return [
        cause,
        own.length,
        lessonShare(own),
        (medianOf(own.map(({ milliseconds }) => milliseconds)) ?? 0).toFixed(0),
      ];
    });
    const rightly = taught.filter(({ isWrong }) => !isWrong);
    return {
      text: [
        `${size} elements, powers below ${POWERS}, trees of depth ${DEPTH} over the last checkpoint of ${seeds.length} runs; roots that became wrong where they had been right. Intervals are over contexts.`,
        table(
          [
            'planted',
            'wrong roots',
            'first wrong node is planted',
            'blame on the planted',
            'all of it',
            'median ms',
            'slowest ms',
          ],
          rows,
        ),
        `What taught X: runs of 8 elements under an H that errs by a rule in an eighth. Wrong answers of X at level 2 to contexts in no lesson, and the share of wrong targets in lessons that read alike:`,
        table(
          ['cause', 'answers', 'wrong targets among those alike', 'median ms'],
          [...causes, ['(right answers)', rightly.length, lessonShare(rightly), '']],
        ),
      ].join('\n\n'),
      failures: checks.failures,
    };
  },
};

interface Case extends Clustered {
  readonly who: 'X' | 'H';
  readonly count: number;
  readonly isFirst: boolean;
  /** Of the blame, on planted nodes. */
  readonly share: number;
  readonly milliseconds: number;
}

async function withRun<T>(
  args: readonly string[],
  size: number,
  fresh: boolean,
  use: (
    task: Powers,
    x: X,
    run: Awaited<ReturnType<typeof runOf>>,
    open: (hash: string) => Promise<X>,
  ) => Promise<T>,
): Promise<T> {
  const run = await runOf(args, { fresh });
  const task = powersTask(size, POWERS);
  const runtime = await Runtime.open({ threads: 1, backend: 'auto' });
  const open = (hash: string) =>
    inspected(task, loadCheckpoint(new Folder(`${folderOf(args)}/ida`), hash), runtime);
  try {
    return await use(task, await open(run.record.arms[0]!.iterations.at(-1)!.checkpoint), run, open);
  } finally {
    await runtime.close();
  }
}

function plantedCases(size: number, seed: number, fresh: boolean): Promise<readonly Case[]> {
  const args = ['--size', `${size}`, '--powers', `${POWERS}`, '--replicas', '1', '--seed', `${seed}`];
  return withRun(args, size, fresh, async (task, x) => {
    const rights = rightsBy(task, examiner, new Map());
    const cases: Case[] = [];
    for (const [context, questions] of asked(task, [task.levels], CONTEXTS, RANDOM.split(seed)).entries()) {
      const random = RANDOM.split('planted').split(seed).split(context);
      const root = questions[random.below(questions.length)]!;
      const tree = await unfold(task.overseer, task.environment, x, DEPTH, root, scope());
      if (!rights.isRight(root, tree.answer)) continue;
      for (const who of ['X', 'H'] as const)
        for (const count of COUNTS) {
          const where = random.split(who).split(count);
          const nodes = nodesOf(tree).filter(
            (node) => !node.isFact && (node.children.length === 0) === (who === 'X'),
          );
          const keys = new Set(
            where
              .shuffle(nodes)
              .slice(0, count)
              .map(({ question }) => task.key(question)),
          );
          const [erring, slipping] =
            who === 'X'
              ? [wrongAbout(task, x, keys, where), task.overseer]
              : [x, slippingAbout(task, keys, where)];
          const start = performance.now();
          const found = await traced(task, slipping, erring, root, DEPTH, rights, where);
          const milliseconds = performance.now() - start;
          if (found.isAmplifiedRight) continue;
          const isPlanted = (question: PowerQuestion) => keys.has(task.key(question));
          cases.push({
            ...{ cluster: `${seed}/${context}`, who, count, milliseconds },
            isFirst: isPlanted(found.mistakes[0]!.question),
            share: found.mistakes.reduce((sum, one) => sum + (isPlanted(one.question) ? one.share : 0), 0),
          });
        }
    }
    return cases;
  });
}

function nodesOf(
  tree: TranscriptTree<PowerQuestion, number>,
): readonly TranscriptTree<PowerQuestion, number>[] {
  return [tree, ...tree.children.flatMap(nodesOf)];
}

/** The next element of the context, or one further on. */
function slip(question: PowerQuestion, answer: Answer<number>, task: Powers, random: Random): Answer<number> {
  if (answer.kind === 'unknown') return answer;
  const others = question.permutation.domain.filter((element) => element !== answer.value);
  return known(others[random.split(task.key(question)).below(others.length)]!, answer.confidence);
}

function wrongAbout(task: Powers, x: X, keys: ReadonlySet<string>, random: Random): X {
  return {
    origin: x.origin,
    answer: async (questions, own) =>
      (await x.answer(questions, own)).map((answer, i) =>
        keys.has(task.key(questions[i]!)) ? slip(questions[i]!, answer, task, random) : answer,
      ),
  };
}

function slippingAbout(task: Powers, keys: ReadonlySet<string>, random: Random): H {
  return {
    origin: task.overseer.origin,
    act: async (workspaces, own) =>
      (await task.overseer.act(workspaces, own)).map((action, i) => {
        const { question } = workspaces[i]!;
        return action.kind === 'reply' && keys.has(task.key(question))
          ? { ...action, answer: slip(question, action.answer, task, random) }
          : action;
      }),
  };
}

interface TaughtCase extends Clustered {
  readonly isWrong: boolean;
  readonly cause: 'taught' | 'unlearned' | 'unasked';
  readonly asked: number;
  readonly wrong: number;
  readonly milliseconds: number;
}

function taughtCases(seed: number, fresh: boolean): Promise<readonly TaughtCase[]> {
  const noise = ['--noise', 'systematic:0.125', '--endless', '--max-steps', '1500'];
  const args = ['--size', '8', '--powers', `${POWERS}`, ...noise, '--replicas', '1', '--seed', `${seed}`];
  return withRun(args, 8, fresh, async (task, x, { record, file: { configuration } }, open) => {
    const rights = rightsBy(task, examiner, new Map());
    const arm = new Folder(`${folderOf(args)}/ida`);
    const learners = await inTurn(record.arms[0]!.iterations, async ({ checkpoint, iteration, level }) => ({
      ...{ hash: checkpoint, iteration, level, assistant: await open(checkpoint) },
      dataCount: loadCheckpoint(arm, checkpoint).lineage.dataCount,
    }));
    const { overseers, defence } = mainPlan(task, examiner, configuration);
    const cases: TaughtCase[] = [];
    for (const [context, questions] of asked(
      task,
      [2],
      TAUGHT_CONTEXTS,
      RANDOM.split('taught').split(seed),
    ).entries()) {
      const answers = await x.answer(questions, scopeFor(questions.length));
      const wrong = questions.findIndex((question, i) => !rights.isRight(question, answers[i]!));
      for (const place of wrong < 0 ? [0] : [wrong, (wrong + 1) % questions.length]) {
        const question = questions[place]!;
        const start = performance.now();
        const found = await taughtBy(arm, task, question, learners, {
          targets: (own) => targetsOf(task, overseers, defence, own, own),
          isRight: rights.isRight,
          drawn: drawnAgain(task, configuration),
        });
        const { cause, alike, sayings } = found;
        if (!agree(sayings.at(-1)!.answer, answers[place]!)) throw new Error('another answer than before');
        cases.push({
          ...{ cluster: `${seed}/${context}`, isWrong: !rights.isRight(question, answers[place]!), cause },
          ...{ asked: alike.asked, wrong: alike.wrong, milliseconds: performance.now() - start },
        });
      }
    }
    return cases;
  });
}

function lessonShare(cases: readonly TaughtCase[]): string {
  const targets = cases.flatMap(({ cluster, asked: of, wrong }) =>
    Array.from({ length: of }, (_, i) => ({ cluster, isWrong: i < wrong })),
  );
  const share = shareOf(targets, ({ isWrong }) => isWrong);
  return share ? estimated(share, percent) : '';
}
