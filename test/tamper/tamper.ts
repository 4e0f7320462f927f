/** Tampers with ledgers by chance, and finds out who notices: `verify` by itself, a reader who has the log's key, one who
 *  asks for a witness, the witness itself, and at last one who kept the latest head. */

import { CapstanError, messageOf } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import { formatSignerKey, formatVerifierKey, verifierOf } from '../../src/ledger/key.ts';
import { auditLedger, type VerifyOptions } from '../../src/record/verify.ts';
import { Folder } from '../../src/storage/folder.ts';
import { submissionFrom } from '../../src/witness/watch.ts';
import { Witness } from '../../src/witness/witness.ts';
import { SimulatedDisk } from '../crash/simulated-disk.ts';
import { CONTENT_KINDS, contentTargetOf } from './contents.ts';
import { DECISION_KINDS, decisionTargetOf } from './decisions.ts';
import {
  COSIGNED,
  cosigned,
  entriesOf,
  type Files,
  HEAD,
  headOf,
  journalOf,
  LOG,
  OTHER,
  publishedOf,
  WITNESS,
} from './forge.ts';
import { KINDS, type Kind, type Tampered, type Target } from './kinds.ts';
import { memoryDisk } from './memory-disk.ts';

/** In this order: who comes first names it. */
export const FINDERS = ['verify', '--key', '--witness', 'the witness', '--known'] as const;
export type Finder = (typeof FINDERS)[number];

export interface Tally {
  readonly kind: string;
  readonly tried: number;
  readonly by: { readonly [F in Finder | 'told']: number };
  readonly accepted: number;
  /** What contradicts what has to be; empty, if nothing does. */
  readonly wrong: readonly string[];
}

const [KEY, WITNESSES] = [verifierOf(LOG), [verifierOf(WITNESS)]];
const SIZES = [300, 256, 257, 120, 400, 33];
const CONTENT_SIZES = [60, 81, 120, 257];
const DECISION_SIZES = [33, 48, 81];

/** `count` tamperings of each kind. */
export function tamperings(
  count: number,
  seed: number,
  kinds: readonly Kind[] = [...KINDS, ...CONTENT_KINDS, ...DECISION_KINDS],
): readonly Tally[] {
  const [plain, written, decided] = targetsOf(seed);
  return kinds.map((kind) => {
    const isDecision = DECISION_KINDS.includes(kind);
    const targets = CONTENT_KINDS.includes(kind) ? written : isDecision ? decided : plain;
    const random = Random.seeded(seed).split(kind.name);
    const by = { verify: 0, '--key': 0, '--witness': 0, 'the witness': 0, '--known': 0, told: 0 };
    const wrong: string[] = [];
    let accepted = 0;
    for (let i = 0; i < count; i++) {
      const target = targets[i % targets.length]!;
      const tampered = drawn(kind, target, random);
      const finder = finderOf(tampered, target, kind);
      if (finder === undefined) accepted++;
      else by[finder]++;
      const expected = expectedOf(kind, target, tampered);
      if (finder !== expected)
        wrong.push(`${kind.name} (${i}): expected ${expected}, got ${finder ?? 'nobody'}`);
      const { named = [] } = tampered;
      if (named.length > 0 && !named.some((name) => saidOf(tampered.files).includes(name)))
        wrong.push(`${kind.name} (${i}): expected verify to name ${named.join(' or ')}`);
    }
    return { kind: kind.name, tried: count, by, accepted, wrong };
  });
}

/** Whole ledgers, which everybody accepts: without that, refusing would prove nothing. */
export function untampered(seed: number): void {
  for (const target of targetsOf(seed).flat()) {
    const size = target.entries.length;
    const { unpublished, torn, witnessed, contents } = auditOf(target.files, {
      key: KEY,
      witnesses: WITNESSES,
    });
    const isTold = unpublished > 0 || torn || contents.unrecorded.length > 0;
    if (isTold || witnessed[0]!.size !== target.witnessed.at(-1))
      throw new Error(`a whole ledger of ${size}: expected nothing to be told of it`);
    for (const finder of FINDERS)
      if (finds(finder, target.files, target))
        throw new Error(`a whole ledger of ${size}: ${finder} refuses it`);
  }
}

/** Ledgers without contents, ledgers with some, and ledgers of people who sign. */
function targetsOf(seed: number): readonly [readonly Target[], readonly Target[], readonly Target[]] {
  const random = Random.seeded(seed);
  return [
    SIZES.map((size, i) => targetOf(size, random.split(`target ${i}`))),
    CONTENT_SIZES.map((size, i) => contentTargetOf(size, random.split(`contents ${i}`))),
    DECISION_SIZES.map((size, i) => decisionTargetOf(size, random.split(`decisions ${i}`))),
  ];
}

/** A ledger of that size with what it left on its way, and what a witness saw of it. */
export function targetOf(size: number, random: Random): Target {
  const entries = entriesOf(0, size, 'true');
  const [group, segmentBytes] = [1 + random.below(8), random.below(2) === 0 ? 2 ** 20 : 2 ** 13];
  const beside = Array.from({ length: 3 }, () => 1 + random.below(size)).filter(
    (one) => one % 256 > size - 256,
  );
  const files: Files = new Map([
    ...journalOf(entries, group, segmentBytes),
    ...publishedOf(
      entries,
      LOG,
      beside.filter((one) => Math.floor(one / 256) === Math.floor(size / 256)),
    ),
  ]);
  const witnessed = Array.from({ length: 3 }, () => 1 + random.below(size)).sort((a, b) => a - b);
  const last = witnessed.at(-1)!;
  files.set(COSIGNED, cosigned(headOf(files, last, LOG, size), last));
  const others = entriesOf(0, size + random.below(9) - 4, 'other');
  const other = new Map([...journalOf(others, group, segmentBytes), ...publishedOf(others, OTHER)]);
  return { files, entries, group, segmentBytes, witnessed, other };
}

/** Until something differs from what it was. */
function drawn(kind: Kind, target: Target, random: Random): Tampered {
  for (;;) {
    const tampered = kind.tamper(target, random);
    if (differ(tampered.files, target.files)) return tampered;
  }
}

function differ(files: Files, original: Files): boolean {
  if (files.size !== original.size) return true;
  for (const [name, bytes] of original) if (!files.get(name)?.equals(bytes)) return true;
  return false;
}

function finderOf({ files }: Tampered, target: Target, { found }: Kind): Finder | 'told' | undefined {
  if (found === 'told') {
    const { unpublished, torn, contents } = auditOf(files);
    return unpublished > 0 || torn || contents.unrecorded.length > 0 ? 'told' : undefined;
  }
  return FINDERS.find((finder) => finds(finder, files, target));
}

/** What has to be: with the log's own key, whatever contradicts a cosigned head is found, and only that. */
function expectedOf({ found }: Kind, { witnessed }: Target, { history }: Tampered): Finder | 'told' {
  if (found !== 'memory') return found;
  const { same, size, cosigned } = history!;
  const contradicts = (head: number) => head > size || head > same;
  if (contradicts(cosigned)) return '--witness';
  return contradicts(witnessed.at(-1)!) ? 'the witness' : '--known';
}

function finds(finder: Finder, files: Files, target: Target): boolean {
  try {
    FINDS[finder](files, target);
    return false;
  } catch (error) {
    if (error instanceof CapstanError && error.code === 'corrupt') return true;
    if (error instanceof CapstanError && error.code === 'not-found') return true; // the key is gone
    throw error;
  }
}

/** What verify says, be it an error or not. */
function saidOf(files: Files): string {
  try {
    return auditOf(files).contents.unrecorded.join();
  } catch (error) {
    return messageOf(error);
  }
}

/** Each throws at what it does not accept. */
const FINDS: { readonly [F in Finder]: (files: Files, target: Target) => void } = {
  verify: (files) => void auditOf(files),
  '--key': (files) => void auditOf(files, { key: KEY }),
  '--witness': (files) => void auditOf(files, { key: KEY, witnesses: WITNESSES }),
  'the witness': (files, target) => {
    const folder = new Folder('/witness', new SimulatedDisk(Random.seeded(0)).disk);
    const last = target.witnessed.at(-1)!;
    folder.writeAtomic('witness.key', `${formatSignerKey(WITNESS)}\n`);
    folder.writeAtomic(`log-${LOG.id}.vkey`, `${formatVerifierKey(KEY)}\n`);
    folder.writeAtomic(`log-${LOG.id}.head`, target.files.get(COSIGNED)!);
    const witness = Witness.open(folder, () => 0);
    witness.add(submissionFrom((path) => files.get(`log/${path}`), last));
  },
  '--known': (files, target) => void auditOf(files, { key: KEY, known: target.files.get(HEAD)! }),
};

function auditOf(files: Files, options: VerifyOptions = {}) {
  return auditLedger('/', { ...options, disk: memoryDisk(files) });
}
