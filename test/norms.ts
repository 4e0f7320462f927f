/** A real run in which what overseers want changes at one iteration: from then on H replies otherwise to certain questions,
 *  and X is looked at every few steps. For `npm run prove norms` and its short test. The overseers are scripts. */

import { hch } from '../src/amplify/hch.ts';
import { memo } from '../src/amplify/memo.ts';
import { hashText, Random } from '../src/base/random.ts';
import { drawHeld } from '../src/core/exam.ts';
import { Student } from '../src/distill/student.ts';
import { stages } from '../src/iterate/curriculum.ts';
import { type IterateOptions, iterate } from '../src/iterate/iterate.ts';
import { directly } from '../src/iterate/supervision.ts';
import { Runtime } from '../src/onnx/runtime.ts';
import { revised } from '../src/overseers/simulated.ts';
import { changed, changeOn, inForce, type Look, lookAt, type Norms } from '../src/oversight/norms.ts';
import { type Choices, configure } from '../src/run/configuration.ts';
import { type AnyQuestion, type AnyTask, taskEntry } from '../src/tasks/tasks.ts';

export interface NormsRun {
  readonly choices: Choices;
  /** The first iteration of the new version. */
  readonly iteration: number;
  /** The compound questions, as they are shown, whose answer it changes at once; more follow from those. */
  readonly flips: (shown: string) => boolean;
  /** Share of the questions in a lesson that are of those it changes at once, from then on, where a context has any; 0 leaves
   *  lessons as they are. */
  readonly share: number;
  /** Steps trained after the change, and between two looks. */
  readonly steps: number;
  readonly every: number;
}

export interface NormsSeen {
  /** `at`: steps since the change. */
  readonly looks: readonly Look[];
  /** Of what was looked at, in the order of each look: whether the rule itself changes it, or it follows from what that changes. */
  readonly isRuled: readonly boolean[];
  /** What an iteration took in the mean before the change, in steps. */
  readonly iterationSteps: number;
  /** Decisions of H by each look. */
  readonly decisions: ReadonlyMap<number, number>;
  readonly flipped: number;
  readonly kept: number;
  readonly norms: Norms;
}

/** Questions at each level. */
const QUESTIONS = 256;

export async function changedNorms({
  choices,
  iteration,
  flips,
  share,
  steps,
  every,
}: NormsRun): Promise<NormsSeen> {
  const { task: name, parameters, student: shape, training, seed } = configure({ ...choices, replicas: 1 });
  const opened = taskEntry(name).open(parameters);
  const random = Random.seeded(seed);
  const isRuled = (question: AnyQuestion) =>
    opened.environment(question) === undefined && flips(opened.show(question));
  const after = revised(opened.overseer, { version: '2', isFlipped: isRuled }, opened);
  let isChanged = false;
  const task: AnyTask = {
    ...opened,
    sample: (stream, demand) => {
      const questions = opened.sample(stream, demand);
      return isChanged && share > 0 && demand.split === 'train'
        ? weighted(questions, isRuled, share, stream.split('rest'))
        : questions;
    },
  };
  let norms: Norms = changed([], { policy: policyOf(task.overseer), iteration: 1, decisions: 0 });
  const h: AnyOverseer = {
    origin: task.overseer.origin,
    act: (workspaces, scope) => (isChanged ? after : task.overseer).act(workspaces, scope),
  };
  const gated = stages(task, training.curriculum).filter((stage) => stage.gated);
  // What was learned by then: nothing else can be kept or given up.
  const learned = gated[iteration - 2]!.level;
  const exam = Array.from({ length: learned }, (_, i) =>
    drawHeld(task, 'anchor', i + 1, QUESTIONS, random.split('exam')),
  ).flat();
  const depth = task.levels - task.levelsOfPrimitives;
  const alone = (overseer: AnyOverseer) => memo(hch(overseer, task.environment, depth), task.key);
  const change = await changeOn(exam, alone(task.overseer), alone(after));
  const runtimes = [await Runtime.open({ threads: 1, backend: 'auto' })];
  try {
    const student = await Student.fresh(task, shape, runtimes, random.split('weights'));
    const looks: Look[] = [];
    const decisions = new Map<number, number>();
    let [from, spent] = [undefined as number | undefined, 0];
    const look = async (at: number, made: number) => {
      decisions.set(at, made);
      looks.push(...(await lookAt(change, memo(student.assistant('X', false), task.key), at)));
    };
    const options: IterateOptions = {
      ...training,
      endless: true,
      stepsPerIteration: Number.MAX_SAFE_INTEGER,
    };
    for await (const { kind, progress, stage } of iterate(
      task,
      directly(task, [h]),
      student,
      { ...options, curriculum: { ...options.curriculum, levelMax: gated[iteration - 1]!.level } },
      random,
    )) {
      if (kind === 'iteration-ended' && stage.iteration === iteration - 1) {
        [from, spent] = [progress.step, progress.decisions];
        norms = changed(norms, { policy: policyOf(after), iteration, decisions: spent });
        isChanged = true;
        await look(0, 0);
      } else if (kind === 'trained' && from !== undefined) {
        const at = progress.step - from;
        if (at % every === 0) await look(at, progress.decisions - spent);
        if (at >= steps) break;
      }
    }
    if (inForce(norms, iteration)?.version !== 2) throw new Error('the change never came');
    const flipped = change.filter(({ isFlipped }) => isFlipped).length;
    return {
      looks,
      isRuled: change.map(({ question }) => isRuled(question)),
      iterationSteps: from! / (iteration - 1),
      decisions,
      flipped,
      kept: change.length - flipped,
      norms,
    };
  } finally {
    for (const runtime of runtimes) await runtime.close();
  }
}

type AnyOverseer = AnyTask['overseer'];

const policyOf = ({ origin }: AnyOverseer) => hashText(`${origin.name} ${origin.version}`)[0].toString(16);

/** As many questions, of which that share are ruled ones, again and again, and the others some of the rest, by chance: were they the
 *  first, the last elements of every context would be forgotten. */
function weighted<Q>(
  questions: readonly Q[],
  isRuled: (question: Q) => boolean,
  share: number,
  random: Random,
): readonly Q[] {
  const ruled = questions.filter(isRuled);
  if (ruled.length === 0) return questions;
  const rest = random.shuffle(questions.filter((question) => !isRuled(question)));
  const many = Math.max(questions.length - rest.length, Math.round(share * questions.length));
  const again = Array.from({ length: many }, (_, i) => ruled[i % ruled.length]!);
  return [...again, ...rest].slice(0, questions.length);
}
