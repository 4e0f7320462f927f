/** capstan decide: a person in the place of H. Lists what waits in a run's inbox, and takes decisions one at a time at a
 *  terminal, from options, or from a recording. Each is on the ledger before it is in the inbox, where the run finds it; what a
 *  crash left on the ledger alone is put there by whoever decides next. */

import { randomBytes } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { CapstanError, invariant } from '../base/errors.ts';
import { SALT } from '../ledger/commitment.ts';
import { commandLine } from '../project/command-line.ts';
import { type DoerFlags, doerOf } from '../project/doer.ts';
import { HOME, LEDGER } from '../project/home.ts';
import { ARM } from '../project/office.ts';
import { withProject } from '../project/recorder.ts';
import { type DecisionTaint, decisionEntries, taintOfDecision, WORKSPACE } from '../provenance/decision.ts';
import { type Life, recordedLife } from '../provenance/life.ts';
import { act } from '../record/acts.ts';
import { contentOf } from '../record/content.ts';
import { keepCorrection } from '../registry/correction.ts';
import { servedIn } from '../registry/promotion.ts';
import { decisionsTaken } from '../run/again.ts';
import { findRun, openRun } from '../run/folder.ts';
import { ANSWERS, type Answered, type Asked, answersById, askedIn, INBOX, takenIn } from '../run/inbox.ts';
import { taskOf } from '../run/own.ts';
import { knownIn, readRecording, recordingText, workspaceKey } from '../run/recording.ts';
import { type ActionText, parseAction } from '../run/said.ts';
import { Folder } from '../storage/folder.ts';
import { appendLines } from '../storage/lines.ts';
import { lockFolderWithin } from '../storage/lock.ts';
import type { AnyTask } from '../tasks/tasks.ts';
import { integer } from './arguments.ts';
import { withDoer } from './doing.ts';

interface DecideFlags extends DoerFlags {
  readonly item?: string;
  readonly correct?: string;
  readonly ask?: string;
  readonly reply?: string;
  readonly seconds?: number;
  readonly reason?: string;
  readonly file?: string;
  readonly export?: string;
  readonly json?: boolean;
}

export function addDecide(program: Command): void {
  withDoer(program.command('decide'))
    .description('Decide what waits for a person in a run, as its overseer')
    .argument('<run>', 'its folder, or its name in ./runs')
    .option('--item <number>', 'decide about this workspace: its number, or the beginning of its id')
    .option('--ask <question>', 'the decision: ask this next')
    .option('--reply <answer>', 'the decision: this is the answer, or «unknown»')
    .option('--seconds <n>', 'that it took', integer('seconds', 0))
    .option('--file <file>', 'decide what waits as it is in this recording')
    .option('--correct <number>', 'take back the decision about this workspace, for the one given')
    .option('--reason <text>', 'why it is corrected, for the record')
    .option('--export <file>', 'write what was decided so far, to be played back')
    .option('--json', 'print JSON')
    .action(decide);
}

async function decide(given: string, flags: DecideFlags): Promise<void> {
  const desk = new Desk(findRun(HOME, given), flags);
  if (flags.export !== undefined) return desk.exportTo(flags.export);
  if (flags.correct !== undefined) return desk.correct(flags.correct);
  if (flags.file !== undefined) return desk.decideFrom(flags.file);
  if (flags.item !== undefined) return desk.decideOne(flags.item);
  for (const option of ['ask', 'reply', 'seconds', 'reason'] as const)
    if (flags[option] !== undefined)
      throw new CapstanError('usage', `--${option}: expected --item or --correct with it`);
  if (process.stdin.isTTY && !flags.json) return desk.converse();
  desk.list();
}

interface Said {
  readonly item: Asked;
  readonly action: ActionText;
  readonly seconds: number;
}

/** Where a person sits. */
class Desk {
  readonly #path: string;
  readonly #run: Folder;
  readonly #task: AnyTask;
  readonly #flags: DecideFlags;
  readonly #life: Life;
  readonly #known: ReadonlySet<string>;

  constructor(path: string, flags: DecideFlags) {
    const { folder, file } = openRun(path);
    const { configuration } = file;
    if (!configuration.person)
      throw new CapstanError(
        'usage',
        `${path}: expected a run whose overseer is a person, got ${configuration.overseer}`,
      );
    this.#path = path;
    this.#run = folder;
    this.#flags = flags;
    this.#task = taskOf(folder, configuration);
    this.#known = new Set(knownIn(folder, configuration, this.#task).keys());
    this.#life = recordedLife(LEDGER, folder).life;
    this.#locked(() => this.#recover());
  }

  list(): void {
    const waiting = this.#waiting();
    if (this.#flags.json) console.log(JSON.stringify(waiting));
    else if (waiting.length === 0) console.log(`nothing waits in ${this.#path}; ${this.#decided()} decided`);
    else {
      for (const [number, { id, shown, why }] of waiting)
        console.log(
          [String(number).padStart(5), id.slice(0, SHOWN), shown.join('; '), `(${why})`].join('  '),
        );
      console.log(`${waiting.length} wait, ${this.#decided()} decided`);
    }
  }

  /** At a terminal, until nothing waits. */
  async converse(): Promise<void> {
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    console.log('«ask …» and a smaller question, «reply …» and the answer or «unknown», «skip», «quit»');
    const skipped = new Set<string>();
    try {
      for (;;) {
        const next = this.#waiting().find(([, { id }]) => !skipped.has(id));
        if (!next) break;
        const [number, item] = next;
        const [asked = ''] = item.shown;
        console.log(`\n${number}  ${asked.endsWith('?') ? asked : `${asked} = ?`}`);
        for (const line of item.shown.slice(1)) console.log(`     ${line}`);
        const since = performance.now();
        const typed = (await terminal.question('> ')).trim();
        if (typed === 'quit') break;
        if (typed === 'skip') skipped.add(item.id);
        else {
          try {
            const action = parseAction(this.#task, item.shown, typed);
            this.#record([{ item, action, seconds: Math.round((performance.now() - since) / MS) }]);
          } catch (error) {
            if (!(error instanceof CapstanError) || error.code !== 'invalid') throw error;
            console.log(error.message);
          }
        }
      }
    } finally {
      terminal.close();
    }
    console.log(`${this.#waiting().length} wait, ${this.#decided()} decided`);
  }

  decideOne(number: string): void {
    const item = this.#find(number);
    const action = parseAction(this.#task, item.shown, this.#typed());
    const [entry] = this.#record([{ item, action, seconds: this.#flags.seconds ?? 0 }]);
    const said = { id: item.id, workspace: item.shown, action: action.text, entry };
    if (this.#flags.json) console.log(JSON.stringify(said));
    else console.log(`decided    ${item.shown.join('; ')}: ${action.text} (entry ${entry} of the ledger)`);
  }

  decideFrom(file: string): void {
    const folder = new Folder(dirname(file));
    if (!folder.exists(basename(file)))
      throw new CapstanError('not-found', `--file ${file}: expected a file of decisions, found none`);
    const recorded = readRecording(this.#task, folder.readText(basename(file)), file);
    const said = this.#waiting().flatMap(([, item]): Said[] => {
      const one = recorded.get(workspaceKey(item.shown));
      return one ? [{ item, action: one, seconds: one.seconds }] : [];
    });
    this.#record(said);
    const left = this.#waiting().length;
    if (this.#flags.json) console.log(JSON.stringify({ decided: said.length, waiting: left }));
    else console.log(`decided    ${said.length} as in ${file}; ${left} wait`);
  }

  exportTo(file: string): void {
    const taken = decisionsTaken(this.#run);
    new Folder(dirname(file)).writeAtomic(basename(file), recordingText(taken));
    if (this.#flags.json) console.log(JSON.stringify({ decisions: taken.length, file }));
    else console.log(`written    ${taken.length} decisions to ${file}`);
  }

  /** What was built on the decision before is tainted; learning again is another run. */
  correct(number: string): void {
    const { reason } = this.#flags;
    if (reason === undefined) throw new CapstanError('usage', '--correct: expected --reason, for the record');
    const item = this.#find(number);
    const { id } = item;
    const action = parseAction(this.#task, item.shown, this.#typed());
    const before = this.#inForce(id);
    if (!before)
      throw new CapstanError(
        'not-found',
        `--correct ${number}: expected a decision there, got none; --item makes one`,
      );
    if (before === action.text)
      throw new CapstanError(
        'invalid',
        `--correct ${number}: expected another than «${before}», got the same`,
      );
    const arm = this.#run.sub(ARM);
    const taint = taintOfDecision(this.#run, arm, id);
    const tainted = taint.checkpoints.map(({ hash }) => hash);
    const entry = this.#locked(() => {
      const [seq] = this.#onLedger('answer-corrected', [{ item, action, seconds: 0 }], tainted, reason);
      keepCorrection(arm, { entry: seq!.entry, tainted });
      this.#append([{ ...seq!, corrects: true }]);
      return seq!.entry;
    });
    const said = { id, workspace: item.shown, before, action: action.text, entry, ...taint };
    console.log(this.#flags.json ? JSON.stringify(said) : this.#correctedText(said));
  }

  #correctedText({
    workspace,
    before,
    action,
    entry,
    ...taint
  }: DecisionTaint & {
    readonly workspace: readonly string[];
    readonly before: string;
    readonly action: string;
    readonly entry: number;
  }): string {
    const { examples, step, clean } = taint;
    const lines = [
      `corrected  ${workspace.join('; ')}: ${action}, not ${before} (entry ${entry} of the ledger)`,
      step === undefined
        ? 'learned    nothing from it yet'
        : `learned    at step ${step}; of ${examples.count} examples since, ${examples.count - examples.clean} may follow from it`,
      ...taint.checkpoints.map(
        ({ hash, iteration, level }) =>
          `tainted    ${hash.slice(0, SHOWN)}, iteration ${iteration}, level ${level}`,
      ),
    ];
    const served = servedIn(this.#run.sub(ARM));
    const first = taint.checkpoints[0]?.hash;
    if (served !== undefined && taint.checkpoints.some(({ hash }) => hash === served))
      lines.push(
        `serving    ${served.slice(0, SHOWN)} stays served, with a warning; ${commandLine('models', clean ? 'rollback' : 'revoke', (clean?.hash ?? first!).slice(0, SHOWN), '--reason', '…')}`,
      );
    if (step !== undefined) lines.push(`redo       ${commandLine('run', '--again', this.#path)}`);
    return lines.join('\n');
  }

  #typed(): string {
    const { ask, reply } = this.#flags;
    if ((ask === undefined) === (reply === undefined))
      throw new CapstanError('usage', 'decide: expected --ask or --reply, one of them');
    return ask === undefined ? `reply ${reply}` : `ask ${ask}`;
  }

  #decided(): number {
    return new Set([...answersById(this.#run).keys(), ...this.#taken().keys()]).size;
  }

  #taken(): ReadonlyMap<string, string> {
    return new Map(
      takenIn(this.#run).flatMap(({ decisions }) => decisions.map(({ id, text }) => [id, text])),
    );
  }

  #inForce(id: string): string | undefined {
    return answersById(this.#run).get(id)?.text ?? this.#taken().get(id);
  }

  /** With their numbers, from 1. */
  #waiting(): readonly (readonly [number: number, item: Asked])[] {
    const [answers, taken] = [answersById(this.#run), this.#taken()];
    return askedIn(this.#run)
      .map((item, i) => [i + 1, item] as const)
      .filter(
        ([, { id, shown }]) => !answers.has(id) && !taken.has(id) && !this.#known.has(workspaceKey(shown)),
      );
  }

  #find(given: string): Asked {
    const all = askedIn(this.#run);
    const isNumber = /^\d{1,6}$/.test(given);
    const found = isNumber
      ? all.slice(Number(given) - 1, Number(given))
      : all.filter(({ id }) => id.startsWith(given));
    if (found.length === 1) return found[0]!;
    const got = found.length === 0 ? 'none' : `${found.length}`;
    throw new CapstanError(
      'not-found',
      `${given}: expected the number of one of ${all.length} workspaces that were asked, or the beginning of its id, got ${got}`,
    );
  }

  /** The numbers of their entries. */
  #record(said: readonly Said[]): readonly number[] {
    if (said.length === 0) return [];
    return this.#locked(() => {
      for (const { item } of said) {
        const before = this.#inForce(item.id);
        if (before !== undefined)
          throw new CapstanError(
            'exists',
            `${item.shown.join('; ')}: expected a workspace that waits, it was decided: «${before}»; --correct takes it back`,
          );
      }
      const answers = this.#onLedger('action-taken', said);
      this.#append(answers);
      return answers.map(({ entry }) => entry);
    });
  }

  #onLedger(
    kind: 'action-taken' | 'answer-corrected',
    all: readonly Said[],
    tainted: readonly string[] = [],
    reason?: string,
  ): readonly Answered[] {
    return withProject((ledger) =>
      all.map(({ item: { id, shown }, action, seconds }) => {
        const doer = doerOf(ledger.replay.authority, this.#flags, reason ?? '');
        const contents = [
          { field: 'workspace', text: workspaceKey(shown) },
          { field: 'action', text: action.text },
        ].map((one) => ({ ...one, salt: randomBytes(SALT) }));
        const said = {
          run: this.#life.name,
          parents: [this.#life.entries[0]!.seq],
          subjects: [
            { name: WORKSPACE, sha256: id },
            ...tainted.map((sha256) => ({ name: 'tainted', sha256 })),
          ],
          figures: { seconds },
          words: { action: action.kind },
        };
        const own = reason === undefined ? contents : [...contents, ...doer.contents];
        const outcome = act(ledger, kind, said, { ...doer, contents: own });
        invariant(outcome.kind === 'done', 'a decision needs one person, whatever the policy');
        const { time } = ledger.entry(outcome.entry);
        return { id, ...action, by: doer.actor.id, seconds, time, entry: outcome.entry };
      }),
    );
  }

  #append(answers: readonly Answered[]): void {
    const own = answers.map(({ id, action, kind, text, by, seconds, time, entry, corrects }) => ({
      ...{ id, action, kind, text, by, seconds, time, entry },
      ...(corrects && { corrects }),
    }));
    appendLines(this.#run, ANSWERS, own);
  }

  /** What is on the ledger and not in the inbox. */
  #recover(): void {
    const answered = [...answersById(this.#run).values()].map(({ entry }) => entry);
    const last = Math.max(-1, ...answered); // written in order
    const { entries } = this.#life;
    const items = new Map(askedIn(this.#run).map((item) => [item.id, item]));
    for (const [seq, { entry, id }] of decisionEntries(this.#life)) {
      const item = items.get(id);
      if (seq <= last || !item) continue;
      const text = contentOf(LEDGER, entries, entry, 'action');
      if (text === undefined) continue; // erased since
      const corrects = entry.kind === 'answer-corrected';
      if (corrects) {
        const tainted = (entry.subjects ?? []).filter(({ name }) => name === 'tainted');
        keepCorrection(this.#run.sub(ARM), { entry: seq, tainted: tainted.map(({ sha256 }) => sha256) });
      }
      const action = parseAction(this.#task, item.shown, text);
      const { seconds = 0 } = entry.figures ?? {};
      this.#append([{ id, ...action, by: entry.actor.id, seconds, time: entry.time, entry: seq, corrects }]);
    }
  }

  #locked<T>(use: () => T): T {
    const lock = lockFolderWithin(`${this.#path}/${INBOX}`, PATIENCE_MS);
    try {
      return use();
    } finally {
      lock.release();
    }
  }
}

const MS = 1000;
const PATIENCE_MS = 5000;
/** Digits of a hash that tell one from another by eye. */
const SHOWN = 12;
