/** Expected failures. Each names the thing, the value and what was expected; a bug is an `invariant`. */

export type ErrorCode =
  | 'usage' // the command line makes no sense
  | 'invalid' // a value is out of its range or malformed
  | 'not-found' // no such task, run or checkpoint
  | 'exists' // would overwrite something
  | 'corrupt' // bytes are truncated or altered
  | 'locked' // another process holds the run
  | 'storage' // the disk is full, read-only or not permitted
  | 'runtime' // ONNX Runtime cannot be loaded or refused a graph
  | 'unavailable' // a provider could not be reached, or gave nothing that can be used
  | 'budget' // a limit of calls, tokens or money stands in the way
  | 'refused' // the rules forbid it: promoting a ground-truth checkpoint, serving a failed one
  | 'gate-failed' // an iteration spent its budget without passing its gate
  | 'interrupted'; // stopped on request; can be resumed

export class CapstanError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CapstanError';
    this.code = code;
  }
}

/** States a bound the code relies on; a failure is a bug in Capstan, never bad input. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${message}`);
}

/** Refuses what is no integer from `low` to `high`, as the value of what people know by that name. */
export function expectInteger(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high)
    throw new CapstanError('invalid', `${name}: expected an integer from ${low} to ${high}, got ${value}`);
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
