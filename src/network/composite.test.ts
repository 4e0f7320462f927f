/** Networks made of several, and what they learn from: gradients against central differences, losses against the formulas on plain
 *  numbers, ONNX Runtime against the interpreter. And that without them every graph is what it was. */

import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { concat, input, type Node, reshape, schedule } from '../autodiff/graph.ts';
import { interpret } from '../autodiff/interpreter.ts';
import { Random } from '../base/random.ts';
import { lower } from '../onnx/lower.ts';
import { Runtime } from '../onnx/runtime.ts';
import {
  answererOf,
  earlierNetwork,
  earlierScores,
  memberScores,
  networkScores,
  networkWeights,
  ownCount,
} from './composite.ts';
import { OPTIMIZER } from './optimizer.ts';
import { countOf, flatten, forEachPlace, initialise, unpack } from './parameters.ts';
import {
  answering,
  gradientStep,
  type LossOptions,
  slopes,
  trainingLoss,
  trainingStep,
  updateStep,
} from './step.ts';
import { type BatchShape, batchInputs, type NetworkShape, transformer } from './transformer.ts';

const V = 5;
const PLAIN: NetworkShape = { slots: ['left', 'right'], words: V, width: 4, heads: 2, expansion: 1 };
const BATCH: BatchShape = { contexts: 2, facts: 2, questions: 3, rounds: 2 };
const ROWS = BATCH.contexts * BATCH.questions;
const K = 2;

interface Variant {
  readonly name: string;
  readonly network: NetworkShape;
  readonly made: LossOptions;
}

const VARIANTS: readonly Variant[] = [
  { name: 'logit', network: { ...PLAIN, earlier: { how: 'logit', count: 2 } }, made: {} },
  { name: 'input', network: { ...PLAIN, earlier: { how: 'input', count: 2 } }, made: {} },
  { name: 'anchor', network: { ...PLAIN, earlier: { how: 'anchor', count: 1 } }, made: { anchoring: 0.7 } },
  {
    name: 'ensemble',
    network: { ...PLAIN, ensemble: { members: K } },
    made: { soft: { share: 0.3, temperature: 1.5 } },
  },
];
const by = (name: string): Variant => VARIANTS.find((one) => one.name === name)!;

type Feeds = { readonly [name: string]: ArrayLike<number> };

/** By chance, but all weights away from where they start. */
function parametersOf(network: NetworkShape, seed = 1): Float64Array {
  const random = Random.seeded(seed);
  const noise = random.split('noise');
  return Float64Array.from(initialise(networkWeights(network), random), (x) => x + 0.3 * noise.normal());
}

function feedsOf(network: NetworkShape): Feeds {
  const { contexts: B, facts: N, questions: Q, rounds: R } = BATCH;
  const words = (name: string, count: number) => {
    const stream = Random.seeded(2).split(name);
    return Array.from({ length: count }, () => stream.below(V));
  };
  const weights = words('weights', ROWS).map((word, row) => (row === 1 ? 0 : (1 + word) / 20));
  return {
    'facts.left': words('facts.left', B * N),
    'facts.right': words('facts.right', B * N),
    'questions.left': words('questions.left', B * Q),
    'questions.right': words('questions.right', B * Q),
    reread: words('reread', R * B * Q),
    active: Array.from({ length: R * B * Q }, (_, i) => Number(i % 4 !== 3)),
    targets: words('targets', ROWS),
    weights,
    kept: [1, 0, 1, 1, 1, 0],
    memberWeights: Array.from({ length: K }, (_, k) => weights.map((x, row) => x * ((row + k) % 3))).flat(),
    parameters: parametersOf(network),
    schedule: [1, 10, 50],
    averageRate: [0.1],
    first: new Float64Array(countOf(networkWeights(network))),
    second: new Float64Array(countOf(networkWeights(network))),
    average: parametersOf(network),
  };
}

const cut = (network: NetworkShape) => {
  const weights = networkWeights(network);
  return { weights, w: unpack(weights, input('parameters', [countOf(weights)])) };
};
const numbersOf = (node: Node, feeds: Feeds): readonly number[] => [...interpret([node], feeds)[0]!.data];
const rowsOf = (flat: readonly number[]) =>
  Array.from({ length: flat.length / V }, (_, row) => flat.slice(row * V, (row + 1) * V));
const softmaxOf = (row: readonly number[]) => {
  const powers = row.map((x) => Math.exp(x - Math.max(...row)));
  return powers.map((x) => x / powers.reduce((a, b) => a + b, 0));
};
const indexOfMost = (row: readonly number[]) => row.indexOf(Math.max(...row));
const sumOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
/** KL(p ‖ q) in nats. */
const kl = (p: readonly number[], q: readonly number[]) => sumOf(p.map((x, i) => x * Math.log(x / q[i]!)));
const entropyOf = (p: readonly number[]) => -sumOf(p.map((x) => x * Math.log(x)));

/** Scores of a plain network with the numbers of a part of the vector. */
function plainScores(vector: ArrayLike<number>, feeds: Feeds): readonly (readonly number[])[] {
  const { w } = cut(PLAIN);
  return rowsOf(
    numbersOf(transformer(PLAIN, BATCH, w, batchInputs(PLAIN, BATCH)), { ...feeds, parameters: vector }),
  );
}

/** The part of the vector that holds the weights whose names begin so. */
function partOf(network: NetworkShape, vector: ArrayLike<number>, prefix: string): readonly number[] {
  const wanted = new Set(networkWeights(PLAIN).map(({ name }) => `${prefix}${name}`));
  const part: number[] = [];
  forEachPlace(networkWeights(network), ({ name }, start, end) => {
    if (wanted.has(name)) part.push(...Array.from(vector).slice(start, end));
  });
  return part;
}

describe('the vector', () => {
  test.each(VARIANTS)('of «$name» begins with what answers, and ends with what is frozen', ({ network }) => {
    const weights = networkWeights(network);
    const served = networkWeights(answererOf(network));
    expect(weights.slice(0, served.length).map(({ name }) => name)).toEqual(served.map(({ name }) => name));
    if (!network.earlier) return;
    const own = weights.filter(({ frozen }) => !frozen);
    expect(weights.slice(0, own.length)).toEqual(own);
    expect(countOf(own)).toBe(ownCount(network));
    expect(countOf(weights) - countOf(own)).toBe(countOf(networkWeights(earlierNetwork(network))));
  });
});

describe('gradients are central differences', () => {
  const H = 1e-4;
  test.each(VARIANTS)('of «$name»; of what is frozen they are 0', ({ network, made }) => {
    const feeds = feedsOf(network);
    const { weights, w } = cut(network);
    const { loss, membersLoss } = trainingLoss(network, BATCH, w, made);
    const found = numbersOf(flatten(slopes(weights, w, loss, membersLoss)), feeds);
    const all = [loss, ...(membersLoss ? [membersLoss] : [])].map((node) => reshape(node, [1]));
    const at = (i: number, moved: number) =>
      numbersOf(concat(all, 0), {
        ...feeds,
        parameters: Array.from(feeds.parameters!, (x, j) => (i === j ? x + moved : x)),
      });
    const random = Random.seeded(3);
    let largest = 0;
    forEachPlace(weights, ({ name, frozen }, start, end) => {
      if (frozen) return expect(new Set(found.slice(start, end))).toEqual(new Set([0]));
      const i = start + random.split(name).below(end - start);
      const mine = name.startsWith('member') ? 1 : 0;
      const [up, down] = [at(i, H), at(i, -H)];
      expect(found[i]!).toBeCloseTo((up[mine]! - down[mine]!) / (2 * H), 6);
      largest = Math.max(largest, Math.abs(found[i]!));
    });
    expect(largest).toBeGreaterThan(1e-3);
  });
});

describe('a logit residual', () => {
  const { network } = by('logit');
  const scoresAt = (gain: number) => {
    const { weights, w } = cut(network);
    const feeds = feedsOf(network);
    const parameters = Float64Array.from(feeds.parameters!);
    forEachPlace(weights, ({ name }, start) => {
      if (name === 'residual.gain') parameters[start] = gain;
    });
    const words = batchInputs(network, BATCH);
    const value = (node: Node) => rowsOf(numbersOf(node, { ...feeds, parameters }));
    return {
      whole: value(networkScores(network, BATCH, w, words)),
      before: value(earlierScores(network, BATCH, w, words)),
      own: plainScores(partOf(network, parameters, ''), feeds),
    };
  };

  test.each([0, 1, -2.5])('is one’s own scores and γ = %d times those of X before', (gain) => {
    const { whole, own, before } = scoresAt(gain);
    whole.forEach((row, i) => {
      row.forEach((z, word) => {
        expect(z).toBeCloseTo(own[i]![word]! + gain * before[i]![word]!, 10);
      });
    });
  });

  test('has one in it, down to the first X', () => {
    const { weights } = cut(network);
    expect(weights.filter(({ name }) => name.endsWith('residual.gain')).map(({ name }) => name)).toEqual([
      'residual.gain',
      'earlier.residual.gain',
    ]);
    expect(earlierNetwork(earlierNetwork(network))).toEqual(PLAIN);
  });
});

test('an input residual is told nothing where the answer is withheld, and something else where it is not', () => {
  const { network } = by('input');
  const feeds = feedsOf(network);
  const { w } = cut(network);
  const words = batchInputs(network, BATCH);
  const told = rowsOf(numbersOf(networkScores(network, BATCH, w, words, input('kept', [ROWS])), feeds));
  const always = rowsOf(numbersOf(networkScores(network, BATCH, w, words), feeds));
  const own = plainScores(partOf(network, feeds.parameters!, ''), feeds);
  const distance = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((x, i) => x - b[i]!));
  told.forEach((row, i) => {
    const [other, apart] = feeds.kept![i] === 0 ? [own, always] : [always, own];
    expect(distance(row, other[i]!)).toBeLessThan(1e-10);
    expect(distance(row, apart[i]!)).toBeGreaterThan(1e-3);
  });
});

test('anchoring adds β KL(p_{n−1} ‖ p_n) at the questions whose target X before says too, and nowhere else', () => {
  const { network, made } = by('anchor');
  const feeds = feedsOf(network);
  const own = plainScores(partOf(network, feeds.parameters!, ''), feeds).map(softmaxOf);
  const before = plainScores(partOf(network, feeds.parameters!, 'earlier.'), feeds);
  // Two targets are what X before says, the others are not.
  const targets = before.map((row, i) => (indexOfMost(row) + (i < 2 ? 0 : 1)) % V);
  const weights = [0.1, 0.2, 0.1, 0.3, 0.2, 0.1];
  const { w } = cut(network);
  const found = numbersOf(trainingLoss(network, BATCH, w, made).loss, { ...feeds, targets, weights })[0]!;
  const hard = sumOf(own.map((p, i) => -weights[i]! * Math.log(p[targets[i]!]!)));
  const held = sumOf([0, 1].map((i) => weights[i]! * kl(softmaxOf(before[i]!), own[i]!)));
  expect(found).toBeCloseTo(hard + 0.7 * held, 10);
  expect(held).toBeGreaterThan(1e-2);
});

describe('an ensemble', () => {
  const { network, made } = by('ensemble');
  const feeds = feedsOf(network);
  const { weights, w } = cut(network);
  const z = [0, 1].map((k) => plainScores(partOf(network, feeds.parameters!, `member${k}.`), feeds));
  const shares = (() => {
    let found: readonly number[] = [];
    forEachPlace(weights, ({ name }, start, end) => {
      if (name === 'shares') found = Array.from(feeds.parameters!).slice(start, end);
    });
    return found;
  })();
  const meanAt = (row: number, temperature: number) => {
    const apart = z.map((scores) => softmaxOf(scores[row]!.map((x) => x / temperature)));
    return apart[0]!.map((_, word) => sumOf(apart.map((p, k) => shares[k]! * p[word]!)));
  };

  test('teaches its student (1 − α) CE + α T² KL(p̄ ‖ p_θ), and its members the targets by their own bootstraps', () => {
    const { loss, membersLoss } = trainingLoss(network, BATCH, w, made);
    const own = plainScores(partOf(network, feeds.parameters!, ''), feeds);
    const rows = Array.from({ length: ROWS }, (_, i) => i);
    const ce = (scores: readonly (readonly number[])[], weightOf: (i: number) => number) =>
      sumOf(rows.map((i) => -weightOf(i) * Math.log(softmaxOf(scores[i]!)[feeds.targets![i]!]!)));
    const soft = sumOf(
      rows.map((i) => {
        const p = meanAt(i, 1.5);
        const q = softmaxOf(own[i]!.map((x) => x / 1.5));
        return feeds.weights![i]! * sumOf(p.map((x, word) => x * Math.log(x / q[word]!)));
      }),
    );
    const expected = 0.7 * ce(own, (i) => feeds.weights![i]!) + 0.3 * 1.5 ** 2 * soft;
    expect(numbersOf(loss, feeds)[0]!).toBeCloseTo(expected, 10);
    const each = sumOf(z.map((scores, k) => ce(scores, (i) => feeds.memberWeights![k * ROWS + i]!)));
    expect(numbersOf(membersLoss!, feeds)[0]!).toBeCloseTo(each, 10);
  });

  test('says the mean of its members, and in nats what they do not know alike', () => {
    const alike = { ...feeds, parameters: withShares([0.25, 0.75]) };
    const { answers, confidence, doubt, probabilities } = answering(network, BATCH, false, 'ensemble', true);
    const said = [answers, confidence, doubt, probabilities].map((node) => numbersOf(node!, alike));
    z[0]!.forEach((_, row) => {
      const apart = z.map((scores) => softmaxOf(scores[row]!));
      const mean = apart[0]!.map((x, word) => 0.25 * x + 0.75 * apart[1]![word]!);
      expect(said[0]![row]).toBe(indexOfMost(mean));
      expect(said[1]![row]).toBeCloseTo(Math.max(...mean), 10);
      const within = 0.25 * entropyOf(apart[0]!) + 0.75 * entropyOf(apart[1]!);
      expect(said[2]![row]).toBeCloseTo(entropyOf(mean) - within, 10);
      expect(said[2]![row]).toBeGreaterThan(0);
      expect(said[3]!.slice(row * V, (row + 1) * V)).toEqual(mean.map((x) => expect.closeTo(x, 10)));
    });
  });

  test('of equal members doubts nothing', () => {
    const parameters = Float64Array.from(withShares([0.5, 0.5]));
    const one = partOf(network, parameters, 'member0.');
    const start = parameters.length - one.length;
    parameters.set(one, start);
    const doubt = numbersOf(answering(network, BATCH, false, 'ensemble').doubt!, { ...feeds, parameters });
    for (const value of doubt) expect(value).toBeCloseTo(0, 10);
  });

  test('lets every member be heard alone', () => {
    const words = batchInputs(network, BATCH);
    memberScores(network, BATCH, w, words).forEach((scores, k) => {
      expect(numbersOf(scores, feeds)).toEqual(z[k]!.flat().map((x) => expect.closeTo(x, 10)));
      const { answers } = answering(network, BATCH, false, k);
      expect(numbersOf(answers!, feeds)).toEqual(z[k]!.map(indexOfMost));
    });
  });

  function withShares(wanted: readonly number[]): ArrayLike<number> {
    const parameters = Float64Array.from(feeds.parameters!);
    forEachPlace(weights, ({ name }, start) => {
      if (name === 'shares') parameters.set(wanted, start);
    });
    return parameters;
  }
});

describe('in ONNX Runtime', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await Runtime.open({ threads: 1, backend: 'native' });
  }, 60_000);
  afterAll(() => runtime.close());
  const INTEGERS = /^(facts|questions)\.|^reread$|^targets$/;

  test.each(VARIANTS)(
    'a step of «$name» is the interpreter’s, and leaves what is frozen to the bit',
    async ({ network, made }) => {
      const graph = trainingStep(network, BATCH, OPTIMIZER, made);
      const feeds = feedsOf(network);
      const names = Object.keys(graph);
      const exact = interpret(Object.values(graph), feeds);
      const program = lower(graph);
      const shapes = new Map(
        schedule(Object.values(graph)).flatMap((node) =>
          node.op === 'input' ? [[(node as Node<'input'>).attributes.name, node.shape] as const] : [],
        ),
      );
      const session = await runtime.load(program);
      const out = await session.run(
        Object.fromEntries(
          program.inputs.map((name) => {
            const data = INTEGERS.test(name)
              ? Int32Array.from(feeds[name]!)
              : Float32Array.from(feeds[name]!);
            return [name, { shape: shapes.get(name)!, data }];
          }),
        ),
      );
      await session.release();
      const loss = exact[names.indexOf('loss')]!.data[0]!;
      expect(out.loss!.data[0]).toBeCloseTo(loss, 4);
      expect([...out.guesses!.data]).toEqual([...exact[names.indexOf('guesses')]!.data]);
      const first = exact[names.indexOf('first')]!.data;
      Array.from(first).forEach((x, i) => {
        expect(out.first!.data[i]).toBeCloseTo(x, 5);
      });
      const before = Float32Array.from(feeds.parameters!);
      let frozenWeights = 0;
      forEachPlace(networkWeights(network), ({ frozen }, start, end) => {
        if (!frozen) return;
        frozenWeights++;
        for (const vector of [out.parameters!, out.average!])
          expect([...vector.data.subarray(start, end)]).toEqual([...before.subarray(start, end)]);
      });
      expect(frozenWeights).toBeGreaterThan(0);
    },
  );
});

test('without any of it every graph is what it was before there was any, byte for byte', () => {
  const network = { slots: ['left', 'right'], words: 13, width: 8, heads: 2, expansion: 2 };
  const batch = { contexts: 2, facts: 3, questions: 4, rounds: 2 };
  const hashOf = (graph: { readonly [name: string]: Node }) =>
    createHash('sha256').update(lower(graph).model).digest('hex').slice(0, 16);
  const muon = { ...OPTIMIZER, kind: 'muon' } as const;
  expect([
    hashOf(trainingStep(network, batch, OPTIMIZER)),
    hashOf(trainingStep(network, batch, muon)),
    hashOf(gradientStep(network, batch)),
    hashOf(updateStep(network, 2, OPTIMIZER)),
    hashOf(answering(network, batch, true)),
    hashOf(answering({ ...network, factsSleep: true }, batch, false)),
  ]).toEqual([
    'a53b461430c96641',
    'd52143853552b72d',
    'a883885598384632',
    '5cc64f1fdb4ed319',
    '60a04f0401682966',
    'fcba66d857e51dca',
  ]);
});
