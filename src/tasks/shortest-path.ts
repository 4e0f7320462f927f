/** Shortest path: given directed edges, how far is b from a, and which step leads there?
 *      Christiano et al. 2018, §3.1 and code «graph»
 *  X proposes a step, H verifies it by a look-up and takes the best of it and two random neighbours. Distances start at
 *  ∞ and fall ring by ring: a finite one is never claimed without edges that prove it. */

import { CapstanError, expectInteger } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Demand, Encoding, Split, Task } from '../core/task.ts';
import { type Script, scripted } from '../overseers/scripted.ts';
import { chance } from './chance.ts';
import { dealt } from './piles.ts';
import { vocabulary } from './vocabulary.ts';

/** Directed edges between some of the vertices 0 … vertices − 1. */
export interface Graph {
  /** Ascending. */
  readonly vertices: readonly number[];
  /** Ascending; some repeat, none is a loop. */
  readonly edges: readonly (readonly [from: number, to: number])[];
  /** The ends of the edges from a vertex at its index, ascending, each once. */
  readonly neighbours: readonly (readonly number[])[];
  readonly key: string;
}

const KINDS = ['dist', 'step', 'guess', 'edge', 'neighbour0', 'neighbour1'] as const;

export interface PathQuestion {
  /** `guess` is `step` without the answer «none». Simple: is there an `edge`, and two random neighbours of `from`. */
  readonly kind: (typeof KINDS)[number];
  readonly graph: Graph;
  readonly from: number;
  readonly to: number;
}

/** Answers are words. */
export type PathTask = Task<PathQuestion, number>;

export interface PathOptions {
  /** How many vertices, 4 … 64. */
  readonly vertices: number;
  /** Rounds of the network, 1 … 64: no fewer than the steps of the paths to be found. */
  readonly rounds?: number;
}

const VERTICES_MIN = 4;
const VERTICES_MAX = 64;
/** One round each for the distances that are common among 8 to 16 elements: fewer rounds do not reach them. */
const ROUNDS = 6;
const ROUNDS_MAX = 64;
const EDGES_PER_VERTEX = 2;
const QUESTIONS_MIN = 32;

/** Longer paths count as none (code «graph»: 12 for 64 vertices). */
export function distanceMax(vertices: number): number {
  return 2 * Math.ceil(Math.log2(vertices));
}

/** Number i is the distance i + 1. What a question may be answered with is consecutive. */
export function pathWords(vertices: number) {
  const number = distanceMax(vertices);
  return vocabulary({
    blank: 1,
    kind: KINDS.length,
    no: 1,
    yes: 1,
    number,
    infinity: 1,
    none: 1,
    vertex: vertices,
  });
}

type PathWords = ReturnType<typeof pathWords>;

export function shortestPath({ vertices, rounds = ROUNDS }: PathOptions): PathTask {
  expectInteger('size', vertices, VERTICES_MIN, VERTICES_MAX);
  expectInteger('rounds', rounds, 1, ROUNDS_MAX);
  const words = pathWords(vertices);
  return {
    name: 'shortest-path',
    parameters: { vertices, rounds },
    levels: 1,
    levelsOfPrimitives: 0,
    sizeMax: vertices,
    overseer: scripted('H', decompose(words)),
    asksMax: 8, // of `step`: edge, guess, edge, two neighbours, three distances
    environment: (question) => environment(question, words),
    encoding: encoding(words, rounds),
    level: () => 1,
    key: ({ kind, graph, from, to }) => `${kind}/${from}/${to}/${graph.key}`,
    show: ({ kind, from, to }) => `${kind}(${from}, ${to})`,
    showAnswer: (word) => showAnswer(word, words),
    parse: (text) => parse(text, vertices),
    sample: (random, demand) => sample(random, demand, vertices),
  };
}

type Asking<T> = Generator<readonly PathQuestion[], T, readonly Answer<number>[]>;

function decompose({ no, yes, number, infinity, none, vertex }: PathWords): Script<PathQuestion, number> {
  /** «No» for unknown: neither a number nor a vertex. */
  function* ask(question: PathQuestion): Asking<number> {
    const answer = (yield [question])[0]!;
    return answer.kind === 'known' ? answer.value : no.first;
  }
  function* isEdge(question: PathQuestion): Asking<boolean> {
    return (yield* ask({ ...question, kind: 'edge' })) === yes.first;
  }
  /** Infinite for whatever is no number. */
  function* distance(question: PathQuestion): Asking<number> {
    const index = number.of(yield* ask({ ...question, kind: 'dist' }));
    return index === undefined ? Number.POSITIVE_INFINITY : index + 1;
  }
  /** X's guess, if it is a step at all. */
  function* proposed(question: PathQuestion): Asking<number | undefined> {
    const to = vertex.of(yield* ask({ ...question, kind: 'guess' }));
    return to !== undefined && (yield* isEdge({ ...question, to })) ? to : undefined;
  }
  const farthest = number.last - number.first + 1;

  function* dist(question: PathQuestion): Asking<number> {
    if (yield* isEdge(question)) return number.at(0);
    // A forced guess says nothing unless verified: a false «2» would feed itself.
    const from = yield* proposed(question);
    const rest = from === undefined ? farthest : yield* distance({ ...question, from });
    return rest < farthest ? number.at(rest) : infinity.first;
  }
  function* step(question: PathQuestion): Asking<number> {
    if (yield* isEdge(question)) return vertex.at(question.to);
    const candidates = new Set([yield* proposed(question)]);
    for (const kind of ['neighbour0', 'neighbour1'] as const)
      candidates.add(vertex.of(yield* ask({ ...question, kind })));
    let [best, least] = [none.first, farthest];
    for (const from of candidates) {
      if (from === undefined) continue;
      const rest = yield* distance({ ...question, from });
      if (rest < least) [best, least] = [vertex.at(from), rest];
    }
    return best;
  }

  return function* (question) {
    switch (question.kind) {
      case 'dist':
        return known(yield* dist(question));
      case 'step':
        return known(yield* step(question));
      case 'guess': {
        const best = yield* step(question);
        return best === none.first ? unknown('unsure') : known(best);
      }
      default:
        return (yield [question])[0]!;
    }
  };
}

/** A question may name a vertex that this graph does not have: it has no edges. */
function environment(question: PathQuestion, words: PathWords): Answer<number> | undefined {
  const { kind, graph, from, to } = question;
  const neighbours = graph.neighbours[from] ?? [];
  switch (kind) {
    case 'edge':
      return known(neighbours.includes(to) ? words.yes.first : words.no.first);
    case 'neighbour0':
    case 'neighbour1':
      if (neighbours.length === 0) return known(words.none.first);
      return known(
        words.vertex.at(neighbours[chance(graph, [from, to, KINDS.indexOf(kind)]) % neighbours.length]!),
      );
    default:
      return undefined;
  }
}

function encoding(words: PathWords, rounds: number): Encoding<PathQuestion, number> {
  const { blank, kind: kinds, no, yes, number, infinity, none, vertex } = words;
  const facts = new WeakMap<Graph, readonly number[]>();
  const kindWord = (kind: PathQuestion['kind']) => kinds.at(KINDS.indexOf(kind));
  return {
    words: words.size,
    blank: blank.first,
    slots: ['from', 'to', 'answer'],
    context: ({ graph }) => graph,
    facts({ graph }) {
      let tokens = facts.get(graph);
      if (!tokens) {
        tokens = [
          ...graph.edges.flatMap(([from, to]) => [vertex.at(from), vertex.at(to), blank.first]),
          ...graph.vertices.flatMap((x) => [vertex.at(x), blank.first, blank.first]),
        ];
        facts.set(graph, tokens);
      }
      return tokens;
    },
    token: ({ from, to }) => [vertex.at(from), vertex.at(to), blank.first],
    roundsAt: () => rounds,
    rounds: () => rounds,
    word: ({ kind }) => kindWord(kind === 'guess' ? 'step' : kind),
    range({ kind }) {
      switch (kind) {
        case 'dist':
          return [number.first, infinity.last];
        case 'guess':
          return [vertex.first, vertex.last];
        case 'edge':
          return [no.first, yes.last];
        default:
          return [none.first, vertex.last];
      }
    },
    wordOf: (answer) => answer,
    answerOf: (word) => (word >= no.first && word <= vertex.last ? word : undefined),
    sentence: ({ kind, from, to }) => [kindWord(kind), vertex.at(from), vertex.at(to)],
    sentenceLength: 3,
    names: [[vertex.first, vertex.last]],
    questionOf([first = -1, second = -1, third = -1], { graph }) {
      const kind = KINDS[kinds.of(first) ?? -1];
      const [from, to] = [vertex.of(second), vertex.of(third)];
      return kind && from !== undefined && to !== undefined ? { kind, graph, from, to } : undefined;
    },
  };
}

function showAnswer(word: number, { no, yes, number, infinity, none, vertex }: PathWords): string {
  const index = number.of(word);
  if (index !== undefined) return String(index + 1);
  const names = new Map([
    [no.first, 'no'],
    [yes.first, 'yes'],
    [infinity.first, '∞'],
    [none.first, 'none'],
  ]);
  return names.get(word) ?? String(vertex.of(word) ?? 'unknown');
}

function sample(random: Random, { split, size }: Demand, vertices: number): readonly PathQuestion[] {
  const graph = sampleGraph(random, split, size, vertices);
  const pairs = size * (size - 1);
  const kinds = ['dist', 'step'] as const;
  const question = (drawn: number): PathQuestion => {
    const pair = drawn % pairs;
    const [from, other] = [Math.floor(pair / (size - 1)), pair % (size - 1)];
    const to = other < from ? other : other + 1;
    return {
      kind: kinds[Math.floor(drawn / pairs)]!,
      graph,
      from: graph.vertices[from]!,
      to: graph.vertices[to]!,
    };
  };
  const count = Math.max(QUESTIONS_MIN, size);
  return distinct(random, kinds.length * pairs, count).map(question);
}

/** So many of the numbers below `bound`, none again before all were drawn. */
function distinct(random: Random, bound: number, count: number): readonly number[] {
  if (bound <= count) {
    const all = random.shuffle(Array.from({ length: bound }, (_, i) => i));
    return Array.from({ length: count }, (_, i) => all[i % bound]!);
  }
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(random.below(bound));
  return [...drawn];
}

function sampleGraph(random: Random, split: Split, size: number, vertices: number): Graph {
  const all = Array.from({ length: vertices }, (_, x) => x);
  return dealt(split, `graphs of ${size} out of ${vertices} vertices`, () => {
    const some =
      size === vertices
        ? all
        : random
            .shuffle(all)
            .slice(0, size)
            .sort((a, b) => a - b);
    const edges = Array.from({ length: EDGES_PER_VERTEX * size }, (): readonly [number, number] => {
      const [from, other] = [random.below(size), random.below(size - 1)];
      return [some[from]!, some[other < from ? other : other + 1]!];
    });
    return connect(some, edges, vertices);
  });
}

function connect(some: readonly number[], drawn: Graph['edges'], vertices: number): Graph {
  const edges = [...drawn].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const neighbours = Array.from({ length: vertices }, (): number[] => []);
  for (const [from, to] of edges) {
    const ends = neighbours[from]!;
    if (ends.at(-1) !== to) ends.push(to);
  }
  const key = `${some.join(' ')}: ${edges.map(([from, to]) => `${from}>${to}`).join(' ')}`;
  return { vertices: some, edges, neighbours, key };
}

const SYNTAX =
  'expected «dist(A,B)» or «step(A,B)» on an unseen graph, or either with « #N» for unseen graph number N';

function parse(text: string, vertices: number): PathQuestion {
  const match = /^\s*(dist|step)\s*\(\s*(\d+)\s*,\s*(\d+)\s*\)\s*(?:#\s*(\d+))?\s*$/u.exec(text);
  if (!match) throw new CapstanError('invalid', `question «${text}»: ${SYNTAX}`);
  const [from, to] = [Number(match[2]), Number(match[3])];
  for (const vertex of [from, to])
    if (vertex >= vertices)
      throw new CapstanError(
        'invalid',
        `question «${text}»: expected vertices from 0 to ${vertices - 1}, got ${vertex}`,
      );
  if (from === to)
    throw new CapstanError(
      'invalid',
      `question «${text}»: expected two different vertices, got ${from} twice`,
    );
  const number = Number(match[4] ?? 0);
  if (!Number.isSafeInteger(number))
    throw new CapstanError(
      'invalid',
      `question «${text}»: expected a number up to 2^53 − 1, got ${match[4]}`,
    );
  const graph = sampleGraph(Random.seeded(number).split('ask'), 'test', vertices, vertices);
  return { kind: match[1] as 'dist' | 'step', graph, from, to };
}
