/** An answer that has to be JSON of a form: the part of JSON Schema (draft 7) that language models are asked with too. A
 *  keyword outside of it is refused at once: it would be promised and not kept. */

import type { Verifier } from '../core/verifier.ts';
import { expectSchema, readReply, type Schema } from '../gateway/schema.ts';

/** Also in a code block, as language models like to write it. */
export function fitsSchema<Q>(schema: Schema): Verifier<Q, string> {
  expectSchema(schema);
  return {
    name: NAME,
    groundTruth: false,
    verify: async (claims) =>
      claims.map(({ answer }) => {
        const read = readReply(answer, schema);
        if (read.kind === 'value') return { verifier: NAME, kind: 'pass' };
        return { verifier: NAME, kind: 'fail', reason: read.complaint };
      }),
  };
}

const NAME = 'schema';
