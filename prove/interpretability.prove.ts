/** What can be read off the transcripts of Amplify^H(X) about X, on real networks: by a machine auditor, since no people were
 *  asked. Half-way X knows the levels up to 3 of 4; at the end all. */

import { amplify } from '../src/amplify/amplify.ts';
import { edited } from '../src/amplify/edited.ts';
import { withEnvironment } from '../src/amplify/environment.ts';
import { memo } from '../src/amplify/memo.ts';
import { networkAssistant } from '../src/assistants/network.ts';
import { Random } from '../src/base/random.ts';
import { type Answer, agree, type Known, known } from '../src/core/answer.ts';
import type { Assistant, Overseer } from '../src/core/assistant.ts';
import { scopeFor } from '../src/core/budget.ts';
import type { Exchange, Transcript } from '../src/core/workspace.ts';
import { Imitator } from '../src/distill/imitator.ts';
import { Student } from '../src/distill/student.ts';
import { machineAuditor } from '../src/evaluate/auditor.ts';
import {
  counterfactuals,
  type Edit,
  type Explanation,
  editFaithfulness,
  firstErrorLocalisation,
  type Guessed,
  type Located,
  type Said,
  simulatability,
} from '../src/evaluate/interpretability.ts';
import { iterate } from '../src/iterate/iterate.ts';
import { directly } from '../src/iterate/supervision.ts';
import { Runtime } from '../src/onnx/runtime.ts';
import { noisy } from '../src/overseers/noisy.ts';
import { configure } from '../src/run/configuration.ts';
import type { Estimate } from '../src/statistics/estimate.ts';
import { meanOf } from '../src/statistics/mean.ts';
import { type PowerQuestion, permutationPowering } from '../src/tasks/permutation-powering.ts';
import { estimated, percent, table } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';

type X = Assistant<PowerQuestion, number>;
type H = Overseer<PowerQuestion, number>;
type Shown = Transcript<PowerQuestion, number>;

const [GAIN, FAITHFUL] = [0.2, 0.95];
const POWERS = 16;
/** Of the test pile, and in each: questions whose transcripts are shown, questions that are guessed. */
const CONTEXTS = 24;
const [SHOWN, TESTED] = [40, 20];
/** Edits and traces for each. */
const EDITED = 12;
/** Transcripts of H that H′ learns from, the share of them that are edited for one of two H′, and the steps of each. */
const [LABELLED, EDITED_SHARE, STUDY] = [300, 0.3, 1200];
/** Questions on which H′ is held against H. */
const AGREED = 500;
/** Share of replies that err, in a control. */
const NOISE = 0.1;

export const proof: Proof = {
  claim: `Transcripts say what X will answer: a machine auditor foretells it ≥ ${100 * GAIN} points better with transcripts of other questions than with their answers alone. After a sub-answer is edited, Amplify^H′(X) answers as H would in ≥ ${percent(FAITHFUL)} of the cases that it matters in, if H′ learned from edited transcripts too.`,
  defaults: { seeds: [1, 2, 3], sizes: [8] },
  async prove({ seeds, sizes }) {
    const task = permutationPowering({ elements: sizes[0]!, powers: POWERS });
    const learned = await inTurn(seeds, (seed) => learn(task, seed));
    try {
      const checks = new Checks();
      const rows: (readonly string[])[] = [];
      for (const stage of ['half-way', 'at the end'] as const) {
        const studies = await inTurn(learned, async ({ seed, end, halfway, predictors }, i) => {
          const x = await (stage === 'half-way' ? halfway() : end());
          const other = await learned[(i + 1) % learned.length]!.end();
          return studied(task, x, other, predictors, seed);
        });
        const found = figuresOf(together(studies));
        const bySeed = meanOf(studies.map((one) => simulatability(one.guesses, one.explained)!.gain.value))!;
        if (stage === 'at the end') {
          checks.hold(found.simulated.gain.low! >= GAIN, `gain ${found.simulated.gain.value}`);
          checks.hold(found.practised.value >= FAITHFUL, `H′ follows edits in ${found.practised.value}`);
        }
        checks.hold(
          found.noise.high < FAITHFUL,
          `the control, an H that errs, follows edits in ${found.noise.value}`,
        );
        const figures: readonly (readonly [string, Estimate | undefined])[] = [
          ['X guessed with transcripts', found.simulated.with],
          ['without', found.simulated.without],
          ['simulatability: the difference', found.simulated.gain],
          ['the same, over seeds', bySeed],
          ['counterfactual precision', found.counterfactuals.precision],
          ['generality', found.counterfactuals.generality],
          ['questions that one explanation says something of', found.counterfactuals.coverage],
          ['edits followed: Amplify^H′(X), H′ from H’s own transcripts', found.plain],
          [`edits followed: the same, ${percent(EDITED_SHARE)} of them edited`, found.practised],
          [`edits followed: H with ${percent(NOISE)} random errors (control)`, found.noise],
          ['edits of the facts followed: X alone', found.facts],
          ['first wrong step found, F1, by an X of another seed', found.located.f1],
          ['… in wrong traces', found.located.onWrong],
          ['… none in right traces', found.located.onRight],
        ];
        for (const [name, figure] of figures)
          rows.push([`${stage}: ${name}`, figure ? estimated(figure, percent) : '–', String(figure?.n ?? 0)]);
      }
      const exact = learned.flatMap(({ seed, agreed }) =>
        Object.entries(agreed).map(([name, share]) => [`seed ${seed}: H′ ${name}`, percent(share)]),
      );
      return {
        text: `${table(['', '95 % interval over contexts', 'n'], rows)}\n\nAnswers of H′ that are H’s, on ${AGREED} transcripts that are not edited:\n\n${table(['', 'same'], exact)}\n\nThe auditor is a machine (nearest transcript, names exchanged); its agreement with people was not measured, so these figures do not count as theirs.`,
        failures: checks.failures,
      };
    } finally {
      for (const { runtimes } of learned) for (const runtime of runtimes) await runtime.close();
    }
  },
};

type PowerTask = ReturnType<typeof permutationPowering>;

/** Two H′: of H's own transcripts, and of some that were edited first. */
type Predictors = { readonly plain: H; readonly practised: H };

/** X of one seed with its history, and H′ that learned from H. */
async function learn(task: PowerTask, seed: number) {
  const configuration = configure({ task: task.name, size: task.sizeMax, powers: POWERS, seed, replicas: 1 });
  const { student: options, training, labels } = configuration;
  const runtimes = await Promise.all([0, 1].map(() => Runtime.open({ threads: 1, backend: 'native' })));
  const root = Random.seeded(seed);
  const student = await Student.fresh(task, options, runtimes.slice(0, 1), root.split('weights'));
  let before: Float32Array | undefined;
  for await (const event of iterate(task, directly(task), student, training, root)) {
    if (event.kind !== 'iteration-ended') continue;
    process.stderr.write(`seed ${seed}: level ${event.stage.level}, step ${event.progress.step}\n`);
    if (event.stage.level === task.levels - 1) before = (await student.state()).average;
  }
  const facing = (x: X): X => withEnvironment(task.environment, memo(x, task.key));
  const x = facing(student.assistant('X', false));
  const own = await transcriptsOf(task.overseer, x, drawn(task, LABELLED, 'train', root.split('label')));
  const some = await inTurn(own, async (one, i): Promise<Shown> => {
    const stream = root.split('practice').split(i);
    if (stream.uniform() >= EDITED_SHARE) return one;
    return (await editedSomewhere(task.overseer, x, one, stream)).transcript;
  });
  const studied = async (runtime: Runtime, transcripts: readonly Shown[]): Promise<H> => {
    const imitator = await Imitator.fresh(task, labels.imitator, [runtime], root.split('imitator'));
    imitator.remember(transcripts);
    await imitator.learn(STUDY, root.split('study'));
    return imitator.overseer;
  };
  const predictors = {
    plain: await studied(runtimes[0]!, own),
    practised: await studied(runtimes[1]!, some),
  };
  const unseen = drawn(task, AGREED, 'gate', root.split('agreed'));
  const right = await amplify(task.overseer, x).answer(unseen, scopeFor(AGREED));
  const agreed = async (h: H) => {
    const said = await amplify(h, x).answer(unseen, scopeFor(AGREED));
    return said.filter((answer, i) => isSame(answer, right[i]!)).length / AGREED;
  };
  return {
    ...{ seed, runtimes, predictors, end: async () => x },
    halfway: async () => facing(networkAssistant(await student.earlier('X, half-way', false, before!, 1))),
    agreed: {
      'from H’s own transcripts': await agreed(predictors.plain),
      'from some edited ones': await agreed(predictors.practised),
    },
  };
}

/** One question of each of so many contexts, of all levels alike. */
function drawn(task: PowerTask, count: number, split: 'train' | 'gate', random: Random) {
  return Array.from({ length: count }, (_, i) => {
    const stream = random.split(i);
    const sampled = task.sample(stream, { split, size: task.sizeMax, level: 1 + (i % task.levels) });
    return sampled[stream.split('one').below(sampled.length)]!;
  });
}

/** H goes on after one of the sub-answers, by chance, was replaced. */
async function editedSomewhere(h: H, x: X, one: Shown, random: Random) {
  const place = random.below(one.exchanges.length);
  const answer = otherThan(one.exchanges[place]!, random);
  return { place, answer, transcript: await edited(h, x, one, { place, answer }, scopeFor(1)) };
}

async function transcriptsOf(h: H, x: X, questions: readonly PowerQuestion[]): Promise<readonly Shown[]> {
  const all: Shown[] = [];
  await amplify(h, x, { record: (one) => all.push(one) }).answer(questions, scopeFor(questions.length));
  return all;
}

/** What was seen of one X. Clusters are contexts of one seed. */
interface Study {
  readonly guesses: readonly Guessed[];
  readonly explained: ReadonlySet<string>;
  readonly explanations: readonly Explanation<PowerQuestion>[];
  readonly edits: readonly (Edit & { readonly by: 'plain' | 'practised' | 'noise' | 'facts' })[];
  readonly traces: readonly Located[];
}

async function studied(
  task: PowerTask,
  x: X,
  other: X,
  predictors: Predictors,
  seed: number,
): Promise<Study> {
  const parts = await inTurn(
    Array.from({ length: CONTEXTS }, (_, i) => i),
    (i) => ofContext(task, x, other, predictors, `${seed}/${i}`, Random.seeded(seed).split('study').split(i)),
  );
  return together(parts);
}

function together(parts: readonly Study[]): Study {
  return {
    guesses: parts.flatMap((one) => one.guesses),
    explained: new Set(parts.flatMap((one) => [...one.explained])),
    explanations: parts.flatMap((one) => one.explanations),
    edits: parts.flatMap((one) => one.edits),
    traces: parts.flatMap((one) => one.traces),
  };
}

async function ofContext(
  task: PowerTask,
  x: X,
  other: X,
  predictors: Predictors,
  cluster: string,
  random: Random,
): Promise<Study> {
  const demand = { split: 'test', size: task.sizeMax, level: 1 } as const;
  const [{ permutation }] = task.sample(random, demand) as [PowerQuestion];
  const compound = permutation.domain.flatMap((element) =>
    Array.from({ length: POWERS - 2 }, (_, i): PowerQuestion => ({ permutation, power: i + 2, element })),
  );
  const order = random.split('order').shuffle(compound);
  const [shownQuestions, tested] = [order.slice(0, SHOWN), order.slice(-TESTED)];
  const shown = await transcriptsOf(task.overseer, x, shownQuestions);
  const said = await x.answer(tested, scopeFor(tested.length));
  // What is explained is the question and what X said of it, not how Amplify^H(X) answered it.
  const own = await x.answer(shownQuestions, scopeFor(SHOWN));
  const explained = shown.map((one, i): Shown => ({ ...one, answer: own[i]! }));
  const auditor = machineAuditor(task.encoding, explained);
  const word = (answer: Answer<number>): Said =>
    answer.kind === 'known' ? task.encoding.wordOf(answer.value) : null;
  const key = (question: PowerQuestion) => `${cluster} ${task.key(question)}`;
  return {
    explained: new Set(shownQuestions.map(key)),
    guesses: tested.map((question, i) => ({
      ...{ cluster, key: key(question), said: word(said[i]!) },
      ...{ without: auditor.without(question), with: auditor.with(question) },
    })),
    explanations: await inTurn(
      shown.filter(({ question }) => question.power >= POWERS / 2).slice(0, 5),
      async (root) => {
        const single = machineAuditor(task.encoding, await treeOf(task, x, root));
        const questions = tested.map((question, i) => ({
          ...{ question, said: word(said[i]!), inferred: single.infers(question) },
        }));
        return { cluster, questions };
      },
    ),
    edits: await editsOf(task, x, predictors, shown.slice(0, EDITED), cluster, word, random.split('edit')),
    traces: await tracesOf(task, x, other, shown.slice(0, EDITED), cluster, random.split('trace')),
  };
}

/** The transcript, and those of the compound questions in it, and so on. */
async function treeOf(task: PowerTask, x: X, root: Shown): Promise<readonly Shown[]> {
  const below = root.exchanges.map(({ question }) => question).filter(({ power }) => power > 1);
  const next = await transcriptsOf(task.overseer, x, below);
  return [root, ...(await inTurn(next, (one) => treeOf(task, x, one))).flat()];
}

async function editsOf(
  task: PowerTask,
  x: X,
  { plain, practised }: Predictors,
  transcripts: readonly Shown[],
  cluster: string,
  word: (answer: Answer<number>) => Said,
  random: Random,
): Promise<Study['edits']> {
  const noise = { kind: 'random', rate: NOISE, seed: random.split('noise').uint32() } as const;
  const overseers = [
    ['plain', plain],
    ['practised', practised],
    ['noise', noisy(task.overseer, noise, task)],
  ] as const;
  const edits = await inTurn(transcripts, async (one, i) => {
    const stream = random.split(i);
    const { place, answer, transcript } = await editedSomewhere(task.overseer, x, one, stream);
    const expected = word(transcript.answer);
    const finish = async (h: H) => word((await edited(h, x, one, { place, answer }, scopeFor(1))).answer);
    const before = word(one.answer);
    const by = await inTurn(overseers, async ([by, h]) => ({
      ...{ by, cluster, before, expected, final: await finish(h) },
    }));
    return [...by, ...(await factsOf(task, x, one, answer.value, cluster, word))];
  });
  return edits.flat();
}

/** The same edit made of the facts: names are exchanged so that the first sub-answer is the other one, and X answers alone.
 *  Expected is what H makes of X's answers about those facts. */
async function factsOf(
  task: PowerTask,
  x: X,
  { question, exchanges, answer }: Shown,
  to: number,
  cluster: string,
  word: (answer: Answer<number>) => Said,
): Promise<Study['edits']> {
  const first = exchanges[0]!.answer;
  if (first.kind === 'unknown' || [first.value, to].includes(question.element) || first.value === to)
    return [];
  const from = first.value;
  const swap = (name: number) => (name === from ? to : name === to ? from : name);
  const { domain, image } = question.permutation;
  const swapped = image.map((_, name) => {
    const target = image[swap(name)]!;
    return target < 0 ? target : swap(target);
  });
  const key = domain.map((name) => `${name}>${swapped[name]!}`).join(' ');
  const changed = { ...question, permutation: { domain, image: swapped, key } };
  const [alone] = await x.answer([changed], scopeFor(1));
  const [expected] = await amplify(task.overseer, x).answer([changed], scopeFor(1));
  return [{ by: 'facts', cluster, before: word(answer), expected: word(expected!), final: word(alone!) }];
}

/** In every other trace a sub-answer is replaced; an X of another seed, asked each sub-question again, finds the first at which
 *  it would say otherwise. */
async function tracesOf(
  task: PowerTask,
  x: X,
  other: X,
  transcripts: readonly Shown[],
  cluster: string,
  random: Random,
): Promise<readonly Located[]> {
  return inTurn(transcripts, async (one, i) => {
    const stream = random.split(i);
    const planted = await editedSomewhere(task.overseer, x, one, stream);
    const isWrong = i % 2 === 0;
    const trace = isWrong ? planted.transcript : one;
    const asked = trace.exchanges.map(({ question }) => question);
    const again = await other.answer(asked, scopeFor(asked.length));
    const differs = trace.exchanges.findIndex(({ answer }, step) => !isSame(answer, again[step]!));
    return {
      ...{ cluster, firstWrong: isWrong ? planted.place : undefined },
      found: differs < 0 ? undefined : differs,
    };
  });
}

function otherThan({ question, answer }: Exchange<PowerQuestion, number>, random: Random): Known<number> {
  const { domain } = question.permutation;
  const others = domain.filter((value) => answer.kind === 'unknown' || value !== answer.value);
  return known(others[random.below(others.length)]!);
}

function isSame(a: Answer<number>, b: Answer<number>): boolean {
  return agree(a, b) || (a.kind === 'unknown' && b.kind === 'unknown');
}

function figuresOf({ guesses, explained, explanations, edits, traces }: Study) {
  const followed = (by: Study['edits'][number]['by']) =>
    editFaithfulness(edits.filter((edit) => edit.by === by))!.consequential!;
  const similar = (a: PowerQuestion, b: PowerQuestion) =>
    (Number(a.element === b.element) +
      [1, 2, 4, 8].filter((bit) => (a.power & bit) === (b.power & bit)).length) /
    5;
  return {
    simulated: simulatability(guesses, explained)!,
    counterfactuals: counterfactuals(explanations, similar)!,
    plain: followed('plain'),
    practised: followed('practised'),
    noise: followed('noise'),
    facts: followed('facts'),
    located: firstErrorLocalisation(traces)!,
  };
}
