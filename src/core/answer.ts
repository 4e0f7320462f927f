/** An answer is known with a confidence, or unknown for a reason. "Unknown" is an answer like any other:
 *  parents see it and must handle it, so a gap never turns silently into a value. */

export interface Known<A> {
  readonly kind: 'known';
  readonly value: A;
  /** The answerer's own probability of being right, 0 … 1. Scripts are sure: 1. */
  readonly confidence: number;
}

export interface Unknown {
  readonly kind: 'unknown';
  readonly reason: UnknownReason;
}

export type UnknownReason =
  | 'nobody' // asked of ⊥
  | 'unsure' // the answerer says so itself
  | 'escalated' // the overseer handed it upwards and nobody above took it
  | 'budget' // the limits of the root question were reached
  | 'rejected' // no answer passed verification
  | 'unavailable'; // who would know could not be reached

export type Answer<A> = Known<A> | Unknown;

export function known<A>(value: A, confidence = 1): Known<A> {
  return { kind: 'known', value, confidence };
}

export function unknown(reason: UnknownReason): Unknown {
  return { kind: 'unknown', reason };
}

/** Both known and equal. Unknown agrees with nothing, not even with unknown. */
export function agree<A>(a: Answer<A>, b: Answer<A>): boolean {
  return a.kind === 'known' && b.kind === 'known' && Object.is(a.value, b.value);
}

/** As people read it. */
export function answerText(answer: Answer<string>): string {
  return answer.kind === 'known' ? answer.value : `unknown: ${answer.reason}`;
}
