/** capstan decide: a person in the place of H. Lists what waits in a run's inbox, and takes decisions one at a time at a
 *  terminal, from options, or from a recording. */

import { basename, dirname } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { CapstanError } from '../base/errors.ts';
import type { Entry } from '../ledger/entry.ts';
import { commandLine } from '../project/command-line.ts';
import { type DoerFlags, doerOf } from '../project/doer.ts';
import { HOME, LEDGER } from '../project/home.ts';
import { ARM, type DoerFor } from '../project/office.ts';
import { type Decided, PersonRun } from '../project/person-run.ts';
import { withProject } from '../project/recorder.ts';
import { type DecisionTaint, taintOfDecision } from '../provenance/decision.ts';
import { recordedLife } from '../provenance/life.ts';
import { servedIn } from '../registry/promotion.ts';
import { decisionsTaken } from '../run/again.ts';
import { findRun } from '../run/folder.ts';
import type { Asked } from '../run/inbox.ts';
import { recordingText, workspaceKey } from '../run/recording.ts';
import { Folder } from '../storage/folder.ts';
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

/** Where a person sits. */
class Desk {
  readonly #path: string;
  readonly #run: PersonRun;
  readonly #flags: DecideFlags;

  constructor(path: string, flags: DecideFlags) {
    this.#path = path;
    this.#flags = flags;
    let recorded: readonly Entry[] = [];
    this.#run = new PersonRun(path, (folder) => {
      const { entries, life } = recordedLife(LEDGER, folder);
      recorded = entries;
      return life;
    });
    if (this.#run.isBehind(recorded)) withProject((ledger) => this.#run.catchUp(ledger));
  }

  list(): void {
    const waiting = this.#run.waiting;
    if (this.#flags.json) console.log(JSON.stringify(waiting));
    else if (waiting.length === 0)
      console.log(`nothing waits in ${this.#path}; ${this.#run.decided} decided`);
    else {
      for (const [number, { id, shown, why }] of waiting)
        console.log(
          [String(number).padStart(5), id.slice(0, SHOWN), shown.join('; '), `(${why})`].join('  '),
        );
      console.log(`${waiting.length} wait, ${this.#run.decided} decided`);
    }
  }

  /** At a terminal, until nothing waits. */
  async converse(): Promise<void> {
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    console.log('«ask …» and a smaller question, «reply …» and the answer or «unknown», «skip», «quit»');
    const skipped = new Set<string>();
    try {
      for (;;) {
        const next = this.#run.waiting.find(([, { id }]) => !skipped.has(id));
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
            const action = this.#run.parse(item, typed);
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
    console.log(`${this.#run.waiting.length} wait, ${this.#run.decided} decided`);
  }

  decideOne(number: string): void {
    const item = this.#find(number);
    const action = this.#run.parse(item, this.#typed());
    const [entry] = this.#record([{ item, action, seconds: this.#flags.seconds ?? 0 }]);
    const said = { id: item.id, workspace: item.shown, action: action.text, entry };
    if (this.#flags.json) console.log(JSON.stringify(said));
    else console.log(`decided    ${item.shown.join('; ')}: ${action.text} (entry ${entry} of the ledger)`);
  }

  decideFrom(file: string): void {
    const folder = new Folder(dirname(file));
    if (!folder.exists(basename(file)))
      throw new CapstanError('not-found', `--file ${file}: expected a file of decisions, found none`);
    const recorded = this.#run.recorded(folder.readText(basename(file)), file);
    const said = this.#run.waiting.flatMap(([, item]): Decided[] => {
      const one = recorded.get(workspaceKey(item.shown));
      return one ? [{ item, action: one, seconds: one.seconds }] : [];
    });
    this.#record(said);
    const left = this.#run.waiting.length;
    if (this.#flags.json) console.log(JSON.stringify({ decided: said.length, waiting: left }));
    else console.log(`decided    ${said.length} as in ${file}; ${left} wait`);
  }

  exportTo(file: string): void {
    const taken = decisionsTaken(this.#run.folder);
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
    const action = this.#run.parse(item, this.#typed());
    const before = this.#run.inForce(id);
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
    const arm = this.#run.folder.sub(ARM);
    const taint = taintOfDecision(this.#run.folder, arm, id);
    const tainted = taint.checkpoints.map(({ hash }) => hash);
    const entry = withProject((ledger) =>
      this.#run.correct(ledger, this.#doer, { item, action, seconds: 0, reason }, tainted),
    );
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
    const served = servedIn(this.#run.folder.sub(ARM));
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

  #find(given: string): Asked {
    const all = this.#run.asked;
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
  #record(all: readonly Decided[]): readonly number[] {
    if (all.length === 0) return [];
    return withProject((ledger) => this.#run.record(ledger, this.#doer, all));
  }

  readonly #doer: DoerFor = (authority) => doerOf(authority, this.#flags, this.#flags.reason ?? '');
}

const MS = 1000;
/** Digits of a hash that tell one from another by eye. */
const SHOWN = 12;
