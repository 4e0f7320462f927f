/** The turns of people in this project: the desk with its database, what waits in question trees and in training runs, and the
 *  ledger.
 *      memory/desk.db       leases, drafts, what was committed and is on its way to the ledger */

import { randomBytes } from 'node:crypto';
import { type Authority, mayAct, nameOf } from '../authority/authority.ts';
import { CapstanError, invariant } from '../base/errors.ts';
import type { As, Book, Note, Page, Source } from '../desk/book.ts';
import { Desk, type Held } from '../desk/desk.ts';
import { SCHEMA } from '../desk/schema.ts';
import { DEFAULTS, type Settings } from '../desk/settings.ts';
import { SALT } from '../ledger/commitment.ts';
import { act, type Doer } from '../record/acts.ts';
import type { Ledger } from '../record/ledger.ts';
import { Database } from '../storage/database.ts';
import { Folder } from '../storage/folder.ts';
import type { Author } from '../transcript/node.ts';
import type { Removed } from '../trees/memory.ts';
import { Trees } from '../trees/trees.ts';
import { catchUp, SAID, type Said, type TextItem, type Told, takeEffect, WORKSPACE } from './actions.ts';
import { commandLine } from './command-line.ts';
import { doerFor } from './doer.ts';
import { formOf } from './forms.ts';
import type { GoldQuestion } from './gold.ts';
import { groveNamed, readTreeFile, type TreeFile } from './grove.ts';
import { DESK, LEDGER, MEMORY } from './home.ts';
import { ProjectLog } from './log.ts';
import { loadRecipe } from './recipe.ts';
import { withProject } from './recorder.ts';
import { TRAINING, Training, type TrainingItem, textOf } from './training.ts';

/** Its source. */
const TREES = 'trees';

export interface TurnsOptions {
  /** How long a commit can be taken back. */
  readonly undoMs?: number;
  /** Who acts in the name of that person. Throws where their key is not at hand. */
  readonly doer?: (authority: Authority, person: string) => Doer;
  readonly complain?: (error: unknown) => void;
  /** Puts an act on the ledger, and carries out what was committed, in another thread or process: nothing of that here. */
  readonly carryOut?: (act: string) => Promise<void>;
  /** The ledger of the project, where somebody else looks at it too. */
  readonly log?: ProjectLog;
  /** Told of answers that have to be made again. */
  readonly removed?: (removed: readonly Removed<string>[]) => void;
}

/** What somebody who holds a workspace is shown. */
export interface View {
  readonly held: Held;
  readonly item: TextItem;
  /** What whoever decides is told. */
  readonly policy: string;
  readonly settings: Settings;
  /** Of the run, where there is a cap. */
  readonly left: { readonly seconds?: number; readonly micros?: number };
}

export class Turns {
  readonly trees: Trees;
  readonly desk: Desk;
  readonly #training: Training;
  readonly #book: LedgerBook;
  readonly #database: Database;
  readonly #runs: Runs;
  readonly #policies = new Map<string, Promise<string>>();

  private constructor(trees: Trees, database: Database, options: TurnsOptions) {
    this.trees = trees;
    this.#database = database;
    this.#runs = new Runs(trees);
    this.#training = new Training(options.complain);
    this.#book = new LedgerBook(trees, this.#training, options);
    this.desk = new Desk({
      database,
      sources: [sourceOf(trees, this.#runs), this.#training],
      book: this.#book,
      now: Date.now,
      token: () => randomBytes(TOKEN_BYTES).toString('hex'),
      chance: () => randomBytes(CHANCE_BYTES).readUInt32LE() / 2 ** 32,
      ...(options.undoMs !== undefined && { undoMs: options.undoMs }),
      ...(options.complain && { complain: options.complain }),
      ...(options.carryOut && { carryOut: options.carryOut }),
    });
  }

  /** What a crash left half done is carried out first. */
  static open(options: TurnsOptions = {}): Turns {
    const trees = Trees.open(MEMORY, { now: () => new Date().toISOString() });
    const turns = new Turns(trees, Database.open(DESK, SCHEMA), options);
    if (!options.carryOut) {
      catchUp(trees);
      turns.#training.catchUp();
      turns.desk.settle();
    }
    return turns;
  }

  async view(held: Held): Promise<View> {
    const file = this.#runs.fileOf(held.run);
    const gold = held.isGold ? this.#runs.goldIn(held.run).get(held.item) : undefined;
    const item = gold
      ? {
          ...{ key: held.item, policy: '', run: held.run, workspace: gold.workspace, asked: '' },
          ...(gold.proposed && { proposal: { action: gold.proposed, by: proposerIn(file) } }),
        }
      : held.source === TRAINING
        ? this.#training.item(held.item)
        : this.trees.inbox.get(held.item);
    if (!item)
      throw new CapstanError(
        'exists',
        `turn ${held.item.slice(0, 10)}: expected one that waits, it was decided meanwhile`,
      );
    return {
      ...{ held, item },
      policy: file ? await this.#policy(file.recipe) : '',
      settings: this.#runs.settings(held.run),
      left: this.#left(file, held.run),
    };
  }

  /** Throws «invalid», as the task of a training run has it, on what makes no sense there: before anything is committed. */
  expectSense(held: Held, said: Said): void {
    const found = this.#training.of(held);
    found?.run.parse(found.asked, textOf(said));
  }

  /** Throws «refused» for who may not, or whose key is not here: before anything is committed. */
  expectDoer(person: string): void {
    this.#book.expectDoer(person);
  }

  /** Whether more can be done here; if not, perhaps once it is opened again: a disk that was full has room. */
  get isSound(): boolean {
    return this.#database.isSound;
  }

  close(): void {
    this.#database.close();
    this.trees.close();
  }

  #left(file: TreeFile | undefined, run: string): View['left'] {
    const { seconds, micros } = file?.limits ?? {};
    if (seconds === undefined && micros === undefined) return {};
    const spent = this.trees.memory.spentBy(run);
    return {
      ...(seconds !== undefined && { seconds: Math.max(0, seconds - spent.seconds) }),
      ...(micros !== undefined && { micros: Math.max(0, micros - spent.micros) }),
    };
  }

  /** A recipe that is gone tells nobody anything. */
  #policy(recipe: string): Promise<string> {
    const known = this.#policies.get(recipe);
    if (known) return known;
    const policy = loadRecipe(recipe).then(
      (loaded) => loaded.recipe.policy,
      () => '',
    );
    this.#policies.set(recipe, policy);
    return policy;
  }
}

/** Who proposes in the run, in whose name hidden questions come with a proposal, too. */
function proposerIn(file: TreeFile | undefined): Author {
  const [, model = 'unknown'] = /^approve:(.*)$/.exec(file?.overseer ?? '') ?? [];
  return { kind: 'model', id: `model:${model}` };
}

const TOKEN_BYTES = 32;
const CHANCE_BYTES = 4;

/** Runs of recipes, by name. */
class Runs {
  readonly #trees: Trees;
  readonly #files = new Map<string, TreeFile>();
  readonly #gold = new Map<string, ReadonlyMap<string, GoldQuestion>>();
  readonly #settings = new Map<string, Settings>();

  constructor(trees: Trees) {
    this.#trees = trees;
  }

  /** It never changes; undefined for a run whose folder is somewhere else. */
  fileOf(run: string): TreeFile | undefined {
    let file = this.#files.get(run);
    if (file) return file;
    const path = groveNamed(run);
    file = path === undefined ? undefined : readTreeFile(new Folder(path));
    if (file) this.#files.set(run, file);
    return file;
  }

  settings(run: string): Settings {
    const known = this.#settings.get(run);
    if (known) return known;
    const file = this.fileOf(run);
    if (!file?.turns) return DEFAULTS;
    const { reviewers, freshEyes, suggestion, gold } = file.turns;
    const questions = [...this.goldIn(run)].map(([id, { expected }]) => ({
      id,
      form: formOf({ kind: 'decide', action: expected }),
    }));
    const settings = { reviewers, freshEyes, suggestion, gold: { share: gold?.share ?? 0, questions } };
    this.#settings.set(run, settings);
    return settings;
  }

  /** By ids that look like those of what waits. */
  goldIn(run: string): ReadonlyMap<string, GoldQuestion> {
    let known = this.#gold.get(run);
    if (known) return known;
    const questions = this.fileOf(run)?.turns?.gold?.questions ?? [];
    const { memory } = this.#trees;
    known = new Map(questions.map((one) => [memory.workspaceKey(`gold ${run}`, one.workspace), one]));
    this.#gold.set(run, known);
    return known;
  }
}

function sourceOf({ inbox }: Trees, runs: Runs): Source {
  return {
    name: TREES,
    count: () => inbox.waiting,
    since: (number) => inbox.since(number),
    ids: () => inbox.keys(),
    isOpen: (id) => inbox.isOpen(id),
    settings: (run) => runs.settings(run),
  };
}

/** What an entry calls the workspace that it is about. Whoever looks for what decided it looks for the first. */
const SUBJECT: { readonly [as in As]: string } = {
  decision: WORKSPACE,
  agreement: WORKSPACE,
  arbitration: WORKSPACE,
  verdict: WORKSPACE,
  review: 'reviewed',
  gold: 'test-question',
  peek: 'suggestion-for',
  late: 'decided-before',
};
const ACT = 'act';

class LedgerBook implements Book {
  readonly #trees: Trees;
  readonly #training: Training;
  readonly #options: TurnsOptions;
  readonly #log: ProjectLog;

  constructor(trees: Trees, training: Training, options: TurnsOptions) {
    this.#trees = trees;
    this.#training = training;
    this.#options = options;
    this.#log = options.log ?? new ProjectLog(LEDGER);
  }

  open<T>(use: (page: Page) => T): T {
    return withProject((ledger) => use(new LedgerPage(this.#trees, this.#training, ledger, this.#options)));
  }

  /** Throws «refused» where what they decide could not be put on the ledger as it is now. */
  expectDoer(person: string): void {
    const { authority } = this.#log.replay;
    const { doer = ownDoer } = this.#options;
    const { actor } = doer(authority, person);
    const principal = authority.people.get(nameOf({ actor }) ?? '');
    if (!authority.signsActions || !principal || mayAct(authority, principal, 'correct')) return;
    throw new CapstanError(
      'refused',
      `expected one of ${authority.policy.acts.correct.roles.join(', ')}, who may decide, got ${person}, who is ${principal.roles.join(', ')}`,
    );
  }
}

class LedgerPage implements Page {
  readonly #trees: Trees;
  readonly #training: Training;
  readonly #ledger: Ledger;
  readonly #options: TurnsOptions;

  constructor(trees: Trees, training: Training, ledger: Ledger, options: TurnsOptions) {
    this.#trees = trees;
    this.#training = training;
    this.#ledger = ledger;
    this.#options = options;
  }

  get size(): number {
    return this.#ledger.size;
  }

  find(sought: Parameters<Page['find']>[0], from: number): number | undefined {
    const { id, person } = sought;
    const trained = this.#training.of(sought);
    const entry = trained?.run.entryOf(this.#ledger, trained.asked.id, person, from);
    if (entry !== undefined) return entry;
    for (let seq = from; seq < this.size; seq++) {
      const { subjects = [] } = this.#ledger.entry(seq);
      if (subjects.some(({ name, sha256 }) => name === ACT && sha256 === id)) return seq;
    }
    return undefined;
  }

  record(note: Note): number {
    const { id, as, item, run, person, reason, isOpened, parents, isRight } = note;
    const { doer: own = ownDoer } = this.#options;
    const trained = as === 'decision' ? this.#training.of(note) : undefined;
    if (trained) return this.#decide(trained, note, own);
    const doer = own(this.#ledger.replay.authority, person);
    const texts = [
      ...(as === 'peek' ? [] : [{ field: SAID, text: JSON.stringify(toldIn(note)) }]),
      ...(reason === undefined ? [] : [{ field: 'reason', text: reason }]),
    ];
    const outcome = act(
      this.#ledger,
      'action-taken',
      {
        run,
        ...(parents.length > 0 && { parents }),
        subjects: [
          { name: SUBJECT[as], sha256: item },
          { name: ACT, sha256: id },
        ],
        words: {
          action: as === 'peek' ? 'open-suggestion' : wordOf(note.said as unknown as Said),
          ...(as !== 'decision' && { as }),
          ...(isOpened && { suggestion: 'opened' }),
          ...(isRight !== undefined && { expected: isRight ? 'yes' : 'no' }),
        },
      },
      {
        ...doer,
        contents: texts.map((one) => ({ ...one, salt: randomBytes(SALT) })),
      },
    );
    invariant(outcome.kind === 'done', 'an action needs one person, whatever the policy');
    return outcome.entry;
  }

  /** As «capstan decide» does. */
  #decide(
    { run, asked }: TrainingItem,
    { said, seconds, person, reason }: Note,
    own: NonNullable<TurnsOptions['doer']>,
  ): number {
    const contents = reason === undefined ? [] : [{ field: 'reason', text: reason, salt: randomBytes(SALT) }];
    const doer = (authority: Authority): Doer => ({ ...own(authority, person), contents });
    const action = run.parse(asked, textOf(said as unknown as Said));
    const decided = {
      item: asked,
      action,
      seconds: Math.round(seconds),
      ...(reason !== undefined && { reason }),
    };
    return run.record(this.#ledger, doer, [decided])[0]!;
  }

  takeEffect(note: Note, entry: number): void {
    const trained = this.#training.of(note);
    if (trained) {
      trained.run.catchUp(this.#ledger); // it has, but for a crash
      return;
    }
    const item = this.#trees.inbox.get(note.item);
    if (!item) return; // it has
    const removed = takeEffect(this.#trees, item, toldIn(note), this.#ledger.entry(entry));
    this.#options.removed?.(removed);
  }
}

const toldIn = ({ said, seconds, began }: Note): Told => ({
  said: said as unknown as Told['said'],
  seconds,
  began: timeOf(began),
});

const wordOf = (said: Said): string => (said.kind === 'decide' ? said.action.kind : said.kind);

/** ISO 8601 in UTC. */
export function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** Whose signer key lies in its place on this machine. */
function ownDoer(authority: Authority, name: string): Doer {
  return doerFor(authority, name, { reason: 'a turn', instead: commandLine('inbox') });
}
