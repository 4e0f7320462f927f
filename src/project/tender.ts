/** Lets question trees go on by themselves when people have answered, as «capstan run --resume RUN --wait» does, one after
 *  the other, and hears who wants an answer corrected between two of them. It works on those that rest, and on those at
 *  which somebody worked who did not come to an end; what was stopped is for somebody to resume.
 *      a session of a run on the ledger lasts from its first turn here until it is answered, fails, or the tender stops */

import { CapstanError, messageOf } from '../base/errors.ts';
import { decodeEntry } from '../ledger/entry.ts';
import { Folder } from '../storage/folder.ts';
import { Journal } from '../storage/journal.ts';
import { isLocked } from '../storage/lock.ts';
import { Opened } from '../storage/opened.ts';
import { type Outcome, Trees } from '../trees/trees.ts';
import { type CorrectedNode, type CorrectionAsked, correctIn } from './correction.ts';
import { GROVE_FILES, Grove, groveHere, recordGrove } from './grove.ts';
import { progressOf, restsIn } from './groves.ts';
import { HOME, LEDGER, MEMORY } from './home.ts';
import { pause } from './pause.ts';
import { haltAsked } from './work.ts';

/** What is to be seen of a run that is tended. */
export interface Tended {
  readonly state: 'working' | 'resting' | 'failed';
  /** Why it failed. */
  readonly error?: string;
}

export interface Tending {
  /** Undefined for a run that is left alone. */
  stateOf(run: string): Tended | undefined;
  correct(asked: CorrectionAsked): Promise<CorrectedNode>;
}

export interface TenderOptions {
  /** Whether trees are left alone, and only corrections are carried out. */
  readonly isIdle?: boolean;
  /** While a tree grows it is written down at most every so many milliseconds. */
  readonly freshMs?: number;
  /** Told that a run has another state, or another transcript. */
  readonly tell: (run: string, tended: Tended | undefined) => void;
  /** Told in a line what went wrong. */
  readonly say: (line: string) => void;
}

const POLL_MS = 250;
/** Writing down a tree that grows takes one part in so many of the time at most. */
const [FRESH_MS, FRESH_SHARE] = [2000, 20];
/** Between two looks at the runs that there are. */
const SCAN_MS = 1000;
/** After a failure; twice as long after each further one. */
const [AGAIN_MS, AGAIN_MOST_MS] = [5000, 10 * 60 * 1000];
/** No longer than a turn took, and than this, others have their turn before the next. */
const REST_MS = 2000;

interface Run {
  readonly name: string;
  tended: Tended;
  isDue: boolean;
  /** What it waits for. */
  items: readonly string[];
  /** What each of its questions came to when it was last taken up here. */
  readonly outcomes: Outcome[];
  /** That it has seen; undefined where it has not looked. */
  corrections: number | undefined;
  /** Entry with which the session began. */
  session: number | undefined;
  failures: number;
  notBefore: number;
}

interface Request {
  readonly asked: CorrectionAsked;
  readonly signal: AbortSignal | undefined;
  readonly done: (corrected: CorrectedNode) => void;
  readonly failed: (error: unknown) => void;
}

export class Tender implements Tending {
  readonly #options: TenderOptions;
  readonly #runs = new Map<string, Run>();
  /** Versions of the transcripts there are. */
  readonly #versions = new Map<string, string>();
  #requests: Request[] = [];
  #trees: Trees | undefined;
  #version = -1;
  #nextScan = 0;

  constructor(options: TenderOptions) {
    this.#options = options;
  }

  stateOf(run: string): Tended | undefined {
    return this.#runs.get(run)?.tended;
  }

  /** Between two turns; not at all once the signal is aborted. */
  correct(asked: CorrectionAsked, signal?: AbortSignal): Promise<CorrectedNode> {
    return new Promise((done, failed) => this.#requests.push({ asked, signal, done, failed }));
  }

  /** Until it is stopped. */
  async run(stop: AbortSignal): Promise<void> {
    try {
      while (!stop.aborted) {
        const began = performance.now();
        const hasWorked = await this.step(stop);
        const took = performance.now() - began;
        await pause(hasWorked ? Math.min(took, REST_MS) : POLL_MS, stop);
      }
    } finally {
      for (const run of this.#runs.values()) this.#end(run, 'waiting');
      this.#trees?.close();
      const stopped = new CapstanError('interrupted', 'the server stops; nothing was corrected');
      for (const { failed } of this.#requests) failed(stopped);
    }
  }

  /** One look, and what it finds to do; whether there was something. */
  async step(stop: AbortSignal): Promise<boolean> {
    const requests = this.#requests;
    this.#requests = [];
    for (const request of requests) await this.#carryOut(request);
    const now = performance.now();
    if (now >= this.#nextScan) {
      this.#scan();
      this.#nextScan = performance.now() + Math.max(SCAN_MS, FRESH_SHARE * (performance.now() - now));
    }
    if (this.#options.isIdle || haltAsked() !== undefined) return requests.length > 0;
    this.#lookForAnswers();
    let hasWorked = requests.length > 0;
    for (const run of this.#runs.values()) {
      if (stop.aborted || !run.isDue || performance.now() < run.notBefore) continue;
      await this.#turn(run, stop);
      hasWorked = true;
      if (this.#requests.length > 0) break;
    }
    return hasWorked;
  }

  async #carryOut({ asked, signal, done, failed }: Request): Promise<void> {
    if (signal?.aborted) return;
    const run = this.#runs.get(asked.run);
    if (run) this.#end(run, 'waiting'); // a correction is a session of its own
    try {
      const corrected = await correctIn(asked);
      if (run && corrected.outcome.kind === 'waiting') run.items = corrected.outcome.items;
      done(corrected);
    } catch (error) {
      failed(error);
    }
  }

  /** Which runs there are, and which of them have changed. */
  #scan(): void {
    const fresh: string[] = [];
    for (const name of new Folder(HOME).list()) {
      const path = `${HOME}/${name}`;
      if (!new Folder(path).exists(GROVE_FILES.file)) continue;
      const version = versionOf(path) ?? 'none';
      const before = this.#versions.get(name);
      if (before === version) continue;
      const run = this.#runs.get(name);
      if (before !== undefined) this.#options.tell(name, run?.tended);
      if (isLocked(path)) continue; // whoever is at it may end in whatever way
      this.#versions.set(name, version);
      if (run && !isOpen(name)) this.#leave(run);
      if (!run) fresh.push(name);
    }
    if (fresh.length === 0 || this.#options.isIdle) return;
    const states = lastStates();
    for (const name of fresh) {
      const items = restsIn(`${HOME}/${name}`);
      if (!isOpen(name) || !(items || LEFT.has(states.get(name)))) continue;
      this.#runs.set(name, {
        ...{ name, tended: { state: 'resting' }, isDue: items === undefined, items: items ?? [] },
        ...{ outcomes: [], corrections: undefined, session: undefined, failures: 0, notBefore: 0 },
      });
      this.#version = -1;
    }
  }

  /** What is due since people have answered. */
  #lookForAnswers(): void {
    if (this.#runs.size === 0) return;
    this.#trees ??= Trees.open(MEMORY, { now });
    const { version, memory, inbox } = this.#trees;
    if (version === this.#version) return;
    this.#version = version;
    memory.refresh();
    const open = new Set(inbox.open().map(({ key }) => key));
    for (const run of this.#runs.values()) {
      run.corrections ??= memory.corrections;
      if (run.corrections !== memory.corrections || run.items.some((key) => !open.has(key))) run.isDue = true;
    }
  }

  async #turn(run: Run, stop: AbortSignal): Promise<void> {
    this.#say(run, { state: 'working' });
    try {
      await Grove.with(groveHere(run.name).path, { isQuiet: true }, async (grove) => {
        run.session ??= grove.record({ kind: 'run-resumed' });
        run.isDue = false;
        await this.#grow(run, grove, stop);
      });
      run.failures = 0;
      run.items = run.outcomes.flatMap((one) => (one.kind === 'waiting' ? one.items : []));
      if (run.outcomes.every(({ kind }) => kind === 'answered')) return this.#leave(run);
      this.#say(run, { state: 'resting' });
    } catch (error) {
      run.isDue = true;
      const code = error instanceof CapstanError ? error.code : undefined;
      if (code === 'interrupted' || code === 'locked') {
        run.notBefore = performance.now() + REST_MS;
        this.#say(run, { state: 'resting' });
        return;
      }
      run.notBefore = performance.now() + Math.min(AGAIN_MS * 2 ** run.failures++, AGAIN_MOST_MS);
      this.#end(run, 'failed');
      this.#say(run, { state: 'failed', error: messageOf(error) });
    }
  }

  /** As far as it goes; what there is of it is to be seen meanwhile. */
  async #grow(run: Run, grove: Grove, stop: AbortSignal): Promise<void> {
    const halt = new AbortController();
    const watch = setInterval(() => {
      const why = haltAsked();
      if (why !== undefined) halt.abort(new CapstanError('interrupted', why));
    }, POLL_MS);
    const grown = new AbortController();
    // Of many, each is written down as soon as it has gone as far as it can.
    const shown = grove.isMany ? undefined : this.#keepFresh(run, grove, grown.signal);
    try {
      const { memory } = grove.trees;
      const note = async (place: number, outcome: Outcome): Promise<void> => {
        run.outcomes[place] = outcome;
        if (!grove.isMany) grown.abort();
        await shown;
        grove.keep(await grove.transcript(place), place);
      };
      const rest = [...grove.roots.keys()].filter((place) => run.outcomes[place]?.kind !== 'answered');
      // What was corrected may be below any of them.
      const isKnown = rest.length > 0 && run.corrections === memory.corrections;
      await grove.answer(note, AbortSignal.any([stop, halt.signal]), isKnown ? rest : undefined);
      run.corrections = memory.corrections;
      if (grove.isMany) grove.keepAnswers(run.outcomes);
    } finally {
      clearInterval(watch);
      grown.abort();
      await shown;
    }
  }

  async #keepFresh({ name }: Run, grove: Grove, grown: AbortSignal): Promise<void> {
    const { freshMs = FRESH_MS } = this.#options;
    let [rest, seen] = [freshMs, ''];
    for (;;) {
      await pause(rest, grown);
      if (grown.aborted) return;
      const began = performance.now();
      try {
        const nodes = await grove.transcript();
        const steps = nodes.reduce((count, one) => count + one.steps.length + (one.answer ? 1 : 0), 0);
        const now = `${nodes.length} ${steps}`;
        if (now !== seen && !grown.aborted) {
          grove.keep(nodes);
          this.#options.tell(name, { state: 'working' });
        }
        seen = now;
      } catch (error) {
        this.#options.say(`${name}: it is not shown as it grows: ${messageOf(error)}`);
        return;
      }
      rest = Math.max(freshMs, FRESH_SHARE * (performance.now() - began));
    }
  }

  /** What is answered needs nobody. */
  #leave(run: Run): void {
    this.#end(run, 'answered');
    this.#runs.delete(run.name);
    this.#options.tell(run.name, undefined);
  }

  #end(run: Run, state: 'waiting' | 'answered' | 'failed'): void {
    const { session: ends } = run;
    run.session = undefined;
    if (ends === undefined) return;
    try {
      recordGrove(run.name, { kind: 'run-ended', ends, words: { state } });
    } catch (error) {
      this.#options.say(`${run.name}: its end is not on the ledger: ${messageOf(error)}`);
    }
  }

  #say(run: Run, tended: Tended): void {
    const { state, error } = run.tended;
    if (state === tended.state && error === tended.error) return;
    if (tended.error !== undefined && tended.error !== error)
      this.#options.say(`${run.name}: ${tended.error}`);
    // While it works nobody knows whether it will fail again.
    run.tended = tended.state === 'working' && error !== undefined ? run.tended : tended;
    this.#options.tell(run.name, run.tended);
  }
}

const now = (): string => new Date().toISOString();

/** Of what a run wrote down last. */
function versionOf(path: string): string | undefined {
  const [one, many] = [GROVE_FILES.transcript, GROVE_FILES.answers].map((name) => `${path}/${name}`);
  return Opened.versionOf(one!) ?? Opened.versionOf(many!);
}

/** Whether a person sits there, and some question is not answered. Of what cannot be read somebody else will tell. */
function isOpen(run: string): boolean {
  try {
    const { path, file } = groveHere(run);
    const seats = [file.overseer, file.assistant, file.escalate ?? ''];
    if (!seats.some((seat) => seat === 'person' || seat.startsWith('approve:'))) return false;
    return progressOf(path, file).state !== 'answered';
  } catch (error) {
    if (error instanceof CapstanError) return false;
    throw error;
  }
}

/** How the last session of one ended that was left in the middle. */
const LEFT: ReadonlySet<string | undefined> = new Set(['open', 'waiting', 'failed']);

/** How the last session of each run ended; «open» where it has not. */
function lastStates(): ReadonlyMap<string, string> {
  const states = new Map<string, string>();
  const journal = `${LEDGER}/journal`;
  if (new Folder(journal).list().length === 0) return states;
  let seq = 0;
  Journal.look(journal, undefined, (record) => {
    const number = seq++;
    if (!record.includes('"kind":"run-')) return;
    const { kind, run, words } = decodeEntry(Uint8Array.from(record), number);
    if (run !== undefined) states.set(run, kind === 'run-ended' ? (words?.state ?? '') : 'open');
  });
  return states;
}
