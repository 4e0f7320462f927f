/** Whose mistake a wrong answer is: what each mistake below it does to it, by having it right and everything above it done again.
 *      v(S) = 1 if the root becomes right once the mistakes S are corrected, else 0
 *      share of i = Σ over S without i of |S|! (n − 1 − |S|)! / n! · (v(S + i) − v(S))         Shapley 1953
 *  The shares sum to 1, since correcting all of them makes the root right; what makes no difference has none of the blame, nor
 *  has what stands below another mistake: an answer that is put right leans on nothing.
 *
 *  A mistake is a node that is wrong though all below it is right. Correcting it may bring forth others: H then asks what it had
 *  not asked, or two mistakes had undone each other. So mistakes are corrected and the tree is done again until its root is
 *  right. H is a function of its workspace and every answer is remembered, so only what stands above a correction is done
 *  again, and only what was never asked is asked of X. */

import { amplify } from '../amplify/amplify.ts';
import type { TranscriptTree } from '../amplify/tree.ts';
import { CapstanError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { type Answer, unknown } from '../core/answer.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Task } from '../core/task.ts';

export interface BlameOptions<Q, A> {
  readonly task: Pick<Task<Q, A>, 'key' | 'environment'>;
  /** H as it was when the tree was made. */
  readonly overseer: Overseer<Q, A>;
  /** X, for what was never asked before. */
  readonly assistant: Assistant<Q, A>;
  /** The right answers: people's corrections, or the examiner's. "Unknown" where nobody says: that is no mistake. */
  readonly right: Assistant<Q, A>;
  isRight(question: Q, answer: Answer<A>): boolean;
}

export interface Mistake<Q, A> {
  readonly question: Q;
  /** As given, and as it is right. */
  readonly said: Answer<A>;
  readonly right: Answer<A>;
  /** X, who answered alone; H, who made it of right sub-answers; or what was looked up. */
  readonly culprit: 'assistant' | 'overseer' | 'facts';
  /** The questions from the root down to it, where it stands first. */
  readonly path: readonly Q[];
  /** 0 … 1, for the root. */
  readonly share: number;
  /** Whether correcting this one alone makes the root right. */
  readonly isEnough: boolean;
}

export interface Shares<Q, A> {
  /** In the order in which they are found: the first is the first wrong node. Where the root is right, or nobody says, what is
   *  wrong below it has none of the blame, and is worth knowing all the same. */
  readonly mistakes: readonly Mistake<Q, A>[];
  /** Whether the shares were counted over all sets, or estimated on so many orders by chance. */
  readonly orders: 'all' | number;
  /** Nodes that were done again. */
  readonly redone: number;
}

/** With more mistakes than this, sets are drawn by chance: 2^12 trees take as long as people wait. */
const EXACT_MAX = 12;
/** Standard error of a share at most 1/(2 √ORDERS) = .016. */
const ORDERS = 1000;
/** Each round corrects one at least. */
const ROUNDS_MAX = 64;

/** Of a tree that `unfold` made to this depth. */
export async function blame<Q, A>(
  tree: TranscriptTree<Q, A>,
  depth: number,
  options: BlameOptions<Q, A>,
  random: Random,
): Promise<Shares<Q, A>> {
  const again = new Again(tree, depth, options);
  const found: Found<Q, A>[] = [];
  const isWrong = !options.isRight(tree.question, tree.answer);
  for (let round = 0; round < (isWrong ? ROUNDS_MAX : 1); round++) {
    const root = await again.tree(new Set(found.map(({ id }) => id)));
    const wrong = await firstWrong(root, options, [], round === 0);
    const fresh = wrong.filter(({ id }, i) => wrong.findIndex((one) => one.id === id) === i);
    if (fresh.length === 0) break;
    found.push(...fresh);
  }
  const n = found.length;
  const isMended = async (members: readonly number[]) => {
    const root = await again.tree(new Set(members.map((i) => found[i]!.id)));
    return options.isRight(root.question, root.answer);
  };
  const value = remembered(isMended);
  // Nobody can tell of a root that stays wrong what would have mended it.
  const isToBlame = isWrong && n > 0 && (await value((1n << BigInt(n)) - 1n));
  const shares = !isToBlame
    ? found.map(() => 0)
    : n <= EXACT_MAX
      ? await exact(n, value)
      : await sampled(n, value, random.split('blame'));
  const mistakes: Mistake<Q, A>[] = [];
  for (const [i, { node, right, path, culprit }] of found.entries())
    mistakes.push({
      ...{ question: node.question, said: node.answer, right, culprit, path },
      ...{ share: shares[i]!, isEnough: isToBlame && (await value(1n << BigInt(i))) },
    });
  return { mistakes, orders: n <= EXACT_MAX ? 'all' : ORDERS, redone: again.redone };
}

/** A node as it is in one of the trees; equal questions asked at one height are one. */
interface Node<Q, A> {
  readonly id: string;
  readonly question: Q;
  readonly answer: Answer<A>;
  readonly isFact: boolean;
  readonly isCorrected: boolean;
  readonly children: readonly Node<Q, A>[];
}

interface Found<Q, A> {
  readonly id: string;
  readonly node: Node<Q, A>;
  readonly right: Answer<A>;
  readonly path: readonly Q[];
  readonly culprit: Mistake<Q, A>['culprit'];
}

/** Below a wrong node, the wrong ones of which all below is right. What a right sub-answer is made of has done no harm; `on` goes
 *  on below right ones. */
async function firstWrong<Q, A>(
  node: Node<Q, A>,
  options: BlameOptions<Q, A>,
  above: readonly Q[],
  on: boolean,
): Promise<readonly Found<Q, A>[]> {
  const { question, answer, children, isFact, id } = node;
  const [right] = await options.right.answer([question], scope());
  if (right!.kind === 'unknown' && children.length === 0) return [];
  const isRight = right!.kind === 'known' && options.isRight(question, answer);
  if (isRight && !on) return [];
  const path = [...above, question];
  const below: Found<Q, A>[] = [];
  for (const child of children) below.push(...(await firstWrong(child, options, path, on && isRight)));
  if (below.length > 0 || isRight || right!.kind === 'unknown') return below;
  const culprit = isFact ? 'facts' : children.length === 0 ? 'assistant' : 'overseer';
  return [{ id, node, right: right!, path, culprit }];
}

/** Does trees again with some answers corrected; all that was ever answered without is remembered. */
class Again<Q, A> {
  readonly #root: Q;
  readonly #depth: number;
  readonly #options: BlameOptions<Q, A>;
  /** As they were recorded, or answered since, with nothing corrected. */
  readonly #known = new Map<string, Node<Q, A>>();
  /** The ids of all below a node of those. */
  readonly #below = new Map<string, ReadonlySet<string>>();
  redone = 0;

  constructor(tree: TranscriptTree<Q, A>, depth: number, options: BlameOptions<Q, A>) {
    [this.#root, this.#depth, this.#options] = [tree.question, depth, options];
    this.#record(tree, depth);
  }

  tree(corrected: ReadonlySet<string>): Promise<Node<Q, A>> {
    return this.#node(this.#root, this.#depth, corrected, new Map());
  }

  #id(question: Q, depth: number): string {
    return `${depth} ${this.#options.task.key(question)}`;
  }

  #record({ question, answer, isFact, children }: TranscriptTree<Q, A>, depth: number): Node<Q, A> {
    const below = children.map((child) => this.#record(child, depth - 1));
    const node = { question, answer, isFact, isCorrected: false, children: below };
    return this.#keep({ ...node, id: this.#id(question, depth) });
  }

  #keep(node: Node<Q, A>): Node<Q, A> {
    this.#known.set(node.id, node);
    const below = new Set([node.id]);
    for (const { id } of node.children) for (const one of this.#below.get(id) ?? []) below.add(one);
    this.#below.set(node.id, below);
    return node;
  }

  async #node(
    question: Q,
    depth: number,
    corrected: ReadonlySet<string>,
    done: Map<string, Node<Q, A>>,
  ): Promise<Node<Q, A>> {
    const { task, overseer, assistant, right } = this.#options;
    const id = this.#id(question, depth);
    const before = done.get(id) ?? this.#known.get(id);
    if (corrected.has(id)) {
      const [answer] = await right.answer([question], scope());
      const node = { id, question, answer: answer!, isFact: false, isCorrected: true, children: [] };
      return keep(done, node);
    }
    if (done.has(id)) return before!;
    if (before && ![...corrected].some((one) => this.#below.get(id)!.has(one))) return before;
    this.redone++;
    const fact = task.environment(question);
    if (fact || depth === 0) {
      const answer = fact ?? (await assistant.answer([question], scope()))[0] ?? unknown('nobody');
      return this.#keep({
        ...{ id, question, answer, isFact: fact !== undefined },
        ...{ isCorrected: false, children: [] },
      });
    }
    const children: Node<Q, A>[] = [];
    const sub: Assistant<Q, A> = {
      origin: assistant.origin,
      answer: async (questions) => {
        const nodes: Node<Q, A>[] = [];
        for (const one of questions) nodes.push(await this.#node(one, depth - 1, corrected, done));
        children.push(...nodes);
        return nodes.map(({ answer }) => answer);
      },
    };
    const [answer] = await amplify(overseer, sub).answer([question], scope());
    const node = { id, question, answer: answer!, isFact: false, isCorrected: false, children };
    const isMixed = children.some((child) => child.isCorrected || done.get(child.id) === child);
    return isMixed ? keep(done, node) : this.#keep(node);
  }
}

/** For the one tree that is being done. */
function keep<Q, A>(done: Map<string, Node<Q, A>>, node: Node<Q, A>): Node<Q, A> {
  done.set(node.id, node);
  return node;
}

/** Whether the root is right with the players of a set, given as bits, corrected; each set is asked once. */
type Value = (set: bigint) => Promise<boolean>;

function remembered(isMended: (members: readonly number[]) => Promise<boolean>): Value {
  const kept = new Map<bigint, Promise<boolean>>();
  return (set) => {
    const members: number[] = [];
    for (let i = 0; set >> BigInt(i) > 0n; i++) if ((set >> BigInt(i)) & 1n) members.push(i);
    const found = kept.get(set) ?? isMended(members);
    kept.set(set, found);
    return found;
  };
}

/** Shapley's value of each of n players, over all sets; n at most EXACT_MAX. */
export async function exact(n: number, value: Value): Promise<readonly number[]> {
  if (n > EXACT_MAX)
    throw new CapstanError('invalid', `players: expected at most ${EXACT_MAX} to try all sets, got ${n}`);
  const weights = Array.from({ length: n }, (_, size) => 1 / (n * choose(n - 1, size)));
  const shares = new Array<number>(n).fill(0);
  for (let set = 0; set < 2 ** n; set++) {
    const [size, worth] = [ones(set), Number(await value(BigInt(set)))];
    if (worth === 0) continue;
    for (let i = 0; i < n; i++) shares[i]! += (set >> i) & 1 ? weights[size - 1]! : -(weights[size] ?? 0);
  }
  return shares;
}

/** The same on orders drawn by chance (Castro, Gómez & Tejada 2009): the mean of what each adds to those before it. */
export async function sampled(n: number, value: Value, random: Random): Promise<readonly number[]> {
  const shares = new Array<number>(n).fill(0);
  const players = [...shares.keys()];
  for (let order = 0; order < ORDERS; order++) {
    let set = 0n;
    let before = Number(await value(set));
    for (const player of random.shuffle(players)) {
      set |= 1n << BigInt(player);
      const now = Number(await value(set));
      shares[player]! += (now - before) / ORDERS;
      before = now;
    }
  }
  return shares;
}

function ones(set: number): number {
  let count = 0;
  for (let rest = set; rest > 0; rest >>= 1) count += rest & 1;
  return count;
}

function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i;
  return ways;
}
