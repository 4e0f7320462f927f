/** A history of a journal on a simulated disk: sessions of appends that end in a crash, each followed by opening it again.
 *  Told after every opening: nothing acknowledged is lost or changed, nothing appears that was not appended, the order
 *  is kept, and nothing is cut where no group was on its way. */

import { CapstanError, messageOf } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import { type Disk, withFile } from '../../src/storage/disk.ts';
import { Journal } from '../../src/storage/journal.ts';
import { PowerCut, SimulatedDisk } from './simulated-disk.ts';

export interface Outcome {
  readonly violations: readonly string[];
  readonly crashes: number;
  readonly acknowledged: number;
  /** Records found again though never acknowledged. */
  readonly adopted: number;
  /** Openings that cut a torn tail. */
  readonly cut: number;
  readonly segments: number;
  readonly faults: number;
}

/** The places at which the journal syncs, and three orders in which it would sync too late: after what depends on it. */
export const SYNCS: { readonly [name: string]: Place } = {
  'a group of records': { call: 'fdatasync', file: /\.seg$/, during: 'append' },
  'a new segment': { call: 'fsync', file: /\.tmp$/, during: 'append' },
  'the name of a new segment': { call: 'fsync', file: /^\/journal$/, during: 'append' },
  'the copy of the last segment': { call: 'fsync', file: /\.tmp$/, during: 'open' },
  'the name of the copy': { call: 'fsync', file: /^\/journal$/, during: 'open' },
  'the name of the journal': { call: 'fsync', file: /^\/$/, during: 'open' },
  'a group before it is acknowledged': { call: 'fdatasync', file: /\.seg$/, during: 'append', late: 'write' },
  'a new segment before it is renamed': { call: 'fsync', file: /\.tmp$/, during: 'append', late: 'rename' },
  'a new name before its group is acknowledged': {
    ...{ call: 'fsync', file: /^\/journal$/, during: 'append', late: 'write' },
  },
};

interface Place {
  readonly call: 'fsync' | 'fdatasync';
  readonly file: RegExp;
  readonly during: 'open' | 'append';
  /** The sync is made after all: before the next group is written, or after the next renaming. */
  readonly late?: 'write' | 'rename';
}

const CRASHES_MAX = 4;
const GROUPS_MAX = 24;
const SEGMENT_BYTES = 1024;
const FAULT_RATE = 0.03;
const PATH = '/journal';

/** The same seed is the same history, but for what the missing sync changes. */
export function history(seed: number, missing?: string): Outcome {
  const random = Random.seeded(seed).split('history');
  const simulated = new SimulatedDisk(random.split('disk'));
  const phase: Phase = { during: 'open' };
  const violations: string[] = [];
  const count = { acknowledged: 0, adopted: 0, cut: 0 };
  let acknowledged: Uint8Array[] = [];
  let onItsWay: readonly Uint8Array[] = [];
  const crashes = 1 + random.below(CRASHES_MAX);
  for (let session = 0; session <= crashes && violations.length === 0; session++) {
    const isLast = session === crashes;
    const faultRate = random.below(2) === 0 ? FAULT_RATE : 0;
    simulated.forecast(isLast ? {} : { cutAt: random.below(20 + random.below(100)), faultRate });
    try {
      phase.during = 'open';
      const disk = missing === undefined ? simulated.disk : without(missing, simulated.disk, phase);
      const { journal, cut } = Journal.open(PATH, disk, { segmentBytes: SEGMENT_BYTES });
      phase.during = 'append';
      const found = simulated.calmly(() => [...journal.read()]);
      violations.push(...complaints(found, acknowledged, onItsWay));
      if (found.length !== journal.size) violations.push(`${found.length} read, but size ${journal.size}`);
      if (cut) count.cut++;
      if (cut && onItsWay.length === 0) violations.push(`cut with nothing on its way: ${cut.reason}`);
      count.adopted += Math.max(0, found.length - acknowledged.length);
      [acknowledged, onItsWay] = [found, []];
      for (let i = random.below(GROUPS_MAX); i >= 0 && violations.length === 0; i--) {
        onItsWay = drawGroup(random, acknowledged.length, () => rawBytes(simulated));
        let first: number;
        try {
          first = journal.append(onItsWay);
        } catch (error) {
          if (error instanceof CapstanError && !refusesMore(journal))
            violations.push('took more after a failure');
          throw error;
        }
        if (first !== acknowledged.length) violations.push(`number ${first} for ${acknowledged.length}`);
        acknowledged.push(...onItsWay);
        count.acknowledged += onItsWay.length;
        onItsWay = [];
      }
      if (random.below(4) === 0) journal.close();
    } catch (error) {
      const isFault = error instanceof CapstanError && error.code === 'storage' && !isLast;
      if (!isFault && !(error instanceof PowerCut)) violations.push(`refused: ${messageOf(error)}`);
    }
    simulated.restart(random.below(4) === 0 ? 'kill' : 'power');
  }
  const segments = simulated.calmly(() => names(simulated).length);
  return { violations, crashes, segments, faults: simulated.faults, ...count };
}

/** What all outcomes of a row of histories come to. */
export interface Sum {
  readonly histories: number;
  /** Histories with a violation, and the first of them. */
  readonly violated: number;
  readonly example: string;
  readonly crashes: number;
  readonly acknowledged: number;
  readonly adopted: number;
  readonly cut: number;
  readonly segments: number;
  readonly faults: number;
}

export function histories(count: number, firstSeed: number, missing?: string): Sum {
  let sum: Sum = {
    ...{ histories: count, violated: 0, example: '', crashes: 0 },
    ...{ acknowledged: 0, adopted: 0, cut: 0, segments: 0, faults: 0 },
  };
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const one = history(seed, missing);
    const violated = one.violations.length > 0;
    sum = {
      histories: count,
      violated: sum.violated + Number(violated),
      example: violated && sum.example === '' ? `seed ${seed}: ${one.violations.join('; ')}` : sum.example,
      crashes: sum.crashes + one.crashes,
      acknowledged: sum.acknowledged + one.acknowledged,
      adopted: sum.adopted + one.adopted,
      cut: sum.cut + one.cut,
      segments: sum.segments + one.segments,
      faults: sum.faults + one.faults,
    };
  }
  return sum;
}

interface Phase {
  during: 'open' | 'append';
}

/** The disk on which one sync does nothing at its time, and says that all is well. */
function without(missing: string, disk: Disk, phase: Phase): Disk {
  const { call, file: pattern, during, late } = SYNCS[missing]!;
  const paths = new Map<number, string>();
  // Left out so far, and of that what has to be made up for, since the group that depends on it is acknowledged.
  let [owed, due]: (string | undefined)[] = [];
  const unless = (name: Place['call']) => (file: number) => {
    const path = paths.get(file) ?? '';
    if (name === call && phase.during === during && pattern.test(path)) owed = path;
    else disk[`${name}Sync`](file);
  };
  const pay = (path: string) => {
    [owed, due] = [undefined, undefined];
    withFile({ path, flags: 'r', disk }, (file) => disk.fsyncSync(file));
  };
  return {
    ...disk,
    openSync: (path, flags) => {
      const file = disk.openSync(path, flags);
      paths.set(file, String(path));
      return file;
    },
    writeSync: ((file: number, ...rest: [Uint8Array, number, number]) => {
      if (late === 'write' && due !== undefined) pay(due);
      return disk.writeSync(file, ...rest);
    }) as Disk['writeSync'],
    renameSync: (from, to) => {
      disk.renameSync(from, to);
      if (late === 'rename' && owed === from) pay(String(to));
    },
    fsyncSync: unless('fsync'),
    fdatasyncSync: (file) => {
      unless('fdatasync')(file);
      due = owed;
    },
  };
}

function complaints(
  found: readonly Uint8Array[],
  acknowledged: readonly Uint8Array[],
  onItsWay: readonly Uint8Array[],
): readonly string[] {
  const appended = [...acknowledged, ...onItsWay];
  if (found.length < acknowledged.length) return [`${acknowledged.length - found.length} records lost`];
  if (found.length > appended.length) return [`${found.length - appended.length} records invented`];
  const other = found.findIndex((record, i) => Buffer.compare(record, appended[i]!) !== 0);
  return other === -1 ? [] : [`record ${other} is another`];
}

function refusesMore(journal: Journal): boolean {
  try {
    journal.append([Uint8Array.of(1)]);
  } catch (error) {
    return error instanceof CapstanError && error.code === 'storage';
  }
  return false;
}

/** Mostly small; some are bytes of the journal itself, which must not pass for the journal where they come to lie. */
function drawGroup(random: Random, next: number, raw: () => Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: 1 + random.below(4) }, (_, i) => {
    if (random.below(10) === 0) return Buffer.concat([raw(), Buffer.from([next + i])]);
    const record = new Uint8Array(1 + random.below(random.below(8) === 0 ? 400 : 60)).fill(random.below(256));
    record[0] = next + i;
    return record;
  });
}

function rawBytes(simulated: SimulatedDisk): Uint8Array {
  return simulated.calmly(() => {
    const last = names(simulated).sort().at(-1);
    return last === undefined ? new Uint8Array() : simulated.disk.readFileSync(`${PATH}/${last}`);
  });
}

function names(simulated: SimulatedDisk): string[] {
  const { disk } = simulated;
  if (disk.statSync(PATH, { throwIfNoEntry: false }) === undefined) return [];
  return disk.readdirSync(PATH, { encoding: 'utf8' }).filter((name) => name.endsWith('.seg'));
}
