/** The ledger of the project as the desk writes in it: each act of a person before it counts, and what it does then. */

import { randomBytes } from 'node:crypto';
import { type Authority, mayAct, nameOf } from '../authority/authority.ts';
import { CapstanError, invariant } from '../base/errors.ts';
import type { As, Book, Note, Page } from '../desk/book.ts';
import { SALT } from '../ledger/commitment.ts';
import { act, type Doer } from '../record/acts.ts';
import type { Ledger } from '../record/ledger.ts';
import type { Removed } from '../trees/memory.ts';
import type { Trees } from '../trees/trees.ts';
import { SAID, type Said, type Told, takeEffect, WORKSPACE } from './actions.ts';
import { commandLine } from './command-line.ts';
import { doerFor } from './doer.ts';
import { LEDGER } from './home.ts';
import { ProjectLog } from './log.ts';
import { withProject } from './recorder.ts';
import { type Training, type TrainingItem, textOf } from './training.ts';

/** How it is written in. */
export interface BookOptions {
  /** Who acts in the name of that person. Throws where their key is not at hand. */
  readonly doer?: (authority: Authority, person: string) => Doer;
  /** The ledger of the project, where somebody else looks at it too. */
  readonly log?: ProjectLog;
  /** Told of answers that have to be made again. */
  readonly removed?: (removed: readonly Removed<string>[]) => void;
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

export class LedgerBook implements Book {
  readonly #trees: Trees;
  readonly #training: Training;
  readonly #options: BookOptions;
  readonly #log: ProjectLog;

  constructor(trees: Trees, training: Training, options: BookOptions) {
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
  readonly #options: BookOptions;

  constructor(trees: Trees, training: Training, ledger: Ledger, options: BookOptions) {
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
    own: NonNullable<BookOptions['doer']>,
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
