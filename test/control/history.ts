/** A history of a project: commands of people and of a run, crashes in the middle of any of them, old backups restored. Told
 *  after each by a model of what control means (`model.ts`): nothing is done that it forbids, and what it allows is done. */

import { CapstanError, messageOf } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import type { Entry } from '../../src/ledger/entry.ts';
import type { SignerKey } from '../../src/ledger/key.ts';
import type { Doer } from '../../src/record/acts.ts';
import { type Backup, PowerCut } from '../crash/simulated-disk.ts';
import { type Attempt, Model, type Role, type State, type What } from './model.ts';
import { MINUTES, Project } from './project.ts';

/** How often each thing happened. */
export interface Outcome {
  readonly violations: readonly string[];
  readonly seen: { readonly [what: string]: number };
}

const COMMANDS_MAX = 80;
const CRASH_RATE = 0.08;
/** Operations of the disk; most commands have fewer. */
const CRASH_WITHIN = 160;
const NAMES = ['ada', 'bob', 'cyd', 'eve'] as const;
const ROLE: { readonly [name: string]: Role } = {
  ada: 'operator',
  bob: 'operator',
  cyd: 'overseer',
  eve: 'auditor',
};

interface Kept {
  readonly files: Backup;
  readonly state: State;
  readonly size: number;
  readonly keys: ReadonlyMap<string, number>;
  readonly iteration: number;
  readonly last: string | null;
}

export function controlHistory(seed: number): Outcome {
  return new History(Random.seeded(seed).split('control')).run();
}

/** All outcomes of a row of histories. */
export interface Sum {
  readonly histories: number;
  readonly violated: number;
  /** The first violation. */
  readonly example: string;
  readonly seen: { readonly [what: string]: number };
}

export function controlHistories(count: number, firstSeed: number): Sum {
  let [violated, example] = [0, ''];
  const seen: { [what: string]: number } = {};
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const one = controlHistory(seed);
    if (one.violations.length > 0) violated++;
    if (one.violations.length > 0 && example === '') example = `seed ${seed}: ${one.violations.join('; ')}`;
    for (const [what, times] of Object.entries(one.seen)) seen[what] = (seen[what] ?? 0) + times;
  }
  return { histories: count, violated, example, seen };
}

class History {
  readonly #random: Random;
  readonly #project: Project;
  readonly #model = new Model();
  readonly #seen: { [what: string]: number } = {};
  readonly #violations: string[] = [];
  readonly #backups: Kept[] = [];
  readonly #log: string[] = [];
  #size = 0;
  #iteration = 0;
  #last: string | null = null;
  #isRunning = false;
  /** Steps that a run may still end after a halt: the one that it is in. */
  #grace = 1;
  /** A crash has left open whether the last act is remembered outside: refusals are no fault then. */
  #isUnsure = false;
  /** The same of a decision to go on without what is lost. */
  #isUnsureOfLoss = false;

  constructor(random: Random) {
    this.#random = random;
    this.#project = new Project(random.split('project'));
    this.#backups.push(this.#kept());
  }

  run(): Outcome {
    try {
      this.#begin();
      for (let i = this.#random.below(COMMANDS_MAX); i >= 0 && this.#violations.length === 0; i--)
        this.#command();
    } catch (error) {
      this.#violates(`a bug: ${error instanceof Error ? error.stack : messageOf(error)}`);
    }
    return { violations: this.#violations, seen: this.#seen };
  }

  /** Most projects begin with two who may do what needs two. */
  #begin(): void {
    if (this.#random.below(4) === 0) return;
    const isOwnKey = true;
    for (const about of ['ada', 'bob'] as const)
      this.#try({ what: 'enrol', who: 'ada', isOwnKey, about, role: ROLE[about]! }, [
        this.#project.keyOf('ada'),
      ]);
    if (this.#random.below(2) === 0 || this.#model.state.people.size < 2) return;
    this.#try({ what: 'policy', who: 'ada', isOwnKey, about: 'people' }, [this.#project.keyOf('ada')]);
  }

  #command(): void {
    const random = this.#random;
    this.#project.minute += random.below(6) === 0 ? MINUTES : 0;
    this.#model.now = this.#project.minute;
    const pick = random.below(100);
    const hasRequests = this.#model.state.asked.size > 0;
    if (pick < 28 && hasRequests) this.#approve();
    else if (pick < 20) this.#iterationEnds();
    else if (pick < 32) this.#step();
    else if (pick < 42) this.#start();
    else if (pick < 50) this.#serve();
    else if (pick < 54) this.#backups.push(this.#kept());
    else if (pick < 56) this.#restore();
    else if (pick < 59) this.#force();
    else this.#person();
  }

  #start(): void {
    const may = this.#model.mayWork;
    const isResumed = this.#random.below(2) === 0;
    const ended = this.#carryOut(
      'a run',
      () => this.#project.startRun(isResumed),
      (entry) =>
        entry.kind.startsWith('run-') && !may
          ? `${entry.kind} while work was halted or the ledger had lost entries`
          : undefined,
    );
    if (ended === 'well') {
      this.#acknowledged(undefined, false);
      if (!may) this.#violates('a run began while work was halted');
      [this.#isRunning, this.#grace] = [true, 1];
      this.#count('runs');
    } else if (ended === 'refused' && may && !this.#project.isHaltAsked() && !this.#isUnsure)
      this.#violates('a run was refused, expected it to begin');
  }

  #step(): void {
    if (!this.#isRunning) return;
    if (!this.#model.mayWork && this.#grace-- <= 0) this.#violates('a second step after work was halted');
    this.#count(this.#model.mayWork ? 'steps' : 'last steps');
    const ended = this.#carryOut('a step', () => {
      if (this.#project.looksUp()) this.#isRunning = false;
    });
    if (ended !== 'well') this.#isRunning = false;
  }

  #iterationEnds(): void {
    if (!this.#isRunning) return;
    const passed = this.#random.below(3) > 0;
    const parent = this.#last;
    let hash: string | undefined;
    const ended = this.#carryOut(
      `a gate, ${passed ? 'passed' : 'failed'}`,
      () => {
        hash = this.#project.endIteration(this.#iteration + 1, parent, passed);
      },
      (entry) => {
        if (entry.kind !== 'gate-decided' && entry.kind !== 'model-promoted') return undefined;
        const own = entry.subjects![0]!.sha256;
        this.#model.checkpoints.set(own, { passed, parent: parent ?? undefined });
        return entry.kind === 'model-promoted' ? this.#model.promotedByGate(own) : undefined;
      },
    );
    this.#count(passed ? 'gates passed' : 'gates failed');
    if (ended !== 'well') this.#isRunning = false;
    else {
      this.#acknowledged(undefined, false);
      this.#iteration++;
      this.#last = hash!;
      if (this.#project.looksUp()) this.#isRunning = false;
    }
  }

  #serve(): void {
    let served: string | undefined;
    const ended = this.#carryOut('a question', () => {
      served = this.#project.serve();
    });
    if (ended !== 'well') return;
    this.#count('served');
    if (this.#model.isLost) this.#violates('a question was answered while the ledger had lost entries');
    if (!this.#model.checkpoints.get(served!)?.passed)
      this.#violates(`${served} is served, and skipped its gate`);
    if (this.#model.isRevoked(served!)) this.#violates(`${served} is served, and is revoked`);
  }

  #approve(): void {
    const numbers = [...this.#model.state.asked.keys()];
    const number = this.#random.below(8) === 0 ? this.#random.below(this.#size + 1) : this.#one(numbers);
    const { who, key, isOwnKey } = this.#somebody();
    const verdict = this.#model.approval(number, who, isOwnKey);
    const asked = this.#model.state.asked.get(number);
    const ended = this.#carryOut(
      `approve ${number} (${asked?.attempt.what}) by ${who}`,
      () => this.#project.approve(number, this.#project.doer(who, key)),
      (entry) =>
        entry.kind === 'act-approved' ? 'approved by a third' : this.#model.completes(number, who, isOwnKey),
    );
    if (ended === 'well' && asked) this.#acknowledged(asked.attempt, asked.accepts);
    // What was promotable may be so no more, and a key that another request has enrolled is not enrolled again.
    const isStrict = asked?.attempt.what !== 'enrol' && asked?.attempt.what !== 'promote';
    this.#compare(`approve ${asked?.attempt.what}`, ended, verdict, isStrict);
    if (ended === 'well') this.#count(`${asked?.attempt.what} by two`);
  }

  #person(): void {
    const { people } = this.#model.state;
    const isHindered = !this.#model.mayWork && this.#random.below(2) === 0;
    const what = isHindered ? 'resume' : this.#one(WHATS);
    const about = this.#about(what);
    if (about === undefined && what !== 'pause' && what !== 'stop' && what !== 'resume') return;
    const isFirst = what === 'enrol' && people.size === 0;
    const isOwn = isFirst || (what === 'rotate' && people.has(about!) && this.#random.below(8) > 0);
    const { who, key, isOwnKey } = isOwn ? this.#with(about!) : this.#somebody();
    const role = what === 'enrol' ? { role: ROLE[about!]! } : {};
    this.#try({ what, who, isOwnKey, ...(about !== undefined && { about }), ...role }, key);
  }

  #try(attempt: Attempt, key: readonly SignerKey[]): void {
    const { what, who, about } = attempt;
    const verdict = this.#model.verdict(attempt);
    const wasLost = this.#model.isLost;
    const isHalted = this.#model.state.halt !== undefined || wasLost;
    const doer = this.#project.doer(who, key);
    const ended = this.#carryOut(
      `${what} ${about?.slice(0, 8) ?? ''} by ${who}`,
      () => this.#act(attempt, doer),
      (entry) =>
        entry.kind === 'act-requested'
          ? this.#model.asks(entry.seq, attempt, MINUTES)
          : this.#model.did(attempt),
    );
    if (ended === 'well') this.#acknowledged(verdict === 'done' ? attempt : undefined, wasLost);
    const isStrict = what === 'resume' ? isHalted : what !== 'promote' && what !== 'rollback';
    this.#compare(what, ended, verdict === 'refused' ? 'refused' : 'done', isStrict);
    if (ended === 'well') this.#count(verdict === 'done' ? what : `${what} waits`);
  }

  #act({ what, about = '', role }: Attempt, doer: Doer): void {
    const project = this.#project;
    if (what === 'pause' || what === 'stop') project.halt(what, doer);
    else if (what === 'resume') project.resume(doer);
    else if (what === 'promote') project.promote(about, doer);
    else if (what === 'rollback') project.rollBack(about, doer);
    else if (what === 'revoke') project.revoke(about, doer);
    else if (what === 'enrol') project.enrol(about, role!, doer);
    else if (what === 'withdraw') project.withdraw(about, doer);
    else if (what === 'rotate') project.rotate(about, doer);
    else project.adopt(about as 'gate' | 'people', doer);
  }

  /** Writes to the ledger past the commands: the ledger itself has to refuse. */
  #force(): void {
    const hashes = [...this.#model.checkpoints.keys()];
    if (hashes.length > 0 && this.#random.below(2) === 0) {
      this.#carryOut(
        'a promotion past the gate',
        () => this.#project.forcePromotion(this.#one(hashes)),
        ({ kind }) =>
          kind === 'model-promoted' ? 'a promotion without its gate is on the record' : undefined,
      );
      return;
    }
    const { who, key, isOwnKey } = this.#somebody();
    const asked = [...this.#model.state.asked].filter(([, { attempt }]) => attempt.what === 'resume');
    const request = asked.length > 0 && this.#random.below(2) === 0 ? this.#one(asked)[0] : undefined;
    const attempt: Attempt = { what: 'resume', who, isOwnKey };
    const ended = this.#carryOut(
      `resuming past the commands by ${who}`,
      () => this.#project.forceResume(this.#project.doer(who, key), request),
      () =>
        request === undefined ? this.#model.did(attempt) : this.#model.completes(request, who, isOwnKey),
    );
    if (ended === 'well') this.#model.acknowledged();
  }

  #restore(): void {
    const { files, state, size, keys, iteration, last } = this.#one(this.#backups);
    this.#log.push(`restore a backup of ${size} entries`);
    this.#project.simulated.restart('kill');
    this.#project.forget();
    this.#project.restore(files);
    this.#model.state = state.copy();
    [this.#size, this.#iteration, this.#last, this.#isRunning] = [size, iteration, last, false];
    this.#project.keys.clear();
    for (const [name, number] of keys) this.#project.keys.set(name, number);
    this.#count(this.#model.isLost ? 'backups that lack something' : 'backups');
  }

  #kept(): Kept {
    return {
      files: this.#project.backup(),
      state: this.#model.state.copy(),
      size: this.#size,
      keys: new Map(this.#project.keys),
      iteration: this.#iteration,
      last: this.#last,
    };
  }

  /** Does it, perhaps with a crash in the middle; what of it is on the record then, the model judges. */
  #carryOut(
    name: string,
    act: () => void,
    follow: (entry: Entry) => string | undefined = () => undefined,
  ): 'well' | 'refused' | 'crashed' {
    const { simulated } = this.#project;
    if (this.#random.below(3) === 0) this.#project.forget();
    const willCrash = this.#random.uniform() < CRASH_RATE;
    simulated.forecast(willCrash ? { cutAt: this.#random.below(CRASH_WITHIN) } : {});
    let ended: 'well' | 'refused' | 'crashed' = 'well';
    let said = '';
    try {
      act();
    } catch (error) {
      if (error instanceof PowerCut) ended = 'crashed';
      else if (error instanceof CapstanError && EXPECTED.has(error.code)) ended = 'refused';
      else throw error;
      said = messageOf(error);
    }
    simulated.forecast({});
    this.#log.push(`${name}: ${ended}${said && ` (${said})`}`);
    if (ended === 'crashed') {
      simulated.restart(this.#random.below(3) === 0 ? 'kill' : 'power');
      this.#project.forget();
      this.#isRunning = false;
      this.#count('crashes');
    }
    this.#follow(ended, follow);
    const served = this.#project.served();
    if (served !== undefined && !this.#model.state.promoted.has(served))
      this.#violates(`${served} is in the place of what is served, and nothing on the record put it there`);
    return ended;
  }

  #follow(ended: string, follow: (entry: Entry) => string | undefined): void {
    const size = this.#project.size();
    if (size < this.#size) this.#violates(`${this.#size - size} entries lost`);
    const before = this.#model.state.past.length;
    for (const entry of this.#project.entries(this.#size)) {
      const fault = entry.kind === 'ledger-started' ? undefined : follow(entry);
      if (fault !== undefined) this.#violates(fault);
      if (ended === 'refused' && RESTRICTED.test(entry.kind))
        this.#violates(`${entry.kind} refused and recorded`);
      const name = entry.words?.name;
      if (name !== undefined && (entry.kind === 'key-rotated' || entry.kind === 'principal-withdrawn'))
        this.#project.keys.set(name, (this.#project.keys.get(name) ?? 0) + 1);
      if (
        ended === 'crashed' &&
        entry.kind === 'work-resumed' &&
        entry.figures?.['lost-entry'] !== undefined
      ) {
        this.#model.acknowledged(true);
        this.#isUnsureOfLoss = true;
      }
    }
    this.#size = size;
    if (ended === 'crashed' && this.#model.state.past.length > before) this.#isUnsure = true;
  }

  /** From now on nothing of it may be forgotten. */
  #acknowledged(attempt: Attempt | undefined, wasLost: boolean): void {
    this.#model.acknowledged(attempt?.what === 'resume' && wasLost);
    if (attempt?.what === 'revoke') this.#model.revoked.add(attempt.about!);
    if (attempt?.what === 'resume') this.#isUnsureOfLoss = false;
    if (!this.#model.isLost && !this.#isUnsureOfLoss) this.#isUnsure = false;
  }

  #compare(name: string, ended: string, verdict: 'done' | 'refused', isStrict: boolean): void {
    if (ended === 'well' && verdict === 'refused') this.#violates(`${name} was done, expected it refused`);
    if (ended === 'refused') this.#count('refused');
    if (ended === 'refused' && verdict === 'done' && isStrict && !this.#isUnsure)
      this.#violates(`${name} was refused, expected it done`);
  }

  #somebody(): {
    readonly who: string | undefined;
    readonly key: readonly SignerKey[];
    readonly isOwnKey: boolean;
  } {
    const random = this.#random;
    const enrolled = [...this.#model.state.people.keys()];
    if (enrolled.length === 0 || random.below(12) === 0) return { who: undefined, key: [], isOwnKey: false };
    const who = random.below(10) === 0 ? this.#one(NAMES) : this.#one(enrolled);
    const own = this.#project.keys.get(who) ?? 0;
    const kind = random.below(16);
    if (kind === 0) return { who, key: [this.#project.keyOf(who, own + 1)], isOwnKey: false };
    if (kind === 1 && own > 0) return { who, key: [this.#project.keyOf(who, own - 1)], isOwnKey: false };
    if (kind === 2) return { who, key: [], isOwnKey: false };
    // In the name of the true key, by another one.
    const { privateKey } = this.#project.keyOf(who, own + 1);
    if (kind === 3) return { who, key: [{ ...this.#project.keyOf(who), privateKey }], isOwnKey: false };
    return this.#with(who);
  }

  #with(who: string) {
    return { who, key: [this.#project.keyOf(who)], isOwnKey: true };
  }

  #about(what: What): string | undefined {
    const { people, promotion } = this.#model.state;
    if (what === 'enrol') return this.#one(people.size === 0 ? NAMES.slice(0, 2) : NAMES);
    if (what === 'withdraw' || what === 'rotate') return this.#one(NAMES);
    if (what === 'policy') return promotion === 'gate' ? 'people' : 'gate';
    const hashes = [...this.#model.checkpoints.keys()];
    if (what === 'promote' && this.#random.below(4) > 0) return hashes.at(-1);
    const isModel = what === 'promote' || what === 'rollback' || what === 'revoke';
    return isModel && hashes.length > 0 ? this.#one(hashes) : undefined;
  }

  #one<T>(from: readonly T[]): T {
    return from[this.#random.below(from.length)]!;
  }

  #count(what: string): void {
    this.#seen[what] = (this.#seen[what] ?? 0) + 1;
  }

  #violates(what: string): void {
    this.#violations.push(`${what}; after ${this.#log.slice(-LOG_SHOWN).join(' | ')}`);
  }
}

const WHATS: readonly What[] = [
  ...(['pause', 'stop', 'resume', 'promote', 'promote', 'promote', 'rollback', 'revoke'] as const),
  ...(['enrol', 'enrol', 'enrol', 'withdraw', 'rotate', 'policy'] as const),
];
const EXPECTED: ReadonlySet<string> = new Set(['refused', 'usage', 'invalid', 'not-found']);
const RESTRICTED = /^(work|model|principal|policy|key|act)-/;
const LOG_SHOWN = 12;
