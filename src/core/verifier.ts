/** Whoever says whether an answer may be believed, before whoever asked sees it: a calculator, a schema, a critic, a
 *  person. Its verdict is typed: it holds, it does not, or that cannot be told. */

import type { Claim, Origin } from './assistant.ts';
import type { Scope, Spending } from './budget.ts';

/** What one verifier says of an answer. A failure and a doubt have a reason. */
export interface Verdict {
  readonly verifier: string;
  readonly kind: 'pass' | 'fail' | 'unsure';
  readonly reason?: string;
  /** Where nobody judged, what stood in the way; another time it may be told. */
  readonly cause?: 'budget' | 'unavailable';
  /** Where it was paid for. */
  readonly spent?: Pick<Spending, 'calls' | 'tokens' | 'micros' | 'seconds'>;
}

/** Its origin says whether ground truth shaped what it says. One with a version costs something: under that version each
 *  verdict is worth remembering. */
export interface Verifier<Q, A> extends Origin {
  /** One verdict for each claim, in order; each the same whatever else is in the batch. */
  verify(claims: readonly Claim<Q, A>[], scope: Scope): Promise<readonly Verdict[]>;
}
