/** Values, parents and depths by walking outwards from the variables that are given a value. */

import { depthMax, type Forest, type UnionQuestion, unionWords } from '../tasks/union-find.ts';
import { type Examiner, seal } from './examiner.ts';

/** Variables from this depth on are rare: one grade. */
const DEPTH_GRADES = 6;

interface Place {
  readonly value: number;
  readonly parent: number;
  readonly depth: number;
}

export function unionFindExaminer(options: {
  readonly variables: number;
  readonly values: number;
}): Examiner<UnionQuestion, number> {
  const words = unionWords(options.variables, options.values);
  const deepest = Math.min(depthMax(options.variables), DEPTH_GRADES);
  const placeOf = ({ forest, variable }: UnionQuestion) => places(forest)[variable];

  /** All right answers, as words. A variable that the forest does not have is its own class, without a value. */
  function right(question: UnionQuestion): readonly number[] {
    const { kind, forest, variable, other } = question;
    const place = placeOf(question);
    const joined = forest.equalities.flatMap(([left, right]) =>
      left === variable ? [right] : right === variable ? [left] : [],
    );
    switch (kind) {
      case 'value':
        return [place ? words.value.at(place.value) : words.none.first];
      case 'parent':
      case 'guess':
        return [words.variable.at(place?.parent ?? variable)];
      case 'depth':
        return [words.number.at(place?.depth ?? 0)];
      case 'own':
        return [place?.depth === 0 ? words.value.at(place.value) : words.none.first];
      case 'edge':
        return [joined.includes(other ?? -1) ? words.yes.first : words.no.first];
      case 'neighbour0':
      case 'neighbour1':
        return joined.length === 0 ? [words.none.first] : joined.map(words.variable.at);
    }
  }

  return {
    truth: (question) => seal(right(question)[0]!),
    accepts: (question, answer) => right(question).includes(answer),
    grades: Array.from({ length: deepest + 1 }, (_, depth) =>
      depth < DEPTH_GRADES ? `depth ${depth}` : `depth ${depth} or more`,
    ),
    grade: (question) => Math.min(placeOf(question)?.depth ?? 0, deepest),
  };
}

const walked = new WeakMap<Forest, readonly (Place | undefined)[]>();

function places(forest: Forest): readonly (Place | undefined)[] {
  let found = walked.get(forest);
  if (!found) {
    found = walk(forest);
    walked.set(forest, found);
  }
  return found;
}

/** Ring by ring, along whatever fact names a variable that has a place and one that has none yet. */
function walk({ given, equalities }: Forest): readonly (Place | undefined)[] {
  const found = given.map((value, x): Place | undefined =>
    value < 0 ? undefined : { value, parent: x, depth: 0 },
  );
  for (let depth = 1, open = equalities; open.length > 0; depth++) {
    const ring = open.filter(([left, right]) => !found[left] !== !found[right]);
    if (ring.length === 0) break;
    for (const [left, right] of ring) {
      const [parent, x] = found[left] ? [left, right] : [right, left];
      found[x] = { value: found[parent]!.value, parent, depth };
    }
    open = open.filter((equality) => !ring.includes(equality));
  }
  return found;
}
