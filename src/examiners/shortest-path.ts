/** Distances by breadth-first search from every vertex. */

import { distanceMax, type Graph, type PathQuestion, pathWords } from '../tasks/shortest-path.ts';
import { type Examiner, seal } from './examiner.ts';

/** The nearest and farthest distance of each grade of finite distances. */
const RINGS = [
  [1, 1],
  [2, 2],
  [3, 3],
  [4, 4],
  [5, 8],
  [9, 16],
] as const;

export function shortestPathExaminer(options: { readonly vertices: number }): Examiner<PathQuestion, number> {
  const words = pathWords(options.vertices);
  const farthest = distanceMax(options.vertices);
  const rings = RINGS.filter(([near]) => near <= farthest);

  /** The distance, and the neighbours on a shortest path, ascending; from a vertex to itself by its shortest cycle. */
  function paths({ graph, from, to }: PathQuestion): { distance: number; steps: readonly number[] } {
    const neighbours = graph.neighbours[from] ?? [];
    const lengths = neighbours.map((step) => 1 + (lengthsFrom(graph, step)[to] ?? Number.POSITIVE_INFINITY));
    const distance = Math.min(...lengths);
    return distance <= farthest
      ? { distance, steps: neighbours.filter((_, i) => lengths[i] === distance) }
      : { distance: Number.POSITIVE_INFINITY, steps: [] };
  }

  /** All right answers, as words. */
  function right(question: PathQuestion): readonly [number, ...number[]] {
    const { kind, graph, from, to } = question;
    const { distance, steps } = paths(question);
    const named = (vertices: readonly number[], otherwise: number) => {
      const [first = otherwise, ...others] = vertices.map(words.vertex.at);
      return [first, ...others] as const;
    };
    switch (kind) {
      case 'dist':
        return [distance <= farthest ? words.number.at(distance - 1) : words.infinity.first];
      case 'step':
        return named(steps, words.none.first);
      case 'guess':
        return named(steps, words.vertex.at(to));
      case 'edge':
        return [distance === 1 ? words.yes.first : words.no.first];
      case 'neighbour0':
      case 'neighbour1':
        return named(graph.neighbours[from] ?? [], words.none.first);
    }
  }

  return {
    truth: (question) => seal(right(question)[0]),
    accepts(question, answer) {
      // No guess is wrong where there is no step.
      if (question.kind === 'guess' && paths(question).steps.length === 0)
        return words.vertex.of(answer) !== undefined;
      return right(question).includes(answer);
    },
    grades: [
      ...rings.map(([near, far]) => `distance ${near === far ? near : `${near}–${far}`}`),
      'distance ∞',
    ],
    grade(question) {
      const { distance } = paths(question);
      const ring = rings.findIndex(([, far]) => distance <= far);
      return ring < 0 ? rings.length : ring;
    },
  };
}

const searched = new WeakMap<Graph, Map<number, readonly number[]>>();

/** The length of the shortest path to every vertex at its index, 0 to itself; none where there is no path. */
function lengthsFrom(graph: Graph, from: number): readonly number[] {
  const found = searched.get(graph) ?? new Map<number, readonly number[]>();
  searched.set(graph, found);
  let lengths = found.get(from);
  if (!lengths) {
    lengths = search(graph, from);
    found.set(from, lengths);
  }
  return lengths;
}

function search({ neighbours }: Graph, from: number): readonly number[] {
  const lengths: number[] = [];
  lengths[from] = 0;
  const queue = [from];
  for (const x of queue)
    for (const y of neighbours[x] ?? [])
      if (lengths[y] === undefined) {
        lengths[y] = lengths[x]! + 1;
        queue.push(y);
      }
  return lengths;
}
