/** The assistant that a run serves: its promoted checkpoint, and nothing else. */

import { Answerers, networkAssistant } from '../assistants/network.ts';
import { CapstanError } from '../base/errors.ts';
import type { Assistant } from '../core/assistant.ts';
import type { Task } from '../core/task.ts';
import { networkAt } from '../distill/residual.ts';
import { answererOf, networkWeights } from '../network/composite.ts';
import { countOf, forEachPlace, type Weight } from '../network/parameters.ts';
import type { Runtime } from '../onnx/runtime.ts';
import type { Checkpoint } from '../registry/checkpoint.ts';
import type { Promotable } from '../registry/promotion.ts';
import { describedIn } from './lineage.ts';

/** X_n of a checkpoint that may be served, loaded into a slot of its own. */
export function checkpointAssistant<Q, A>(
  task: Task<Q, A>,
  checkpoint: Promotable,
  runtime: Runtime,
): Promise<Assistant<Q, A>> {
  return inspected(task, checkpoint, runtime);
}

/** The same of any checkpoint: to be compared with others, not to be served. */
export async function inspected<Q, A>(
  task: Task<Q, A>,
  { hash, lineage, tensors }: Checkpoint,
  runtime: Runtime,
): Promise<Assistant<Q, A>> {
  // The shape is read from the hashed lineage: another number of heads would fit the same weights and answer otherwise.
  const network = answererOf(networkAt(task.encoding, describedIn(lineage).student, lineage.iteration));
  const flat = parametersIn({ hash, tensors }, networkWeights(network));
  await runtime.put(hash, { shape: [flat.length], data: flat });
  return networkAssistant({
    name: `X${lineage.iteration}`,
    groundTruth: lineage.groundTruth,
    encoding: task.encoding,
    network,
    answerers: new Answerers([runtime]),
    slot: hash,
  });
}

/** The weights of a checkpoint as one flat vector. Throws «corrupt» where it holds others. */
export function parametersIn(
  { hash, tensors }: Pick<Checkpoint, 'hash' | 'tensors'>,
  weights: readonly Weight[],
): Float32Array {
  const values = new Map(tensors.map((tensor) => [tensor.name, tensor.values]));
  const flat = new Float32Array(countOf(weights));
  forEachPlace(weights, ({ name }, start, end) => {
    const weight = values.get(name);
    if (weight?.length !== end - start)
      throw new CapstanError(
        'corrupt',
        `checkpoint ${hash}: expected ${end - start} values of «${name}», got ${weight?.length ?? 'none'}`,
      );
    flat.set(weight, start);
  });
  return flat;
}
