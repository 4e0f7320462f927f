/** Accumulate, don't replace: lessons of earlier iterations are taught again as they were taught then, beside those of the newest
 *  iteration. With replaced data errors grow with every iteration, with accumulated data they stay bounded (Gerstgrasser
 *  et al. 2024, arXiv 2404.01413). A bounded sample of each iteration is remembered. */

import type { Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Encoding } from '../core/task.ts';
import type { Lesson } from './student.ts';

/** From the second iteration on. «replace»: all questions are of its own frontier. «accumulate»: that `share` of a step are
 *  lessons of earlier iterations, the others of the frontier. */
export type DataOptions =
  | { readonly kind: 'replace' }
  | { readonly kind: 'accumulate'; readonly share: number };

/** Lessons remembered of each iteration. */
const REMEMBERED = 512;

/** Where a lesson was taught: its questions follow from that. */
export interface Taught {
  readonly iteration: number;
  /** Index of the stage. */
  readonly stage: number;
  readonly step: number;
  /** Among the contexts of the step. */
  readonly place: number;
}

interface Remembered extends Taught {
  /** By which the sample is drawn: those with the smallest stay. */
  readonly draw: number;
  /** Words of the targets; DROPPED where one was. */
  readonly targets: readonly number[];
}

/** No word: a target that is not taught again. */
const DROPPED = -1;

/** How many of `contexts` in a step are replayed: none in the first iteration, nor while a student warms up. */
export function replayedOf(
  data: DataOptions | undefined,
  contexts: number,
  { iteration, gated }: { readonly iteration: number; readonly gated: boolean },
): number {
  return data?.kind === 'accumulate' && iteration > 1 && gated ? Math.round(data.share * contexts) : 0;
}

/** Weights that make of a step with so many replayed lessons a sample of all iterations alike: in iteration n every lesson
 *  counts as its share in the whole (1/n new, (n − 1)/n of before) by its share in the step. */
export function importance(
  iteration: number,
  replayed: number,
  contexts: number,
): { readonly fresh: number; readonly replayed: number } {
  return {
    fresh: contexts / (iteration * (contexts - replayed)),
    replayed: ((iteration - 1) * contexts) / (iteration * replayed),
  };
}

export class Replay<Q, A> {
  readonly #encoding: Encoding<Q, A>;
  readonly #questionsAt: (taught: Taught) => readonly Q[];
  readonly #random: Random;
  readonly #kept: Remembered[];

  /** `questionsAt`: those that were asked then, drawn again. `state`: as `state` gave it. */
  constructor(
    encoding: Encoding<Q, A>,
    questionsAt: (taught: Taught) => readonly Q[],
    random: Random,
    state: Float32Array = new Float32Array(),
  ) {
    this.#encoding = encoding;
    this.#questionsAt = questionsAt;
    this.#random = random;
    this.#kept = read(state, (taught) => this.#drawOf(taught));
  }

  /** Perhaps; and perhaps another one is forgotten for it. */
  remember(taught: Taught, targets: readonly Answer<A>[]): void {
    const draw = this.#drawOf(taught);
    const same = this.#kept.filter(({ iteration }) => iteration === taught.iteration);
    const worst = Math.max(...same.map((one) => one.draw));
    if (same.length === REMEMBERED) {
      if (draw >= worst) return;
      this.#kept.splice(
        this.#kept.findIndex((one) => one.iteration === taught.iteration && one.draw === worst),
        1,
      );
    }
    const { blank } = this.#encoding;
    const words = targets.map((target) =>
      target.kind === 'known' ? this.#encoding.wordOf(target.value) : blank,
    );
    this.#kept.push({ ...taught, draw, targets: words });
  }

  /** So many lessons of iterations before this one, drawn alike from each; all of `weight`. */
  draw(iteration: number, count: number, weight: number, random: Random): readonly Lesson<Q, A>[] {
    const by = Array.from({ length: iteration - 1 }, (_, i) =>
      this.#kept.filter((one) => one.iteration === i + 1),
    ).filter(({ length }) => length > 0);
    if (by.length === 0) return [];
    return Array.from({ length: count }, () => {
      const among = by[random.below(by.length)]!;
      return { ...this.#lesson(among[random.below(among.length)]!), weight };
    });
  }

  /** The questions of all lessons that are remembered. */
  questions(): readonly (readonly Q[])[] {
    return this.#kept.map((one) => this.#questionsAt(one));
  }

  /** Never teaches the targets of such questions again, and says how many those were. */
  drop(isStale: (question: Q) => boolean): number {
    let dropped = 0;
    const kept = this.#kept.map((one) => {
      const questions = this.#questionsAt(one);
      const targets = one.targets.map((word, i) =>
        word !== DROPPED && isStale(questions[i]!) ? DROPPED : word,
      );
      dropped += targets.filter((word, i) => word !== one.targets[i]).length;
      return { ...one, targets };
    });
    const left = kept.filter(({ targets }) => targets.some((word) => word !== DROPPED));
    this.#kept.splice(0, this.#kept.length, ...left);
    return dropped;
  }

  /** All that is remembered, as numbers of a size below 2^24: of each lesson iteration, stage, step, place, and how many words follow. */
  state(): Float32Array {
    return Float32Array.from(
      this.#kept.flatMap(({ iteration, stage, step, place, targets }) => [
        iteration,
        stage,
        step,
        place,
        targets.length,
        ...targets,
      ]),
    );
  }

  /** In the place of what was dropped stand others of it: lessons have as many questions. */
  #lesson(one: Remembered): Lesson<Q, A> {
    const asked = this.#questionsAt(one);
    const places = one.targets.flatMap((word, place) => (word === DROPPED ? [] : [place]));
    let other = 0;
    const taught = one.targets.map((word, place) =>
      word === DROPPED ? places[other++ % places.length]! : place,
    );
    return {
      questions: taught.map((place) => asked[place]!),
      targets: taught.map((place) => this.#answer(one.targets[place]!)),
    };
  }

  #drawOf({ step, place }: Taught): number {
    return this.#random.split(step).split(place).uniform();
  }

  #answer(word: number): Answer<A> {
    const value = this.#encoding.answerOf(word);
    return value === undefined ? unknown('unsure') : known(value);
  }
}

const HEAD = 5;

function read(state: Float32Array, drawOf: (taught: Taught) => number): Remembered[] {
  const kept: Remembered[] = [];
  for (let at = 0; at < state.length; ) {
    const [iteration, stage, step, place, count] = state.subarray(at, at + HEAD) as unknown as [
      number,
      number,
      number,
      number,
      number,
    ];
    const taught = { iteration, stage, step, place };
    const targets = [...state.subarray(at + HEAD, at + HEAD + count)];
    kept.push({ ...taught, draw: drawOf(taught), targets });
    at += HEAD + count;
  }
  return kept;
}
