/** A ladder of assistants without a key: what four language models are on record as having answered to GSM8K, alone and
 *  voting, verified by code, and a person above who is asked where confidence is low. Whatever is tuned (how much a vote
 *  weighs, from which confidence on an answer is kept) is tuned on one half of the questions; figures are of the other. */

import { amplify } from '../src/amplify/amplify.ts';
import { escalating } from '../src/amplify/escalating.ts';
import { memo } from '../src/amplify/memo.ts';
import { verified } from '../src/amplify/verified.ts';
import { weightedVote } from '../src/amplify/weighted.ts';
import { recordedAssistant } from '../src/assistants/recorded.ts';
import { hashText, Random } from '../src/base/random.ts';
import { showRational } from '../src/base/rational.ts';
import { type Answer, known, unknown } from '../src/core/answer.ts';
import type { Assistant } from '../src/core/assistant.ts';
import { scopeFor } from '../src/core/budget.ts';
import type { Verdict, Verifier } from '../src/core/verifier.ts';
import { GSM8K_MODELS, GSM8K_PEOPLE, importGsm8k } from '../src/corpora/gsm8k.ts';
import { accuracy, isRight } from '../src/evaluate/accuracy.ts';
import { sealGsm8k, type TextExaminer, textExaminer } from '../src/evaluate/sealed.ts';
import { recordedOverseer } from '../src/overseers/recorded.ts';
import type { Proportion } from '../src/statistics/proportion.ts';
import { finalAnswer, finalNumber } from '../src/text/final.ts';
import { questionKey, type TextQuestion } from '../src/text/question.ts';
import { questionOf } from '../src/text/task.ts';
import { calculator } from '../src/verifiers/calculator.ts';
import { conclusion } from '../src/verifiers/conclusion.ts';
import { coverage } from '../src/verifiers/coverage.ts';
import type { NamedText } from './corpora.ts';

type X = Assistant<TextQuestion, string>;

/** Shares of questions that the person is asked, in the table. */
export const SHARES = [0, 0.1, 0.2, 0.3, 0.5];

export interface Rung {
  readonly name: string;
  /** For each of `SHARES`, by the threshold that has it on the tuning half. */
  readonly points: readonly { readonly share: number; readonly accuracy: Proportion }[];
  /** Accuracy with the least confident 0, 1, 2, … of all questions escalated. */
  readonly curve: readonly number[];
  /** Under that curve, with a bootstrap interval. */
  readonly area: Interval;
  /** Of the area above that of the strongest model alone, on the same resamples. */
  readonly gain: Interval;
}

export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What the calculator and the conclusion say of a model's answers, on the held-out half. */
export interface Verified {
  readonly name: string;
  readonly all: Proportion;
  /** Of which every calculation holds and the last is the answer. */
  readonly accepted: Proportion;
  readonly rejected: Proportion;
}

/** Each model asked only where those before it were rejected, the person last; on the held-out half. */
export interface Climb {
  readonly accuracy: Proportion;
  /** Share of questions that each was asked, the person last. */
  readonly asked: readonly { readonly name: string; readonly share: number }[];
}

export interface Ladder {
  readonly tuning: number;
  readonly held: number;
  /** Of each model on all questions. */
  readonly alone: readonly { readonly name: string; readonly accuracy: Proportion }[];
  readonly person: Proportion;
  readonly verified: readonly Verified[];
  readonly climb: Climb;
  readonly rungs: readonly Rung[];
}

/** Right answers of a kind are this many more on top, at the model's own accuracy: few say little. */
const PRIOR = 10;
/** Ties of confidence are broken by the question's hash, by less than any two confidences differ. */
const TIE = 1e-6;

export async function ladder(
  questions: NamedText,
  solutions: NamedText,
  seed: number,
  resamples: number,
): Promise<Ladder> {
  const tasks = importGsm8k({ questions, solutions }, 'test');
  const asked = tasks.map(questionOf);
  const examiner = textExaminer(sealGsm8k(asked, questions, solutions), 'truth');
  const isTuning = (question: TextQuestion) => Number.parseInt(questionKey(question)[0]!, 16) < 8;
  const [tuning, held] = [asked.filter(isTuning), asked.filter((question) => !isTuning(question))];
  const people = amplify(recordedOverseer(tasks), recordedAssistant(tasks, GSM8K_PEOPLE));
  const person = memo(people, questionKey);
  const models = GSM8K_MODELS.map((name) => ({ name, assistant: recordedAssistant(tasks, `model:${name}`) }));
  const verifiers = [calculator<TextQuestion>(), conclusion<TextQuestion>(), coverage()];
  const calibrate = (verifiers: readonly Verifier<TextQuestion, string>[]) =>
    Promise.all(
      models.map(async ({ assistant }) =>
        memo(await graded(assistant, verifiers, examiner, tuning), questionKey),
      ),
    );
  const [plain, checked] = [await calibrate([]), await calibrate(verifiers)];
  const entrants: readonly (readonly [string, X])[] = [
    ...models.map(({ name }, i) => [name, plain[i]!] as const),
    ...models.map(({ name }, i) => [`${name}, verified`, checked[i]!] as const),
    ['vote of the four', weightedVote(plain)],
    ['vote of the four, verified', weightedVote(checked)],
  ];
  const measured: Measured[] = [];
  for (const [name, x] of entrants)
    measured.push(await measure(name, memo(untied(x), questionKey), person, examiner, tuning, held));
  const strongest = measured[models.length - 1]!;
  const areas = bootstrap(measured, held.length, resamples, Random.seeded(seed).split('ladder'));
  return {
    tuning: tuning.length,
    held: held.length,
    alone: await Promise.all(
      models.map(async ({ name, assistant }) => ({
        name,
        accuracy: await share(assistant, examiner, asked),
      })),
    ),
    person: await share(person, examiner, held),
    verified: await Promise.all(
      models.map(({ name, assistant }) => verification(name, assistant, examiner, held)),
    ),
    climb: await climb(models, person, examiner, held),
    rungs: measured.map((one, i) => ({
      name: one.name,
      points: one.points,
      curve: curveOf(one),
      area: interval(areaOf(one), areas[i]!),
      gain: interval(
        areaOf(one) - areaOf(strongest),
        areas[i]!.map((area, k) => area - areas[models.length - 1]![k]!),
      ),
    })),
  };
}

/** The model's final answers, each as confident as its kind was often right on the tuning half: kinds are what all the
 *  verifiers say. Without verifiers there is one kind. It was shaped by ground truth, and says so. */
export async function graded(
  assistant: X,
  verifiers: readonly Verifier<TextQuestion, string>[],
  examiner: TextExaminer,
  tuning: readonly TextQuestion[],
): Promise<X> {
  const answers = await assistant.answer(tuning, scopeFor(tuning.length));
  const kinds = await kindsOf(tuning, answers, verifiers);
  const right = answers.map((answer, i) => isRight(examiner, tuning[i]!, answer));
  const mean = right.filter(Boolean).length / right.length;
  const counts = new Map<string, { right: number; n: number }>();
  kinds.forEach((kind, i) => {
    const count = counts.get(kind) ?? { right: 0, n: 0 };
    counts.set(kind, { right: count.right + Number(right[i]), n: count.n + 1 });
  });
  const confidence = (kind: string) => {
    const { right, n } = counts.get(kind) ?? { right: 0, n: 0 };
    return (right + PRIOR * mean) / (n + PRIOR);
  };
  return {
    origin: { name: `graded ${assistant.origin.name}`, groundTruth: true },
    answer: async (questions, scope) => {
      const said = await assistant.answer(questions, scope);
      const kinds = await kindsOf(questions, said, verifiers);
      return said.map((answer, i): Answer<string> => {
        const final = answer.kind === 'known' ? normalised(answer.value) : undefined;
        return final === undefined ? unknown('unsure') : known(final, confidence(kinds[i]!));
      });
    },
  };
}

/** «pass, pass, unsure» */
async function kindsOf(
  questions: readonly TextQuestion[],
  answers: readonly Answer<string>[],
  verifiers: readonly Verifier<TextQuestion, string>[],
): Promise<readonly string[]> {
  const claims = questions.map((question, i) => {
    const answer = answers[i]!;
    return { question, answer: answer.kind === 'known' ? answer.value : '' };
  });
  const verdicts: (readonly Verdict[])[] = [];
  for (const verifier of verifiers) verdicts.push(await verifier.verify(claims, scopeFor(claims.length)));
  return claims.map((_, i) => verdicts.map((one) => one[i]!.kind).join(', '));
}

/** So that «18» and «18.0» are one vote. */
function normalised(answer: string): string | undefined {
  const number = finalNumber(answer);
  return number ? showRational(number) : finalAnswer(answer);
}

export function untied(assistant: X): X {
  return {
    origin: assistant.origin,
    answer: async (questions, scope) =>
      (await assistant.answer(questions, scope)).map((answer, i) => {
        if (answer.kind === 'unknown') return answer;
        const drawn = hashText(questionKey(questions[i]!))[0] / 2 ** 32;
        return known(answer.value, (1 - TIE) * answer.confidence + TIE * drawn);
      }),
  };
}

/** One entrant on the held-out half. */
interface Measured {
  readonly name: string;
  readonly points: Rung['points'];
  /** Of each question: its confidence (unknown is below all), and whether the assistant and the person are right. */
  readonly confidence: readonly number[];
  readonly isRight: readonly boolean[];
  readonly isPersonRight: readonly boolean[];
  /** Places of the questions, the least confident first. */
  readonly order: readonly number[];
}

async function measure(
  name: string,
  x: X,
  person: X,
  examiner: TextExaminer,
  tuning: readonly TextQuestion[],
  held: readonly TextQuestion[],
): Promise<Measured> {
  const confidences = async (questions: readonly TextQuestion[]) =>
    (await x.answer(questions, scopeFor(questions.length))).map((answer) =>
      answer.kind === 'known' ? answer.confidence : -1,
    );
  const tuned = [...(await confidences(tuning))].sort((a, b) => a - b);
  const points: Rung['points'][number][] = [];
  for (const wanted of SHARES) {
    // Above all confidences of the share that is escalated; «0» is without anybody above.
    const threshold = Math.max(0, tuned[Math.floor(wanted * tuned.length)] ?? 1);
    let asked = 0;
    const counted: X = {
      origin: person.origin,
      answer: (questions, scope) => {
        asked += questions.length;
        return person.answer(questions, scope);
      },
    };
    const whole = wanted === 0 ? x : escalating(x, threshold, counted);
    points.push({ accuracy: await share(whole, examiner, held), share: asked / held.length });
  }
  const [answers, above] = [
    await x.answer(held, scopeFor(held.length)),
    await person.answer(held, scopeFor(held.length)),
  ];
  const confidence = await confidences(held);
  return {
    name,
    points,
    confidence,
    isRight: answers.map((answer, i) => isRight(examiner, held[i]!, answer)),
    isPersonRight: above.map((answer, i) => isRight(examiner, held[i]!, answer)),
    order: held.map((_, i) => i).sort((a, b) => confidence[a]! - confidence[b]!),
  };
}

async function share(x: X, examiner: TextExaminer, questions: readonly TextQuestion[]): Promise<Proportion> {
  const [figure] = await accuracy(x, examiner, [questions.map((question) => [question])]);
  return figure!;
}

async function verification(
  name: string,
  assistant: X,
  examiner: TextExaminer,
  held: readonly TextQuestion[],
): Promise<Verified> {
  const strict = verified(assistant, [calculator(), conclusion()], { unsure: 'fail', remedies: [] });
  const answers = await strict.answer(held, scopeFor(held.length));
  const part = (isAccepted: boolean) => held.filter((_, i) => (answers[i]!.kind === 'known') === isAccepted);
  return {
    name,
    all: await share(assistant, examiner, held),
    accepted: await share(assistant, examiner, part(true)),
    rejected: await share(assistant, examiner, part(false)),
  };
}

async function climb(
  models: readonly { readonly name: string; readonly assistant: X }[],
  person: X,
  examiner: TextExaminer,
  held: readonly TextQuestion[],
): Promise<Climb> {
  const counts = [...models.map(({ name }) => name), 'person'].map((name) => ({ name, n: 0 }));
  const counted = (assistant: X, i: number): X => ({
    origin: assistant.origin,
    answer: (questions, scope) => {
      counts[i]!.n += questions.length;
      return assistant.answer(questions, scope);
    },
  });
  const [first, ...stronger] = models.map(({ assistant }, i) => counted(assistant, i));
  const verifiers = [calculator<TextQuestion>(), conclusion<TextQuestion>(), coverage()];
  const whole = verified(first!, verifiers, {
    unsure: 'fail',
    remedies: stronger.map((assistant) => ({ kind: 'decompose', assistant })),
  });
  const top = escalating(whole, 0, counted(person, models.length));
  const figure = await share(top, examiner, held);
  return { accuracy: figure, asked: counts.map(({ name, n }) => ({ name, share: n / held.length })) };
}

/** Accuracy with the least confident 0, 1, … answered by the person. `times`: how often each question is there. */
function curveOf({ isRight, isPersonRight, order }: Measured, times?: readonly number[]): readonly number[] {
  const counted = (i: number) => times?.[i] ?? 1;
  let right = order.reduce((sum, i) => sum + counted(i) * Number(isRight[i]), 0);
  const curve = [right / order.length];
  for (const i of order)
    for (let k = counted(i); k > 0; k--) {
      right += Number(isPersonRight[i]) - Number(isRight[i]);
      curve.push(right / order.length);
    }
  return curve;
}

/** By trapezoids, over shares from 0 to 1. */
function areaOf(measured: Measured, times?: readonly number[]): number {
  const curve = curveOf(measured, times);
  const inner = curve.reduce((sum, value) => sum + value, 0) - (curve[0]! + curve.at(-1)!) / 2;
  return inner / (curve.length - 1);
}

/** Areas of every entrant on the same resamples of questions. */
function bootstrap(
  measured: readonly Measured[],
  n: number,
  resamples: number,
  random: Random,
): readonly (readonly number[])[] {
  const areas: number[][] = measured.map(() => []);
  for (let k = 0; k < resamples; k++) {
    const times = new Array<number>(n).fill(0);
    for (let i = 0; i < n; i++) times[random.below(n)]!++;
    measured.forEach((one, j) => {
      areas[j]!.push(areaOf(one, times));
    });
  }
  return areas;
}

const TAIL = 0.025;

function interval(value: number, resampled: readonly number[]): Interval {
  const sorted = [...resampled].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { value, low: at(TAIL), high: at(1 - TAIL) };
}
