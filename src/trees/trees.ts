/** Question trees of a project that last: who sits where, what is remembered, what waits for whom. A tree that cannot go on
 *  rests on the disk and takes no memory; asked again, it goes on from there. */

import { amplify } from '../amplify/amplify.ts';
import { escalate } from '../amplify/escalate.ts';
import { nobody } from '../assistants/nobody.ts';
import type { Answer } from '../core/answer.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import type { Scope } from '../core/budget.ts';
import type { Verifier } from '../core/verifier.ts';
import { Waiting } from '../core/waiting.ts';
import { Database, type DatabaseOptions } from '../storage/database.ts';
import { questionKey, type TextQuestion } from '../text/question.ts';
import type { TranscriptNode } from '../transcript/node.ts';
import { checked, type RemedyKind } from './checked.ts';
import { Collector } from './collector.ts';
import { INBOX_SCHEMA, Inbox } from './inbox.ts';
import { judged } from './judged.ts';
import { Memory, SCHEMA } from './memory.ts';
import { type Room, type Seat, seated } from './seat.ts';
import { Slots } from './slots.ts';
import { tree } from './tree.ts';
import { VERDICTS_SCHEMA, Verdicts } from './verdicts.ts';

type Text = TextQuestion;

/** How a question is answered. */
export interface Plan {
  /** Version of all of it: an answer under one says nothing about another. */
  readonly policy: string;
  readonly overseer: Seat<Text, string>;
  /** Who decides what the overseer hands upwards. */
  readonly above?: Seat<Text, string>;
  /** X. Without it, nobody. */
  readonly assistant?: Seat<Text, string>;
  readonly isSimple?: (question: Text) => boolean;
  /** Each answer passes these, in order, before whoever asked sees it; one that is made of others has those remembered that it
   *  hands to `remembered`. */
  readonly verifiers?: readonly (TextVerifier | ((remembered: Remembered) => TextVerifier))[];
  /** What is done about one that does not. Without it, what `checked` does. */
  readonly remedies?: readonly RemedyKind[];
}

type TextVerifier = Verifier<Text, string>;
type Remembered = (verifier: TextVerifier) => TextVerifier;

export type Outcome =
  | { readonly kind: 'answered'; readonly answer: Answer<string> }
  /** `items`: keys of what waits in the inbox. */
  | { readonly kind: 'waiting'; readonly items: readonly string[] };

export interface TreesOptions extends DatabaseOptions {
  /** Calls of models at a time. */
  readonly concurrency?: number;
  /** ISO 8601 in UTC. */
  readonly now: () => string;
}

const CONCURRENCY = 32;

/** X, whose answers are told. */
function told(overseer: Overseer<Text, string>, tell: Collector | undefined): Assistant<Text, string> {
  if (!tell) return amplify<Text, string>(overseer, nobody);
  return {
    origin: overseer.origin,
    answer: (questions, scope) =>
      amplify<Text, string>(overseer, nobody, {
        record: (transcript) => tell.answered(transcript, scope),
      }).answer(questions, scope),
  };
}

/** Whoever asks it hears «unknown», and so does whoever reads the tree. */
function nobodyTold(tell: Collector): Assistant<Text, string> {
  return {
    origin: nobody.origin,
    async answer(questions, scope) {
      const answers = await nobody.answer(questions, scope);
      for (const [i, question] of questions.entries())
        tell.answered({ question, exchanges: [], answer: answers[i]! }, scope);
      return answers;
    },
  };
}

export class Trees {
  readonly memory: Memory<Text, string>;
  readonly inbox: Inbox<Text, string>;
  readonly verdicts: Verdicts<Text, string>;
  readonly #database: Database;
  readonly #slots: Slots;
  readonly #concurrency: number;
  readonly #now: () => string;
  readonly #passing: Room<Text, string>['passing'] = new Map();
  readonly #unjudged: Room<Text, string>['unjudged'] = new Map();
  readonly #anew = new Set<string>();

  private constructor(database: Database, { concurrency = CONCURRENCY, now }: TreesOptions) {
    this.#database = database;
    this.memory = new Memory(database, questionKey);
    this.inbox = new Inbox(this.memory);
    this.verdicts = new Verdicts(this.memory);
    this.#slots = new Slots(concurrency);
    this.#concurrency = concurrency;
    this.#now = now;
  }

  /** The file is made if there is none. */
  static open(path: string, options: TreesOptions): Trees {
    return new Trees(Database.open(path, SCHEMA + INBOX_SCHEMA + VERDICTS_SCHEMA, options), options);
  }

  /** Goes as far as it can; what it comes to is on the disk before it is given. */
  async answer(root: Text, plan: Plan, run: string, scope: Scope): Promise<Outcome> {
    let outcome: Outcome | undefined;
    await this.answerEach([{ root, scope }], plan, run, (_, one) => {
      outcome = one;
    });
    return outcome!; // told, or the promise is broken
  }

  /** Several trees at the same time, which ask nobody twice; what they share of a budget their scopes say. `tell` has each by
   *  its place as soon as it has gone as far as it can; all of it is on the disk when the promise is kept. */
  async answerEach(
    asked: readonly { readonly root: Text; readonly scope: Scope }[],
    plan: Plan,
    run: string,
    tell: (place: number, outcome: Outcome) => void | Promise<void>,
  ): Promise<void> {
    this.memory.refresh();
    this.#passing.clear();
    this.#unjudged.clear();
    this.#anew.clear();
    const tree = this.#tree(plan, this.#room(run));
    const outcomeOf = async ({ root, scope }: (typeof asked)[number]): Promise<Outcome> => {
      try {
        const [answer] = await tree.answer([root], scope);
        return { kind: 'answered', answer: answer! };
      } catch (error) {
        if (error instanceof Waiting) return { kind: 'waiting', items: error.items };
        throw error;
      }
    };
    // So many at a time that all calls can be under way: what was begun is finished before more is begun.
    const waiting = asked.entries();
    let isBroken = false;
    const work = async (): Promise<void> => {
      for (const [place, one] of waiting) {
        if (isBroken) return;
        try {
          await tell(place, await outcomeOf(one));
        } catch (error) {
          isBroken = true;
          throw error;
        }
      }
    };
    try {
      // Where one fails those under way come to an end first: nothing goes on that nobody waits for.
      const workers = Array.from({ length: Math.min(asked.length, this.#concurrency) }, work);
      for (const end of await Promise.allSettled(workers)) if (end.status === 'rejected') throw end.reason;
    } finally {
      await this.memory.settle();
      await this.#database.synced();
    }
  }

  /** The tree as far as it got, walked once more. Whatever would be asked anew is left as it is. */
  async transcript(root: Text, plan: Plan, run: string, scope: Scope): Promise<readonly TranscriptNode[]> {
    const collector = new Collector(
      (question, depth) => this.memory.answerKey(plan.policy, question, depth),
      this.verdicts.all(),
    );
    const tell: Room<Text, string>['tell'] = (workspace, decision, isMemo, at) => {
      const { action, by, proposed, spent, began, ended, entry } = decision;
      const own = { ...(proposed && { proposed }), ...(entry !== undefined && { entry }) };
      collector.stepped(workspace, { action, by, spent, isMemo, began, ended, ...own }, at);
    };
    const room = { ...this.#room(run), tell, isClosed: true };
    try {
      await this.#tree(plan, room, collector).answer([root], scope);
    } catch (error) {
      if (!(error instanceof Waiting)) throw error;
    }
    return [...collector.nodes(root, scope.depth)];
  }

  /** Whether another process has written since the last look. */
  get version(): number {
    return this.#database.version;
  }

  close(): void {
    this.#database.close();
  }

  #room(run: string): Room<Text, string> {
    return {
      memory: this.memory,
      inbox: this.inbox,
      slots: this.#slots,
      run,
      now: this.#now,
      passing: this.#passing,
      unjudged: this.#unjudged,
    };
  }

  #tree(plan: Plan, room: Room<Text, string>, tell?: Collector): Assistant<Text, string> {
    const { policy, overseer, above, assistant, isSimple, verifiers = [], remedies } = plan;
    const own = seated(overseer, room);
    const h = above ? escalate(own, seated(above, room)) : own;
    const person = above && amplify<Text, string>(seated(above, room), nobody);
    const x = assistant ? told(seated(assistant, room), tell) : tell ? nobodyTold(tell) : nobody;
    const remembered: Remembered = (verifier) => judged(verifier, room);
    const options = {
      verifiers: verifiers.map((one) => (typeof one === 'function' ? one(remembered) : remembered(one))),
      ...{ remedies, above: person, tell },
      lean: (question: Text, on: Text) => this.memory.lean(question, on),
    };
    return tree(h, x, {
      ...{ memory: this.memory, policy, anew: this.#anew },
      ...(isSimple && { isSimple }),
      ...(verifiers.length > 0 && {
        around: (inner: Assistant<Text, string>, apart: Assistant<Text, string>) =>
          checked(inner, { ...options, apart }),
      }),
      ...(tell && { tell }),
    });
  }
}
