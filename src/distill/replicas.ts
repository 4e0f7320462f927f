/** The student's state on one or more runtimes, alike on all of them. With one, a training step is one graph. With
 *  several, each computes the gradient of its share of the contexts, hears the others' and takes the same optimizer
 *  step, so that two cores train 1.7 times as fast as one (docs/log.md), and the replicas never drift apart. */

import { CapstanError } from '../base/errors.ts';
import type { OptimizerOptions } from '../network/optimizer.ts';
import {
  gradientStep,
  type LossOptions,
  STATE,
  type StateName,
  trainingStep,
  updateStep,
} from '../network/step.ts';
import type { BatchShape, NetworkShape } from '../network/transformer.ts';
import { lower } from '../onnx/lower.ts';
import type { Runtime, Session } from '../onnx/runtime.ts';
import type { Tensors } from '../onnx/session.ts';

/** The vectors that are all a student is, besides its options and its iteration. `previous`: what it was at the end of the
 *  iteration before, where it began anew. */
export type StudentState = { readonly [K in StateName]: Float32Array } & { readonly previous?: Float32Array };

const WIRES = Object.fromEntries(STATE.map((name) => [name, name]));

export class Replicas {
  readonly runtimes: readonly Runtime[];
  #network: NetworkShape;
  readonly #optimizer: OptimizerOptions;
  readonly #made: LossOptions;
  /** The compiled graphs of the current shape; stages only ever move on. */
  #compiled: { readonly key: string; readonly sessions: readonly Session[] } | undefined;
  #updates: readonly Session[] | undefined;
  #updating: Promise<unknown> = Promise.resolve();

  constructor(
    runtimes: readonly Runtime[],
    network: NetworkShape,
    optimizer: OptimizerOptions,
    made: LossOptions = {},
  ) {
    this.runtimes = runtimes;
    this.#network = network;
    this.#optimizer = optimizer;
    this.#made = made;
  }

  /** From now on the state is that of another network. */
  async become(network: NetworkShape): Promise<void> {
    if (JSON.stringify(network) === JSON.stringify(this.#network)) return;
    await this.#updating;
    const sessions = [...(this.#compiled?.sessions ?? []), ...(this.#updates ?? [])];
    await Promise.all(sessions.map((session) => session.release()));
    [this.#network, this.#compiled, this.#updates] = [network, undefined, undefined];
  }

  /** `parts`: the feeds of each replica's share; `shared`: what the optimizer needs. Outputs by replica. */
  async step(shape: BatchShape, parts: readonly Tensors[], shared: Tensors): Promise<readonly Tensors[]> {
    const key = JSON.stringify(shape);
    if (this.#compiled?.key !== key) await this.#compile(key, shape);
    const { sessions } = this.#compiled!;
    if (sessions.length === 1) return [await sessions[0]!.run({ ...parts[0], ...shared }, WIRES, WIRES)];
    const outputs = await Promise.all(
      sessions.map((session, i) => session.run(parts[i]!, { parameters: 'parameters' })),
    );
    const gradients = Object.fromEntries(outputs.map(({ gradient }, i) => [`gradient${i}`, gradient!]));
    this.#updates ??= await this.#load(lower(updateStep(this.#network, sessions.length, this.#optimizer)));
    await this.#updating; // of the step before: long done
    // Not awaited: runtimes answer in order, so whoever comes next finds the new state, and meanwhile this thread works.
    this.#updating = Promise.all(
      this.#updates.map((session) => session.run({ ...gradients, ...shared }, WIRES, WIRES)),
    );
    this.#updating.catch(() => {}); // reported where it is awaited
    return outputs;
  }

  async state(): Promise<StudentState> {
    await this.#updating;
    const vectors = await Promise.all(STATE.map((name) => this.runtimes[0]!.get(name)));
    return Object.fromEntries(STATE.map((name, i) => [name, vectors[i]!.data])) as StudentState;
  }

  async restore(state: StudentState): Promise<void> {
    for (const runtime of this.runtimes)
      for (const name of STATE) await runtime.put(name, { shape: [state[name].length], data: state[name] });
  }

  async #compile(key: string, shape: BatchShape): Promise<void> {
    await Promise.all(this.#compiled?.sessions.map((session) => session.release()) ?? []);
    const alone = this.runtimes.length === 1;
    const graph = alone
      ? trainingStep(this.#network, shape, this.#optimizer, this.#made)
      : gradientStep(this.#network, shape, this.#made);
    this.#compiled = { key, sessions: await this.#load(lower(graph)) };
  }

  #load(program: Parameters<Runtime['load']>[0]): Promise<readonly Session[]> {
    return Promise.all(this.runtimes.map((runtime) => runtime.load(program)));
  }
}

/** Equal shares, in order. */
export function shares<T>(items: readonly T[], count: number): readonly (readonly T[])[] {
  if (items.length % count !== 0)
    throw new CapstanError(
      'invalid',
      `contexts: expected a multiple of ${count} replicas, got ${items.length}`,
    );
  const size = items.length / count;
  return Array.from({ length: count }, (_, i) => items.slice(i * size, (i + 1) * size));
}
