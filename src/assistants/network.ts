/** X as a network: questions are grouped by context, so that the facts of each are encoded once, and answered in
 *  batches of fixed shapes, one compiled graph for each shape. */

import { CapstanError } from '../base/errors.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import type { Encoding } from '../core/task.ts';
import { encodeBatch } from '../network/batch.ts';
import { answering } from '../network/step.ts';
import type { BatchShape, NetworkShape } from '../network/transformer.ts';
import { lower } from '../onnx/lower.ts';
import type { Runtime, Session } from '../onnx/runtime.ts';

export interface NetworkAssistantOptions<Q, A> {
  readonly name: string;
  readonly groundTruth: boolean;
  readonly encoding: Encoding<Q, A>;
  readonly network: NetworkShape;
  readonly answerers: Answerers;
  /** The slot of the runtime that holds the flat parameters. */
  readonly slot: string;
  readonly rounds: (question: Q) => number;
}

/** Contexts per pass. A pass of one context has a graph of its own, for single questions. */
const CONTEXTS = 16;

export function networkAssistant<Q, A>(options: NetworkAssistantOptions<Q, A>): Assistant<Q, A> {
  return {
    origin: { name: options.name, groundTruth: options.groundTruth },
    async answer(questions, scope) {
      const answers = new Array<Answer<A>>(questions.length);
      for (const pass of passes(options, questions)) {
        scope.signal?.throwIfAborted();
        await answerPass(options, pass, questions, answers);
      }
      return answers;
    },
  };
}

/** Places of questions, grouped by context. */
interface Pass {
  readonly facts: number;
  readonly rounds: number;
  readonly groups: readonly (readonly number[])[];
}

/** Questions about one context that take the same rounds form a group; groups of equal form pass together. */
function passes<Q, A>(
  { encoding, rounds }: NetworkAssistantOptions<Q, A>,
  questions: readonly Q[],
): readonly Pass[] {
  const forms = new Map<string, { facts: number; rounds: number; groups: Map<object, number[]> }>();
  questions.forEach((question, place) => {
    const form = { facts: encoding.facts(question).length / 2, rounds: rounds(question) };
    const { groups } = found(forms, `${form.facts}/${form.rounds}`, () => ({ ...form, groups: new Map() }));
    found(groups, encoding.context(question), (): number[] => []).push(place);
  });
  return [...forms.values()].flatMap((form) => {
    const groups = [...form.groups.values()];
    return Array.from({ length: Math.ceil(groups.length / CONTEXTS) }, (_, i) => ({
      ...form,
      groups: groups.slice(i * CONTEXTS, (i + 1) * CONTEXTS),
    }));
  });
}

/** The value of the key, made if missing. */
function found<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

async function answerPass<Q, A>(
  { encoding, network, answerers, slot }: NetworkAssistantOptions<Q, A>,
  { groups: places, facts, rounds }: Pass,
  questions: readonly Q[],
  answers: Answer<A>[],
): Promise<void> {
  const groups = places.map((group) => group.map((place) => questions[place]!));
  const shape: BatchShape = {
    contexts: groups.length === 1 ? 1 : CONTEXTS,
    facts,
    // Powers of two keep the number of compiled shapes small.
    questions: 2 ** Math.ceil(Math.log2(Math.max(...groups.map((group) => group.length)))),
    rounds,
  };
  const session = await answerers.session(network, shape);
  const out = await session.run({ ...encodeBatch(encoding, shape, groups) }, { parameters: slot });
  const [words, confidence] = [out.answers!.data, out.confidence!.data];
  places.forEach((group, b) => {
    group.forEach((place, q) => {
      const row = b * shape.questions + q;
      const value = encoding.answerOf(words[row]!);
      answers[place] = value === undefined ? unknown('unsure') : known(value, confidence[row]!);
    });
  });
}

/** The compiled graphs of a runtime, by shape; the least recently used is dropped. */
export class Answerers {
  readonly #runtime: Runtime;
  readonly #kept: number;
  readonly #sessions = new Map<string, Promise<Session>>();

  constructor(runtime: Runtime, kept = 12) {
    if (kept < 1) throw new CapstanError('invalid', `answerers kept: expected at least 1, got ${kept}`);
    this.#runtime = runtime;
    this.#kept = kept;
  }

  async session(network: NetworkShape, shape: BatchShape): Promise<Session> {
    const key = JSON.stringify([network, shape]);
    const session = this.#sessions.get(key) ?? this.#runtime.load(lower(answering(network, shape)));
    this.#sessions.delete(key);
    this.#sessions.set(key, session);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > this.#kept && oldest !== undefined) {
      const dropped = this.#sessions.get(oldest);
      this.#sessions.delete(oldest);
      await (await dropped)?.release();
    }
    return session;
  }
}
