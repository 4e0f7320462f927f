/** The answers of a witness over HTTP (c2sp.org/tlog-witness, «add-checkpoint»), as data: body in, status and body out. */

import { parseSubmission } from '../ledger/submission.ts';
import { type Reason, Refused, refusing } from './refused.ts';
import type { Witness } from './witness.ts';

export interface Reply {
  readonly status: number;
  readonly type: 'text/plain; charset=utf-8' | 'text/x.tlog.size';
  readonly body: string;
}

export const ADD_CHECKPOINT = '/add-checkpoint';

export function addCheckpoint(body: Uint8Array, witness: Witness): Reply {
  try {
    const { line } = witness.add(refusing('malformed', () => parseSubmission(body)));
    return plain(OK, line);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { reason, size, message } = error;
    // Where the witness keeps what it keeps is its operator's to know; the name of the file is enough to ask for it.
    if (size === undefined) return plain(STATUS[reason], `${message.replaceAll(`${witness.path}/`, '')}\n`);
    return { status: STATUS[reason], type: 'text/x.tlog.size', body: `${size}\n` };
  }
}

export function plain(status: number, body: string): Reply {
  return { status, type: 'text/plain; charset=utf-8', body };
}

const OK = 200;
const STATUS: { readonly [R in Reason]: number } = {
  malformed: 400,
  'unknown-log': 404,
  'not-signed': 403,
  shrunk: 400,
  stale: 409,
  conflict: 409,
  inconsistent: 422,
};
