/** Why a witness does not cosign: a closed set of reasons, so that each has its answer. */

import { CapstanError } from '../base/errors.ts';

export type Reason =
  | 'malformed' // no head, or no submission of one
  | 'unknown-log' // of a log that it was not told to trust
  | 'not-signed' // the log's key did not sign it
  | 'shrunk' // it claims to come after a larger head
  | 'stale' // it comes after another head than the one cosigned last
  | 'conflict' // another tree of the size cosigned last
  | 'inconsistent'; // the proof does not show that it extends the head cosigned last

export class Refused extends CapstanError {
  readonly reason: Reason;
  /** Of the head that was cosigned last, where that is what the log needs to know. */
  readonly size: number | undefined;

  constructor(reason: Reason, message: string, size?: number, options?: { cause?: unknown }) {
    super('corrupt', message, options);
    this.name = 'Refused';
    this.reason = reason;
    this.size = size;
  }
}

/** Does what refuses bytes that somebody sent, and says for which reason. */
export function refusing<T>(reason: Reason, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof CapstanError && error.code === 'corrupt')
      throw new Refused(reason, error.message, undefined, { cause: error });
    throw error;
  }
}
