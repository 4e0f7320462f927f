/** Compares a run's folder with what the ledger has about it: every file is one that the ledger knows, by hash or by what
 *  such a file names, and every artefact that the ledger names is there, whole. It mends nothing.
 *      entries ─► run.json, record.json, ARM/state.json      by hash
 *      gate    ─► ARM/checkpoints/HASH, its lineage ─► ARM/examples/HASH, up to the Merkle root
 *      state   ─► ARM/states/HASH, ARM/examples/HASH         by hash, in order
 *      promotion, revocation ─► ARM/promoted.json, ARM/revoked/HASH
 *      calibration, audit    ─► calibration.json, audits.json  by hash, and figure by figure
 *  While the last session of the run has not ended, since it is at work or was killed, it may have left files that are not
 *  on the ledger yet: these are listed. Of a run that ended they are an error. */

import { hash } from 'node:crypto';
import { CapstanError } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import { leavesOf } from '../distill/examples.ts';
import { examinerOf } from '../evaluate/examiners.ts';
import { commit } from '../ledger/commitment.ts';
import type { Entry } from '../ledger/entry.ts';
import { MerkleAccumulator } from '../ledger/merkle.ts';
import { faultsIn } from '../protocol/conformance.ts';
import type { EvaluationReport } from '../protocol/report.ts';
import { correctionFile, correctionText } from '../registry/correction.ts';
import { loadCheckpoint, promotionText } from '../registry/promotion.ts';
import { CORRECTED, ERASED, type Revocation, revocations } from '../registry/revocation.ts';
import { renderEvaluation } from '../report/evaluation.ts';
import type { RunRecord } from '../report/record.ts';
import { renderReport } from '../report/report.ts';
import { baselinePlans } from '../run/arms.ts';
import { gateFigures } from '../run/chronicle.ts';
import { EVALUATION, FILE, nameOf, openRun, type RunFile, runHash } from '../run/folder.ts';
import { taskOf } from '../run/own.ts';
import { keptState } from '../run/state.ts';
import { Folder } from '../storage/folder.ts';
import { LOCK } from '../storage/lock.ts';
import { auditInbox } from './decision.ts';
import { type Life, lifeOf, subjectOf } from './life.ts';
import { auditMeasured } from './measured.ts';

export interface Audit {
  readonly run: string;
  /** Of the ledger, about it. */
  readonly entries: number;
  readonly checkpoints: number;
  readonly examples: number;
  /** Intents that nothing has ended. */
  readonly open: readonly Entry[];
  /** What is not on the ledger yet: files, or what differs from it. */
  readonly unrecorded: readonly string[];
}

/** `entries`: all of the ledger, verified. Throws «corrupt» with the name of what is damaged, missing or too much. */
export function auditRun(path: string, entries: readonly Entry[]): Audit {
  const { folder, file } = openRun(path);
  const found = runHash(folder);
  const life = lifeOf(entries, found);
  if (!life) throw unknownRun(folder, found, entries);
  return new Auditor(folder, file, life).all();
}

function unknownRun(folder: Folder, found: string, entries: readonly Entry[]): CapstanError {
  const name = nameOf(folder);
  const began = entries.findLast((entry) => entry.kind === 'run-started' && entry.run === name);
  const known = began && subjectOf(began, FILE);
  const expected = known
    ? `the one with hash ${known} (entry ${began.seq} of the ledger)`
    : 'one that a run on this ledger began with';
  return new CapstanError('corrupt', `${folder.path}/${FILE}: expected ${expected}, got hash ${found}`);
}

class Auditor {
  readonly #folder: Folder;
  readonly #file: RunFile;
  readonly #life: Life;
  /** Files that are accounted for. */
  readonly #known = new Set<string>([FILE, LOCK]);
  readonly #unrecorded: string[] = [];
  #checkpoints = 0;
  #examples = 0;

  constructor(folder: Folder, file: RunFile, life: Life) {
    this.#folder = folder;
    this.#file = file;
    this.#life = life;
  }

  all(): Audit {
    const { entries, open, name } = this.#life;
    this.#lastFiles();
    this.#page();
    this.#evaluation();
    this.#measured();
    const gates = this.#of('gate-decided');
    const arms = new Set([...gates.map(armOf), ...this.#folder.list().filter((one) => this.#isArm(one))]);
    for (const arm of [...arms].sort()) this.#arm(arm, gates);
    this.#promotedAfterGates(gates);
    this.#revocations();
    this.#corrections();
    for (const file of auditInbox(this.#folder, this.#life)) this.#known.add(file);
    this.#finished();
    for (const file of this.#folder.files())
      if (!this.#known.has(file)) this.#tooMuch(file, 'no file that the ledger does not know', 'one');
    return {
      run: name,
      entries: entries.length,
      checkpoints: this.#checkpoints,
      examples: this.#examples,
      open,
      unrecorded: this.#unrecorded,
    };
  }

  #of(kind: Entry['kind']): readonly Entry[] {
    return this.#life.entries.filter((entry) => entry.kind === kind);
  }

  #isArm(name: string): boolean {
    return this.#folder.exists(`${name}/state.json`);
  }

  /** The files that change while a run goes on: their hashes are in the entry with which it last ended. */
  #lastFiles(): void {
    const last = this.#of('run-ended').at(-1);
    for (const { name, sha256 } of last?.subjects ?? []) {
      if (!this.#folder.exists(name)) throw this.#fault(name, `a file, as in entry ${last!.seq}`, 'none');
      this.#known.add(name);
      const found = hash('sha256', this.#folder.read(name));
      if (found !== sha256) this.#tooMuch(name, `hash ${sha256}, as in entry ${last!.seq}`, found);
    }
  }

  /** It follows from the record. */
  #page(): void {
    const [page, record] = ['report.html', 'record.json'];
    if (!this.#folder.exists(record)) return;
    this.#known.add(page);
    if (this.#file.version !== VERSION) return; // another version draws another page
    if (!this.#folder.exists(page)) this.#tooMuch(page, 'a file, drawn from the record', 'none');
    else if (this.#folder.readText(page) !== renderReport(this.#record()))
      this.#tooMuch(page, `what ${record} draws`, 'another page');
  }

  /** Measured at any time by anybody, so that it is on no ledger; its page follows from it. */
  #evaluation(): void {
    const { page, report } = EVALUATION;
    if (!this.#folder.exists(report)) return;
    this.#known.add(report).add(page);
    const evaluation = this.#json<EvaluationReport>(report);
    if (faultsIn(evaluation).length > 0)
      throw this.#fault(report, 'a report that keeps to the protocol', 'another');
    if (evaluation.software.version !== VERSION) return; // another version draws another page
    if (!this.#folder.exists(page)) this.#tooMuch(page, 'a file, drawn from the evaluation', 'none');
    else if (this.#folder.readText(page) !== renderEvaluation(evaluation))
      this.#tooMuch(page, `what ${report} draws`, 'another page');
  }

  /** What confidence is worth, and what was audited. */
  #measured(): void {
    const { files, unrecorded } = auditMeasured(this.#folder, this.#life);
    for (const file of files) this.#known.add(file);
    this.#unrecorded.push(...unrecorded);
  }

  #record(): RunRecord {
    return this.#json('record.json');
  }

  #json<T>(name: string): T {
    try {
      return JSON.parse(this.#folder.readText(name)) as T;
    } catch (cause) {
      if (cause instanceof CapstanError) throw cause;
      throw this.#fault(name, 'JSON', 'other text');
    }
  }

  #arm(arm: string, all: readonly Entry[]): void {
    const folder = new Folder(`${this.#folder.path}/${arm}`);
    const gates = all.filter((gate) => armOf(gate) === arm);
    this.#gates(arm, folder, gates);
    this.#promotions(arm, folder, gates);
    const kept = keptState(folder);
    if (!kept) return;
    this.#known.add(`${arm}/${kept.file}`);
    if (this.#life.isOpen) this.#known.add(`${arm}/state.json`); // sealed, and on the ledger when the session ends
    const counts = new Set(gates.map(({ figures }) => figures?.examples ?? 0));
    const { roots, count } = this.#roots(arm, folder, kept.state.examples.shards, counts);
    if (count !== kept.state.examples.count)
      throw this.#fault(`${arm}/state.json`, `${count} examples, as in its shards`, 'another number');
    for (const gate of gates) {
      const { examples = 0 } = gate.figures ?? {};
      const expected = subjectOf(gate, 'examples');
      const root = roots.get(examples);
      if (root === expected) continue;
      if (root === undefined)
        this.#tooMuch(`${arm}/examples`, `${examples} examples, as in entry ${gate.seq}`, String(count));
      else
        throw this.#fault(
          `${arm}/examples`,
          `${examples} examples with the root ${expected}, as in entry ${gate.seq}`,
          `the root ${root}`,
        );
    }
    const last = gates.at(-1)?.figures?.examples ?? 0;
    if (kept.state.progress.state !== 'running' && count > last)
      this.#tooMuch(`${arm}/examples`, `${last} examples, as in the last gate`, String(count));
    this.#examples += count;
  }

  /** Each checkpoint is there, whole, and says of itself what its gate says of it. */
  #gates(arm: string, folder: Folder, gates: readonly Entry[]): void {
    const hashes = new Set(gates.map((gate) => subjectOf(gate, 'checkpoint')!));
    this.#checkpoints += hashes.size;
    for (const gate of gates) {
      const checkpoint = subjectOf(gate, 'checkpoint')!;
      const file = `${arm}/checkpoints/${checkpoint}.safetensors`;
      this.#known.add(file);
      if (!this.#folder.exists(file)) throw this.#fault(file, `a file, as in entry ${gate.seq}`, 'none');
      const { lineage } = loadCheckpoint(folder, checkpoint);
      const said: readonly (readonly [what: string, own: unknown, recorded: unknown])[] = [
        ...Object.entries(gateFigures(lineage)).map(
          ([name, own]) => [name, own, gate.figures?.[name]] as const,
        ),
        ['look', lineage.figures.looks ?? 0, gate.figures?.look ?? lineage.figures.looks ?? 0], // none from before
        ['root of its examples', lineage.dataRoot, subjectOf(gate, 'examples')],
        ['teacher', lineage.teacher, gate.words?.teacher],
        ['task', lineage.task, this.#file.configuration.task],
        ['seed', lineage.seed, this.#file.configuration.seed],
      ];
      const other = said.find(([, own, recorded]) => own !== recorded);
      if (other)
        throw this.#fault(
          file,
          `a lineage with ${other[0]} ${other[2]}, as in entry ${gate.seq}`,
          String(other[1]),
        );
      if (lineage.parent !== null && !hashes.has(lineage.parent))
        throw this.#fault(file, 'a parent that went through a gate of this run', lineage.parent);
      this.#written(gate);
      this.#looked(arm, gate, gates, lineage.figures.looks ?? 0);
    }
  }

  /** Every look of the arm before this gate is on the record, by its number, from the first one that is: a run may have
   *  begun before looks were recorded. */
  #looked(arm: string, gate: Entry, gates: readonly Entry[], looks: number): void {
    const { look } = gate.figures ?? {};
    if (look === undefined) return; // from before looks were numbered
    const before = [...this.#of('gate-looked').filter((one) => armOf(one) === arm), ...gates];
    const said = before.filter(({ seq }) => seq <= gate.seq).map(({ figures }) => figures?.look ?? looks);
    const seen = new Set(said);
    for (let number = Math.min(...said); number <= looks; number++)
      if (!seen.has(number))
        throw this.#fault(`entry ${gate.seq} of the ledger`, `look ${number} of ${arm} before it`, 'none');
  }

  /** The examples of a gate are those that were written before it. */
  #written(gate: Entry): void {
    if (!gate.parents) return; // from before examples had entries of their own
    const cause = this.#life.entries.find(({ seq }) => seq === gate.parents?.[0]);
    const [own, before] = [subjectOf(gate, 'examples'), cause && subjectOf(cause, 'examples')];
    if (cause?.kind === 'examples-written' && own === before) return;
    throw this.#fault(
      `entry ${gate.seq} of the ledger`,
      `examples that were written, ${own}`,
      before ?? 'none in what it follows from',
    );
  }

  /** The Merkle roots over the first so many examples in the shards, each of those verified against its name; and how many
   *  there are. */
  #roots(
    arm: string,
    folder: Folder,
    shards: readonly string[],
    counts: ReadonlySet<number>,
  ): { readonly roots: ReadonlyMap<number, string>; readonly count: number } {
    const tree = new MerkleAccumulator();
    const roots = new Map<number, string>([[0, tree.root()]]);
    for (const name of shards) {
      const file = `examples/${name}.bin`;
      this.#known.add(`${arm}/${file}`);
      if (!folder.exists(file)) throw this.#fault(`${arm}/${file}`, 'a shard, as in state.json', 'none');
      const shard = folder.read(file);
      const found = hash('sha256', shard);
      if (found !== name)
        throw this.#fault(`${arm}/${file}`, 'content with the hash that is its name', found);
      for (const leaf of leavesOf(shard)) {
        tree.append(leaf);
        if (counts.has(tree.size)) roots.set(tree.size, tree.root());
      }
    }
    return { roots, count: tree.size };
  }

  /** What is promoted passed a gate, what passed is promoted, and what is served in this arm is what was promoted last, or
   *  taken back to. */
  #promotions(arm: string, folder: Folder, gates: readonly Entry[]): void {
    const passed = gates.filter(({ figures }) => figures?.passed === 1);
    const after = new Map(this.#of('model-promoted').map((entry) => [entry.parents?.[0], entry]));
    for (const gate of passed) {
      const own = subjectOf(gate, 'checkpoint')!;
      if (loadCheckpoint(folder, own).lineage.groundTruth) continue;
      const promoted = after.get(gate.seq);
      if (!promoted || subjectOf(promoted, 'checkpoint') !== own)
        this.#tooMuch(`entry ${gate.seq} of the ledger`, 'a promotion of what passed there', 'none');
    }
    const serving = (entry: Entry) =>
      entry.kind === 'model-rolled-back'
        ? arm === MAIN
        : entry.kind === 'model-promoted' && gates.some(({ seq }) => seq === entry.parents?.[0]);
    const last = this.#life.entries.findLast(serving);
    const file = `${arm}/${PROMOTED}`;
    if (!last && !this.#folder.exists(file)) return;
    this.#known.add(file);
    const expected = last && subjectOf(last, 'checkpoint');
    if (expected === undefined || !passed.some((gate) => subjectOf(gate, 'checkpoint') === expected))
      throw this.#fault(file, 'a checkpoint whose gate passed, on the ledger', expected ?? 'none there');
    const text = folder.exists(PROMOTED) ? folder.readText(PROMOTED) : 'none';
    if (text !== promotionText(loadCheckpoint(folder, expected)))
      this.#tooMuch(file, `${expected}, as in entry ${last!.seq}`, text.trimEnd());
  }

  #promotedAfterGates(gates: readonly Entry[]): void {
    const passed = new Map(
      gates.filter(({ figures }) => figures?.passed === 1).map((gate) => [gate.seq, gate]),
    );
    for (const entry of this.#of('model-promoted')) {
      const gate = passed.get(entry.parents?.[0] ?? -1);
      if (!gate || subjectOf(gate, 'checkpoint') !== subjectOf(entry, 'checkpoint'))
        throw this.#fault(`entry ${entry.seq} of the ledger`, 'a promotion after a gate that passed', 'none');
    }
  }

  /** Every revocation has its file, and every such file its entry: without it, something would be served again. */
  #revocations(): void {
    const folder = new Folder(`${this.#folder.path}/${MAIN}`);
    const kept = new Map(told(folder, () => revocations(folder)).map((one) => [one.hash, one]));
    const entries = this.#of('model-revoked');
    for (const entry of entries) {
      const checkpoint = subjectOf(entry, 'checkpoint')!;
      const file = `${MAIN}/revoked/${checkpoint}.json`;
      this.#known.add(file);
      const own = kept.get(checkpoint);
      if (!own) throw this.#fault(file, `a file, as of entry ${entry.seq}`, 'none');
      const cause = entries.find(({ seq }) => seq === own.entry);
      if (!cause || subjectOf(cause, 'checkpoint') !== checkpoint)
        throw this.#fault(file, `the number of its entry, ${entry.seq}`, String(own.entry));
      if (!isReason(cause, own))
        throw this.#fault(file, `the reason that entry ${cause.seq} is committed to`, 'another');
    }
  }

  /** Every correction has its file, which says of the same checkpoints that they are tainted. */
  #corrections(): void {
    const folder = new Folder(`${this.#folder.path}/${MAIN}`);
    for (const { seq: entry, subjects = [] } of this.#of('answer-corrected')) {
      const file = correctionFile(entry);
      this.#known.add(`${MAIN}/${file}`);
      const tainted = subjects.filter(({ name }) => name === 'tainted').map(({ sha256 }) => sha256);
      if (!folder.exists(file)) throw this.#fault(`${MAIN}/${file}`, `a file, as of entry ${entry}`, 'none');
      if (folder.readText(file) !== correctionText({ entry, tainted }))
        throw this.#fault(`${MAIN}/${file}`, `the checkpoints that entry ${entry} names`, 'others');
    }
  }

  /** That a run which its own folder calls finished has ended on the ledger too. */
  #finished(): void {
    const { isOpen, open } = this.#life;
    if (!isOpen || !this.#folder.exists('record.json')) return;
    const found = hash('sha256', this.#folder.read('record.json'));
    if (this.#of('run-ended').some((entry) => subjectOf(entry, 'record.json') === found)) return; // from before
    const { arms } = this.#record();
    const { configuration, baselines } = this.#file;
    const task = taskOf(this.#folder, configuration);
    const planned = baselines ? 2 + baselinePlans(task, examinerOf(task), configuration, 0).length : 1;
    if (arms.length < planned || arms.some(({ state }) => state === 'running')) {
      this.#known.add('record.json');
      return;
    }
    const began = open.findLast(({ kind }) => kind !== 'training-started');
    throw this.#fault(
      'record.json',
      `that entry ${began?.seq} of the ledger has ended, as it says of the run`,
      'no end there',
    );
  }

  /** What a session that has not ended may have left; an error of any other. */
  #tooMuch(file: string, expected: string, got: string): void {
    if (!this.#life.isOpen) throw this.#fault(file, expected, got);
    this.#unrecorded.push(`${file}: expected ${expected}, got ${got}`);
    this.#known.add(file);
  }

  #fault(file: string, expected: string, got: string): CapstanError {
    const where = file.startsWith('entry ') ? file : `${this.#folder.path}/${file}`;
    return new CapstanError('corrupt', `${where}: expected ${expected}, got ${got}`);
  }
}

/** The arm whose checkpoints are served. */
const MAIN = 'ida';
const PROMOTED = 'promoted.json';

/** A copy of what was committed to; or words of our own, where that is kept elsewhere or erased. */
function isReason(entry: Entry, { reason, salt }: Revocation): boolean {
  if (salt === '') return reason === ERASED || reason === CORRECTED;
  const committed = entry.content?.find(({ field }) => field === 'reason');
  if (!committed || !/^[0-9a-f]{64}$/.test(salt)) return false;
  const own = commit(
    { ...entry, field: 'reason' },
    new TextEncoder().encode(reason),
    Buffer.from(salt, 'hex'),
  );
  return own.commitment === committed.commitment;
}

/** What is wrong with a file, said with its whole path. */
function told<T>({ path }: Folder, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof CapstanError) || error.code !== 'corrupt') throw error;
    throw new CapstanError('corrupt', `${path}/${error.message}`, { cause: error });
  }
}

function armOf({ words }: Entry): string {
  return words?.arm ?? MAIN;
}
