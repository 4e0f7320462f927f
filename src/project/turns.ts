/** The turns of people in this project: the desk with its database, what waits in question trees and in training runs, and the
 *  ledger.
 *      memory/desk.db       leases, drafts, what was committed and is on its way to the ledger */

import { randomBytes } from 'node:crypto';
import { CapstanError } from '../base/errors.ts';
import type { Source } from '../desk/book.ts';
import { Desk, type Held } from '../desk/desk.ts';
import { SCHEMA } from '../desk/schema.ts';
import { DEFAULTS, type Settings } from '../desk/settings.ts';
import { Database } from '../storage/database.ts';
import { Folder } from '../storage/folder.ts';
import type { Author } from '../transcript/node.ts';
import { Trees } from '../trees/trees.ts';
import { catchUp, type Said, type TextItem } from './actions.ts';
import { formOf } from './forms.ts';
import type { GoldQuestion } from './gold.ts';
import { groveNamed, readTreeFile, type TreeFile } from './grove.ts';
import { DESK, MEMORY } from './home.ts';
import { loadRecipe } from './recipe.ts';
import { TRAINING, Training, textOf } from './training.ts';
import { type BookOptions, LedgerBook } from './turn-book.ts';

/** Its source. */
const TREES = 'trees';

export interface TurnsOptions extends BookOptions {
  /** How long a commit can be taken back. */
  readonly undoMs?: number;
  readonly complain?: (error: unknown) => void;
  /** Puts an act on the ledger, and carries out what was committed, in another thread or process: nothing of that here. */
  readonly carryOut?: (act: string) => Promise<void>;
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
