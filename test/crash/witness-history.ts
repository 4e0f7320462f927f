/** A history of a witness on a simulated disk: a log that lies asks it for cosignatures, also for such as were never true,
 *  while the power goes and the disk fails. Told after each answer and each opening: no two cosignatures that were given out are of
 *  trees of which neither begins the other, none is of a smaller tree or an earlier time than one before, a refusal
 *  changes nothing that is remembered, and evidence that a refusal spoke of is there for good and convinces who has the log's
 *  key. */

import { CapstanError, messageOf } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import { formatSignerKey, signerKey } from '../../src/ledger/key.ts';
import type { Disk } from '../../src/storage/disk.ts';
import { Folder } from '../../src/storage/folder.ts';
import { openPair, verifyEvidence } from '../../src/witness/evidence.ts';
import { EVIDENCE_MAX, UNPROVEN_MAX } from '../../src/witness/kept.ts';
import { Refused } from '../../src/witness/refused.ts';
import { Witness } from '../../src/witness/witness.ts';
import { ForkedLog, LOG, type Place } from './forked-log.ts';
import { PowerCut, SimulatedDisk } from './simulated-disk.ts';

export interface WitnessOutcome {
  readonly violations: readonly string[];
  readonly cosigned: number;
  readonly refused: number;
  readonly evidence: number;
  readonly unproven: number;
  readonly crashes: number;
  readonly faults: number;
}

/** What a witness must not do without, each left out once: the syncs, and that nobody comes between check and write. */
export const LEFT_OUT = ['the sync of a head', 'the sync of its name', 'the lock'] as const;
export type LeftOut = (typeof LEFT_OUT)[number];

const PATH = '/witness';
const SESSIONS_MAX = 6;
const ASKED_MAX = 12;
const FAULT_RATE = 0.03;
/** One in so many comes with a proof that shows nothing. */
const WRONG_PROOFS = 6;
/** That share 1, 2, … entries. */
const LOGS = Array.from({ length: 12 }, (_, i) => new ForkedLog(1 + i, 30));
const KEY = signerKey('cosignature', 'witness.example/1', Buffer.alloc(32, 2));

/** The same seed is the same history, but for what is left out. */
export function witnessHistory(seed: number, leftOut?: LeftOut): WitnessOutcome {
  const random = Random.seeded(seed).split('witness');
  const simulated = new SimulatedDisk(random.split('disk'));
  const log = LOGS[random.below(LOGS.length)]!;
  const violations: string[] = [];
  const given: (Place & { readonly time: number })[] = [];
  const count = { cosigned: 0, refused: 0, evidence: 0, unproven: 0 };
  const promised = new Set<string>();
  const folder = new Folder(PATH, simulated.disk);
  simulated.calmly(() => makeKey(folder));
  const crashes = 1 + random.below(SESSIONS_MAX);
  for (let session = 0; session <= crashes && violations.length === 0; session++) {
    const faultRate = random.below(2) === 0 ? FAULT_RATE : 0;
    simulated.forecast(session === crashes ? {} : { cutAt: 5 + random.below(150), faultRate });
    const clock = () => 1000 + random.below(1000); // as bad as a clock can be
    /** The call of an answer that is on its way, in which another process would come if it could. */
    let between: (() => void) | undefined;
    const disk = leaving(leftOut, simulated.disk, () => {
      const other = between;
      between = undefined;
      other?.();
    });
    const ask = (depth = 0): void => {
      const witness = Witness.open(new Folder(PATH, disk), clock);
      witness.trust(LOG);
      const before = simulated.calmly(() => stateOf(folder));
      const last = simulated.calmly(() => witness.remembered(LOG.name)?.head?.size ?? 0);
      const place = { branch: random.below(2), size: random.below(log.size + 1) };
      const old = random.below(4) === 0 ? random.below(log.size) : last;
      between = leftOut === 'the lock' && depth === 0 ? () => ask(1) : undefined;
      try {
        const submission = log.submission(place.branch, place.size, old);
        const proof = random.below(WRONG_PROOFS) === 0 ? [] : submission.proof;
        const { time } = witness.add({ ...submission, proof });
        for (const earlier of given)
          if (!log.areConsistent(earlier, place)) violations.push(`both ${text(earlier)} and ${text(place)}`);
          else if (earlier.size > place.size || earlier.time > time)
            violations.push(`${text(earlier)} at ${earlier.time}, then ${text(place)} at ${time}`);
        given.push({ ...place, time });
        count.cosigned++;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        count.refused++;
        const [, evidence] = /both heads are in \S+\/(evidence-\S+)/.exec(error.message) ?? [];
        if (evidence) promised.add(evidence);
        if (simulated.calmly(() => stateOf(folder)) !== before && leftOut !== 'the lock')
          violations.push(`remembers something else after: ${error.message}`);
      }
    };
    for (let asked = random.below(ASKED_MAX); asked >= 0 && violations.length === 0; asked--)
      try {
        ask();
      } catch (error) {
        if (error instanceof PowerCut) break;
        const isFault = error instanceof CapstanError && error.code === 'storage' && session < crashes;
        if (!isFault) violations.push(`failed: ${messageOf(error)}`);
      }
    simulated.restart(random.below(4) === 0 ? 'kill' : 'power');
  }
  simulated.calmly(() => {
    const kept = (kind: string) => folder.list().filter((name) => name.startsWith(kind));
    for (const name of kept('evidence')) verifyEvidence(folder.read(name), LOG);
    for (const name of kept('unproven')) openPair(folder.read(name), LOG);
    count.evidence = kept('evidence').length;
    count.unproven = kept('unproven').length;
    for (const name of promised) if (!folder.exists(name)) violations.push(`lost ${name}`);
    if (count.evidence > EVIDENCE_MAX || count.unproven > UNPROVEN_MAX) violations.push('keeps too much');
  });
  return { violations, crashes, faults: simulated.faults, ...count };
}

export function witnessHistories(count: number, firstSeed: number, leftOut?: LeftOut) {
  const sum = {
    ...{ violated: 0, example: '', cosigned: 0, refused: 0 },
    ...{ evidence: 0, unproven: 0, crashes: 0, faults: 0 },
  };
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const { violations, ...one } = witnessHistory(seed, leftOut);
    if (violations.length > 0) sum.violated++;
    if (violations.length > 0 && sum.example === '') sum.example = `seed ${seed}: ${violations.join('; ')}`;
    for (const name of ['cosigned', 'refused', 'evidence', 'unproven', 'crashes', 'faults'] as const)
      sum[name] += one[name];
  }
  return sum;
}

/** The witness is there before anything happens to it. */
function makeKey(folder: Folder): void {
  folder.writeAtomic('witness.key', `${formatSignerKey(KEY)}\n`);
}

function stateOf(folder: Folder): string {
  const names = folder.list().filter((name) => name.startsWith('log-'));
  return names.map((name) => `${name}\n${folder.readText(name)}`).join('\n');
}

function text({ branch, size }: Place): string {
  return `${size} entries of branch ${branch}`;
}

/** A disk whose syncs of some files do nothing, or on which somebody else acts just before a head is written. */
function leaving(leftOut: LeftOut | undefined, disk: Disk, act: () => void): Disk {
  const paths = new Map<number, string>();
  const isLeftOut = (path: string) =>
    (leftOut === 'the sync of a head' && path.includes('.head.')) ||
    (leftOut === 'the sync of its name' && path === PATH);
  return {
    ...disk,
    openSync: ((path: string, flags: string, mode?: number) => {
      if (leftOut === 'the lock' && path.includes('.head.')) act();
      const file = disk.openSync(path, flags, mode);
      paths.set(file, path);
      return file;
    }) as Disk['openSync'],
    fsyncSync: (file) => {
      if (!isLeftOut(paths.get(file) ?? '')) disk.fsyncSync(file);
    },
  };
}
