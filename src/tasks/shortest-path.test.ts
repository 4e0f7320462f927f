import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { reveal } from '../examiners/examiner.ts';
import { shortestPathExaminer } from '../examiners/shortest-path.ts';
import { distanceMax, type Graph, type PathQuestion, pathWords, shortestPath } from './shortest-path.ts';
import { type Contract, describeTask } from './task.contract.ts';

const asks = (kind: PathQuestion['kind'], from: number, to: number) => (question: PathQuestion) =>
  question.kind === kind && question.from === from && question.to === to;

const contract: Contract<PathQuestion> = {
  sizes: [],
  kind: ({ kind }) => (kind === 'guess' ? 'step' : kind),
  parses: [
    ['dist(3,5)', asks('dist', 3, 5)],
    ['step(0,7)', asks('step', 0, 7)],
    ['  step ( 2 , 1 ) # 3 ', asks('step', 2, 1)],
  ],
  rejects: [
    '',
    'dist',
    'dist()',
    'dist(3)',
    'dist(3,5,7)',
    'dist(3,3)',
    'dist(-1,3)',
    'dist(1.5,3)',
    'dist(3,99999)',
    'step(99999,3)',
    'step(1,2) tail',
    'step(1,2) #',
    'step(1,2) #99999999999999999999',
    'guess(1,2)',
    'edge(1,2)',
    'drop table',
  ],
};

for (const [vertices, sizes] of [
  [8, [4]],
  [64, []],
] as const)
  describeTask(shortestPath({ vertices }), shortestPathExaminer({ vertices }), { ...contract, sizes });

/** Distances between all pairs, at from · vertices + to (Floyd & Warshall 1962). */
function allDistances(graph: Graph, vertices: number): readonly number[] {
  const far = new Array<number>(vertices * vertices).fill(Number.POSITIVE_INFINITY);
  for (const [from, to] of graph.edges) far[from * vertices + to] = 1;
  for (let middle = 0; middle < vertices; middle++)
    for (let from = 0; from < vertices; from++)
      for (let to = 0; to < vertices; to++)
        far[from * vertices + to] = Math.min(
          far[from * vertices + to]!,
          far[from * vertices + middle]! + far[middle * vertices + to]!,
        );
  return far;
}

const anyGraph = fc.record({
  vertices: fc.constantFrom(4, 7, 16),
  size: fc.integer({ min: 4, max: 16 }),
  seed: fc.nat(),
});
function graphOf({ vertices, size, seed }: { vertices: number; size: number; seed: number }) {
  const demand = { split: 'train', size: Math.min(size, vertices), level: 1 } as const;
  return shortestPath({ vertices }).sample(Random.seeded(seed), demand)[0]!.graph;
}
/** Every question of the kind about two different vertices. */
const allQuestions = (kind: PathQuestion['kind'], graph: Graph): readonly PathQuestion[] =>
  graph.vertices.flatMap((from) =>
    graph.vertices.filter((to) => to !== from).map((to) => ({ kind, graph, from, to })),
  );

type Table = (question: PathQuestion) => Answer<number>;
const answering = (table: Table): Assistant<PathQuestion, number> => ({
  origin: { name: 'X', groundTruth: false },
  answer: async (questions) => questions.map(table),
});
/** The table of Amplify^H(X) of all compound questions, guesses as X has them. */
async function next(vertices: number, graph: Graph, x: Table): Promise<Table> {
  const { key, environment, overseer } = shortestPath({ vertices });
  const questions = [...allQuestions('dist', graph), ...allQuestions('step', graph)];
  const answers = await amplify(overseer, withEnvironment(environment, answering(x))).answer(
    questions,
    scope(),
  );
  const table = new Map(questions.map((question, i) => [key(question), answers[i]!]));
  return (question) => table.get(key(question)) ?? x(question);
}

describe('shortest path', () => {
  test('examines by distances that agree with Floyd & Warshall, steps on shortest paths, and their grades', () => {
    fc.assert(
      fc.property(anyGraph, (drawn) => {
        const { vertices } = drawn;
        const [graph, words, max] = [graphOf(drawn), pathWords(vertices), distanceMax(vertices)];
        const { truth, accepts, grade, grades } = shortestPathExaminer({ vertices });
        const far = allDistances(graph, vertices);
        for (const question of allQuestions('dist', graph)) {
          const { from, to } = question;
          const distance = far[from * vertices + to]!;
          const finite = distance <= max;
          expect(reveal(truth(question))).toBe(finite ? words.number.at(distance - 1) : words.infinity.first);
          // On a shortest path: an edge that leads one nearer.
          const near = graph.vertices.filter(
            (x) =>
              far[from * vertices + x] === 1 &&
              distance === 1 + (x === to ? 0 : far[x * vertices + to]!) &&
              finite,
          );
          const all = Array.from({ length: words.size }, (_, word) => word);
          for (const kind of ['step', 'guess'] as const) {
            const right = all.filter((word) => accepts!({ ...question, kind }, word));
            const otherwise = kind === 'step' ? [words.none.first] : all.slice(words.vertex.first);
            expect(right).toEqual(finite ? near.map(words.vertex.at) : otherwise);
            const fixed = reveal(truth({ ...question, kind }));
            expect(fixed).toBe(finite ? right[0] : kind === 'step' ? words.none.first : words.vertex.at(to));
          }
          const ring = distance <= 4 ? `${distance}` : distance <= 8 ? '5–8' : '9–16';
          expect(grades![grade!(question)!]).toBe(`distance ${finite ? ring : '∞'}`);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('draws two edges for each vertex, none a loop, and some twice', () => {
    const task = shortestPath({ vertices: 16 });
    let repeats = 0;
    for (let seed = 0; seed < 50; seed++) {
      const { graph } = task.sample(Random.seeded(seed), { split: 'train', size: 6, level: 1 })[0]!;
      const { vertices, edges, neighbours } = graph;
      expect(vertices.length).toBe(6);
      expect(edges.length).toBe(12);
      for (const [from, to] of edges) {
        expect(from).not.toBe(to);
        expect(vertices).toContain(from);
        expect(vertices).toContain(to);
      }
      const ends = (x: number) => edges.filter(([from]) => from === x).map(([, to]) => to);
      for (let x = 0; x < 16; x++) expect(neighbours[x]).toEqual([...new Set(ends(x))]);
      repeats += edges.length - neighbours.flat().length;
      const { encoding } = task;
      expect(encoding.facts({ kind: 'dist', graph, from: 0, to: 1 }).length).toBe(3 * (12 + 6));
    }
    expect(repeats).toBeGreaterThan(0);
  });

  test('asks about all pairs alike, as distances and as steps, and about none twice while there are others', () => {
    for (const [size, count] of [
      [2, 32],
      [4, 32],
      [5, 32],
      [8, 32],
      [48, 48],
    ] as const) {
      const task = shortestPath({ vertices: 64 });
      const asked = task.sample(Random.seeded(1), { split: 'train', size, level: 1 });
      expect(asked.length).toBe(count);
      expect(new Set(asked.map(task.key)).size).toBe(Math.min(count, 2 * size * (size - 1)));
    }
    const seen = new Map<string, number>();
    const task = shortestPath({ vertices: 5 });
    for (let seed = 0; seed < 500; seed++)
      for (const { kind, from, to } of task.sample(Random.seeded(seed), {
        split: 'train',
        size: 5,
        level: 1,
      }))
        seen.set(`${kind} ${from} ${to}`, 1 + (seen.get(`${kind} ${from} ${to}`) ?? 0));
    expect(seen.size).toBe(40);
    // 400 expected of each, four standard deviations are 36.
    for (const times of seen.values()) expect(Math.abs(times - 400)).toBeLessThan(36);
  });

  test('has neighbours that are neighbours, follow from the question, and are all named in time', () => {
    const { environment } = shortestPath({ vertices: 8 });
    const { vertex, none } = pathWords(8);
    let named = 0;
    for (let seed = 0; seed < 100; seed++) {
      const graph = graphOf({ vertices: 8, size: 8, seed });
      for (const from of graph.vertices) {
        const asked = (['neighbour0', 'neighbour1'] as const).flatMap((kind) =>
          graph.vertices.map((to): PathQuestion => ({ kind, graph, from, to })),
        );
        const words = asked.map((question) => environment(question));
        expect(asked.map((question) => environment({ ...question, graph: { ...graph } }))).toEqual(words);
        const found = new Set(words.map((answer) => (answer?.kind === 'known' ? answer.value : -1)));
        const neighbours = graph.neighbours[from]!.map(vertex.at);
        for (const word of found) expect(neighbours.length > 0 ? neighbours : [none.first]).toContain(word);
        named += found.size / Math.max(1, neighbours.length);
      }
    }
    expect(named / 800).toBeGreaterThan(0.95);
  });

  test('grows by a ring each round: from «∞» for everything to the truth, given right guesses', async () => {
    const vertices = 16;
    const [words, max] = [pathWords(vertices), distanceMax(vertices)];
    const { truth, accepts } = shortestPathExaminer({ vertices });
    for (let seed = 0; seed < 3; seed++) {
      const graph = graphOf({ vertices, size: 16, seed });
      const far = allDistances(graph, vertices);
      let x: Table = (question) =>
        question.kind === 'guess' ? known(reveal(truth(question))) : known(words.infinity.first);
      for (let round = 1; round <= max; round++) {
        x = await next(vertices, graph, x);
        for (const question of allQuestions('dist', graph)) {
          const distance = far[question.from * vertices + question.to]!;
          const claim = distance <= round ? words.number.at(distance - 1) : words.infinity.first;
          expect(x(question)).toEqual(known(claim));
          const step = x({ ...question, kind: 'step' }) as { value: number };
          const right = distance <= round ? accepts!({ ...question, kind: 'step' }, step.value) : true;
          expect(right && (distance <= round || step.value === words.none.first)).toBe(true);
        }
      }
      for (const kind of ['dist', 'step'] as const)
        for (const question of allQuestions(kind, graph))
          expect(accepts!(question, (x(question) as { value: number }).value)).toBe(true);
    }
  });

  test('never claims a distance below the truth, nor a path where there is none, whatever the guesses', async () => {
    await fc.assert(
      fc.asyncProperty(anyGraph, fc.boolean(), async (drawn, silent) => {
        const { vertices } = drawn;
        const [graph, words, random] = [graphOf(drawn), pathWords(vertices), Random.seeded(drawn.seed)];
        const far = allDistances(graph, vertices);
        let x: Table = ({ kind }) => {
          if (kind === 'guess') return known(words.vertex.at(random.below(vertices)));
          return silent ? unknown('nobody') : known(words.infinity.first);
        };
        for (let round = 0; round < 4; round++) {
          x = await next(vertices, graph, x);
          for (const question of allQuestions('dist', graph)) {
            const distance = far[question.from * vertices + question.to]!;
            const claim = x(question) as { value: number };
            const claimed = words.number.of(claim.value);
            expect(claimed === undefined ? claim.value : words.infinity.first).toBe(words.infinity.first);
            if (claimed !== undefined) expect(claimed + 1).toBeGreaterThanOrEqual(distance);
            const step = words.vertex.of((x({ ...question, kind: 'step' }) as { value: number }).value);
            if (step === undefined) continue;
            expect(graph.neighbours[question.from]).toContain(step);
            expect(distance).toBeLessThan(Number.POSITIVE_INFINITY);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  test('asks X for a guess, verifies it, and prefers it among steps that are as short', async () => {
    const vertices = 8;
    const words = pathWords(vertices);
    const task = shortestPath({ vertices });
    const { truth, accepts } = shortestPathExaminer({ vertices });
    for (let seed = 0; seed < 20; seed++) {
      const graph = graphOf({ vertices, size: 8, seed });
      for (const question of allQuestions('step', graph)) {
        // The last of the right ones, where the truth is the first.
        const distances = answering((sub) => {
          if (sub.kind !== 'guess') return known(reveal(truth(sub)));
          const right = graph.vertices.filter((x) => accepts!(sub, words.vertex.at(x)));
          return known(words.vertex.at(right.at(-1)!));
        });
        const [guess, step] = (
          await amplify(task.overseer, withEnvironment(task.environment, distances)).answer(
            [{ ...question, kind: 'guess' }, question],
            scope(),
          )
        ).map((answer) => (answer.kind === 'known' ? answer.value : words.none.first));
        const right = graph.vertices.filter((x) => accepts!(question, words.vertex.at(x)));
        expect(step).toBe(right.length === 0 ? words.none.first : words.vertex.at(right.at(-1)!));
        expect(guess).toBe(step);
      }
    }
  });

  test('counts a path as none once it is longer than its largest number', async () => {
    // 0 → 1 → … → 7 and back to 0: 7 steps at most, and numbers up to 6.
    const task = shortestPath({ vertices: 8 });
    const words = pathWords(8);
    const { truth } = shortestPathExaminer({ vertices: 8 });
    const all = [0, 1, 2, 3, 4, 5, 6, 7];
    const ring: Graph = {
      vertices: all,
      edges: all.map((x) => [x, (x + 1) % 8]),
      neighbours: all.map((x) => [(x + 1) % 8]),
      key: 'ring',
    };
    const right = withEnvironment(
      task.environment,
      answering((question) => known(reveal(truth(question)))),
    );
    const kinds = ['dist', 'step', 'guess'] as const;
    const ask = async (to: number) =>
      amplify(task.overseer, right).answer(
        kinds.map((kind) => ({ kind, graph: ring, from: 0, to })),
        scope(),
      );
    expect(await ask(6)).toEqual(
      [words.number.at(5), words.vertex.at(1), words.vertex.at(1)].map((w) => known(w)),
    );
    expect(await ask(7)).toEqual([known(words.infinity.first), known(words.none.first), unknown('unsure')]);
  });

  test('has a guess look like the step that it guesses at, and answered with some vertex', () => {
    const { encoding, key } = shortestPath({ vertices: 8 });
    const graph = graphOf({ vertices: 8, size: 8, seed: 1 });
    const [step, guess] = (['step', 'guess'] as const).map(
      (kind): PathQuestion => ({ kind, graph, from: 0, to: 1 }),
    ) as [PathQuestion, PathQuestion];
    expect(encoding.token(guess)).toEqual(encoding.token(step));
    expect(encoding.word(guess, 0)).toBe(encoding.word(step, 0));
    expect(key(guess)).not.toBe(key(step));
    const { vertex, none, number, infinity } = pathWords(8);
    expect(encoding.range!(guess)).toEqual([vertex.first, vertex.last]);
    expect(encoding.range!(step)).toEqual([none.first, vertex.last]);
    expect(encoding.range!({ ...step, kind: 'dist' })).toEqual([number.first, infinity.last]);
    expect(vertex.last - none.first).toBe(8);
    expect(infinity.last - number.first).toBe(6);
  });

  test('numbers distances up to twice the digits of its vertices: 12 for 64, as the paper has it', () => {
    expect([4, 5, 8, 9, 16, 33, 64].map(distanceMax)).toEqual([4, 6, 6, 8, 8, 12, 12]);
  });

  test('has only the grades that its distances can have', () => {
    const rings = (vertices: number) => shortestPathExaminer({ vertices }).grades!.length - 1;
    expect([4, 8, 16, 17, 64].map(rings)).toEqual([4, 5, 5, 6, 6]);
  });

  test('shows questions and answers as people write them', () => {
    const task = shortestPath({ vertices: 8 });
    expect(task.show(task.parse('step(3,5) #7'))).toBe('step(3, 5)');
    const { no, yes, number, infinity, none, vertex } = pathWords(8);
    const words = [no.first, yes.first, number.first, infinity.first, none.first, vertex.at(7)];
    expect(words.map(task.showAnswer)).toEqual(['no', 'yes', '1', '∞', 'none', '7']);
  });

  test('asks about the graph that the number names, an unseen one', () => {
    const key = (text: string) => shortestPath({ vertices: 8 }).parse(text).graph.key;
    expect(key('dist(0,1) #7')).toBe(key('step(3,4) #7'));
    expect(key('dist(0,1) #7')).not.toBe(key('dist(0,1) #8'));
    expect(key('dist(0,1)')).toBe(key('dist(0,1) #0'));
  });

  test.each([
    [{ vertices: 3 }, 'size'],
    [{ vertices: 65 }, 'size'],
    [{ vertices: 8.5 }, 'size'],
    [{ vertices: 8, rounds: 0 }, 'rounds'],
    [{ vertices: 8, rounds: 65 }, 'rounds'],
    [{ vertices: 8, rounds: 1.5 }, 'rounds'],
  ])('refuses %j and names the %s', (options, name) => {
    expect(() => shortestPath(options)).toThrow(
      expect.objectContaining({ code: 'invalid', message: expect.stringMatching(`${name}: expected`) }),
    );
  });

  test('samples every demand it can be given, from 3 vertices on; of 2 it may say that they make no three piles', () => {
    for (const vertices of [4, 7, 8, 64])
      for (let size = 2; size <= vertices; size++)
        for (const split of ['train', 'gate', 'test'] as const) {
          const draw = () => shortestPath({ vertices }).sample(Random.seeded(1), { split, size, level: 1 });
          try {
            expect(draw().length).toBe(Math.max(32, size));
          } catch (error) {
            expect(error).toMatchObject({ code: 'invalid', message: expect.stringMatching(/expected/) });
            expect(size).toBe(2);
          }
        }
  });
});
