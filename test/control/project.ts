/** A project on a simulated disk, and what its commands do there: the functions that the command line calls, with a disk, a
 *  clock and keys of their own. What is remembered outside lies beside it on the same disk, where no backup reaches. */

import { personOf } from '../../src/authority/authority.ts';
import { adoption, DEFAULT_POLICY } from '../../src/authority/policy.ts';
import { CapstanError } from '../../src/base/errors.ts';
import type { Random } from '../../src/base/random.ts';
import { type Actor, decodeEntry, type Entry } from '../../src/ledger/entry.ts';
import { formatVerifierKey, type SignerKey, signerKey } from '../../src/ledger/key.ts';
import { act, type Doer, record } from '../../src/record/acts.ts';
import { askToHalt, hinderedIn, isHaltAsked } from '../../src/record/control.ts';
import { Latch } from '../../src/record/latch.ts';
import { type Draft, Ledger, type Memory } from '../../src/record/ledger.ts';
import { replayed } from '../../src/record/replay.ts';
import type { Lineage } from '../../src/registry/checkpoint.ts';
import { promoted, servedIn } from '../../src/registry/promotion.ts';
import { type Place, type Recorder, runBegan, trainingStarted } from '../../src/run/chronicle.ts';
import { configure } from '../../src/run/configuration.ts';
import { keepCheckpoint } from '../../src/run/keep.ts';
import {
  approveRequest,
  expectKnown,
  type Office,
  promoteModel,
  resumeWork,
  revokeModel,
  rollBackModel,
} from '../../src/run/office.ts';
import { Folder } from '../../src/storage/folder.ts';
import { Journal } from '../../src/storage/journal.ts';
import { type Backup, SimulatedDisk } from '../crash/simulated-disk.ts';
import type { Role } from './model.ts';

const PLACE = '/project/ledger';
const RUN = 'one';
export const MINUTES = 30;
const CONFIGURATION = configure({ task: 'permutation-powering', size: 8 });
/** Making a key takes longer than all else. */
const KEYS = new Map<string, SignerKey>();

const MINUTE_MS = 60_000;

export class Project {
  readonly simulated: SimulatedDisk;
  readonly #random: Random;
  /** How often each person has changed their key. */
  readonly keys = new Map<string, number>();
  minute = 0;
  #moments = 0;
  #logs = 0;
  #memory: Memory = {};
  /** Of the run at work, and the training that it has begun. */
  #place: Place | undefined;
  #training: number | undefined;

  constructor(random: Random) {
    this.#random = random;
    this.simulated = new SimulatedDisk(random.split('disk'));
    for (const path of ['/project', '/project/runs', '/project/runs/one', '/project/ledger', '/state'])
      new Folder(path, this.simulated.disk).writeAtomic('README', 'made');
  }

  /** How many entries there are. */
  size(): number {
    return this.simulated.calmly(() => this.#journal()?.size ?? 0);
  }

  /** Those that are there, from that number. */
  entries(from: number): readonly Entry[] {
    return this.simulated.calmly(() => {
      const journal = this.#journal();
      if (!journal || journal.size < from) return [];
      return [...journal.read(from)].map((bytes, i) => decodeEntry(bytes, from + i));
    });
  }

  served(): string | undefined {
    return this.simulated.calmly(() => servedIn(this.#arm()));
  }

  isHaltAsked(): boolean {
    return this.simulated.calmly(() => isHaltAsked(PLACE, this.simulated.disk));
  }

  backup(): Backup {
    return this.simulated.backup('/project');
  }

  restore(backup: Backup): void {
    this.simulated.restore('/project', backup);
  }

  /** Another process does the next command, which has replayed nothing yet. */
  forget(): void {
    this.#memory = {};
  }

  keyOf(name: string, number = this.keys.get(name) ?? 0): SignerKey {
    const known = KEYS.get(`${name} ${number}`);
    if (known) return known;
    const seed = new Uint8Array(32).fill(number);
    Buffer.from(name).copy(seed);
    const key = signerKey('note', name, seed);
    KEYS.set(`${name} ${number}`, key);
    return key;
  }

  /** As before any work, and the entry that says that it began. */
  startRun(isResumed: boolean): void {
    const { halted, lost } = hinderedIn(PLACE, this.#latch(), this.simulated.disk);
    if (halted || lost) throw new CapstanError('refused', 'work is halted');
    const run = new Folder('/project/runs/one', this.simulated.disk);
    if (!run.exists('run.json')) run.writeAtomic('run.json', '{}');
    const began = runBegan(this.#record, RUN, run, CONFIGURATION, 'person:root', isResumed);
    this.#place = { run: RUN, arm: 'ida', began };
    this.#training = trainingStarted(this.#record, this.#place, 0, undefined);
  }

  /** What a run looks at after its step. */
  looksUp(): boolean {
    return isHaltAsked(PLACE, this.simulated.disk);
  }

  /** Keeps a checkpoint, with its gate. */
  endIteration(iteration: number, parent: string | null, passed: boolean): string {
    const value = passed ? 0.9 : 0.5;
    const lineage: Lineage = {
      ...{ task: 'permutation-powering', parameters: { elements: 8 }, iteration, level: 1, parent, seed: 1 },
      ...{ configuration: {}, configurationHash: '', step: this.#random.uint32(), dataRoot: 'ab'.repeat(32) },
      ...{ dataCount: 1, teacher: 'Amplify^H(X)', groundTruth: false, figures: {}, version: '0' },
      gate: { agreement: value, low: value, high: value, n: 10, threshold: 0.8, passed, comparison: null },
    };
    const promotion = () => replayed(PLACE, this.simulated.disk).authority.policy.promotion;
    const revoked = () => this.#latch().revoked(replayed(PLACE, this.simulated.disk));
    const script = { actor: { id: 'script:H', kind: 'script' } } as const;
    const kept = keepCheckpoint(
      { folder: this.#arm(), record: this.#record, place: this.#place!, promotion, revoked },
      { training: this.#training!, looks: [], producer: script, decisions: 1, goesOn: true },
      lineage,
      [{ name: 'w', shape: [1], values: new Float32Array(1) }],
    );
    this.#training = kept.training;
    if (kept.refusal) throw kept.refusal;
    return kept.checkpoint;
  }

  /** What answers a question. */
  serve(): string {
    const known = expectKnown(replayed(PLACE, this.simulated.disk), this.#latch());
    return promoted(this.#arm(), known).hash;
  }

  halt(what: 'pause' | 'stop', doer: Doer): void {
    const kind = what === 'pause' ? 'work-paused' : 'work-stopped';
    askToHalt(PLACE, kind, this.simulated.disk);
    this.#with(({ ledger }) => act(ledger, kind, {}, doer));
  }

  resume(doer: Doer): void {
    this.#with((office) => resumeWork(office, doer));
  }

  approve(number: number, doer: Doer): void {
    this.#with((office) => approveRequest(office, number, doer));
  }

  promote(hash: string, doer: Doer): void {
    this.#with((office) => promoteModel(office, { run: RUN, hash }, doer));
  }

  rollBack(hash: string, doer: Doer): void {
    this.#with((office) => rollBackModel(office, { run: RUN, hash }, doer));
  }

  revoke(hash: string, doer: Doer): void {
    this.#with((office) => revokeModel(office, { run: RUN, hash }, doer, { reason: 'because', salt: '00' }));
  }

  enrol(name: string, role: Role, doer: Doer): void {
    const words = { name, roles: role, key: formatVerifierKey(this.keyOf(name)) };
    this.#with(({ ledger }) => act(ledger, 'principal-enrolled', { words }, doer));
  }

  withdraw(name: string, doer: Doer): void {
    this.#with(({ ledger }) => act(ledger, 'principal-withdrawn', { words: { name } }, doer));
  }

  rotate(name: string, doer: Doer): void {
    const key = this.keyOf(name, (this.keys.get(name) ?? 0) + 1);
    const said = { words: { name, key: formatVerifierKey(key) } };
    this.#with(({ ledger }) => act(ledger, 'key-rotated', said, { ...doer, keys: [...doer.keys, key] }));
  }

  adopt(promotion: 'gate' | 'people', doer: Doer): void {
    this.#with(({ ledger }) =>
      act(ledger, 'policy-adopted', adoption({ ...DEFAULT_POLICY, promotion }), doer),
    );
  }

  /** Past the commands: the entry that lets work go on, by whoever writes to the ledger, alone. */
  forceResume(doer: Doer, request: number | undefined): void {
    this.#with(({ ledger }) => {
      const { halt } = ledger.replay.authority;
      const parents = [...(request === undefined ? [] : [request]), ...(halt ? [halt.seq] : [])];
      const draft: Draft = {
        kind: 'work-resumed',
        actor: doer.actor,
        ...(parents.length > 0 && { parents }),
      };
      ledger.act(draft, { signers: doer.keys });
    });
  }

  /** Past the commands: a program's promotion of a checkpoint, without a gate that passed. */
  forcePromotion(hash: string): void {
    this.#record(() => [
      {
        kind: 'model-promoted',
        actor: { id: 'program:capstan', kind: 'program' },
        run: RUN,
        parents: [0],
        subjects: [{ name: 'checkpoint', sha256: hash }],
      },
    ]);
  }

  doer(who: string | undefined, keys: readonly SignerKey[]): Doer {
    const actor: Actor = who === undefined ? { id: 'person:root', kind: 'person' } : personOf(who);
    const contents = [{ field: 'reason', text: 'because', salt: new Uint8Array(32) }];
    return { actor, keys, contents, expires: this.#time(this.minute + MINUTES, MINUTE_MS - 1) };
  }

  readonly #record: Recorder = (make) => this.#with(({ ledger, latch }) => record(ledger, latch, make));

  #with<T>(use: (office: Office) => T): T {
    const { disk } = this.simulated;
    const ledger = Ledger.open(PLACE, {
      origin: `log-${++this.#logs}`,
      seed: () => new Uint8Array(32).fill(this.#logs),
      // No two entries are of one moment: what is done again after a backup is another history.
      now: () => this.#time(this.minute, ++this.#moments),
      disk,
      memory: this.#memory,
    });
    try {
      const latch = this.#latch();
      const result = use({ path: PLACE, ledger, latch, armOf: () => this.#arm(), disk });
      latch.remember(ledger.replay);
      return result;
    } finally {
      ledger.close();
    }
  }

  #journal(): Journal | undefined {
    const { disk } = this.simulated;
    const folder = `${PLACE}/journal`;
    const isThere = new Folder(folder, disk).list().some((name) => name.endsWith('.seg'));
    return isThere ? Journal.look(folder, disk).journal : undefined;
  }

  #latch(): Latch {
    return new Latch('/state', '/project/ledger', this.simulated.disk);
  }

  #arm(): Folder {
    return new Folder('/project/runs/one/ida', this.simulated.disk);
  }

  #time(minute: number, moments: number): string {
    return new Date(Date.UTC(2026, 0, 1) + minute * MINUTE_MS + moments).toISOString();
  }
}
