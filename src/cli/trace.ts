/** capstan trace: why an answer is wrong. Down to its first wrong node, with the blame for each mistake by having it right and all
 *  above it done again, and back to the iteration and the lessons that taught it. */

import type { Command } from 'commander';
import { CapstanError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import type { Answer } from '../core/answer.ts';
import { scope } from '../core/budget.ts';
import { examinerOf } from '../evaluate/examiners.ts';
import { targetsOf } from '../iterate/defence.ts';
import { Runtime } from '../onnx/runtime.ts';
import { HOME, LEDGER } from '../project/home.ts';
import { recordedLife } from '../provenance/life.ts';
import { type Learner, type Taught, taughtBy } from '../provenance/taught.ts';
import { askedOfX, rightsBy, type Traced, traced } from '../provenance/trace.ts';
import { correctionsOn } from '../provenance/trail.ts';
import { checkpointsIn, loadCheckpoint } from '../registry/promotion.ts';
import { mainPlan } from '../run/arms.ts';
import { drawnAgain } from '../run/drawn.ts';
import { findRun, openRun } from '../run/folder.ts';
import { taskOf } from '../run/own.ts';
import { inspected } from '../run/serve.ts';
import { Folder } from '../storage/folder.ts';
import type { AnyAnswer, AnyQuestion, AnyTask } from '../tasks/tasks.ts';
import { integer } from './arguments.ts';
import { served } from './served.ts';

/** A tree has up to 2^depth questions below its root. */
const DEPTH_MAX = 8;

interface TraceFlags {
  readonly depth: number;
  readonly json?: boolean;
}

export function addTrace(program: Command): void {
  program
    .command('trace')
    .description('Find the first wrong node of an answer, whose mistake it is, and what taught it')
    .argument('<run>', 'its folder, or its name in ./runs')
    .argument('<question>', '«capstan tasks» shows how questions are written')
    .option('--depth <n>', 'levels of H above the assistant', integer('depth', 0, DEPTH_MAX), 2)
    .option('--json', 'print one JSON object')
    .action(async (given: string, text: string, { depth, json }: TraceFlags) => {
      const found = await trace(findRun(HOME, given), text, depth);
      if (json) console.log(JSON.stringify(plain(found)));
      else console.log(linesOf(found).join('\n'));
    });
}

interface Found {
  readonly task: AnyTask;
  readonly question: AnyQuestion;
  readonly checkpoint: string;
  readonly traced: Traced<AnyQuestion, AnyAnswer>;
  /** From the answer to its first wrong node and the blame, checkpoints loaded. */
  readonly milliseconds: number;
  readonly taught: (Taught<AnyAnswer> & { readonly about: AnyQuestion }) | undefined;
}

async function trace(path: string, text: string, depth: number): Promise<Found> {
  const { folder, file } = openRun(path);
  const { configuration } = file;
  if (configuration.norms)
    throw new CapstanError(
      'usage',
      `trace ${path}: expected a run whose norms stay, what is right changed in it`,
    );
  const task = taskOf(folder, configuration);
  const question = task.parse(text);
  const examiner = examinerOf(task);
  const arm = new Folder(`${path}/ida`);
  const last = served(arm);
  const corrections = correctionsOn(LEDGER, recordedLife(LEDGER, folder).entries, task.name);
  const rights = rightsBy(task, examiner, corrections);
  const runtime = await Runtime.open({ threads: 1, backend: 'auto' });
  try {
    const x = await inspected(task, last, runtime);
    await x.answer([question], scope()); // the first pass compiles its graphs
    const start = performance.now();
    const random = Random.seeded(0).split('trace');
    const found = await traced(task, task.overseer, x, question, depth, rights, random);
    const milliseconds = performance.now() - start;
    const about = askedOfX(found, question);
    const known = { task, question, checkpoint: last.hash, traced: found, milliseconds };
    if (about === undefined) return { ...known, taught: undefined };
    const learners: Learner<AnyQuestion, AnyAnswer>[] = [];
    for (const hash of checkpointsIn(arm)) {
      const checkpoint = loadCheckpoint(arm, hash);
      const { iteration, level, dataCount } = checkpoint.lineage;
      if (iteration > last.lineage.iteration) continue;
      const assistant = await inspected(task, checkpoint, runtime);
      learners.push({ hash, iteration, level, dataCount, assistant });
    }
    learners.sort((a, b) => a.iteration - b.iteration);
    const { overseers, defence } = mainPlan(task, examiner, configuration);
    // A person is not asked again: their script stands for them.
    const deciding = configuration.overseer === 'person' ? [task.overseer] : overseers;
    const taught = await taughtBy(arm, task, about, learners, {
      targets: (assistant) => targetsOf(task, deciding, defence, assistant, assistant),
      isRight: rights.isRight,
      drawn: drawnAgain(task, configuration),
    });
    return { ...known, taught: { ...taught, about } };
  } finally {
    await runtime.close();
  }
}

/** Questions and answers as people read them. */
function texts({ task }: Found) {
  return {
    question: (question: AnyQuestion) => task.show(question),
    answer: (answer: Answer<AnyAnswer>) =>
      answer.kind === 'known' ? task.showAnswer(answer.value) : `unknown: ${answer.reason}`,
  };
}

function plain(found: Found) {
  const { question, answer } = texts(found);
  const { direct, amplified, isDirectRight, isAmplifiedRight, mistakes, orders } = found.traced;
  const { taught, milliseconds, checkpoint } = found;
  return {
    question: question(found.question),
    ...{ checkpoint, direct: answer(direct), right: isDirectRight },
    ...{ amplified: answer(amplified), amplifiedRight: isAmplifiedRight },
    mistakes: mistakes.map(({ question: about, said, right, culprit, path, share, isEnough }) => ({
      ...{ question: question(about), said: answer(said), right: answer(right), culprit },
      ...{ path: path.map(question), share, enough: isEnough },
    })),
    ...{ orders, milliseconds },
    ...(taught && {
      taught: {
        question: question(taught.about),
        ...{ cause: taught.cause, iteration: taught.since.iteration, since: taught.since.hash },
        sayings: taught.sayings.map(({ hash, iteration, level, answer: said, target, isTargetRight }) => ({
          ...{ checkpoint: hash, iteration, level, answer: answer(said) },
          ...{ target: answer(target), targetRight: isTargetRight },
        })),
        ...{ lessons: taught.lessons, itself: taught.itself, alike: taught.alike },
      },
    }),
  };
}

function linesOf(found: Found): readonly string[] {
  const { question, answer } = texts(found);
  const { direct, amplified, isDirectRight, isAmplifiedRight, mistakes, orders } = found.traced;
  const verdict = (isRight: boolean) => (isRight ? 'right' : 'wrong');
  const root = question(found.question);
  const [first] = mistakes;
  return [
    `${root} = ${answer(direct)}   X alone, ${verdict(isDirectRight)}`,
    `${root} = ${answer(amplified)}   Amplify^H, ${verdict(isAmplifiedRight)}`,
    ...(first
      ? [
          `first wrong node  ${question(first.question)} = ${answer(first.said)}, right is ${answer(first.right)}   found in ${found.milliseconds.toFixed(0)} ms`,
          `on the way        ${first.path.map(question).join(' → ')}`,
          `behind it         ${behind(first.culprit, found)}`,
          ...mistakes.map(
            (one) =>
              `blame             ${(100 * one.share).toFixed(0).padStart(3)} %  ${question(one.question)} = ${answer(one.said)}${one.isEnough ? ', which alone would have made the answer right' : ''}`,
          ),
          ...(orders === 'all' ? [] : [`                  estimated on ${orders} orders by chance`]),
        ]
      : []),
    ...(found.taught ? taughtLines(found.taught, found) : []),
    ...(isDirectRight && isAmplifiedRight ? ['nothing is wrong on the way to it'] : []),
  ];
}

function behind(culprit: 'assistant' | 'overseer' | 'facts', { checkpoint, task }: Found): string {
  if (culprit === 'assistant') return `X, checkpoint ${brief(checkpoint)}`;
  return culprit === 'overseer'
    ? `${task.overseer.origin.name}, who made it of right sub-answers`
    : 'the facts, as they were looked up';
}

const CAUSES: { readonly [cause in Taught<unknown>['cause']]: string } = {
  taught: 'its target was wrong as well',
  unlearned: 'its target was right, and X has not learned it',
  unasked: 'its level had not been asked by then',
};

function taughtLines(taught: NonNullable<Found['taught']>, found: Found): readonly string[] {
  const { question, answer } = texts(found);
  const { since, itself, alike, about, lessons } = taught;
  return [
    `X says            ${taught.sayings.map((one) => `${answer(one.answer)} in iteration ${one.iteration}`).join(', ')}`,
    `since             iteration ${since.iteration}, checkpoint ${brief(since.hash)}: ${CAUSES[taught.cause]} (target ${answer(since.target)})`,
    `lessons           ${lessons} in that iteration; ${question(about)} itself was a target ${itself.asked} times, ${itself.wrong} of them wrong`,
    `                  of ${alike.asked} targets for what reads alike about other facts ${alike.wrong} were wrong${alike.asked > 0 ? ` (${((100 * alike.wrong) / alike.asked).toFixed(1)} %)` : ''}`,
  ];
}

/** Digits of a hash that tell one from another by eye. */
const SHOWN = 12;

function brief(hash: string): string {
  return hash.slice(0, SHOWN);
}
