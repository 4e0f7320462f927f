/** A training run whose overseer is a person: what waits there, and how decisions are taken, at a terminal or in a browser. Each is
 *  on the ledger before it is in the inbox, where the run finds it; both are written with the ledger held, so that one at a time
 *  does. What a crash left on the ledger alone is put into the inbox by whoever comes next. */

import { randomBytes } from 'node:crypto';
import type { Authority } from '../authority/authority.ts';
import { CapstanError, invariant } from '../base/errors.ts';
import { SALT } from '../ledger/commitment.ts';
import type { Entry } from '../ledger/entry.ts';
import { DECIDES, WORKSPACE } from '../provenance/decision.ts';
import { type Life, subjectOf } from '../provenance/life.ts';
import { act, type Doer } from '../record/acts.ts';
import { contentOf } from '../record/content.ts';
import type { Ledger } from '../record/ledger.ts';
import { verifyLedger } from '../record/verify.ts';
import { keepCorrection } from '../registry/correction.ts';
import { openRun } from '../run/folder.ts';
import {
  ANSWERS,
  type Answered,
  ASKED,
  type Asked,
  answersById,
  askedIn,
  TAKEN,
  takenIn,
} from '../run/inbox.ts';
import { taskOf } from '../run/own.ts';
import { knownIn, type Recorded, readRecording, workspaceKey } from '../run/recording.ts';
import { type ActionText, parseAction } from '../run/said.ts';
import type { Folder } from '../storage/folder.ts';
import { appendLines } from '../storage/lines.ts';
import { LEDGER } from './home.ts';
import { ARM } from './office.ts';

/** Whoever acts, once it is known who may. */
type DoerFor = (authority: Authority) => Doer;

export interface Decided {
  readonly item: Asked;
  readonly action: ActionText;
  readonly seconds: number;
  /** Why, where it was said. */
  readonly reason?: string;
}

/** As it was when these files were so long. */
interface Looked {
  readonly sizes: string;
  readonly asked: readonly Asked[];
  readonly answers: ReadonlyMap<string, Answered>;
  /** What took effect, by the id of the item. */
  readonly taken: ReadonlyMap<string, string>;
  readonly waiting: readonly Numbered[];
}

/** With its number, from 1. */
export type Numbered = readonly [number: number, item: Asked];

export class PersonRun {
  readonly folder: Folder;
  /** On the ledger. */
  readonly name: string;
  readonly #task: ReturnType<typeof taskOf>;
  readonly #known: ReadonlySet<string>;
  /** The entry with which it began. */
  readonly #began: number;
  /** So many entries of the ledger have nothing that is not in the inbox. */
  #seen: number;
  #looked: Looked | undefined;

  /** `lifeIn`: what the ledger has about it. Throws «usage» for a run whose overseer is no person. */
  constructor(path: string, lifeIn: (run: Folder) => Life) {
    const { folder, file } = openRun(path);
    const { configuration } = file;
    if (!configuration.person)
      throw new CapstanError(
        'usage',
        `${path}: expected a run whose overseer is a person, got ${configuration.overseer}`,
      );
    this.folder = folder;
    this.#task = taskOf(folder, configuration);
    this.#known = new Set(knownIn(folder, configuration, this.#task).keys());
    const { name, entries } = lifeIn(folder);
    [this.name, this.#began, this.#seen] = [name, entries[0]!.seq, entries[0]!.seq];
  }

  get asked(): readonly Asked[] {
    return this.#look().asked;
  }

  get waiting(): readonly Numbered[] {
    return this.#look().waiting;
  }

  /** How many workspaces. */
  get decided(): number {
    const { answers, taken } = this.#look();
    return new Set([...answers.keys(), ...taken.keys()]).size;
  }

  inForce(id: string): string | undefined {
    const { answers, taken } = this.#look();
    return answers.get(id)?.text ?? taken.get(id);
  }

  /** Throws «invalid» on what makes no sense there. */
  parse(item: Asked, text: string): ActionText {
    return parseAction(this.#task, item.shown, text);
  }

  /** Of decisions in the text of a file. */
  recorded(text: string, from: string): ReadonlyMap<string, Recorded> {
    return readRecording(this.#task, text, from);
  }

  /** All of them, with the ledger held; the numbers of their entries. Throws «exists» where one was decided before. */
  record(ledger: Ledger, doer: DoerFor, all: readonly Decided[]): readonly number[] {
    this.catchUp(ledger);
    for (const { item } of all) {
      const before = this.inForce(item.id);
      if (before !== undefined)
        throw new CapstanError(
          'exists',
          `${item.shown.join('; ')}: expected a workspace that waits, it was decided: «${before}»; --correct takes it back`,
        );
    }
    const answers = all.map((one) => this.#onLedger(ledger, 'action-taken', doer, one));
    this.#append(answers);
    return answers.map(({ entry }) => entry);
  }

  /** In the place of a decision that was there, with the ledger held. `tainted`: hashes of checkpoints that learned from that. */
  correct(ledger: Ledger, doer: DoerFor, decided: Decided, tainted: readonly string[]): number {
    const answer = this.#onLedger(ledger, 'answer-corrected', doer, decided, tainted);
    keepCorrection(this.folder.sub(ARM), { entry: answer.entry, tainted });
    this.#append([{ ...answer, corrects: true }]);
    return answer.entry;
  }

  /** The entry about what that person decided there, among those from that number on. */
  entryOf(ledger: Ledger, id: string, person: string, from: number): number | undefined {
    for (let seq = from; seq < ledger.size; seq++) {
      const entry = ledger.entry(seq);
      if (entry.actor.id === person && this.#decidedBy(entry) === id) return seq;
    }
    return undefined;
  }

  /** Whether something in these, all entries of the ledger, is not in the inbox. */
  isBehind(entries: readonly Entry[]): boolean {
    const isBehind = this.#left(entries.slice(this.#seen)).length > 0;
    if (!isBehind) this.#seen = entries.length;
    return isBehind;
  }

  /** What is on the ledger, which is held, and not in the inbox. */
  catchUp(ledger: Ledger): void {
    const count = Math.max(0, ledger.size - this.#seen);
    const left = this.#left(Array.from({ length: count }, (_, i) => ledger.entry(this.#seen + i)));
    for (const { entry, item } of left) {
      const text = contentOf(LEDGER, verifyLedger(LEDGER).entries, entry, 'action');
      if (text === undefined) continue; // erased since
      const { seq, time, actor, figures } = entry;
      const corrects = entry.kind === 'answer-corrected';
      if (corrects) {
        const tainted = (entry.subjects ?? []).filter(({ name }) => name === 'tainted');
        keepCorrection(this.folder.sub(ARM), { entry: seq, tainted: tainted.map(({ sha256 }) => sha256) });
      }
      const said = { id: item.id, ...this.parse(item, text), by: actor.id, seconds: figures?.seconds ?? 0 };
      this.#append([{ ...said, time, entry: seq, corrects }]);
    }
    this.#seen = ledger.size;
  }

  #look(): Looked {
    const { folder } = this;
    const sizes = [ASKED, ANSWERS, TAKEN].map((file) => (folder.exists(file) ? folder.size(file) : 0)).join();
    if (this.#looked?.sizes === sizes) return this.#looked;
    const [asked, answers] = [askedIn(folder), answersById(folder)];
    const taken = new Map(
      takenIn(folder).flatMap(({ decisions }) => decisions.map(({ id, text }) => [id, text] as const)),
    );
    const waiting = asked
      .map((item, i) => [i + 1, item] as const)
      .filter(
        ([, { id, shown }]) => !answers.has(id) && !taken.has(id) && !this.#known.has(workspaceKey(shown)),
      );
    this.#looked = { sizes, asked, answers, taken, waiting };
    return this.#looked;
  }

  #left(entries: readonly Entry[]): readonly { readonly entry: Entry; readonly item: Asked }[] {
    const { asked, answers } = this.#look();
    const items = new Map(asked.map((item) => [item.id, item]));
    return entries.flatMap((entry) => {
      const item = items.get(this.#decidedBy(entry) ?? '');
      return item && (answers.get(item.id)?.entry ?? -1) < entry.seq ? [{ entry, item }] : [];
    });
  }

  /** The workspace about which the entry is a decision in this run. */
  #decidedBy(entry: Entry): string | undefined {
    const isOwn = DECIDES.includes(entry.kind) && entry.parents?.[0] === this.#began;
    return isOwn ? subjectOf(entry, WORKSPACE) : undefined;
  }

  #onLedger(
    ledger: Ledger,
    kind: 'action-taken' | 'answer-corrected',
    doerFor: DoerFor,
    { item: { id, shown }, action, seconds, reason }: Decided,
    tainted: readonly string[] = [],
  ): Answered {
    const doer: Doer = doerFor(ledger.replay.authority);
    const texts = [
      { field: 'workspace', text: workspaceKey(shown) },
      { field: 'action', text: action.text },
    ].map((one) => ({ ...one, salt: randomBytes(SALT) }));
    const said = {
      run: this.name,
      parents: [this.#began],
      subjects: [{ name: WORKSPACE, sha256: id }, ...tainted.map((sha256) => ({ name: 'tainted', sha256 }))],
      figures: { seconds },
      words: { action: action.kind },
    };
    const contents = reason === undefined ? texts : [...texts, ...doer.contents];
    const outcome = act(ledger, kind, said, { ...doer, contents });
    invariant(outcome.kind === 'done', 'a decision needs one person, whatever the policy');
    const { time } = ledger.entry(outcome.entry);
    return { id, ...action, by: doer.actor.id, seconds, time, entry: outcome.entry };
  }

  #append(answers: readonly Answered[]): void {
    const own = answers.map(({ id, action, kind, text, by, seconds, time, entry, corrects }) => ({
      ...{ id, action, kind, text, by, seconds, time, entry },
      ...(corrects && { corrects }),
    }));
    appendLines(this.folder, ANSWERS, own);
  }
}
