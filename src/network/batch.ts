/** Questions written as the integer tensors that a network reads. Rows beyond the questions given stay blank; what the
 *  network says to them is thrown away. */

import { invariant } from '../base/errors.ts';
import type { Encoding } from '../core/task.ts';
import type { BatchShape, NetworkShape } from './transformer.ts';

/** The network that a task's words need, of a width and so on of one's choice. */
export function networkFor<Q, A>(
  { slots, words, awake }: Encoding<Q, A>,
  { width, heads, expansion }: Pick<NetworkShape, 'width' | 'heads' | 'expansion'>,
): NetworkShape {
  return { slots, words, width, heads, expansion, ...(awake ? { factsSleep: true } : {}) };
}

export type BatchTensors = {
  readonly [name: string]: { readonly shape: readonly number[]; readonly data: Int32Array | Float32Array };
};

/** `groups[b]` are questions about one context; at most B groups of at most Q questions, each context with N facts and no question with
 *  more than R rounds. */
export function encodeBatch<Q, A>(
  encoding: Encoding<Q, A>,
  { contexts: B, facts: N, questions: Q, rounds: R }: BatchShape,
  groups: readonly (readonly Q[])[],
): BatchTensors {
  const { slots } = encoding;
  const factWords = slots.map(() => new Int32Array(B * N).fill(encoding.blank));
  const questionWords = slots.map(() => new Int32Array(B * Q).fill(encoding.blank));
  const reread = new Int32Array(R * B * Q).fill(encoding.blank);
  const active = new Float32Array(R * B * Q);
  const awake = new Float32Array(R * B * N);
  groups.forEach((questions, b) => {
    const facts = encoding.facts(questions[0]!);
    for (let i = 0; i < N; i++) {
      factWords.forEach((words, slot) => {
        words[b * N + i] = facts[slots.length * i + slot]!;
      });
    }
    encoding.awake?.(questions[0]!).forEach(([from, to], i) => {
      for (let round = from; round < Math.min(to, R); round++) awake[(round * B + b) * N + i] = 1;
    });
    questions.forEach((question, q) => {
      const row = b * Q + q;
      encoding.token(question).forEach((word, slot) => {
        questionWords[slot]![row] = word;
      });
      const rounds = encoding.rounds(question);
      invariant(rounds <= R, `a question of ${rounds} rounds in a batch of ${R}`);
      for (let round = 0; round < rounds; round++) {
        const word = encoding.word(question, round);
        if (word === undefined) continue;
        reread[round * B * Q + row] = word;
        active[round * B * Q + row] = 1;
      }
    });
  });
  return {
    ...Object.fromEntries(
      slots.flatMap((slot, i) => [
        [`facts.${slot}`, { shape: [B, N], data: factWords[i]! }],
        [`questions.${slot}`, { shape: [B, Q], data: questionWords[i]! }],
      ]),
    ),
    reread: { shape: [R, B, Q], data: reread },
    active: { shape: [R, B, Q, 1], data: active },
    ...(encoding.awake ? { awake: { shape: [R, B, N, 1], data: awake } } : {}),
  };
}

/** −1e9 at every word that is out of the question's range, else 0: [B·Q V]; nothing if no question has a range. */
export function encodeRanges<Q, A>(
  encoding: Encoding<Q, A>,
  { contexts: B, questions: Q }: BatchShape,
  groups: readonly (readonly Q[])[],
): BatchTensors {
  if (!encoding.range) return {};
  const V = encoding.words;
  const barred = new Float32Array(B * Q * V);
  groups.forEach((questions, b) => {
    questions.forEach((question, q) => {
      const [first, last] = encoding.range!(question);
      const row = (b * Q + q) * V;
      barred.fill(BARRED, row, row + first).fill(BARRED, row + last + 1, row + V);
    });
  });
  return { barred: { shape: [B * Q, V], data: barred } };
}

const BARRED = -1e9;
