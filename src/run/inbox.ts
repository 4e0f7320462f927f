/** What waits for a person in a run's folder, and what they said. The run asks and takes, whoever answers appends:
 *      known.jsonl          decisions that were there before, to be played back (recording.ts)
 *      inbox/asked.jsonl    workspaces, each once                      written by the run
 *      inbox/answers.jsonl  decisions, in the order in which they came; the last about a workspace counts
 *      inbox/taken.jsonl    which took effect, and at which point      written by the run, before they do
 *  A run that goes on from a save takes at each point what it took there, so that it ends in the same bits whenever people
 *  answered. What a person answered is on the ledger before it is in `answers.jsonl` (`cli/decide.ts`). */

import { hash } from 'node:crypto';
import { CapstanError } from '../base/errors.ts';
import {
  type Decision,
  type Decisions,
  type Item,
  isBefore,
  nameOf,
  type Point,
} from '../iterate/decisions.ts';
import type { Folder } from '../storage/folder.ts';
import { appendLines, readLines } from '../storage/lines.ts';
import { type Recorded, workspaceKey } from './recording.ts';
import type { ActionText } from './said.ts';

export const INBOX = 'inbox';
export const ASKED = `${INBOX}/asked.jsonl`;
export const ANSWERS = `${INBOX}/answers.jsonl`;
export const TAKEN = `${INBOX}/taken.jsonl`;

export interface Asked extends Item {
  readonly id: string;
  readonly at: Point;
}

export interface Answered extends ActionText {
  /** Of the item. */
  readonly id: string;
  readonly by: string;
  readonly seconds: number;
  /** ISO 8601 */
  readonly time: string;
  /** Its number on the ledger. */
  readonly entry: number;
  /** Whether it takes the place of a decision that was there. */
  readonly corrects?: boolean;
}

export interface Taken {
  readonly at: Point;
  readonly decisions: readonly TakenDecision[];
}

export interface TakenDecision extends Pick<Answered, 'id' | 'action' | 'kind' | 'text' | 'by' | 'seconds'> {
  /** Whether it was played back. */
  readonly known?: boolean;
}

/** Of a workspace's words. */
export function idOf(words: readonly number[]): string {
  return hash('sha256', nameOf(words));
}

export const askedIn = (run: Folder) => readLines(run, ASKED) as readonly Asked[];
export const takenIn = (run: Folder) => readLines(run, TAKEN) as readonly Taken[];
export const answersIn = (run: Folder) => readLines(run, ANSWERS) as readonly Answered[];

/** By the id of the item; the last word counts. */
export function answersById(run: Folder): ReadonlyMap<string, Answered> {
  return new Map(answersIn(run).map((answer) => [answer.id, answer]));
}

export interface InboxEvent {
  readonly kind: 'asked' | 'waiting';
  /** Of workspaces. */
  readonly count: number;
}

export interface Waits {
  /** Waits for people, a moment at a time; without it a run that has nothing else to do stops. */
  readonly pause: (() => Promise<void>) | undefined;
  /** Whether to stop instead. */
  readonly stopped: () => boolean;
  /** Called when workspaces are put before people, and when it begins to wait for them. */
  readonly tell: (event: InboxEvent) => void;
  /** Throws if the folder is no longer ours. */
  readonly assertHeld: () => void;
}

export class Inbox implements Decisions {
  readonly #run: Folder;
  readonly #known: ReadonlyMap<string, Recorded>;
  readonly #waits: Waits;
  readonly #asked: Set<string>;
  /** Of a session before, from the point on from which this one goes on. */
  readonly #again: Taken[];
  readonly #decided = new Map<string, TakenDecision>();
  #answers: ReadonlyMap<string, Answered> = new Map();
  #answersSize = -1;

  /** `from`: where the run goes on. Throws «refused» where a decision was corrected that it has learned. */
  constructor(run: Folder, known: ReadonlyMap<string, Recorded>, from: Point, waits: Waits) {
    this.#run = run;
    this.#known = known;
    this.#waits = waits;
    this.#asked = new Set(askedIn(run).map(({ id }) => id));
    const taken = takenIn(run);
    this.#again = taken.filter(({ at }) => !isBefore(at, from));
    for (const { at, decisions } of taken) if (isBefore(at, from)) this.#note(decisions);
    this.#look();
  }

  ask(items: readonly Item[], at: Point): void {
    const all = items.map((item): Asked => ({ id: idOf(item.words), ...item, at }));
    const fresh = all.filter(({ id }) => !this.#asked.has(id));
    this.#waits.assertHeld();
    appendLines(this.#run, ASKED, fresh);
    for (const { id } of fresh) this.#asked.add(id);
    if (fresh.length > 0) this.#waits.tell({ kind: 'asked', count: fresh.length });
  }

  expectStanding(): void {
    this.#look();
  }

  decided(words: readonly number[]): readonly number[] | undefined {
    return this.#decided.get(idOf(words))?.action;
  }

  async taken(items: readonly Item[], at: Point, waits: boolean): Promise<readonly Decision[]> {
    const again = this.#again[0];
    if (again) return this.#takeAgain(items, at, waits, again);
    let isTold = false;
    for (;;) {
      const decisions = this.#ready(items, at, waits);
      if (decisions.length > 0) {
        this.#waits.assertHeld();
        appendLines(this.#run, TAKEN, [{ at, decisions }]);
      }
      if (decisions.length > 0 || !waits) return this.#take(items, decisions);
      if (!isTold) this.#waits.tell({ kind: 'waiting', count: items.length });
      isTold = true;
      if (!this.#waits.pause || this.#waits.stopped())
        throw new CapstanError(
          'interrupted',
          `${items.length} decisions of a person are awaited, and there is nothing else to do; «capstan decide ${this.#run.path}» takes them`,
        );
      await this.#waits.pause();
    }
  }

  #takeAgain(items: readonly Item[], at: Point, waits: boolean, again: Taken): readonly Decision[] {
    const isHere = !isBefore(at, again.at) && !isBefore(again.at, at);
    const ids = new Set(items.map(({ words }) => idOf(words)));
    const isAsked = again.decisions.every(({ id }) => ids.has(id));
    if (isBefore(again.at, at) || (isHere && !isAsked) || (!isHere && waits))
      throw new CapstanError(
        'corrupt',
        `${this.#run.path}/${TAKEN}: expected decisions as they were asked before, got others at step ${again.at.step}; was the run moved to another machine?`,
      );
    if (!isHere) return [];
    this.#again.shift();
    return this.#take(items, again.decisions);
  }

  /** What is there for these. Of what is played back, what was recorded later waits, unless nothing else ever comes. */
  #ready(items: readonly Item[], at: Point, waits: boolean): readonly TakenDecision[] {
    this.#look();
    const played = items.flatMap((item) => {
      const known = this.#known.get(workspaceKey(item.shown));
      return known && !this.#answers.has(idOf(item.words)) ? [{ item, known }] : [];
    });
    const due = played.filter(({ known }) => known.at === undefined || !isBefore(at, known.at));
    const live = items.flatMap(({ words }) => this.#answers.get(idOf(words)) ?? []);
    const none = due.length === 0 && live.length === 0;
    const next = none && waits ? earliest(played) : due;
    return [
      ...live.map(({ id, action, kind, text, by, seconds }) => ({ id, action, kind, text, by, seconds })),
      ...next.map(({ item, known: { action, kind, text, by, seconds } }) => ({
        id: idOf(item.words),
        ...{ action, kind, text, by, seconds },
        known: true,
      })),
    ];
  }

  /** In the order of the items. */
  #take(items: readonly Item[], decisions: readonly TakenDecision[]): readonly Decision[] {
    this.#note(decisions);
    const byId = new Map(decisions.map((one) => [one.id, one]));
    return items.flatMap(({ words }) => {
      const one = byId.get(idOf(words));
      return one ? [{ words, action: one.action, by: one.by, seconds: one.seconds }] : [];
    });
  }

  #note(decisions: readonly TakenDecision[]): void {
    for (const one of decisions) this.#decided.set(one.id, one);
  }

  /** What people have said since. */
  #look(): void {
    const size = this.#run.exists(ANSWERS) ? this.#run.size(ANSWERS) : 0;
    if (size === this.#answersSize) return;
    this.#answersSize = size;
    this.#answers = answersById(this.#run);
    const wrong = correctedAmong(this.#answers, this.#decided.values());
    if (wrong)
      throw new CapstanError(
        'refused',
        `run ${this.#run.path}: expected decisions that stand, one that it learned from was corrected: entry ${wrong.entry} of the ledger; «capstan run --again ${this.#run.path}» learns again without it`,
      );
  }
}

/** The first that has another action now. */
function correctedAmong(
  answers: ReadonlyMap<string, Answered>,
  taken: Iterable<TakenDecision>,
): Answered | undefined {
  for (const { id, action } of taken) {
    const answer = answers.get(id);
    if (answer && nameOf(answer.action) !== nameOf(action)) return answer;
  }
  return undefined;
}

function earliest<T extends { readonly known: Recorded }>(played: readonly T[]): readonly T[] {
  const [first] = played.toSorted((a, b) => (isBefore(a.known.at!, b.known.at!) ? -1 : 1));
  return played.filter(({ known }) => first && !isBefore(first.known.at!, known.at!));
}
