/** A question tree at a glance: a value in each column for each position in pre-order, and where in the file the words lie.
 *  About a hundred bytes a node, so that some trees of 50,000 nodes can be kept.
 *      asked: what a node leans on. A question that several ask at one depth is one node, the child of whoever asked it
 *             first; the others lean on it all the same. */

import { questionKey, type TextQuestion } from '../text/question.ts';
import type { Author, Spent, Step, TranscriptNode } from '../transcript/node.ts';
import { FLAGS } from '../wire/tree.ts';

/** Lists of positions, one for each position: those of i are `items` from `from[i]` to `from[i + 1]`. */
export interface Lists {
  readonly from: Uint32Array;
  readonly items: Uint32Array;
}

export interface Outline {
  readonly count: number;
  readonly depth: Uint16Array;
  /** Nodes at and below it. */
  readonly size: Uint32Array;
  /** NONE at the root. */
  readonly parent: Uint32Array;
  readonly flags: Uint8Array;
  /** Milliseconds after the start; NONE where it is not answered. */
  readonly ended: Uint32Array;
  /** Where its line lies in the file. */
  readonly from: Float64Array;
  readonly bytes: Uint32Array;
  /** Who gave the answer, in `authors`; NONE for nobody yet. */
  readonly by: Uint32Array;
  readonly authors: readonly Author[];
  /** NaN where no answer is known. */
  readonly confidence: Float64Array;
  /** In millionths of a dollar, at the node alone. */
  readonly micros: Float64Array;
  /** Equal where the question is. */
  readonly question: Uint32Array;
  readonly asked: Lists;
  readonly askers: Lists;
  /** 32 bytes each. */
  readonly ids: Uint8Array;
  /** By all of it, without what is remembered from before it began. */
  readonly spent: Spent;
  /** Positions in the order of their ids. */
  readonly byId: Uint32Array;
}

export const NONE = 2 ** 32 - 1;
const DEPTH_MOST = 2 ** 16 - 1;
/** An answer below it is more likely wrong than right, by whoever gave it. */
const DOUBTFUL = 0.5;
const ID_BYTES = 32;
const NOTHING: Spent = { calls: 0, tokens: 0, micros: 0, seconds: 0 };

interface Draft {
  readonly depth: number;
  readonly flags: number;
  readonly isWaiting: boolean;
  readonly isAnswered: boolean;
  /** NaN where it is not answered. */
  readonly ended: number;
  readonly isCode: boolean;
  readonly from: number;
  readonly bytes: number;
  readonly by: number;
  readonly confidence: number;
  readonly micros: number;
  readonly question: number;
  readonly children: readonly string[];
  readonly asked: readonly number[];
}

export class OutlineBuilder {
  readonly #started: number;
  readonly #drafts: Draft[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #questions = new Map<string, number>();
  readonly #authors = new Map<string, number>();
  readonly #who: Author[] = [];
  #first = Number.POSITIVE_INFINITY;
  #spent = NOTHING;

  /** `started`: when the run began, ISO 8601; without it, time counts from the first step. */
  constructor(started?: string) {
    this.#started = started === undefined ? Number.NaN : Date.parse(started);
  }

  /** The next node of a whole tree, a parent before its children; where its line lies. */
  add(node: TranscriptNode, from: number, bytes: number): void {
    const { steps, status, answer, corrected } = node;
    const last = steps.at(-1);
    const by = answerer(node);
    for (const { began } of steps) this.#first = Math.min(this.#first, Date.parse(began));
    this.#spent = spentIn(
      [...steps.filter((step) => !isRemembered(step, this.#started)), ...node.verdicts],
      this.#spent,
    );
    this.#numbers.set(node.id, this.#drafts.length);
    this.#drafts.push({
      depth: node.depth,
      flags: flagsOf(node, this.#started),
      isWaiting: status === 'waiting',
      isAnswered: status === 'answered',
      ended: answer && last && !corrected ? Date.parse(last.ended) : Number.NaN,
      isCode: !corrected && (last?.by.kind === 'script' || last?.by.kind === 'program'),
      ...{ from, bytes, micros: spentIn([...steps, ...node.verdicts]).micros },
      by: by ? this.#authorNumber(by) : NONE,
      confidence: answer?.kind === 'known' ? answer.confidence : Number.NaN,
      question: this.#questionNumber(node.question),
      children: node.children,
      asked: steps.flatMap(({ action }) =>
        action.kind === 'ask' ? action.questions.map((one) => this.#questionNumber(one)) : [],
      ),
    });
  }

  end(): Outline {
    const drafts = this.#drafts;
    const count = drafts.length;
    const { order, parent } = this.#preorder();
    const place = new Uint32Array(count);
    for (const [at, number] of order.entries()) place[number] = at;
    const column = <T extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(
      into: T,
      of: (draft: Draft) => number,
    ): T => {
      for (let at = 0; at < count; at++) into[at] = of(drafts[order[at]!]!);
      return into;
    };
    const size = new Uint32Array(count).fill(1);
    for (let at = count - 1; at > 0; at--) size[parent[at]!]! += size[at]!;
    const asked = this.#asked(order, place);
    const flags = column(new Uint8Array(count), (draft) => draft.flags);
    const askers = turned(asked, count);
    const isWaiting = (at: number) => drafts[order[at]!]!.isWaiting;
    const isNeeded = (at: number) => at === 0 || itemsOf(askers, at).some(isWaiting);
    for (let at = 0; at < count; at++)
      if (isWaiting(at) && isNeeded(at) && !itemsOf(asked, at).some(isWaiting)) flags[at]! |= FLAGS.waiting;
    const { ids, byId } = this.#ids(place);
    return {
      ...{ count, parent, size, flags, asked, ids, byId, spent: this.#spent },
      ended: this.#ended(order, parent, asked),
      askers,
      depth: column(new Uint16Array(count), (draft) => Math.min(draft.depth, DEPTH_MOST)),
      from: column(new Float64Array(count), (draft) => draft.from),
      bytes: column(new Uint32Array(count), (draft) => draft.bytes),
      by: column(new Uint32Array(count), (draft) => draft.by),
      authors: this.#who,
      confidence: column(new Float64Array(count), (draft) => draft.confidence),
      micros: column(new Float64Array(count), (draft) => draft.micros),
      question: column(new Uint32Array(count), (draft) => draft.question),
    };
  }

  #preorder(): { readonly order: Uint32Array; readonly parent: Uint32Array } {
    const count = this.#drafts.length;
    const [order, parent] = [new Uint32Array(count), new Uint32Array(count)];
    const open: (readonly [number: number, parent: number])[] = count === 0 ? [] : [[0, NONE]];
    for (let at = 0; open.length > 0; at++) {
      const [number, above] = open.pop()!;
      order[at] = number;
      parent[at] = above;
      const { children } = this.#drafts[number]!;
      for (let i = children.length - 1; i >= 0; i--) open.push([this.#numbers.get(children[i]!)!, at]);
    }
    return { order, parent };
  }

  /** Of each its own child with the question, or else the node that has it at that depth. */
  #asked(order: Uint32Array, place: Uint32Array): Lists {
    const drafts = this.#drafts;
    const somewhere = new Map<number, number>();
    const keyOf = (question: number, depth: number) => question * (DEPTH_MOST + 1) + depth;
    for (const [number, { question, depth }] of drafts.entries()) {
      const key = keyOf(question, depth);
      if (!somewhere.has(key)) somewhere.set(key, place[number]!);
    }
    return listsOf(drafts.length, (at) => {
      const { asked, depth, children } = drafts[order[at]!]!;
      if (asked.length === 0) return [];
      const own = new Map(children.map((id) => [drafts[this.#numbers.get(id)!]!.question, id] as const));
      const found = new Set<number>();
      for (const question of asked) {
        const child = own.get(question);
        const target =
          child === undefined ? somewhere.get(keyOf(question, depth + 1)) : place[this.#numbers.get(child)!];
        if (target !== undefined) found.add(target);
      }
      for (const child of children) found.add(place[this.#numbers.get(child)!]!);
      return found;
    });
  }

  /** What a script or a program says follows at once, and is said again whenever the tree is written down: it is as late as
   *  what it leans on, and no later than whoever asked it. What was put in place of an answer is as late as that. */
  #ended(order: Uint32Array, parent: Uint32Array, asked: Lists): Uint32Array {
    const count = order.length;
    const ended = Float64Array.from(order, (number) => this.#drafts[number]!.ended);
    for (let at = count - 1; at >= 0; at--) {
      const { isCode, isAnswered } = this.#drafts[order[at]!]!;
      if (!isCode || !isAnswered) continue;
      const below = itemsOf(asked, at);
      if (below.length > 0 && !below.some((one) => Number.isNaN(ended[one]!)))
        ended[at] = below.reduce((latest, one) => Math.max(latest, ended[one]!), 0);
    }
    const latest = ended.reduce((late, time) => (Number.isNaN(time) ? late : Math.max(late, time)), 0);
    for (let at = 0; at < count; at++) {
      const above = at === 0 ? latest : ended[parent[at]!]!;
      const isUndated = this.#drafts[order[at]!]!.isAnswered && Number.isNaN(ended[at]!);
      if (isUndated) ended[at] = Number.isNaN(above) ? latest : above;
      else if (ended[at]! > above) ended[at] = above;
    }
    const start = Number.isNaN(this.#started) ? this.#first : this.#started;
    return Uint32Array.from(ended, (time) =>
      Number.isNaN(time) ? NONE : Math.min(Math.max(0, time - start), NONE - 1),
    );
  }

  #ids(place: Uint32Array): { readonly ids: Uint8Array; readonly byId: Uint32Array } {
    const ids = Buffer.alloc(place.length * ID_BYTES);
    const byId = new Uint32Array(place.length);
    const sorted = [...this.#numbers].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [i, [id, number]] of sorted.entries()) {
      ids.write(id, place[number]! * ID_BYTES, 'hex');
      byId[i] = place[number]!;
    }
    return { ids, byId };
  }

  #questionNumber(question: TextQuestion): number {
    const key = question.documents?.length ? questionKey(question) : `=${question.text}`;
    return numberIn(this.#questions, key);
  }

  #authorNumber(by: Author): number {
    const number = numberIn(this.#authors, JSON.stringify([by.kind, by.id, by.version]));
    this.#who[number] ??= by;
    return number;
  }
}

/** Who gave the answer that counts, or acted last. */
export function answerer({ steps, corrected }: TranscriptNode): Author | undefined {
  return corrected?.by ?? steps.at(-1)?.by;
}

export function itemsOf({ from, items }: Lists, at: number): Uint32Array {
  return items.subarray(from[at]!, from[at + 1]!);
}

export function idAt({ ids }: Outline, at: number): string {
  return Buffer.from(ids.buffer, ids.byteOffset + at * ID_BYTES, ID_BYTES).toString('hex');
}

/** Undefined where there is no such node. */
export function positionOf(outline: Outline, id: string): number | undefined {
  let [low, high] = [0, outline.count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (idAt(outline, outline.byId[middle]!) < id) low = middle + 1;
    else high = middle;
  }
  const at = outline.byId[low];
  return at !== undefined && idAt(outline, at) === id ? at : undefined;
}

/** Whether it was done before. With a start, that is before it: whoever writes a tree down finds all of it remembered. */
function isRemembered({ isMemo, ended }: Step, started: number): boolean {
  return isMemo && !(Date.parse(ended) >= started);
}

/** What steps and verdicts cost together, and what came before. */
export function spentIn(acts: readonly { readonly spent?: Spent }[], before = NOTHING): Spent {
  const sum = (kind: keyof Spent) =>
    Math.min(
      acts.reduce((all, { spent }) => all + (spent?.[kind] ?? 0), before[kind]),
      Number.MAX_SAFE_INTEGER,
    );
  return { calls: sum('calls'), tokens: sum('tokens'), micros: sum('micros'), seconds: sum('seconds') };
}

/** All but what depends on others. `started`: what was said before is remembered. */
function flagsOf(node: TranscriptNode, started: number): number {
  const { answer, verdicts, steps, corrected } = node;
  const last = new Map(verdicts.map(({ verifier, kind }) => [verifier, kind]));
  const kinds = new Set(last.values());
  const isRejected = kinds.has('fail') || (answer?.kind === 'unknown' && answer.reason === 'rejected');
  const isUncertain =
    kinds.has('unsure') ||
    (answer?.kind === 'known' && answer.confidence < DOUBTFUL) ||
    (answer?.kind === 'unknown' && (answer.reason === 'unsure' || answer.reason === 'escalated')) ||
    steps.some(({ action }) => action.kind === 'escalate');
  const isMemo = steps.length > 0 && steps.every((step) => isRemembered(step, started));
  const isPerson = corrected?.by.kind === 'person' || steps.some(({ by }) => by.kind === 'person');
  return (
    (isRejected ? FLAGS.rejected : 0) |
    (kinds.size === 1 && kinds.has('pass') && !isRejected ? FLAGS.verified : 0) |
    (isUncertain ? FLAGS.uncertain : 0) |
    (corrected ? FLAGS.corrected : 0) |
    (answer?.kind === 'unknown' ? FLAGS.unknown : 0) |
    (isMemo ? FLAGS.memo : 0) |
    (isPerson ? FLAGS.person : 0)
  );
}

function numberIn(numbers: Map<string, number>, key: string): number {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  numbers.set(key, numbers.size);
  return numbers.size - 1;
}

function listsOf(count: number, of: (at: number) => Iterable<number>): Lists {
  const from = new Uint32Array(count + 1);
  const items: number[] = [];
  for (let at = 0; at < count; at++) {
    for (const item of of(at)) items.push(item);
    from[at + 1] = items.length;
  }
  return { from, items: Uint32Array.from(items) };
}

/** From what names to what it is named by. */
function turned({ from, items }: Lists, count: number): Lists {
  const into = new Uint32Array(count + 1);
  for (const item of items) into[item + 1]!++;
  for (let at = 0; at < count; at++) into[at + 1]! += into[at]!;
  const next = into.slice();
  const sources = new Uint32Array(items.length);
  for (let at = 0; at < count; at++)
    for (let i = from[at]!; i < from[at + 1]!; i++) sources[next[items[i]!]!++] = at;
  return { from: into, items: sources };
}
