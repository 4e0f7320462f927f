/** A machine in the auditor's place (K10), simulated: it says what X will answer from what it was shown of X about the same
 *  facts, and knows nothing else, neither the facts nor the task.
 *      without transcripts  as X answered the nearest questions that were shown, by words that differ
 *      with them            by analogy: the nearest transcript with its names exchanged for those of the question, each
 *                           sub-answer looked up in what was shown, or found by analogy in turn
 *  What it can do a patient person could do too; whether people do is another question, and until its agreement with them is
 *  measured its figures do not count as theirs (`counts`). */

import type { Answer } from '../core/answer.ts';
import type { Encoding } from '../core/task.ts';
import type { Transcript } from '../core/workspace.ts';

export type AuditorEncoding<Q, A> = Pick<Encoding<Q, A>, 'sentence' | 'wordOf' | 'blank' | 'names'>;

export interface MachineAuditor<Q> {
  /** The word of its guess; undefined: it has none. `with` guesses as `without` where it infers nothing. */
  without(question: Q): number | undefined;
  with(question: Q): number | undefined;
  /** What follows from the transcripts alone. */
  infers(question: Q): number | undefined;
}

/** Sub-questions of sub-questions of … that are thought through. */
const DEPTH = 4;

interface Shown {
  readonly words: readonly number[];
  readonly exchanges: readonly { readonly words: readonly number[]; readonly answer: number }[];
  readonly answer: number;
}

/** `shown`: transcripts about one context. What is literally in them about the question itself is not used: that would be
 *  memory. */
export function machineAuditor<Q, A>(
  encoding: AuditorEncoding<Q, A>,
  transcripts: readonly Transcript<Q, A>[],
): MachineAuditor<Q> {
  const wordOf = (answer: Answer<A>) =>
    answer.kind === 'known' ? encoding.wordOf(answer.value) : encoding.blank;
  const shown = transcripts.map(
    ({ question, exchanges, answer }): Shown => ({
      words: encoding.sentence(question),
      exchanges: exchanges.map((one) => ({
        words: encoding.sentence(one.question),
        answer: wordOf(one.answer),
      })),
      answer: wordOf(answer),
    }),
  );
  const answers = new Map(
    shown.flatMap((one) => [one, ...one.exchanges]).map(({ words, answer }) => [words.join(), answer]),
  );
  const isName = (word: number) =>
    (encoding.names ?? []).some(([first, last]) => word >= first && word <= last);
  const think = (words: readonly number[], depth: number, asked: ReadonlySet<string>): number | undefined => {
    const key = words.join();
    if (!asked.has(key) && answers.has(key)) return answers.get(key);
    if (depth === 0) return undefined;
    const within = new Set([...asked, key]);
    const look = (sub: readonly number[]) =>
      within.has(sub.join()) ? undefined : think(sub, depth - 1, within);
    const others = shown.filter((one) => one.words.join() !== key);
    return commonest(
      others.flatMap((one) => {
        const fits = one.words.every((word, i) => word === words[i] || (isName(word) && isName(words[i]!)));
        const guess = fits ? analogous(one, words, isName, look) : undefined;
        return guess === undefined ? [] : [guess];
      }),
    );
  };
  return {
    without(question) {
      const words = encoding.sentence(question);
      const far = (one: Shown) => one.words.filter((word, i) => word !== words[i]).length;
      const others = shown.filter((one) => far(one) > 0);
      const least = Math.min(...others.map(far));
      return commonest(others.filter((one) => far(one) === least).map(({ answer }) => answer));
    },
    with(question) {
      return this.infers(question) ?? this.without(question);
    },
    infers(question) {
      const words = encoding.sentence(question);
      return think(words, DEPTH, new Set([words.join()]));
    },
  };
}

/** The transcript's answer, once its names are those of another question. Undefined where a name would have to be two, or a
 *  sub-answer is not found. */
function analogous(
  { words: from, exchanges, answer }: Shown,
  to: readonly number[],
  isName: (word: number) => boolean,
  look: (words: readonly number[]) => number | undefined,
): number | undefined {
  const names = new Map<number, number>();
  const bind = (word: number, other: number) => {
    if (!isName(word)) return word === other;
    if (!names.has(word)) names.set(word, other);
    return names.get(word) === other;
  };
  const translated = (word: number) => (isName(word) ? names.get(word) : word);
  if (!from.every((word, i) => bind(word, to[i]!))) return undefined;
  for (const exchange of exchanges) {
    const words = exchange.words.map(translated);
    const found = words.every((word) => word !== undefined) ? look(words as readonly number[]) : undefined;
    if (found === undefined || !bind(exchange.answer, found)) return undefined;
  }
  return translated(answer);
}

/** Of equally common ones the first. */
function commonest(words: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return [...counts.keys()].find((word) => counts.get(word) === most);
}
