/** How far the questions of a run are, what they came to, and what was paid for it. */

import type { UnknownReason } from '../core/answer.ts';
import { duration } from '../report/numbers.ts';
import type { Spent } from '../transcript/node.ts';
import type { Outcome } from '../trees/trees.ts';

export interface Counts {
  readonly questions: number;
  readonly answered: number;
  readonly waiting: number;
  /** How many, by the reason. */
  readonly unknown: { readonly [R in UnknownReason]?: number };
}

/** So far back is looked to say how long the rest will take: what is remembered comes at once and says nothing of it. */
const LOOK_BACK_SECONDS = 120;

export class Tally {
  readonly #questions: number;
  readonly #outcomes = new Map<number, Outcome>();
  readonly #seen: { readonly seconds: number; readonly done: number }[] = [];

  constructor(questions: number) {
    this.#questions = questions;
  }

  /** One at a place that was noted before has gone further. */
  note(place: number, outcome: Outcome): void {
    this.#outcomes.set(place, outcome);
  }

  /** Of all, in order. */
  get outcomes(): readonly Outcome[] {
    return Array.from({ length: this.#questions }, (_, place) => this.#outcomes.get(place)!);
  }

  /** Keys of what waits in the inbox. */
  get items(): readonly string[] {
    const all = [...this.#outcomes.values()];
    return [...new Set(all.flatMap((one) => (one.kind === 'waiting' ? one.items : [])))];
  }

  /** Places of those that wait. */
  get waiting(): readonly number[] {
    return [...this.#outcomes].filter(([, { kind }]) => kind === 'waiting').map(([place]) => place);
  }

  get counts(): Counts {
    let answered = 0;
    const unknown: { [R in UnknownReason]?: number } = {};
    for (const outcome of this.#outcomes.values()) {
      if (outcome.kind === 'waiting') continue;
      const { answer } = outcome;
      if (answer.kind === 'known') answered++;
      else unknown[answer.reason] = (unknown[answer.reason] ?? 0) + 1;
    }
    return { questions: this.#questions, answered, waiting: this.waiting.length, unknown };
  }

  /** «412 of 1,319 answered, 3 wait, about 2 min left»; `seconds` is a clock's. */
  progress(seconds: number): string {
    const done = this.#outcomes.size;
    this.#seen.push({ seconds, done });
    while (this.#seen.length > 2 && this.#seen[1]!.seconds < seconds - LOOK_BACK_SECONDS) this.#seen.shift();
    const first = this.#seen[0]!;
    const left = ((seconds - first.seconds) / (done - first.done)) * (this.#questions - done);
    return `${countsText(this.counts)}${left > 0 && left < Infinity ? `, about ${duration(left)} left` : ''}`;
  }
}

/** «1,317 of 1,319 answered, 2 unknown (rejected)» */
export function countsText({ questions, answered, waiting, unknown }: Counts): string {
  const reasons = Object.entries(unknown);
  const unanswered = reasons.reduce((sum, [, count]) => sum + count, 0);
  const why =
    reasons.length > 1 ? reasons.map(([reason, count]) => `${reason} ${count}`).join(', ') : reasons[0]?.[0];
  return [
    `${shown(answered)} of ${shown(questions)} answered`,
    ...(waiting > 0 ? [`${shown(waiting)} ${waiting === 1 ? 'waits' : 'wait'}`] : []),
    ...(unanswered > 0 ? [`${shown(unanswered)} unknown (${why})`] : []),
  ].join(', ');
}

/** «12 calls, 3,456 tokens, $0.01, 2 min of people»; nothing for nothing. */
export function spentText({ calls, tokens, micros, seconds }: Spent): string {
  const parts = [
    calls > 0 ? `${shown(calls)} calls, ${shown(tokens)} tokens` : '',
    micros > 0 ? `$${(micros / MILLION).toFixed(micros < MILLION / 100 ? 6 : 2)}` : '',
    seconds > 0 ? `${Math.ceil(seconds / SECONDS)} min of people` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

const [SECONDS, MILLION] = [60, 1e6];

function shown(count: number): string {
  return count.toLocaleString('en');
}
