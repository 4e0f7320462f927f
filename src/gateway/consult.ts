/** Asks a language model where "unknown" is an answer: a limit that stands in the way, and a provider that does not answer,
 *  are no failures of the tree. What else is wrong (a schema, a missing price) is, and is thrown. */

import type { Json } from '../base/canonical.ts';
import { CapstanError } from '../base/errors.ts';
import type { Scope } from '../core/budget.ts';
import type { ChatModel, ChatReply, ChatRequest } from './chat.ts';
import { contentKey } from './key.ts';

export interface Consultation extends Omit<ChatRequest, 'idempotencyKey' | 'budget' | 'signal'> {
  /** Tells apart what should be asked twice although it reads alike, such as the votes of one model. */
  readonly sample?: number;
}

export type Consulted =
  | ({ readonly kind: 'reply' } & ChatReply)
  | { readonly kind: 'budget' | 'unavailable'; readonly message: string };

export async function consult(model: ChatModel, asked: Consultation, scope: Scope): Promise<Consulted> {
  scope.signal?.throwIfAborted();
  const { sample, check, ...request } = asked;
  const key = contentKey({ model: model.name, sample: sample ?? 0, ...request } as unknown as Json);
  try {
    const reply = await model.complete({
      ...request,
      ...(check && { check }),
      idempotencyKey: key,
      budget: scope.budget,
      ...(scope.signal && { signal: scope.signal }),
    });
    return { kind: 'reply', ...reply };
  } catch (error) {
    scope.signal?.throwIfAborted();
    if (error instanceof CapstanError && (error.code === 'budget' || error.code === 'unavailable'))
      return { kind: error.code, message: error.message };
    throw error;
  }
}
