/** Judging posts by a written policy that changes (T9): a post has attributes, the policy forbids those whose weights come to too much, with
 *  exceptions, and its next version adds one. X is a logistic regression on attributes and their pairs that learns from people's labels
 *  as they come. The people are simulated: they say what the policy in force says, but for some slips. */

import { Random } from '../src/base/random.ts';
import { type Answer, known } from '../src/core/answer.ts';
import type { Assistant } from '../src/core/assistant.ts';
import { changeOn, type Look, lookAt } from '../src/oversight/norms.ts';

/** What becomes of the labels that were given by the version before. */
export const OLD_LABELS = ['kept', 'dropped', 'dropped where the change flips'] as const;
export type OldLabels = (typeof OLD_LABELS)[number];

export interface Moderation {
  readonly seed: number;
  readonly old: OldLabels;
  /** Before the change, and after it; X learns after every `batch` of them. */
  readonly labels: readonly [before: number, after: number];
  readonly batch: number;
  /** Chance that somebody says the opposite. */
  readonly slips: number;
}

type Post = readonly number[];
type Policy = (post: Post) => number;

const ATTRIBUTES = 8;
const WEIGHTS = [3, 2, 2, 1, 1, 1, -2, -3];
const LIMIT = 3;
/** Quoting somebody (6) makes a threat (1) no offence. */
const first: Policy = (post) =>
  post[1] === 1 && post[6] === 1 ? 0 : Number(WEIGHTS.reduce((sum, w, i) => sum + w * post[i]!, 0) >= LIMIT);
/** From now on what names a person (4) without context (7) is forbidden too. */
const second: Policy = (post) => (post[4] === 1 && post[7] === 0 ? 1 : first(post));

const POSTS: readonly Post[] = Array.from({ length: 2 ** ATTRIBUTES }, (_, code) =>
  Array.from({ length: ATTRIBUTES }, (_, i) => (code >> i) & 1),
);
const FEATURES = POSTS.map((post) => [
  1,
  ...post,
  ...post.flatMap((a, i) => post.slice(i + 1).map((b) => a * b)),
]);

export const FLIPPED = POSTS.filter((post) => first(post) !== second(post)).length / POSTS.length;

const judge = (policy: Policy): Assistant<number, number> => ({
  origin: { name: 'people', groundTruth: false },
  answer: async (posts): Promise<readonly Answer<number>[]> =>
    posts.map((code) => known(policy(POSTS[code]!))),
});

interface Label {
  readonly post: number;
  readonly said: number;
}

/** Looks at all posts after every batch, `at` in labels since the change. */
export async function moderated({ seed, old, labels, batch, slips }: Moderation): Promise<readonly Look[]> {
  const random = Random.seeded(seed).split('moderation');
  const change = await changeOn(
    POSTS.map((_, code) => [code]),
    judge(first),
    judge(second),
  );
  const isFlipped = new Set(change.filter((one) => one.isFlipped).map(({ question }) => question));
  const drawn = (policy: Policy, count: number): Label[] =>
    Array.from({ length: count }, () => {
      const post = random.below(POSTS.length);
      return { post, said: random.uniform() < slips ? 1 - policy(POSTS[post]!) : policy(POSTS[post]!) };
    });
  let known: readonly Label[] = drawn(first, labels[0]);
  let weights = learned(
    FEATURES[0]!.map(() => 0),
    known,
  );
  const looks = [...(await lookAt(change, logistic(weights), 0))];
  if (old === 'dropped') known = [];
  if (old === 'dropped where the change flips') known = known.filter(({ post }) => !isFlipped.has(post));
  for (let at = batch; at <= labels[1]; at += batch) {
    known = [...known, ...drawn(second, batch)];
    weights = learned(weights, known);
    looks.push(...(await lookAt(change, logistic(weights), at)));
  }
  return looks;
}

const score = (weights: readonly number[], post: number) =>
  FEATURES[post]!.reduce((sum, x, i) => sum + x * weights[i]!, 0);

const logistic = (weights: readonly number[]): Assistant<number, number> => ({
  origin: { name: 'X', groundTruth: false },
  answer: async (posts): Promise<readonly Answer<number>[]> =>
    posts.map((post) => known(Number(score(weights, post) > 0))),
});

const [PASSES, RATE, DECAY] = [40, 2, 1e-4];

/** By gradient descent on the mean loss with a little decay, from where it was. */
function learned(from: readonly number[], labels: readonly Label[]): readonly number[] {
  // Of each post: labels, and how many of them forbid it.
  const counts = POSTS.map(() => [0, 0] as [n: number, forbidden: number]);
  for (const { post, said } of labels) {
    counts[post]![0]++;
    counts[post]![1] += said;
  }
  let weights = from;
  for (let pass = 0; pass < PASSES * 10; pass++) {
    const gradient = weights.map((weight) => DECAY * weight);
    counts.forEach(([n, forbidden], post) => {
      if (n === 0) return;
      const error = (n / (1 + Math.exp(-score(weights, post))) - forbidden) / labels.length;
      FEATURES[post]!.forEach((x, i) => {
        gradient[i]! += error * x;
      });
    });
    weights = weights.map((weight, i) => weight - RATE * gradient[i]!);
  }
  return weights;
}
