/** How a log asks a witness for its cosignature (c2sp.org/tlog-witness, «add-checkpoint»): it sends its head with a proof from
 *  the size that it believes the witness to know. A witness that knows another says which, and is asked again from there.
 *  Of what comes back only a signature by a key that was known before counts. */

import { CapstanError, type ErrorCode } from '../base/errors.ts';
import { openHead } from '../ledger/head.ts';
import { formatVerifierKey, type VerifierKey } from '../ledger/key.ts';
import { formatNote, openNote, parseSignatures } from '../ledger/note.ts';
import { formatSubmission } from '../ledger/submission.ts';
import type { TileSource } from '../ledger/tile.ts';
import { submissionFrom } from './watch.ts';

/** What comes back over HTTP, of whatever kind. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Of whom, and what is known of them. */
export interface Asking {
  /** Of the witness, for messages. */
  readonly where: string;
  readonly log: VerifierKey;
  /** Of whom a cosignature counts. */
  readonly witnesses: readonly VerifierKey[];
  /** Entries that the witness is believed to have cosigned; 0 if that is not known. */
  readonly from: number;
  readonly send: (body: Uint8Array) => Promise<Answer>;
}

export interface Gained {
  readonly key: VerifierKey;
  /** The head with the log's signature and this witness's. */
  readonly note: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** Seconds since 1970. */
  readonly time: number;
  /** Entries that the witness had cosigned before. */
  readonly before: number;
}

/** The head as it is published, cosigned by one of the witnesses at least. Throws if the witness refuses, and says why. */
export async function askWitness(source: TileSource, asking: Asking): Promise<readonly Gained[]> {
  const { where, log, send } = asking;
  let { from } = asking;
  for (let asked = 0; asked < ASKED_MAX; asked++) {
    // The log may have grown since.
    const submission = submissionFrom(source, from);
    const { size } = openHead(submission.head, log);
    if (from > size)
      throw new CapstanError(
        'corrupt',
        `${where} cosigned ${from} entries of ${log.name}: expected as many and more, the log has ${size}; it was rolled back`,
      );
    const reply = await send(formatSubmission(submission));
    if (reply.status === OK) return gained(submission.head, from, reply.body, asking);
    const known = knownSize(where, reply);
    if (known === undefined) throw refusal(where, log, reply);
    if (known === from)
      throw new CapstanError(
        'corrupt',
        `${where}: expected another size than ${from} in its answer 409, got that`,
      );
    from = known;
  }
  throw new CapstanError(
    'locked',
    `${where}: expected a cosignature, got another size ${ASKED_MAX} times; others submit heads of ${log.name} as well`,
  );
}

/** Other processes may submit at the same time, each of them larger heads. */
const ASKED_MAX = 8;
const [OK, CONFLICT] = [200, 409];

/** The specification, «add-checkpoint»: what a witness means by its answers. */
const MEANING: { readonly [status: number]: readonly [ErrorCode, string] } = {
  400: ['refused', 'it finds the submission malformed'],
  403: ['refused', 'it knows another key for this log'],
  404: ['refused', 'it does not trust this log, or there is no witness at this address'],
  409: ['corrupt', 'it cosigned another log of this size; this one was written again'],
  413: ['refused', 'it finds the submission too large'],
  422: ['corrupt', 'the log does not extend what it cosigned; this one was written again'],
  503: ['locked', 'it is busy; try again'],
};

function refusal(where: string, log: VerifierKey, { status, body }: Answer) {
  const [code, meaning] = MEANING[status] ?? ['not-found', 'that is none of its answers'];
  const said = body.replace(/[\p{Cc}\s]+/gu, ' ').trim().slice(0, SAID_MAX); // biome-ignore format: one thing
  const expected = `expected a cosignature of the head of ${formatVerifierKey(log)}`;
  return new CapstanError(
    code,
    `${where}: ${expected}, got ${status}: ${meaning}${said && `; it says «${said}»`}`,
  );
}

/** Characters of somebody else's message. */
const SAID_MAX = 400;

/** What the witness cosigned last, where it says so. */
function knownSize(where: string, { status, type, body }: Answer) {
  if (status !== CONFLICT || !/^text\/x\.tlog\.size\s*(;|$)/i.test(type)) return undefined;
  const size = /^(0|[1-9]\d*)\n?$/.exec(body)?.[1];
  if (size !== undefined && Number.isSafeInteger(Number(size))) return Number(size);
  throw new CapstanError(
    'corrupt',
    `${where}: expected a size in its answer 409, got «${body.slice(0, SAID_MAX)}»`,
  );
}

function gained(
  head: Uint8Array,
  before: number,
  lines: string,
  { where, log, witnesses }: Asking,
): readonly Gained[] {
  const own = openNote(head, log);
  const signature = own.verified[0]!.signature;
  const answer = saying(`the answer of ${where}`, () => {
    const signatures = parseSignatures(lines);
    return openNote(
      Buffer.from(formatNote({ ...own, signatures: [signature, ...signatures] })),
      log,
      witnesses,
    );
  });
  const all = witnesses.flatMap((key) => {
    const cosignature = answer.verified.find((one) => one.key === key)?.signature;
    if (!cosignature) return [];
    const note = formatNote({ ...own, signatures: [signature, cosignature] });
    const { size, root, cosignatures } = openHead(Buffer.from(note), log, [key]);
    return [{ key, note, size, root, time: cosignatures[0]!.time, before }];
  });
  if (all.length > 0) return all;
  const names = answer.signatures.slice(1).map(({ name, id }) => `${name}+${id}`);
  throw new CapstanError(
    'corrupt',
    `the answer of ${where}: expected a cosignature by ${witnesses.map(formatVerifierKey).join(' or ')}, got one by ${names.join(', ')}, which is not known`,
  );
}

function saying<T>(what: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    if (!(cause instanceof CapstanError)) throw cause;
    throw new CapstanError('corrupt', `${what}: ${cause.message}`, { cause });
  }
}
