/** Carries out what was committed, once: on the ledger first, then it counts. An act is marked with the length of the ledger
 *  before it is put there, so that whoever comes after a crash knows from where on to look for it. */

import type { Json } from '../base/canonical.ts';
import { CapstanError } from '../base/errors.ts';
import type { Database } from '../storage/database.ts';
import type { As, Book, Note, Page } from './book.ts';
import type { Line } from './line.ts';
import { verdictOf } from './rules.ts';
import { type ActRow, ARBITRATE, CLOSED, DECIDE, DONE, RECORDING, type statements } from './schema.ts';

export interface SettlingOptions {
  readonly database: Database;
  readonly book: Book;
  readonly now: () => number;
  readonly token: () => string;
  readonly complain?: (error: unknown) => void;
}

/** The ledger is held so long that so many acts are put on it, and no longer: others wait. */
const AT_ONCE = 16;
/** After a failure, as where the person's key is not at hand. */
const AGAIN_MS = 30_000;

export class Settling {
  readonly #options: SettlingOptions;
  readonly #line: Line;
  readonly #sql: ReturnType<typeof statements>;

  constructor(options: SettlingOptions, line: Line, sql: ReturnType<typeof statements>) {
    this.#options = options;
    this.#line = line;
    this.#sql = sql;
  }

  /** All that is due, or so many; the runs that it was about. */
  settle(most = Number.POSITIVE_INFINITY): ReadonlySet<string> {
    const runs = new Set<string>();
    const { now, book } = this.#options;
    for (let left = most; left > 0 && this.#sql.isDue(now()); ) {
      const done = book.open((page) => this.#carryOut(page, this.#sql.due(now(), Math.min(left, AT_ONCE))));
      for (const { run } of done) runs.add(run);
      left -= Math.max(1, done.length);
    }
    return runs;
  }

  /** That one, if it is not there yet. */
  settleOne(id: string): void {
    const isOpen = () => this.#sql.act(id)!.state !== DONE;
    if (isOpen()) this.#options.book.open((page) => isOpen() && this.#carryOut(page, [this.#sql.act(id)!]));
  }

  /** With the ledger held, so that no other process is at the same acts. */
  #carryOut(page: Page, found: readonly ActRow[]): readonly ActRow[] {
    const { database, now } = this.#options;
    const acts = database.writeNow(() => {
      // What was taken back since it was found is nobody's act.
      const own = found.filter(({ id }) => this.#sql.act(id) !== undefined);
      for (const act of own) this.#sql.begin(page.size, act.id);
      return own;
    });
    const outcomes = acts.map((act) => this.#one(page, act));
    database.writeNow(() => {
      for (const [i, act] of acts.entries()) {
        const entry = outcomes[i];
        if (entry === undefined) this.#sql.postpone(now() + AGAIN_MS, act.id);
        else {
          this.#sql.finish(entry, act.id);
          this.#follow(act);
        }
      }
    });
    return acts;
  }

  /** The number of its entry; null where nobody has to know, undefined where it is to be tried again. */
  #one(page: Page, act: ActRow): number | null | undefined {
    try {
      const known = act.state === RECORDING ? page.find(act, act.floor!) : undefined;
      const note = this.#noteOf(act, known !== undefined);
      // The reviews are on the ledger; that they agreed about what is gone is nobody's act.
      if (act.kind === 'agreement' && note.as === 'late') return null;
      const entry = known ?? page.record(note);
      if (TAKES_EFFECT.has(note.as)) page.takeEffect(note, entry);
      return entry;
    } catch (error) {
      if (!(error instanceof CapstanError)) throw error;
      this.#options.complain?.(error);
      return undefined;
    }
  }

  #noteOf(act: ActRow, isRecorded: boolean): Note {
    const { id, kind, source, item, run, person, said, reason, seconds, began, opened, gold } = act;
    const as = this.#asOf(act, isRecorded);
    const reviews = kind === 'agreement' || kind === 'arbitrate' ? this.#sql.reviews(item) : [];
    return {
      ...{ id, as, source, item, run, person, seconds, began },
      said: JSON.parse(said) as Json,
      ...(reason !== null && { reason }),
      isOpened: opened === 1,
      parents: reviews.map(({ entry }) => entry!),
      ...(gold !== null && kind === 'gold' && { isRight: gold === act.form }),
    };
  }

  #asOf({ kind, source, item, run, gold }: ActRow, isRecorded: boolean): As {
    if (kind === 'peek') return 'peek';
    if (kind === 'gold' || gold !== null) return 'gold';
    // What is on record may have closed its item before a crash.
    if (!isRecorded && !this.#line.isOpen(source, item)) return 'late';
    if (kind === 'verdict' || kind === 'agreement') return kind;
    if (kind === 'arbitrate') return 'arbitration';
    return this.#line.settings(source, run).reviewers > 1 ? 'review' : 'decision';
  }

  /** What comes of it, within the write that marks it as done. */
  #follow({ kind, source, item, run }: ActRow): void {
    if (kind === 'gold' || kind === 'peek') return;
    const isOpen = this.#line.isOpen(source, item);
    const reviewers = this.#line.settings(source, run).reviewers;
    const row = this.#sql.item(item);
    if (!row || row.phase === CLOSED) return;
    if (!isOpen || (kind !== 'verdict' && (kind !== 'decide' || reviewers === 1))) {
      this.#line.close(item);
      return;
    }
    if (kind === 'verdict' || row.phase !== DECIDE) return;
    const reviews = this.#sql.reviews(item);
    const verdict = verdictOf(reviews.map(({ form }) => form), reviewers); // biome-ignore format: one call is one line
    if (verdict === 'disputed') this.#sql.setPhase(ARBITRATE, item);
    if (verdict === 'agreed') this.#agree(reviews);
  }

  /** In the name of the last of them, with everybody's time. */
  #agree(reviews: readonly ActRow[]): void {
    const last = reviews.at(-1)!;
    const { source, item, run, person, body, form } = last;
    const seconds = reviews.reduce((sum, review) => sum + review.seconds, 0);
    const began = Math.min(...reviews.map((review) => review.began));
    const opened = Math.max(...reviews.map((review) => review.opened));
    const { said, sure } = reviews.reduce((least, one) => (one.sure < least.sure ? one : least));
    const id = this.#options.token();
    const own = [id, 'agreement', source, item, run, person, id, body, said, form, sure];
    this.#sql.addAct(...own, null, seconds, began, opened, this.#options.now(), null);
  }
}

const TAKES_EFFECT: ReadonlySet<As> = new Set(['decision', 'agreement', 'arbitration', 'verdict']);
