/** Questions written as the integer tensors that a network reads. Rows beyond the questions given stay blank; what the
 *  network says to them is thrown away. */

import { invariant } from '../base/errors.ts';
import type { Encoding } from '../core/task.ts';
import type { BatchShape } from './transformer.ts';

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
  const factLeft = new Int32Array(B * N).fill(encoding.blank);
  const factRight = new Int32Array(B * N).fill(encoding.blank);
  const questionLeft = new Int32Array(B * Q).fill(encoding.blank);
  const questionRight = new Int32Array(B * Q).fill(encoding.blank);
  const reread = new Int32Array(R * B * Q).fill(encoding.blank);
  const active = new Float32Array(R * B * Q);
  groups.forEach((questions, b) => {
    const facts = encoding.facts(questions[0]!);
    for (let i = 0; i < N; i++) {
      factLeft[b * N + i] = facts[2 * i]!;
      factRight[b * N + i] = facts[2 * i + 1]!;
    }
    questions.forEach((question, q) => {
      const row = b * Q + q;
      [questionLeft[row], questionRight[row]] = encoding.pair(question);
      const rounds = encoding.rounds(question);
      invariant(rounds <= R, `a question of ${rounds} rounds in a batch of ${R}`);
      for (let round = 0; round < rounds; round++) {
        reread[round * B * Q + row] = encoding.word(question, round);
        active[round * B * Q + row] = 1;
      }
    });
  });
  return {
    factLeft: { shape: [B, N], data: factLeft },
    factRight: { shape: [B, N], data: factRight },
    questionLeft: { shape: [B, Q], data: questionLeft },
    questionRight: { shape: [B, Q], data: questionRight },
    reread: { shape: [R, B, Q], data: reread },
    active: { shape: [R, B, Q, 1], data: active },
  };
}
