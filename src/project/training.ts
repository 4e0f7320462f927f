/** What waits for people in training runs, as the desk hands it out. The runs say what waits, in files of their own; few wait in
 *  each, so that all are told of again each time, and the desk takes in those that it does not know. */

import { hash } from 'node:crypto';
import { CapstanError } from '../base/errors.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Note, Source, Waiting } from '../desk/book.ts';
import { DEFAULTS } from '../desk/settings.ts';
import { lifeOf } from '../provenance/life.ts';
import { listRuns, nameOf, openRun, runHash } from '../run/folder.ts';
import type { Asked } from '../run/inbox.ts';
import { Folder } from '../storage/folder.ts';
import type { Said, TextItem } from './actions.ts';
import { HOME, LEDGER } from './home.ts';
import { ProjectLog } from './log.ts';
import { PersonRun } from './person-run.ts';
import { withProject } from './recorder.ts';

/** Its name. */
export const TRAINING = 'training';

/** Between two looks for runs that are new. */
const LOOK_MS = 1000;

export interface TrainingItem {
  readonly run: PersonRun;
  readonly asked: Asked;
}

export class Training implements Source {
  readonly name = TRAINING;
  readonly #complain: (error: unknown) => void;
  readonly #log = new ProjectLog(LEDGER);
  /** By the hash of run.json; undefined for those in which nobody is asked. */
  #runs: ReadonlyMap<string, PersonRun | undefined> = new Map();
  /** By what was asked, as long as that is the same. */
  readonly #indexes = new WeakMap<readonly Asked[], ReadonlyMap<string, Asked>>();
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(complain: (error: unknown) => void = () => {}) {
    this.#complain = complain;
  }

  count(): number {
    return this.#waiting().length;
  }

  since(_number: number): readonly Waiting[] {
    return this.#waiting();
  }

  ids(): readonly string[] {
    return this.#waiting().map(({ id }) => id);
  }

  isOpen(id: string): boolean {
    const found = this.find(id);
    return found !== undefined && isAwaited(found);
  }

  settings() {
    return DEFAULTS;
  }

  /** What that act of the desk is about, if it is of this source. */
  of({ source, item }: Pick<Note, 'source' | 'item'>): TrainingItem | undefined {
    return source === this.name ? this.find(item) : undefined;
  }

  find(id: string): TrainingItem | undefined {
    for (const [name, run] of this.#people()) {
      const asked = this.#index(name, run).get(id);
      if (asked) return { run, asked };
    }
    return undefined;
  }

  /** As whoever decides is shown it, while it waits. */
  item(id: string): TextItem | undefined {
    const found = this.find(id);
    if (!found || !isAwaited(found)) return undefined;
    const { run, asked } = found;
    const workspace = workspaceOf(asked.shown);
    return { ...{ key: id, policy: '', asked: '' }, run: nameOf(run.folder), workspace };
  }

  /** What a crash left on the ledger alone. */
  catchUp(): void {
    const runs = this.#people();
    if (runs.length === 0) return;
    const entries = this.#log.entries.map(({ entry }) => entry);
    const behind = runs.flatMap(([, run]) => (run.isBehind(entries) ? [run] : []));
    if (behind.length === 0) return; // nobody has to wait for the ledger
    withProject((ledger) => {
      for (const run of behind) run.catchUp(ledger);
    });
  }

  #waiting(): readonly Waiting[] {
    return this.#people().flatMap(([name, run]) =>
      isOver(run)
        ? []
        : run.waiting.map(([number, item]) => ({ number, id: idIn(name, item), run: nameOf(run.folder) })),
    );
  }

  #index(name: string, { asked }: PersonRun): ReadonlyMap<string, Asked> {
    const known = this.#indexes.get(asked);
    if (known) return known;
    const index = new Map(asked.map((item) => [idIn(name, item), item]));
    this.#indexes.set(asked, index);
    return index;
  }

  #people(): readonly (readonly [hash: string, run: PersonRun])[] {
    this.#look();
    return [...this.#runs].flatMap(([name, run]) => (run ? [[name, run] as const] : []));
  }

  #look(): void {
    const now = performance.now();
    if (now - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = now;
    const found = listRuns(HOME).map(({ path }) => {
      try {
        const name = runHash(new Folder(path));
        const run = this.#runs.has(name) ? this.#runs.get(name) : this.#opened(path, name);
        return [[name, run] as const];
      } catch (error) {
        if (!(error instanceof CapstanError)) throw error;
        this.#complain(error); // of one run: the others go on
        return [];
      }
    });
    this.#runs = new Map(found.flat());
  }

  #opened(path: string, name: string): PersonRun | undefined {
    if (!openRun(path).file.configuration.person) return undefined;
    return new PersonRun(path, () => {
      const life = lifeOf(
        this.#log.entries.map(({ entry }) => entry),
        name,
      );
      if (life) return life;
      throw new CapstanError('not-found', `${path}: expected a run that is on the ledger, it is not`);
    });
  }
}

/** What is said about it, as «capstan decide» takes it. Throws «invalid» on what nobody can say there. */
export function textOf(said: Said): string {
  if (said.kind === 'decide' && said.action.kind === 'reply') {
    const { answer } = said.action;
    return `reply ${answer.kind === 'known' ? answer.value : 'unknown'}`;
  }
  if (said.kind === 'decide' && said.action.kind === 'ask' && said.action.questions.length === 1)
    return `ask ${said.action.questions[0]!.text}`;
  const got = said.kind !== 'decide' ? said.kind : said.action.kind === 'ask' ? 'several' : said.action.kind;
  throw new CapstanError('invalid', `expected a reply, «unknown» or one question, got ${got}`);
}

/** From lines: its question, and what was asked about it with what came back. */
export function workspaceOf([asked = '', ...lines]: readonly string[]): TextItem['workspace'] {
  const exchanges = lines.map((line) => /^(.*) = (.*)$/su.exec(line));
  const rest = lines.filter((_, i) => !exchanges[i]);
  const text = [asked.endsWith('?') ? asked : `${asked} = ?`, ...rest].join('\n');
  return {
    question: { text },
    exchanges: exchanges.flatMap((found) => {
      const [, question = '', answer = ''] = found ?? [];
      return found ? [{ question: { text: question }, answer: answerOf(answer) }] : [];
    }),
  };
}

function answerOf(text: string): Answer<string> {
  const [, reason] = /^unknown: (.*)$/su.exec(text) ?? [];
  if (reason === undefined) return known(text);
  return unknown(REASONS.find((one) => one === reason) ?? 'unsure');
}

const REASONS = ['nobody', 'unsure', 'escalated', 'budget', 'rejected', 'unavailable'] as const;

function isAwaited({ run, asked }: TrainingItem): boolean {
  return !isOver(run) && run.waiting.some(([, { id }]) => id === asked.id);
}

/** With it a run has ended, and takes no more. */
const RECORD = 'record.json';
const isOver = ({ folder }: PersonRun): boolean => folder.exists(RECORD);

const idIn = (name: string, { id }: Asked): string => hash('sha256', `${name} ${id}`);
