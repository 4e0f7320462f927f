/** All weights of a network in one flat vector. ONNX Runtime charges about 10 µs for every input and output of a run,
 *  so a training step that keeps its state in a few long vectors is up to 1.8x faster than one with a tensor per
 *  weight; hashes, checkpoints and clipping become one-liners too. */

import { concat, lengthOf, type Node, reshape, type Shape, slice } from '../autodiff/graph.ts';
import type { Random } from '../base/random.ts';

export interface Weight {
  readonly name: string;
  readonly shape: Shape;
  /** Draws the initial value at a place of the flattened tensor. */
  readonly initial: (random: Random, at: number) => number;
  /** Whether Muon may orthogonalise its updates: matrices between hidden layers. */
  readonly hidden: boolean;
  /** Whether training leaves it as it is. */
  readonly frozen?: boolean;
}

export const zeros = (): number => 0;
export const ones = (): number => 1;
export const normal = (random: Random): number => random.normal();
/** Uniform in ±1/√inputs, as PyTorch's Linear starts. */
export const uniformFor =
  (inputs: number) =>
  (random: Random): number =>
    (2 * random.uniform() - 1) / Math.sqrt(inputs);

export function countOf(weights: readonly Weight[]): number {
  return weights.reduce((count, { shape }) => count + lengthOf(shape), 0);
}

/** The flat vector at the start; each weight draws from a stream of its own name. */
export function initialise(weights: readonly Weight[], random: Random): Float32Array {
  const flat = new Float32Array(countOf(weights));
  forEachPlace(weights, ({ name, initial }, start, end) => {
    const stream = random.split(name);
    for (let i = start; i < end; i++) flat[i] = initial(stream, i - start);
  });
  return flat;
}

/** The weights as nodes cut out of the flat one, by name. */
export function unpack(weights: readonly Weight[], flat: Node): { readonly [name: string]: Node } {
  const nodes: Record<string, Node> = {};
  forEachPlace(weights, ({ name, shape }, start, end) => {
    nodes[name] = reshape(slice(flat, 0, start, end), shape);
  });
  return nodes;
}

/** Tensors of any shape one after the other in one vector. */
export function flatten(parts: readonly Node[]): Node {
  return concat(
    parts.map((x) => reshape(x, [lengthOf(x.shape)])),
    0,
  );
}

/** Where each weight lies in the flat vector. */
export function forEachPlace(
  weights: readonly Weight[],
  see: (weight: Weight, start: number, end: number) => void,
): void {
  let start = 0;
  for (const weight of weights) {
    const end = start + lengthOf(weight.shape);
    see(weight, start, end);
    start = end;
  }
}
