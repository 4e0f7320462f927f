/** What the ledger says of a model, as an in-toto Statement v1 with a SLSA provenance v1 predicate
 *  (github.com/in-toto/attestation spec/v1, slsa.dev/provenance/v1): the iteration is the build, the examples, the parent, the
 *  configuration and H′ are its dependencies, and the gate is a by-product. An export: what counts is the ledger. */

import { canonical, type Json } from '../base/canonical.ts';
import type { Entry } from '../ledger/entry.ts';
import { subjectOf } from './life.ts';
import { flat, type ModelCauses } from './why.ts';

export const STATEMENT = 'https://in-toto.io/Statement/v1';
export const PROVENANCE = 'https://slsa.dev/provenance/v1';
/** Of the payload in its envelope. */
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
/** What an iteration is; version 1 of the parameters below. */
const BUILD_TYPE = 'capstan:iterated-distillation-and-amplification/v1';
/** The RFC 6962 root over the examples, in lower-case hexadecimal digits: a tree, so not «sha256», which is of bytes. */
const ROOT = 'merkleRfc6962Sha256';

interface Resource {
  readonly name: string;
  readonly uri?: string;
  readonly digest?: { readonly [algorithm: string]: string };
  readonly annotations?: { readonly [name: string]: Json };
}

/** Its bytes, in the canonical form. `origin`: of the log. */
export function statementOf({ checkpoint, run, made, parent }: ModelCauses, origin: string): Uint8Array {
  const entries = flat(made);
  const of = (kind: Entry['kind']) => entries.find((entry) => entry.kind === kind);
  const [gate, written] = [of('gate-decided'), of('examples-written')];
  const began = of('run-started') ?? of('run-resumed');
  const [first, last] = [of('training-started'), of('training-ended')];
  const entryOf = (entry: Entry): string => `capstan:ledger/${origin}#${entry.seq}`;
  const file = (name: string, sha256: string | undefined): readonly Resource[] =>
    sha256 === undefined ? [] : [{ name, digest: { sha256 } }];
  const root = written && subjectOf(written, 'examples');
  const teacher = written?.actor;
  const dependencies: readonly Resource[] = [
    ...file('run.json', began && subjectOf(began, 'run.json')),
    ...(root === undefined
      ? []
      : [{ name: 'examples', digest: { [ROOT]: root }, annotations: { ...written!.figures } }]),
    ...file('parent', parent?.checkpoint),
    ...(teacher?.kind === 'model' ? file(teacher.id, teacher.version) : []),
  ];
  const statement = {
    _type: STATEMENT,
    subject: [{ name: `${checkpoint}.safetensors`, digest: { sha256: checkpoint } }],
    predicateType: PROVENANCE,
    predicate: {
      buildDefinition: {
        buildType: BUILD_TYPE,
        externalParameters: {
          ...began?.words,
          ...began?.figures,
          ...(began?.authority !== undefined && { startedBy: began.authority }),
        },
        internalParameters: {
          teacher: written?.words?.teacher ?? '',
          targetsBy: teacher?.id ?? '',
          ...(written?.authority !== undefined && { learnedFrom: written.authority }),
        },
        resolvedDependencies: dependencies,
      },
      runDetails: {
        builder: { id: 'capstan:program', version: { capstan: began?.actor.version ?? '' } },
        metadata: {
          invocationId: began ? entryOf(began) : `capstan:run/${run}`,
          ...(first && { startedOn: first.time }),
          ...(last && { finishedOn: last.time }),
        },
        byproducts: gate ? [{ name: 'gate', uri: entryOf(gate), annotations: { ...gate.figures } }] : [],
      },
    },
  };
  return new TextEncoder().encode(canonical(statement as unknown as Json));
}
