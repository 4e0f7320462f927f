/** What `network.py` computes on: a small network, its parameters, and the batches of ten training steps, drawn by our
 *  own `Random`. Every parameter is moved off its start, so that no bias is zero and no gain is one. */

import { Random } from '../../src/base/random.ts';
import { OPTIMIZER } from '../../src/network/optimizer.ts';
import { initialise } from '../../src/network/parameters.ts';
import { type BatchShape, type NetworkShape, transformerWeights } from '../../src/network/transformer.ts';

const STEPS = 10;
const network = { slots: ['left', 'right'], words: 11, width: 8, expansion: 2 } satisfies Omit<
  NetworkShape,
  'heads'
>;
const batch: BatchShape = { contexts: 3, facts: 5, questions: 5, rounds: 3 };
/** The rates settle within the ten steps, and the limit lies among the norms, so some gradients are clipped. */
const optimizer = { ...OPTIMIZER, warmUp: 6, clip: 1.2 };

const random = Random.seeded(20180810);
const weights = transformerWeights({ ...network, heads: 1 }); // heads share one set of weights
const off = random.split('off');
const parameters = initialise(weights, random.split('parameters')).map((x) => x + 0.1 * off.normal());

console.log(
  JSON.stringify({
    network,
    batch,
    optimizer,
    layout: weights.map(({ name, shape, hidden }) => ({ name, shape, hidden })),
    parameters: [...parameters],
    steps: Array.from({ length: STEPS }, (_, step) => drawStep(random.split('step').split(step), step)),
  }),
);

function drawStep(stream: Random, step: number) {
  const { contexts: B, facts: N, questions: Q, rounds: R } = batch;
  const awake = stream.split('awake');
  const words = (count: number) => Array.from({ length: count }, () => stream.below(network.words));
  const known = words(B * Q).map((word) => Number(word % 4 > 0)); // a quarter of the answers is unknown
  const count = known.reduce((total, one) => total + one, 0);
  const rounds = words(B * Q).map((word) => word % (R + 1)); // that a question takes; 0 is a row left blank
  return {
    'facts.left': words(B * N),
    'facts.right': words(B * N),
    'questions.left': words(B * Q),
    'questions.right': words(B * Q),
    reread: words(R * B * Q),
    active: Array.from({ length: R }, (_, round) => rounds.map((own) => Number(round < own))).flat(),
    awake: Array.from({ length: R * B * N }, () => awake.below(2)), // read by the case whose facts sleep
    targets: words(B * Q),
    weights: known.map((one) => one / count),
    averageRate: 1 / (1 + step / 4),
  };
}
