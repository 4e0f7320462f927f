/** An overseer that errs: some of its replies become another answer of the same sort. What it asks stays as it is, and so
 *  does what it is unsure of. In three families, since networks average out mistakes without a rule (Rolnick et al. 2017,
 *  arXiv 1705.10694) and learn a rule like any other. All are pure functions of the workspace: nothing is remembered. */

import { CapstanError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import type { Overseer } from '../core/assistant.ts';
import type { Encoding, Task } from '../core/task.ts';
import { reply, type Workspace } from '../core/workspace.ts';

export type Noise = Unstructured | Systematic;

/** Which replies err, and to what, is drawn by a hash of the seed and,
 *      random         the whole workspace with the confidences of its answers: asked again, H errs anew as X changes;
 *      deterministic  the question alone: it always errs the same way, by no rule that is shorter than the list. */
export interface Unstructured {
  readonly kind: 'random' | 'deterministic';
  /** Share of the known replies that err, 0 … 1, where there is another answer of the sort. */
  readonly rate: number;
  readonly seed: number;
}

/** A slice that can be learned: whenever the sentence of a question that is not simple holds this word, H replies with
 *  the word after the right one, after the last of the sort with the first. */
export interface Systematic {
  readonly kind: 'systematic';
  /** Undefined: H never errs. */
  readonly word: number | undefined;
}

/** What noise needs of a task. */
export interface NoisyTask<Q, A> extends Pick<Task<Q, A>, 'key' | 'environment'> {
  readonly encoding: Pick<Encoding<Q, A>, 'words' | 'range' | 'wordOf' | 'answerOf' | 'sentence'>;
}

export function noisy<Q, A>(overseer: Overseer<Q, A>, noise: Noise, task: NoisyTask<Q, A>): Overseer<Q, A> {
  if (noise.kind !== 'systematic') expectShare('rate', noise.rate);
  if (noise.kind === 'systematic' ? noise.word === undefined : noise.rate === 0) return overseer;
  return erring(
    overseer,
    named(noise),
    task,
    noise.kind === 'systematic' ? byRule(noise, task) : byChance(noise, task),
  );
}

/** An overseer some of whose known replies become what `slip` says, where that is another word; all else stays as it is. */
export function erring<Q, A>(
  overseer: Overseer<Q, A>,
  name: string,
  { encoding }: NoisyTask<Q, A>,
  slip: Slip<Q, A>,
): Overseer<Q, A> {
  return {
    origin: { ...overseer.origin, name: `${overseer.origin.name} ${name}` },
    async act(workspaces, scope) {
      const actions = await overseer.act(workspaces, scope);
      return actions.map((action, i) => {
        if (action.kind !== 'reply' || action.answer.kind === 'unknown') return action;
        const workspace = workspaces[i]!;
        const word = encoding.wordOf(action.answer.value);
        const said = slip(workspace, word, sortOf(word, workspace.question, encoding));
        return said === word ? action : reply({ ...action.answer, value: encoding.answerOf(said)! });
      });
    },
  };
}

/** The word held by about this share of the questions, 0 … 1: the nearest there is, of equally near ones the first.
 *  Systematic noise errs in those of them that are compound. Undefined for the share 0, and without questions. */
export function sliceWord<Q>(
  questions: readonly Q[],
  share: number,
  { sentence }: { sentence(question: Q): readonly number[] },
): number | undefined {
  expectShare('share', share);
  if (share === 0) return undefined;
  const counts = new Map<number, number>();
  for (const question of questions)
    for (const word of new Set(sentence(question))) counts.set(word, (counts.get(word) ?? 0) + 1);
  const far = (word: number) => Math.abs(counts.get(word)! / questions.length - share);
  return [...counts.keys()].sort((a, b) => far(a) - far(b) || a - b)[0];
}

/** First and last word of a sort of answers. */
export type Sort = readonly [first: number, last: number];
/** The word that is said instead of H's own. */
export type Slip<Q, A> = (workspace: Workspace<Q, A>, own: number, sort: Sort) => number;

/** The sort of an answer word: the words around it without a gap that are answers too, and that may answer the question
 *  if it may itself. A word that is no answer is a sort of its own. */
function sortOf<Q, A>(
  word: number,
  question: Q,
  { words, range, answerOf }: NoisyTask<Q, A>['encoding'],
): Sort {
  const all: Sort = [0, words - 1];
  const within = ([first, last]: Sort) => word >= first && word <= last;
  const [first, last] = [range?.(question), all].find((sort) => sort && within(sort)) ?? [word, word];
  if (answerOf(word) === undefined) return [word, word];
  let [low, high] = [word, word];
  while (low > first && answerOf(low - 1) !== undefined) low--;
  while (high < last && answerOf(high + 1) !== undefined) high++;
  return [low, high];
}

function byChance<Q, A>({ kind, rate, seed }: Unstructured, task: NoisyTask<Q, A>): Slip<Q, A> {
  const root = Random.seeded(seed).split(kind);
  const text = (workspace: Workspace<Q, A>) =>
    kind === 'random' ? textOf(workspace, task) : task.key(workspace.question);
  return (workspace, own, sort) => mistaken(root.split(text(workspace)), rate, own, sort);
}

/** With a chance of `rate` another word of the sort, where there is one. */
export function mistaken(random: Random, rate: number, own: number, [first, last]: Sort): number {
  if (first === last || random.uniform() >= rate) return own;
  // Two different words, the second only for when the first is H's own. So the mistake is uniform, and whoever always
  // errs the same way does so whatever H would have said.
  const drawn = random.below(last - first + 1);
  const other = (drawn + 1 + random.below(last - first)) % (last - first + 1);
  return first + (first + drawn === own ? other : drawn);
}

/** Sub-questions are about the context of the question, which its key tells. */
function textOf<Q, A>({ question, exchanges }: Workspace<Q, A>, { key, encoding }: NoisyTask<Q, A>): string {
  const heard = exchanges.map((exchange) => {
    const { answer } = exchange;
    const said =
      answer.kind === 'known' ? [encoding.wordOf(answer.value), answer.confidence] : [answer.reason];
    return [...encoding.sentence(exchange.question), ...said].join(' ');
  });
  return [key(question), ...heard].join('\n');
}

function byRule<Q, A>({ word }: Systematic, { encoding, environment }: NoisyTask<Q, A>): Slip<Q, A> {
  return ({ question }, own, [first, last]) => {
    const errs = encoding.sentence(question).includes(word!) && environment(question) === undefined;
    if (!errs) return own;
    return own === last ? first : own + 1;
  };
}

function named(noise: Noise): string {
  if (noise.kind === 'systematic') return `with systematic errors at word ${noise.word}`;
  // Six digits: 100 · 0.07 is 7.000000000000001.
  return `with ${Number((100 * noise.rate).toPrecision(6))} % ${noise.kind} errors`;
}

export function expectShare(name: string, share: number): void {
  if (!(share >= 0 && share <= 1))
    throw new CapstanError('invalid', `${name}: expected a number from 0 to 1, got ${share}`);
}
