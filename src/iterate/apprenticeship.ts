/** H′ makes the targets; H is asked where H′ is found wanting. */

import { amplify } from '../amplify/amplify.ts';
import type { Random } from '../base/random.ts';
import { type Answer, agree } from '../core/answer.ts';
import type { Assistant, Origin, Overseer } from '../core/assistant.ts';
import { scopeFor } from '../core/budget.ts';
import type { Encoding } from '../core/task.ts';
import type { Action, Transcript } from '../core/workspace.ts';
import type { Imitator } from '../distill/imitator.ts';
import { actionWords, type Language } from '../overseers/predictor.ts';
import type { Moment, Supervision } from './supervision.ts';

export interface LabelOptions {
  /** Decisions that H makes at most: */
  readonly decisionsMax: number;
  /** this share of them before the first step, the others as the steps go by until there are `steps`: while X knows
   *  nothing, H would judge nothing but nonsense. */
  readonly startShare: number;
  readonly steps: number;
  /** Transcripts that H makes at a time while H′ is not trusted. */
  readonly batch: number;
  /** The last so many transcripts tell whether H′ is trusted, a batch of them at least in this stage: */
  readonly window: number;
  /** of them at most this many ended in another answer than H's. */
  readonly wrongMax: number;
  /** Once trusted, H makes `audit` transcripts every `auditEvery` steps. */
  readonly auditEvery: number;
  readonly audit: number;
  /** Training steps of H′ after each batch. */
  readonly study: number;
}

export const LABELS: LabelOptions = {
  decisionsMax: 4000,
  startShare: 0.25,
  steps: 1000,
  batch: 16,
  window: 32,
  wrongMax: 0,
  auditEvery: 10,
  audit: 2,
  study: 150,
};

/** Where an apprenticeship stands, besides its imitator's vectors. Plain data. */
export interface ApprenticeState {
  readonly stage: string;
  /** Transcripts in this stage. */
  readonly inStage: number;
  /** Of the last transcripts, before H′ learned from them: whether its answer was H's. */
  readonly recent: readonly boolean[];
  readonly batches: number;
  /** Training steps of H′. */
  readonly steps: number;
  /** Of all transcripts, each before it was learned from: how many there were, in how many H′ gave H's answer, how many
   *  decisions, and how many of those H′ made alike. */
  readonly tested: {
    readonly transcripts: number;
    readonly answers: number;
    readonly decisions: number;
    readonly exact: number;
  };
}

/** Every transcript of a batch is first a test and then a lesson, so the tests are on questions that the loop itself asks
 *  now, and unbiased. At a new stage, or when the last `window` tests
 *  went wrong too often, X waits while H makes more. (Christiano et al. 2018, appendix: labels by the loss of H′.) */
export class Apprenticeship<Q, A> implements Supervision<Q, A> {
  readonly overseer: Overseer<Q, A>;
  readonly origin: Origin;
  readonly isH = false;
  readonly #h: Overseer<Q, A>;
  readonly #encoding: Encoding<Q, A>;
  /** At most, for one question. */
  readonly #decisionsEach: number;
  readonly imitator: Imitator<Q, A>;
  readonly #options: LabelOptions;
  readonly #random: Random;
  state: ApprenticeState;

  constructor(
    h: Overseer<Q, A>,
    { encoding, asksMax }: Language<Q, A>,
    imitator: Imitator<Q, A>,
    options: LabelOptions,
    random: Random,
    state: ApprenticeState = NEW,
  ) {
    this.#h = h;
    this.#encoding = encoding;
    this.#decisionsEach = asksMax + 1;
    this.imitator = imitator;
    this.overseer = {
      ...imitator.overseer,
      origin: { ...imitator.overseer.origin, groundTruth: h.origin.groundTruth },
    };
    this.origin = this.overseer.origin;
    this.#options = options;
    this.#random = random;
    this.state = state;
  }

  targets(assistant: Assistant<Q, A>): Assistant<Q, A> {
    return amplify(this.overseer, assistant);
  }

  async prepare(moment: Moment<Q, A>): Promise<number> {
    const { batch, audit, auditEvery } = this.#options;
    const before = this.imitator.decisions;
    if (moment.stage !== this.state.stage) this.state = { ...this.state, stage: moment.stage, inStage: 0 };
    const isDue = moment.step % auditEvery === 0;
    if (this.#trusted() && isDue) await this.#label(moment, audit);
    while (!this.#trusted() && this.#allowance(moment.step) >= 2 * batch * this.#decisionsEach)
      await this.#label(moment, batch);
    return this.imitator.decisions - before;
  }

  /** Decisions that H may make now. */
  #allowance(step: number): number {
    const { decisionsMax, startShare, steps } = this.#options;
    const share = Math.min(1, startShare + ((1 - startShare) * step) / steps);
    return Math.floor(decisionsMax * share) - this.imitator.decisions;
  }

  /** So many questions, or as many as the whole budget allows for at their longest. */
  #affordable(count: number): number {
    const left = this.#options.decisionsMax - this.imitator.decisions;
    return Math.min(count, Math.floor(left / this.#decisionsEach));
  }

  #trusted(): boolean {
    const { window, wrongMax, batch } = this.#options;
    const { recent, inStage } = this.state;
    const wrong = recent.filter((right) => !right).length;
    return inStage >= batch && recent.length >= window && wrong <= wrongMax;
  }

  async #label(moment: Moment<Q, A>, count: number): Promise<void> {
    const { study, window } = this.#options;
    const { tested, batches } = this.state;
    const random = this.#random.split(batches);
    const questions = moment.draw(this.#affordable(count), random.split('questions'));
    if (questions.length === 0) return;
    const { right, exact, decisions, transcripts } = await this.test(questions, moment.assistant);
    const made = sum(decisions);
    this.imitator.remember(transcripts);
    const doubtful = await this.#doubtful(moment, this.#affordable(count), random.split('doubtful'));
    this.imitator.remember(doubtful.transcripts);
    if (!right.every(Boolean) || sum(exact) < made || !doubtful.right)
      await this.imitator.learn(study, random.split('study'));
    this.state = {
      ...this.state,
      inStage: this.state.inStage + right.length,
      recent: [...this.state.recent, ...right].slice(-window),
      batches: batches + 1,
      steps: this.imitator.steps,
      tested: {
        transcripts: tested.transcripts + transcripts.length,
        answers: tested.answers + right.filter(Boolean).length,
        decisions: tested.decisions + made,
        exact: tested.exact + sum(exact),
      },
    };
  }

  /** H's transcripts of the questions that H′ is least sure of, among `CANDIDATES` times as many. These are lessons only:
   *  as tests they would be too hard. */
  async #doubtful(
    moment: Moment<Q, A>,
    count: number,
    random: Random,
  ): Promise<{ readonly transcripts: readonly Transcript<Q, A>[]; readonly right: boolean }> {
    const transcripts: Transcript<Q, A>[] = [];
    if (count === 0) return { transcripts, right: true };
    const candidates = moment.draw(CANDIDATES * count, random);
    const scope = () => scopeFor(candidates.length);
    const answers = await amplify(this.overseer, moment.assistant).answer(candidates, scope());
    // H′ does not say how sure it is of not knowing.
    const sure = answers.map((answer) => (answer.kind === 'known' ? answer.confidence : 1));
    const order = candidates.map((_, i) => i).sort((a, b) => sure[a]! - sure[b]! || a - b);
    const least = order.slice(0, count);
    const record = (transcript: Transcript<Q, A>) => transcripts.push(transcript);
    const asked = least.map((i) => candidates[i]!);
    await amplify(this.#h, moment.assistant, { record }).answer(asked, scope());
    return { transcripts, right: least.every((i, n) => isSame(transcripts[n]!.answer, answers[i]!)) };
  }

  /** Lets H answer and compares H′: for each question whether it ended in the same answer, how many decisions H made, and
   *  in how many of H's workspaces H′ would have done the same. */
  async test(
    questions: readonly Q[],
    assistant: Assistant<Q, A>,
  ): Promise<{
    readonly right: readonly boolean[];
    readonly decisions: readonly number[];
    readonly exact: readonly number[];
    readonly transcripts: readonly Transcript<Q, A>[];
  }> {
    const transcripts: Transcript<Q, A>[] = [];
    const record = (transcript: Transcript<Q, A>) => transcripts.push(transcript);
    await amplify(this.#h, assistant, { record }).answer(questions, scopeFor(questions.length));
    const answers = await amplify(this.overseer, assistant).answer(questions, scopeFor(questions.length));
    const right = transcripts.map(({ answer }, i) => isSame(answer, answers[i]!));
    const decisions = transcripts.map(({ exchanges }) => exchanges.length + 1);
    return { right, decisions, exact: await this.#exact(transcripts), transcripts };
  }

  async #exact(transcripts: readonly Transcript<Q, A>[]): Promise<readonly number[]> {
    const steps = transcripts.flatMap(({ question, exchanges, answer }, of) => [
      ...exchanges.map((exchange, i) => ({
        of,
        workspace: { question, exchanges: exchanges.slice(0, i) },
        action: { kind: 'ask' as const, questions: [exchange.question] },
      })),
      { of, workspace: { question, exchanges }, action: { kind: 'reply' as const, answer } },
    ]);
    const workspaces = steps.map(({ workspace }) => workspace);
    const actions = await this.overseer.act(workspaces, scopeFor(steps.length));
    const said = (action: Action<Q, A>) => actionWords(this.#encoding, action).join();
    const exact = transcripts.map(() => 0);
    steps.forEach(({ of, action }, i) => {
      if (said(action) === said(actions[i]!)) exact[of]!++;
    });
    return exact;
  }
}

/** Questions looked through for each that H′ is least sure of. */
const CANDIDATES = 32;

/** Unknown is the same as unknown here. */
function isSame<A>(a: Answer<A>, b: Answer<A>): boolean {
  return agree(a, b) || (a.kind === 'unknown' && b.kind === 'unknown');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

const NEW: ApprenticeState = {
  stage: '',
  inStage: 0,
  recent: [],
  batches: 0,
  steps: 0,
  tested: { transcripts: 0, answers: 0, decisions: 0, exact: 0 },
};
