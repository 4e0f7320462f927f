/** What `predictor.py` computes on: a small network of H′, its parameters, and the batches of a few training steps,
 *  drawn by our own `Random`. Every parameter is moved off its start, so that no bias is zero. */

import { Random } from '../../src/base/random.ts';
import { OPTIMIZER } from '../../src/network/optimizer.ts';
import { initialise } from '../../src/network/parameters.ts';
import { ACTIONS, type PredictorShape, predictorWeights } from '../../src/network/predictor.ts';

const STEPS = 4;
const ROWS = 9;
const shape: PredictorShape = { words: 5, places: 4, actionWords: 2, width: 6 };
/** The limit lies among the norms, so some gradients are clipped. */
const optimizer = { ...OPTIMIZER, learningRate: 3e-3, warmUp: 3, clip: 0.45 };

const random = Random.seeded(20180811);
const weights = predictorWeights(shape);
const off = random.split('off');
const parameters = initialise(weights, random.split('parameters')).map((x) => x + 0.1 * off.normal());

console.log(
  JSON.stringify({
    shape,
    rows: ROWS,
    optimizer,
    layout: weights.map(({ name, shape }) => ({ name, shape })),
    parameters: [...parameters],
    steps: Array.from({ length: STEPS }, (_, step) => drawStep(random.split('step').split(step))),
  }),
);

function drawStep(stream: Random) {
  const { words: V, places: P, actionWords: O } = shape;
  const draw = (count: number, below: number) => Array.from({ length: count }, () => stream.below(below));
  const says = draw(ROWS * O, 4).map((word) => Number(word > 0)); // a short action leaves words unsaid
  const said = says.reduce((total, one) => total + one, 0);
  return {
    words: draw(ROWS * P, V),
    targets: draw(ROWS * O, V + ACTIONS),
    weights: says.map((one) => one / said),
  };
}
