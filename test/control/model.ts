/** What control means, said again and independently of the program: who may do what, what two people make, what halts work.
 *  It knows nothing of keys, entries or files. It is told what was tried, by whom and in whose hand the key was, and judges
 *  what has come of it. */

export type Role = 'operator' | 'auditor' | 'overseer';
export type What =
  | ('pause' | 'stop' | 'resume' | 'promote' | 'rollback' | 'revoke')
  | ('enrol' | 'withdraw' | 'rotate' | 'policy');

/** Somebody tries something. */
export interface Attempt {
  readonly what: What;
  /** undefined: whoever is at the terminal. */
  readonly who: string | undefined;
  /** Whether the key that signs is the one that counts. */
  readonly isOwnKey: boolean;
  /** A checkpoint, a person, or who promotes. */
  readonly about?: string;
  readonly role?: Role;
}

interface Asked {
  readonly attempt: Attempt;
  /** The halt that was in force. */
  readonly halt: number | undefined;
  readonly expires: number;
  /** Whether the project lacked something then, and resuming means to go on without it. */
  readonly accepts: boolean;
}

export interface Checkpoint {
  readonly passed: boolean;
  readonly parent: string | undefined;
}

/** Of a project: what a backup brings back. */
export class State {
  people = new Map<string, Role>();
  promotion: 'gate' | 'people' = 'gate';
  asked = new Map<number, Asked>();
  /** Number of what halted work. */
  halt: number | undefined;
  /** Acts that must not be forgotten, each with a number of its own that never comes back. */
  past: number[] = [];
  /** Checkpoints that were promoted, or rolled back to. */
  promoted = new Set<string>();

  copy(): State {
    const copy = new State();
    copy.people = new Map(this.people);
    copy.promotion = this.promotion;
    copy.asked = new Map(this.asked);
    copy.halt = this.halt;
    copy.past = [...this.past];
    copy.promoted = new Set(this.promoted);
    return copy;
  }
}

const MAY: { readonly [W in What]: readonly Role[] } = {
  pause: ['operator', 'auditor', 'overseer'],
  stop: ['operator', 'auditor', 'overseer'],
  resume: ['operator'],
  promote: ['operator'],
  rollback: ['operator', 'overseer'],
  revoke: ['operator', 'auditor', 'overseer'],
  enrol: ['operator'],
  withdraw: ['operator'],
  rotate: ['operator', 'auditor', 'overseer'],
  policy: ['operator'],
};
const TWO: readonly What[] = ['resume', 'promote', 'enrol', 'withdraw', 'policy'];

export class Model {
  state = new State();
  now = 0;
  readonly checkpoints = new Map<string, Checkpoint>();
  /** Revocations that were said to have been made: no backup takes them back. */
  readonly revoked = new Set<string>();
  /** The last act that must not be forgotten, of those that were said to have been made. */
  #seen: number | undefined;
  #numbers = 0;

  /** Whether the project lacks what it had. */
  get isLost(): boolean {
    return this.#seen !== undefined && !this.state.past.includes(this.#seen);
  }

  /** Whether work may go on. */
  get mayWork(): boolean {
    return this.state.halt === undefined && !this.isLost;
  }

  /** The command ended well: from now on nothing of it may be forgotten. */
  acknowledged(accepts = false): void {
    const last = this.state.past.at(-1);
    if (last !== undefined && (accepts || !this.isLost)) this.#seen = last;
  }

  isRevoked(checkpoint: string): boolean {
    for (let own: string | undefined = checkpoint; own; own = this.checkpoints.get(own)?.parent)
      if (this.revoked.has(own)) return true;
    return false;
  }

  /** What a try ought to come to at most. */
  verdict({ what, who, isOwnKey, about, role }: Attempt): 'done' | 'waits' | 'refused' {
    const { people, halt } = this.state;
    if (people.size === 0) {
      if (what === 'enrol') return who === about && isOwnKey && role === 'operator' ? 'done' : 'refused';
      return who === undefined && what !== 'withdraw' && what !== 'policy' && what !== 'rotate'
        ? this.#possible(what, about, halt)
        : 'refused';
    }
    const own = who === undefined ? undefined : people.get(who);
    if (own === undefined || !isOwnKey || !MAY[what].includes(own)) return 'refused';
    if (what === 'enrol' && people.has(about!)) return 'refused';
    if (what === 'rotate' && about !== who) return 'refused';
    if (what === 'withdraw') {
      if (!people.has(about!)) return 'refused';
      if (![...people].some(([name, one]) => name !== about && one === 'operator')) return 'refused';
    }
    // What waits may wait while work is halted; it is done after.
    if (TWO.includes(what) && this.#operators().length > 1)
      return this.#possible(what, about, undefined) === 'done' ? 'waits' : 'refused';
    return this.#possible(what, about, halt);
  }

  /** The act itself is on the record, by one. What speaks against that, if anything. */
  did(attempt: Attempt): string | undefined {
    const verdict = this.verdict(attempt);
    if (verdict === 'done') return this.#apply(attempt);
    return `${attempt.what} by ${attempt.who} took effect, expected it ${verdict === 'waits' ? 'to wait for a second person' : 'refused'}`;
  }

  /** A request is on the record. */
  asks(number: number, attempt: Attempt, minutes: number): string | undefined {
    if (this.verdict(attempt) !== 'waits')
      return `${attempt.what} by ${attempt.who} waits, expected otherwise`;
    this.state.asked.set(number, {
      attempt,
      halt: this.state.halt,
      expires: this.now + minutes,
      accepts: this.isLost,
    });
    return undefined;
  }

  /** What approving would come to. */
  approval(number: number, who: string | undefined, isOwnKey: boolean): 'done' | 'refused' {
    const asked = this.state.asked.get(number);
    if (!asked || who === undefined || !isOwnKey || this.now > asked.expires) return 'refused';
    const { attempt, halt } = asked;
    if (this.verdict({ ...attempt, who, isOwnKey }) === 'refused') return 'refused';
    const first = this.state.people.get(attempt.who!);
    const people = new Set([who, ...(first === 'operator' ? [attempt.who] : [])]);
    if (people.size < Math.min(2, this.#operators().length)) return 'refused';
    const { halt: now } = this.state;
    if (attempt.what === 'promote' && now !== undefined) return 'refused';
    return attempt.what === 'resume' && now !== undefined && now !== halt ? 'refused' : 'done';
  }

  /** The act is on the record that the request asked for. */
  completes(number: number, who: string | undefined, isOwnKey: boolean): string | undefined {
    if (this.approval(number, who, isOwnKey) !== 'done')
      return `request ${number} was completed by ${who}, expected that refused`;
    const { attempt } = this.state.asked.get(number)!;
    this.state.asked.delete(number);
    return this.#apply(attempt);
  }

  /** A run's gate has promoted it. */
  promotedByGate(checkpoint: string): string | undefined {
    const fault = this.#promotionFault(checkpoint);
    if (this.state.promotion !== 'gate') return `${checkpoint} was promoted by its gate, expected people`;
    this.state.promoted.add(checkpoint);
    return fault;
  }

  #possible(what: What, about: string | undefined, halt: number | undefined): 'done' | 'refused' {
    if (what !== 'promote') return 'done';
    return halt === undefined && this.checkpoints.get(about!)?.passed ? 'done' : 'refused';
  }

  #apply({ what, about, role }: Attempt): string | undefined {
    const { state } = this;
    let fault: string | undefined;
    const number = ++this.#numbers;
    if (what !== 'promote') state.past.push(number);
    if (what === 'pause' || what === 'stop') state.halt = number;
    if (what === 'resume') state.halt = undefined;
    if (what === 'enrol') state.people.set(about!, role!);
    if (what === 'withdraw') state.people.delete(about!);
    if (what === 'policy') state.promotion = about as State['promotion'];
    if (what === 'promote') fault = this.#promotionFault(about!);
    if (what === 'rollback' && this.isRevoked(about!)) fault = `rolled back to ${about}, which is revoked`;
    if (what === 'promote' || what === 'rollback') state.promoted.add(about!);
    return fault;
  }

  #promotionFault(checkpoint: string): string | undefined {
    if (!this.checkpoints.get(checkpoint)?.passed) return `${checkpoint} was promoted, and skipped its gate`;
    if (this.isRevoked(checkpoint)) return `${checkpoint} was promoted, and is revoked`;
    return this.mayWork ? undefined : `${checkpoint} was promoted while work was halted`;
  }

  #operators(): readonly string[] {
    return [...this.state.people].filter(([, role]) => role === 'operator').map(([name]) => name);
  }
}
