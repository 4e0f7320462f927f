import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { reveal } from '../examiners/examiner.ts';
import { unionFindExaminer } from '../examiners/union-find.ts';
import { type Contract, describeTask } from './task.contract.ts';
import { depthMax, type Forest, type UnionQuestion, unionFind, unionWords } from './union-find.ts';

const asks = (kind: UnionQuestion['kind'], variable: number) => (question: UnionQuestion) =>
  question.kind === kind && question.variable === variable;

const contract: Contract<UnionQuestion> = {
  sizes: [],
  kind: ({ kind }) => (kind === 'guess' ? 'parent' : kind),
  parses: [
    ['value(3)', asks('value', 3)],
    ['parent(0)', asks('parent', 0)],
    ['  depth ( 7 ) # 3 ', asks('depth', 7)],
  ],
  rejects: [
    '',
    'value',
    'value()',
    'value(3,5)',
    'value(-1)',
    'parent(1.5)',
    'depth(99999)',
    'depth(1) tail',
    'depth(1) #',
    'depth(1) #99999999999999999999',
    'guess(1)',
    'own(1)',
    'edge(1,2)',
    'drop table',
  ],
};

for (const [variables, sizes] of [
  [8, [4, 5, 6, 7]],
  [64, [9]],
] as const)
  describeTask(unionFind({ variables }), unionFindExaminer({ variables, values: 8 }), { ...contract, sizes });

const VALUES = 8;
const KINDS = ['value', 'parent', 'depth'] as const;

const anyForest = fc.record({
  variables: fc.constantFrom(4, 7, 16, 64),
  size: fc.integer({ min: 2, max: 64 }),
  seed: fc.nat(),
});
function forestOf({ variables, size, seed }: { variables: number; size: number; seed: number }) {
  const demand = { split: 'train', size: Math.min(size, variables), level: 1 } as const;
  return unionFind({ variables }).sample(Random.seeded(seed), demand)[0]!.forest;
}
const allQuestions = (forest: Forest): readonly UnionQuestion[] =>
  KINDS.flatMap((kind) => forest.variables.map((variable) => ({ kind, forest, variable })));

/** Lengths of the paths between all pairs, at left · n + right, 0 to itself (Floyd & Warshall 1962). */
function allLengths({ equalities }: Forest, n: number): readonly number[] {
  const lengths = Array.from({ length: n * n }, (_, i) =>
    Math.floor(i / n) === i % n ? 0 : Number.POSITIVE_INFINITY,
  );
  for (const [left, right] of equalities) lengths[left * n + right] = lengths[right * n + left] = 1;
  for (let middle = 0; middle < n; middle++)
    for (let left = 0; left < n; left++)
      for (let right = 0; right < n; right++)
        lengths[left * n + right] = Math.min(
          lengths[left * n + right]!,
          lengths[left * n + middle]! + lengths[middle * n + right]!,
        );
  return lengths;
}

type Table = (question: UnionQuestion) => Answer<number>;
const answering = (table: Table): Assistant<UnionQuestion, number> => ({
  origin: { name: 'X', groundTruth: false },
  answer: async (questions) => questions.map(table),
});
/** The table of Amplify^H(X) of all compound questions, guesses as X has them. */
async function next(variables: number, forest: Forest, x: Table): Promise<Table> {
  const { key, environment, overseer } = unionFind({ variables });
  const questions = allQuestions(forest);
  const answers = await amplify(overseer, withEnvironment(environment, answering(x))).answer(
    questions,
    scope(),
  );
  const table = new Map(questions.map((question, i) => [key(question), answers[i]!]));
  return (question) => table.get(key(question)) ?? x(question);
}

describe('union find', () => {
  test('examines by depths, parents and values that agree with Floyd & Warshall', () => {
    fc.assert(
      fc.property(anyForest, (drawn) => {
        const { variables } = drawn;
        const [forest, words] = [forestOf(drawn), unionWords(variables, VALUES)];
        const { truth, accepts, grade, grades } = unionFindExaminer({ variables, values: VALUES });
        const lengths = allLengths(forest, variables);
        const all = Array.from({ length: words.size }, (_, word) => word);
        for (const variable of forest.variables) {
          const root = forest.variables.find(
            (y) => forest.given[y]! >= 0 && Number.isFinite(lengths[variable * variables + y]),
          )!;
          const depth = lengths[variable * variables + root]!;
          const parent = forest.variables.find(
            (y) => lengths[variable * variables + y] === 1 && lengths[y * variables + root] === depth - 1,
          );
          const expected = {
            value: words.value.at(forest.given[root]!),
            parent: words.variable.at(parent ?? variable),
            depth: words.number.at(depth),
            guess: words.variable.at(parent ?? variable),
          };
          for (const kind of [...KINDS, 'guess'] as const) {
            expect(reveal(truth({ kind, forest, variable }))).toBe(expected[kind]);
            const accepted = all.filter((word) => accepts!({ kind, forest, variable }, word));
            expect(accepted).toEqual([expected[kind]]);
          }
          const name = depth < 6 ? `depth ${depth}` : 'depth 6 or more';
          expect(grades![grade!({ kind: 'value', forest, variable })!]).toBe(name);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('plants ⌊√size⌋ trees, each with one value that no other has, none deeper than its numbers', () => {
    fc.assert(
      fc.property(anyForest, (drawn) => {
        const { variables } = drawn;
        const size = Math.min(drawn.size, variables);
        const forest = forestOf(drawn);
        const lengths = allLengths(forest, variables);
        const joined = (x: number, y: number) => Number.isFinite(lengths[x * variables + y]);
        const trees = new Set(
          forest.variables.map((x) => forest.variables.filter((y) => joined(x, y)).join(' ')),
        );
        const count = Math.min(8, Math.floor(Math.sqrt(size)));
        expect(forest.variables.length).toBe(size);
        expect(trees.size).toBe(count);
        // As many equalities as make trees of them.
        expect(forest.equalities.length).toBe(size - count);
        for (const tree of trees) {
          const given = tree.split(' ').filter((x) => forest.given[Number(x)]! >= 0);
          expect(given.length).toBe(1);
        }
        const values = forest.given.filter((value) => value >= 0);
        expect(new Set(values).size).toBe(count);
        expect(Math.max(...values)).toBeLessThan(VALUES);
        for (const x of forest.variables)
          for (const root of forest.variables.filter((y) => forest.given[y]! >= 0))
            if (joined(x, root))
              expect(lengths[x * variables + root]).toBeLessThanOrEqual(depthMax(variables));
        for (let x = 0; x < variables; x++) {
          const ends = forest.equalities.flatMap(([left, right]) =>
            left === x ? [right] : right === x ? [left] : [],
          );
          expect([...forest.neighbours[x]!].sort()).toEqual([...ends].sort());
        }
        const { encoding } = unionFind({ variables });
        const question: UnionQuestion = { kind: 'value', forest, variable: forest.variables[0]! };
        expect(encoding.facts(question).length).toBe(3 * (size - count + count + size));
      }),
      { numRuns: 50 },
    );
  });

  test('writes equalities either way round, and gives the value to any variable of a tree', () => {
    const twice = { left: 0, right: 0, root: 0 };
    for (let seed = 0; seed < 900; seed++) {
      // Three in a row: the middle one is twice on the left, twice on the right or once on either side.
      const { equalities, given, neighbours } = forestOf({ variables: 4, size: 3, seed });
      const middle = neighbours.findIndex((ends) => ends.length === 2);
      if (equalities.every(([left]) => left === middle)) twice.left++;
      if (equalities.every(([, right]) => right === middle)) twice.right++;
      if (given[middle]! >= 0) twice.root++;
    }
    // Four standard deviations of each.
    expect(Math.abs(twice.left - 225)).toBeLessThan(52);
    expect(Math.abs(twice.right - 225)).toBeLessThan(52);
    expect(Math.abs(twice.root - 300)).toBeLessThan(57);
  });

  test('asks all there is to ask of a small forest, and of a large one a part, none twice', () => {
    for (const [size, count] of [
      [2, 6],
      [8, 24],
      [10, 30],
      [11, 32],
      [64, 64],
    ] as const) {
      const task = unionFind({ variables: 64 });
      const asked = task.sample(Random.seeded(1), { split: 'train', size, level: 1 });
      expect(asked.length).toBe(count);
      expect(new Set(asked.map(task.key)).size).toBe(count);
    }
  });

  test('has neighbours that are neighbours, follow from the question, and are all named in time', () => {
    const { environment } = unionFind({ variables: 8 });
    const words = unionWords(8, VALUES);
    const seen = new Map<string, Set<number>>();
    // The same trees with other values are other contexts: their chance is another.
    for (let seed = 0; seed < 3000; seed++) {
      const forest = forestOf({ variables: 8, size: 3, seed });
      for (const variable of forest.variables)
        for (const kind of ['neighbour0', 'neighbour1'] as const) {
          const answer = environment({ kind, forest, variable }) as { value: number };
          expect(environment({ kind, forest: { ...forest }, variable })).toEqual(answer);
          const neighbours = forest.neighbours[variable]!.map(words.variable.at).sort((a, b) => a - b);
          expect(neighbours).toContain(answer.value);
          const of = `${kind} ${variable} ${neighbours.join(' ')}`;
          seen.set(of, (seen.get(of) ?? new Set()).add(answer.value));
        }
    }
    const sizes = [...seen].map(([of, found]) => [of.split(' ').length - 2, found.size]);
    expect(sizes.length).toBe(2 * (8 * 7 + 8 * 21));
    expect(sizes.filter(([all, found]) => all === found).length / sizes.length).toBeGreaterThan(0.95);
    const lonely = forestOf({ variables: 16, size: 16, seed: 0 });
    const alone: Forest = { ...lonely, neighbours: lonely.neighbours.map(() => []) };
    expect(environment({ kind: 'neighbour0', forest: alone, variable: 0 })).toEqual(known(words.none.first));
  });

  test('grows by a ring each round: from «unknown» for everything to the truth, given right guesses', async () => {
    const variables = 16;
    const words = unionWords(variables, VALUES);
    const { truth } = unionFindExaminer({ variables, values: VALUES });
    const depthOf = ({ forest, variable }: UnionQuestion) =>
      words.number.of(reveal(truth({ kind: 'depth', forest, variable })))!;
    for (let seed = 0; seed < 20; seed++) {
      const forest = forestOf({ variables, size: 16, seed });
      const deepest = Math.max(...allQuestions(forest).map(depthOf));
      let x: Table = (question) =>
        question.kind === 'guess' ? known(reveal(truth(question))) : unknown('unsure');
      for (let round = 0; round <= deepest; round++) {
        x = await next(variables, forest, x);
        for (const question of allQuestions(forest)) {
          const reached = depthOf(question) <= round;
          expect(x(question)).toEqual(reached ? known(reveal(truth(question))) : unknown('unsure'));
        }
      }
    }
  });

  test('never claims a depth below the truth, nor a value that is not, whatever the guesses', async () => {
    await fc.assert(
      fc.asyncProperty(anyForest, async (drawn) => {
        const { variables } = drawn;
        const [forest, words] = [forestOf(drawn), unionWords(variables, VALUES)];
        const { truth } = unionFindExaminer({ variables, values: VALUES });
        const random = Random.seeded(drawn.seed);
        let x: Table = ({ kind }) =>
          kind === 'guess' ? known(words.variable.at(random.below(variables))) : unknown('unsure');
        for (let round = 0; round < 4; round++) {
          x = await next(variables, forest, x);
          for (const question of allQuestions(forest)) {
            const claim = x(question);
            if (claim.kind === 'unknown') continue;
            const right = reveal(truth(question));
            if (question.kind === 'value') expect(claim.value).toBe(right);
            if (question.kind === 'depth') expect(claim.value).toBeGreaterThanOrEqual(right);
            if (question.kind === 'parent' && claim.value !== right)
              expect(forest.neighbours[question.variable]).toContain(words.variable.of(claim.value));
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  test('says «unsure» where a guess is no neighbour, and where what it hears is no value and no depth', async () => {
    const task = unionFind({ variables: 8 });
    const words = unionWords(8, VALUES);
    const forest = forestOf({ variables: 8, size: 8, seed: 1 });
    const { truth } = unionFindExaminer({ variables: 8, values: VALUES });
    const inner = allQuestions(forest).filter(
      ({ variable, kind }) => forest.given[variable]! < 0 && kind !== 'parent',
    );
    expect(inner.length).toBe(12);
    const ask = (table: Table) =>
      amplify(task.overseer, withEnvironment(task.environment, answering(table))).answer(inner, scope());
    const unsure = inner.map(() => unknown('unsure'));
    // Nobody is their own neighbour, and no value is a variable.
    const strange = [
      words.blank.first,
      words.kind.first,
      words.none.first,
      words.value.first,
      words.size,
      -1,
    ];
    for (const word of strange) expect(await ask(() => known(word))).toEqual(unsure);
    expect(
      await ask(({ kind, variable }) => (kind === 'guess' ? known(words.variable.at(variable)) : known(0))),
    ).toEqual(unsure);
    for (const word of [words.variable.first, words.none.first, words.yes.first])
      expect(
        await ask((question) => known(question.kind === 'guess' ? reveal(truth(question)) : word)),
      ).toEqual(unsure);
    // A depth beyond the largest number.
    const deep = await ask((question) =>
      known(question.kind === 'guess' ? reveal(truth(question)) : words.number.last),
    );
    expect(deep).toEqual(unsure);
  });

  test('has a guess look like the parent that it guesses at, and answered with some variable', () => {
    const { encoding, key } = unionFind({ variables: 8 });
    const forest = forestOf({ variables: 8, size: 8, seed: 1 });
    const [parent, guess] = (['parent', 'guess'] as const).map(
      (kind): UnionQuestion => ({ kind, forest, variable: 0 }),
    ) as [UnionQuestion, UnionQuestion];
    expect(encoding.token(guess)).toEqual(encoding.token(parent));
    expect(encoding.word(guess, 0)).toBe(encoding.word(parent, 0));
    expect(key(guess)).not.toBe(key(parent));
    const { variable } = unionWords(8, VALUES);
    expect(encoding.range!(guess)).toEqual([variable.first, variable.last]);
    expect(variable.last - variable.first).toBe(7);
    for (const kind of KINDS) {
      const [first, last] = encoding.range!({ ...parent, kind });
      expect(first <= encoding.blank && encoding.blank <= last).toBe(true);
    }
  });

  test('reads an edge with both its variables, and all else with one', () => {
    const { encoding } = unionFind({ variables: 8 });
    const forest = forestOf({ variables: 8, size: 8, seed: 1 });
    const edge: UnionQuestion = { kind: 'edge', forest, variable: 1, other: 2 };
    const own: UnionQuestion = { kind: 'own', forest, variable: 1 };
    const [edgeWord, x, y] = encoding.sentence(edge) as [number, number, number];
    const [ownWord] = encoding.sentence(own) as [number];
    expect(encoding.questionOf([edgeWord, x, y], own)).toEqual(edge);
    expect(encoding.questionOf([ownWord, x, encoding.blank], edge)).toEqual(own);
    expect(encoding.questionOf([edgeWord, x, encoding.blank], edge)).toBeUndefined();
    expect(encoding.questionOf([ownWord, x, y], edge)).toBeUndefined();
  });

  test('has only the grades that its depths can have', () => {
    const grades = (variables: number) => unionFindExaminer({ variables, values: VALUES }).grades!;
    expect(grades(4)).toEqual(['depth 0', 'depth 1', 'depth 2', 'depth 3']);
    expect(grades(64).slice(-2)).toEqual(['depth 5', 'depth 6 or more']);
    expect(grades(64).length).toBe(7);
  });

  test('shows questions and answers as people write them', () => {
    const task = unionFind({ variables: 8 });
    const question = task.parse('depth(3) #7');
    expect(task.show(question)).toBe('depth(3)');
    expect(task.show({ ...question, kind: 'edge', other: 5 })).toBe('edge(3, 5)');
    const { no, yes, none, number, value, variable } = unionWords(8, VALUES);
    const words = [no.first, yes.first, none.first, number.at(2), value.at(5), variable.at(7)];
    expect(words.map(task.showAnswer)).toEqual(['no', 'yes', 'none', '2', 'v5', '7']);
  });

  test('asks about the forest that the number names, an unseen one', () => {
    const key = (text: string) => unionFind({ variables: 8 }).parse(text).forest.key;
    expect(key('value(1) #7')).toBe(key('depth(4) #7'));
    expect(key('value(1) #7')).not.toBe(key('value(1) #8'));
    expect(key('value(1)')).toBe(key('value(1) #0'));
  });

  test.each([
    [{ variables: 3 }, 'size'],
    [{ variables: 65 }, 'size'],
    [{ variables: 8.5 }, 'size'],
    [{ variables: 64, values: 7 }, 'values'],
    [{ variables: 8, values: 65 }, 'values'],
    [{ variables: 8, values: 2.5 }, 'values'],
    [{ variables: 8, rounds: 0 }, 'rounds'],
    [{ variables: 8, rounds: 65 }, 'rounds'],
    [{ variables: 8, rounds: 1.5 }, 'rounds'],
  ])('refuses %j and names the %s', (options, name) => {
    expect(() => unionFind(options)).toThrow(
      expect.objectContaining({ code: 'invalid', message: expect.stringMatching(`${name}: expected`) }),
    );
  });

  test('samples every demand it can be given', () => {
    for (const variables of [4, 7, 8, 64])
      for (let size = 2; size <= variables; size++)
        for (const split of ['train', 'gate', 'test'] as const)
          expect(unionFind({ variables }).sample(Random.seeded(1), { split, size, level: 1 }).length).toBe(
            Math.min(3 * size, Math.max(32, size)),
          );
  });
});
