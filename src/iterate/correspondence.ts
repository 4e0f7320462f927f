/** H′ learns by correspondence: workspaces are put before a person, and while answers arrive training goes on.
 *      ask  →  (training goes on)  →  a decision arrives  →  was H′ of the same mind?  →  H′ learns it
 *  Asked is what H′ meets on its own way through fresh questions (Ross et al. 2011, DAgger): a share by chance, one workspace
 *  of one question each, and otherwise where what it would do is least probable. Only the former test H′, each
 *  before it is learned from, so their share is an unbiased estimate of how faithful H′ is where it goes itself.
 *  X trains on meanwhile, but no stage ends before H′ is trusted there, or has had its share of decisions. */

import { amplify } from '../amplify/amplify.ts';
import type { Random } from '../base/random.ts';
import type { Assistant, Origin, Overseer } from '../core/assistant.ts';
import { scopeFor } from '../core/budget.ts';
import type { Task } from '../core/task.ts';
import type { Workspace } from '../core/workspace.ts';
import type { Imitator } from '../distill/imitator.ts';
import { workspaceWords } from '../overseers/predictor.ts';
import { type Decision, type Decisions, type Item, nameOf, type Point, shownLines } from './decisions.ts';
import type { Moment, Supervision } from './supervision.ts';

export interface CorrespondenceOptions {
  /** Decisions at most: */
  readonly decisionsMax: number;
  /** this share of them before the first step, the others as the steps go by until there are `steps`. */
  readonly startShare: number;
  readonly steps: number;
  /** Seconds of people's time, after which nothing more is asked. */
  readonly secondsMax?: number;
  /** Workspaces that wait at most. */
  readonly waitingMax: number;
  /** Share of what is asked that is chosen by chance alone. */
  readonly randomShare: number;
  /** The last so many tests tell whether H′ is trusted, `stageTests` of them at least in this stage: */
  readonly window: number;
  readonly stageTests: number;
  /** at most this many of them went wrong. */
  readonly wrongMax: number;
  /** Once trusted, it is tested every so many steps. */
  readonly auditEvery: number;
  /** Workspaces asked then; half of them by chance. */
  readonly audit: number;
  /** Steps that X may take in a stage while H′ is not trusted there. */
  readonly ahead: number;
  /** Decisions that H′ knows before X takes any. */
  readonly first: number;
  /** Training steps of H′ after each arrival. */
  readonly study: number;
}

export const CORRESPONDENCE: CorrespondenceOptions = {
  decisionsMax: 1000,
  startShare: 0.25,
  steps: 500,
  waitingMax: 16,
  randomShare: 0.25,
  window: 24,
  stageTests: 8,
  wrongMax: 1,
  auditEvery: 10,
  audit: 4,
  ahead: 40,
  first: 16,
  study: 150,
};

/** Where it stands, besides its imitator's vectors. Plain data. */
export interface CorrespondenceState {
  readonly stage: string;
  /** Tests in this stage. */
  readonly inStage: number;
  /** Of the last tests: whether H′ was of the same mind. */
  readonly recent: readonly boolean[];
  /** Steps of X in this stage while H′ was not trusted. */
  readonly ahead: number;
  /** Times that something was asked, and that something was learned. */
  readonly asked: number;
  readonly learned: number;
  /** Training steps of H′. */
  readonly steps: number;
  readonly waiting: readonly Item[];
  /** Decisions that arrived, and seconds of people's time in them. */
  readonly decided: number;
  readonly seconds: number;
  readonly by: readonly string[];
  /** Of all tests. */
  readonly tested: { readonly n: number; readonly right: number };
  /** If it waits in the middle of a step: where, and how it stood at the beginning of the step. */
  readonly at?: Point & { readonly held: boolean; readonly decided: number };
}

export class Correspondence<Q, A> implements Supervision<Q, A> {
  readonly overseer: Overseer<Q, A>;
  readonly origin: Origin;
  readonly isH = false;
  readonly imitator: Imitator<Q, A>;
  state: CorrespondenceState;
  /** Called when nothing is left to do but to wait. */
  onWaiting: () => Promise<void> = async () => {};
  readonly #task: Task<Q, A>;
  readonly #decisions: Decisions;
  readonly #options: CorrespondenceOptions;
  readonly #random: Random;

  constructor(
    task: Task<Q, A>,
    decisions: Decisions,
    imitator: Imitator<Q, A>,
    options: CorrespondenceOptions,
    random: Random,
    state: CorrespondenceState = NEW,
  ) {
    this.#task = task;
    this.#decisions = decisions;
    this.imitator = imitator;
    this.overseer = imitator.overseer;
    this.origin = this.overseer.origin;
    this.#options = options;
    this.#random = random;
    this.state = state;
  }

  targets(assistant: Assistant<Q, A>): Assistant<Q, A> {
    return amplify(this.overseer, assistant);
  }

  holds({ step, stage }: Pick<Moment<Q, A>, 'step' | 'stage'>): boolean {
    const { at } = this.state;
    if (at?.step === step) return at.held; // as it was before it began to wait
    return !this.#trusted(stage) && (this.state.waiting.length > 0 || this.#allowance(step) > 0);
  }

  async prepare(moment: Moment<Q, A>): Promise<number> {
    const { step, stage } = moment;
    this.expectStanding();
    const { at } = this.state;
    const before = at?.step === step ? at.decided : this.state.decided;
    const held = this.holds(moment);
    if (stage !== this.state.stage) this.state = { ...this.state, stage, inStage: 0, ahead: 0 };
    for (let turn = at?.step === step ? at.turn : 0; ; turn++) {
      const waits = turn > 0;
      if (waits) {
        this.state = { ...this.state, at: { step, turn, held, decided: before } };
        await this.onWaiting();
      }
      const { waiting } = this.state;
      if (waiting.length > 0) await this.#learn(await this.#decisions.taken(waiting, { step, turn }, waits));
      await this.#ask(moment, { step, turn });
      if (!this.#mustWait()) break;
    }
    const { at: _, ...rest } = this.state;
    this.state = { ...rest, ahead: rest.ahead + (this.#trusted(stage) ? 0 : 1) };
    return this.state.decided - before;
  }

  /** Throws «refused» where somebody has taken back what H′ learned. */
  expectStanding(): void {
    this.#decisions.expectStanding();
  }

  /** Whether X would go too far ahead of what H′ is known to know. */
  #mustWait(): boolean {
    const { stage, waiting, ahead, decided } = this.state;
    if (waiting.length === 0 || this.#trusted(stage)) return false;
    return ahead >= this.#options.ahead || decided < this.#options.first;
  }

  #trusted(stage: string): boolean {
    const { window, wrongMax, stageTests } = this.#options;
    const { recent, inStage } = this.state;
    const wrong = recent.filter((right) => !right).length;
    return (
      stage === this.state.stage && inStage >= stageTests && recent.length >= window && wrong <= wrongMax
    );
  }

  /** Workspaces that may be asked now besides those that wait. */
  #allowance(step: number): number {
    const { decisionsMax, startShare, steps, secondsMax = Number.POSITIVE_INFINITY } = this.#options;
    const { decided, waiting, seconds } = this.state;
    if (seconds >= secondsMax) return 0;
    const share = Math.min(1, startShare + ((1 - startShare) * step) / steps);
    return Math.max(0, Math.floor(decisionsMax * share) - decided - waiting.length);
  }

  async #learn(decisions: readonly Decision[]): Promise<void> {
    if (decisions.length === 0) return;
    const random = this.#random.split('study').split(this.state.learned);
    const why = new Map(this.state.waiting.map((item) => [nameOf(item.words), item.why]));
    const arrived = new Set(decisions.map(({ words }) => nameOf(words)));
    const said = await this.#says(decisions.map(({ words }) => words));
    const right = decisions.map(({ action }, i) => isSaid(said[i]!.words, action));
    for (const { words, action } of decisions) this.imitator.hear(words, action);
    const seconds = decisions.reduce((sum, one) => sum + one.seconds, this.state.seconds);
    this.state = {
      ...this.state,
      waiting: this.state.waiting.filter(({ words }) => !arrived.has(nameOf(words))),
      decided: this.state.decided + decisions.length,
      learned: this.state.learned + 1,
      seconds,
      by: [...new Set([...this.state.by, ...decisions.map(({ by }) => by)])],
    };
    this.#tested(right.filter((_, i) => why.get(nameOf(decisions[i]!.words)) === 'random'));
    if (right.every((same, i) => same && said[i]!.sure > SURE)) return; // nothing in it is new
    await this.imitator.learn(this.#options.study, random);
    this.state = { ...this.state, steps: this.imitator.steps };
  }

  #tested(right: readonly boolean[]): void {
    const { tested, recent, inStage } = this.state;
    this.state = {
      ...this.state,
      recent: [...recent, ...right].slice(-this.#options.window),
      inStage: inStage + right.length,
      tested: { n: tested.n + right.length, right: tested.right + right.filter(Boolean).length },
    };
  }

  async #ask(moment: Moment<Q, A>, at: Point): Promise<void> {
    const { waitingMax, randomShare, auditEvery, audit } = this.#options;
    const { waiting, asked } = this.state;
    const isTrusted = this.#trusted(moment.stage);
    if (isTrusted ? at.turn > 0 || at.step % auditEvery !== 0 : waiting.length > waitingMax / 2) return;
    const room = Math.min(waitingMax - waiting.length, this.#allowance(at.step));
    const count = Math.min(room, isTrusted ? audit : waitingMax);
    if (count <= 0) return;
    this.state = { ...this.state, asked: asked + 1 };
    const random = this.#random.split('ask').split(asked);
    const drawn = Math.ceil(count * (isTrusted ? AUDIT_SHARE : randomShare));
    const met = await this.#met(moment, CANDIDATES * count, random.split('questions'));
    const byChance = met
      .slice(0, drawn)
      .map((all, i) => all[random.split('one').split(i).below(all.length)]!);
    const items = [...(await this.#tests(byChance)), ...this.#leastKnown(met)];
    const fresh = items.filter(
      ({ words }, i) => items.findIndex((one) => nameOf(one.words) === nameOf(words)) === i,
    );
    const chosen = fresh.slice(0, count).map(({ read: _, ...item }) => item);
    if (chosen.length === 0) return;
    this.#decisions.ask(chosen, at);
    this.state = { ...this.state, waiting: [...this.state.waiting, ...chosen] };
  }

  /** Of those drawn by chance the ones that a person has to decide. Where somebody has decided before, that is the test, and
   *  what waits already becomes one: leaving these out would make the tests harder, or easier, than what H′ meets. */
  async #tests(drawn: readonly Met[]): Promise<readonly Met[]> {
    const known = drawn.flatMap(({ words }) => {
      const action = this.#decisions.decided(words);
      return action === undefined ? [] : [{ words, action }];
    });
    const said = await this.#says(known.map(({ words }) => words));
    this.#tested(known.map(({ action }, i) => isSaid(said[i]!.words, action)));
    const names = new Set(drawn.map(({ words }) => nameOf(words)));
    const waiting = this.state.waiting.map((item) =>
      names.has(nameOf(item.words)) ? { ...item, why: 'random' as const } : item,
    );
    this.state = { ...this.state, waiting };
    return drawn.filter((one) => this.#isOpen(one)).map((one) => ({ ...one, why: 'random' as const }));
  }

  /** Of each path the first workspace where H′ is not sure, since what comes after it may never come up: those first where it
   *  is least sure, and one of each that it cannot tell apart. */
  #leastKnown(met: readonly (readonly Met[])[]): readonly Met[] {
    const seen = new Set<string>();
    return met
      .flatMap((path) => path.find(({ sure }) => sure <= SURE) ?? [])
      .sort((a, b) => a.sure - b.sure)
      .filter((one) => this.#isOpen(one) && !seen.has(one.read) && seen.add(one.read));
  }

  #isOpen({ words }: Item): boolean {
    const name = nameOf(words);
    const waits = this.state.waiting.some((item) => nameOf(item.words) === name);
    return !waits && this.#decisions.decided(words) === undefined;
  }

  /** The workspaces that H′ comes through with so many fresh questions, by question. */
  async #met(moment: Moment<Q, A>, count: number, random: Random): Promise<readonly (readonly Met[])[]> {
    const questions = moment.draw(count, random);
    const passed: Workspace<Q, A>[][] = questions.map(() => []);
    const transcripts: Workspace<Q, A>[] = [];
    const record = (transcript: Workspace<Q, A>) => transcripts.push(transcript);
    await amplify(this.overseer, moment.assistant, { record }).answer(questions, scopeFor(count));
    transcripts.forEach(({ question, exchanges }, i) => {
      for (let heard = 0; heard <= exchanges.length; heard++)
        passed[i]!.push({ question, exchanges: exchanges.slice(0, heard) });
    });
    const all = passed.flat();
    const said = await this.#says(all.map((workspace) => workspaceWords(this.#task, workspace)));
    let i = 0;
    return passed.map((own) =>
      own.map((workspace) => {
        const { sure, read } = said[i++]!;
        const words = workspaceWords(this.#task, workspace);
        return { words, shown: shownLines(this.#task, workspace), why: 'unsure', sure, read };
      }),
    );
  }

  #says(workspaces: readonly (readonly number[])[]) {
    return this.imitator.overseer.says(workspaces);
  }
}

interface Met extends Item {
  /** What H′ reads. */
  readonly read: string;
}

/** Questions looked through for each that is asked. */
const CANDIDATES = 32;
/** From here on H′ knows what it would do: nothing is to be learned there. */
const SURE = 0.99;
/** Of what is asked while H′ is trusted. */
const AUDIT_SHARE = 0.5;

/** Whether an action that was said is the other, which has no words beyond its end. */
function isSaid(said: readonly number[], action: readonly number[]): boolean {
  return action.every((word, i) => word === said[i]);
}

const NEW: CorrespondenceState = {
  stage: '',
  inStage: 0,
  recent: [],
  ahead: 0,
  asked: 0,
  learned: 0,
  steps: 0,
  waiting: [],
  decided: 0,
  seconds: 0,
  by: [],
  tested: { n: 0, right: 0 },
};
