/** X as a network: questions are grouped by context, so that the facts of each are encoded once, and answered in
 *  batches of fixed shapes, one compiled graph for each shape. */

import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import type { Encoding } from '../core/task.ts';
import { encodeBatch, encodeRanges } from '../network/batch.ts';
import { answering, type Voice } from '../network/step.ts';
import type { BatchShape, NetworkShape } from '../network/transformer.ts';
import { lower } from '../onnx/lower.ts';
import type { Runtime, Session } from '../onnx/runtime.ts';
import type { Tensors } from '../onnx/session.ts';

export interface NetworkAssistantOptions<Q, A> {
  readonly name: string;
  readonly groundTruth: boolean;
  readonly encoding: Encoding<Q, A>;
  readonly network: NetworkShape;
  readonly answerers: Answerers;
  /** The slot of the runtime that holds the flat parameters. */
  readonly slot: string;
  /** Whose answers, if there is an ensemble: the student's without. */
  readonly voice?: Voice;
  /** «agreement»: its confidence is exp(−I) with I what the members of the ensemble do not know alike, in nats; without, it
   *  is the probability of the answer. */
  readonly confidence?: 'agreement';
}

/** Contexts per pass. A pass of one context has a graph of its own, for single questions. */
const CONTEXTS = 8;

export function networkAssistant<Q, A>(options: NetworkAssistantOptions<Q, A>): Assistant<Q, A> {
  return {
    origin: { name: options.name, groundTruth: options.groundTruth },
    async answer(questions, scope) {
      const answers = new Array<Answer<A>>(questions.length);
      scope.signal?.throwIfAborted();
      await Promise.all(
        passes(options.encoding, questions).map((pass) => answerPass(options, pass, questions, answers)),
      );
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

/** Contexts of equal size pass together, those with long questions first: a pass takes the rounds of its longest. */
function passes<Q>(encoding: Encoding<Q, unknown>, questions: readonly Q[]): readonly Pass[] {
  const sizes = new Map<number, Map<object, { rounds: number; places: number[] }>>();
  questions.forEach((question, place) => {
    const size = found(sizes, encoding.facts(question).length / encoding.slots.length, () => new Map());
    const group = found(size, encoding.context(question), () => ({ rounds: 0, places: [] }));
    group.rounds = Math.max(group.rounds, encoding.rounds(question));
    group.places.push(place);
  });
  return [...sizes].flatMap(([facts, size]) => {
    const sorted = [...size.values()].sort((a, b) => b.rounds - a.rounds);
    return Array.from({ length: Math.ceil(sorted.length / CONTEXTS) }, (_, i) => {
      const together = sorted.slice(i * CONTEXTS, (i + 1) * CONTEXTS);
      return { facts, rounds: together[0]!.rounds, groups: together.map(({ places }) => places) };
    });
  });
}

/** The value of the key, made if missing. */
function found<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

async function answerPass<Q, A>(
  options: NetworkAssistantOptions<Q, A>,
  pass: Pass,
  questions: readonly Q[],
  answers: Answer<A>[],
): Promise<void> {
  const { encoding } = options;
  const { out, rowOf } = await passed(options, pass, questions);
  const [answered, confidence, doubt] = [out.answers!.data, out.confidence!.data, out.doubt?.data];
  for (const { place, row } of rowOf) {
    const value = encoding.answerOf(answered[row]!);
    const sure = options.confidence && doubt ? Math.exp(-doubt[row]!) : confidence[row]!;
    answers[place] = value === undefined ? unknown('unsure') : known(value, sure);
  }
}

/** The probability of every word as the answer to each question: [questions][V]. */
export async function probabilities<Q, A>(
  options: NetworkAssistantOptions<Q, A>,
  questions: readonly Q[],
): Promise<readonly (readonly number[])[]> {
  const { words: V } = options.encoding;
  const found = new Array<readonly number[]>(questions.length);
  for (const pass of passes(options.encoding, questions)) {
    const { out, rowOf } = await passed(options, pass, questions, true);
    for (const { place, row } of rowOf)
      found[place] = Array.from(out.probabilities!.data.subarray(row * V, (row + 1) * V));
  }
  return found;
}

/** What the graph says, and in which row of it which question stands. */
async function passed<Q, A>(
  { encoding, network, answerers, slot, voice = 'student' }: NetworkAssistantOptions<Q, A>,
  { groups: places, facts, rounds }: Pass,
  questions: readonly Q[],
  all = false,
): Promise<{
  readonly out: Tensors;
  readonly rowOf: readonly { readonly place: number; readonly row: number }[];
}> {
  const groups = places.map((group) => group.map((place) => questions[place]!));
  const shape: BatchShape = {
    contexts: groups.length === 1 ? 1 : CONTEXTS,
    facts,
    // Powers of two keep the number of compiled shapes small.
    questions: 2 ** Math.ceil(Math.log2(Math.max(...groups.map((group) => group.length)))),
    rounds,
  };
  const words = { ...encodeBatch(encoding, shape, groups), ...encodeRanges(encoding, shape, groups) };
  const out = await answerers.run(network, shape, words, slot, voice, all);
  const rowOf = places.flatMap((group, b) =>
    group.map((place, q) => ({ place, row: b * shape.questions + q })),
  );
  return { out, rowOf };
}

/** Runs passes on one or more runtimes in turn, and keeps the graphs it compiled for each, by shape. */
export class Answerers {
  readonly #runtimes: readonly Runtime[];
  readonly #compiled: readonly Map<string, Compiled>[];
  #turn = 0;

  constructor(runtimes: readonly Runtime[]) {
    this.#runtimes = runtimes;
    this.#compiled = runtimes.map(() => new Map());
  }

  /** Each runtime holds the parameters in that slot. */
  async run(
    network: NetworkShape,
    shape: BatchShape,
    words: Tensors,
    slot: string,
    voice: Voice = 'student',
    all = false,
  ): Promise<Tensors> {
    const turn = this.#turn++ % this.#runtimes.length;
    const compiled = this.#take(turn, network, shape, 'barred' in words, voice, all);
    try {
      return await (await compiled.session).run(words, { parameters: slot });
    } finally {
      compiled.users--;
    }
  }

  #take(
    turn: number,
    network: NetworkShape,
    shape: BatchShape,
    ranged: boolean,
    voice: Voice,
    all: boolean,
  ): Compiled {
    const kept = this.#compiled[turn]!;
    const key = JSON.stringify([network, shape, ranged, voice, all]);
    const compiled = kept.get(key) ?? {
      session: this.#runtimes[turn]!.load(lower(answering(network, shape, ranged, voice, all))),
      users: 0,
    };
    compiled.users++;
    kept.delete(key);
    kept.set(key, compiled); // a map remembers the order: the least recently used comes first
    for (const [old, { session, users }] of kept) {
      if (kept.size <= KEPT) break;
      if (users > 0) continue;
      kept.delete(old);
      session.then((unused) => unused.release()).catch(() => {}); // the runtime is gone, and with it the session
    }
    return compiled;
  }
}

interface Compiled {
  readonly session: Promise<Session>;
  users: number;
}

/** Graphs kept on a runtime. A run needs one for each number of rounds, and a few while sizes grow. */
const KEPT = 12;
