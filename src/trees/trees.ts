/** Question trees of a project that last: who sits where, what is remembered, what waits for whom. A tree that cannot go on
 *  rests on the disk and takes no memory; asked again, it goes on from there. */

import { amplify } from '../amplify/amplify.ts';
import { escalate } from '../amplify/escalate.ts';
import { type Remedy, type VerifiedOptions, verified } from '../amplify/verified.ts';
import { nobody } from '../assistants/nobody.ts';
import type { Answer } from '../core/answer.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import type { Scope } from '../core/budget.ts';
import type { Verdict, Verifier } from '../core/verifier.ts';
import { Waiting } from '../core/waiting.ts';
import { Database, type DatabaseOptions } from '../storage/database.ts';
import { questionKey, type TextQuestion } from '../text/question.ts';
import type { TranscriptNode } from '../transcript/node.ts';
import { Collector } from './collector.ts';
import { INBOX_SCHEMA, Inbox } from './inbox.ts';
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
  readonly verifiers?: readonly Verifier<Text, string>[];
}

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

/** The answers that pass; of one that does not, what is made of it with the reason shown, or what whoever is above says. */
function checked(
  inner: Assistant<Text, string>,
  verifiers: readonly Verifier<Text, string>[],
  above: Assistant<Text, string> | undefined,
  tell: Collector | undefined,
): Assistant<Text, string> {
  const remedies: readonly Remedy<Text, string>[] = [
    { kind: 'show', times: 1, question: shown },
    ...(above ? [{ kind: 'escalate' as const, assistant: above }] : []),
  ];
  const around = (observe?: VerifiedOptions<Text, string>['observe']) =>
    verified(inner, verifiers, { unsure: 'pass', remedies, ...(observe && { observe }) });
  return {
    origin: around().origin,
    async answer([question], scope) {
      const [answer] = await around(({ verdicts }) => tell?.verified(question!, verdicts, scope)).answer(
        [question!],
        scope,
      );
      tell?.settled(question!, answer!, scope);
      return [answer!];
    },
  };
}

/** The question, with an answer that was rejected and why. */
function shown(question: Text, rejected: string, verdicts: readonly Verdict[]): Text {
  const reasons = verdicts.flatMap(({ kind, reason }) => (kind === 'pass' || !reason ? [] : [reason]));
  const text = `${question.text}\n\nThis answer was rejected: ${rejected}\nBecause: ${reasons.join('; ')}`;
  return { ...question, text };
}

export class Trees {
  readonly memory: Memory<Text, string>;
  readonly inbox: Inbox<Text, string>;
  readonly verdicts: Verdicts<Text, string>;
  readonly #database: Database;
  readonly #slots: Slots;
  readonly #now: () => string;
  readonly #passing: Room<Text, string>['passing'] = new Map();

  private constructor(database: Database, { concurrency = CONCURRENCY, now }: TreesOptions) {
    this.#database = database;
    this.memory = new Memory(database, questionKey);
    this.inbox = new Inbox(this.memory);
    this.verdicts = new Verdicts(this.memory);
    this.#slots = new Slots(concurrency);
    this.#now = now;
  }

  /** The file is made if there is none. */
  static open(path: string, options: TreesOptions): Trees {
    return new Trees(Database.open(path, SCHEMA + INBOX_SCHEMA + VERDICTS_SCHEMA, options), options);
  }

  /** Goes as far as it can; what it comes to is on the disk before it is given. */
  async answer(root: Text, plan: Plan, run: string, scope: Scope): Promise<Outcome> {
    this.memory.refresh();
    this.#passing.clear();
    try {
      const [answer] = await this.#tree(plan, this.#room(run)).answer([root], scope);
      return { kind: 'answered', answer: answer! };
    } catch (error) {
      if (error instanceof Waiting) return { kind: 'waiting', items: error.items };
      throw error;
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
    };
  }

  #tree(plan: Plan, room: Room<Text, string>, tell?: Collector): Assistant<Text, string> {
    const { policy, overseer, above, assistant, isSimple, verifiers = [] } = plan;
    const own = seated(overseer, room);
    const h = above ? escalate(own, seated(above, room)) : own;
    const person = above && amplify<Text, string>(seated(above, room), nobody);
    const x = assistant ? told(seated(assistant, room), tell) : nobody;
    return tree(h, x, {
      ...{ memory: this.memory, policy },
      ...(isSimple && { isSimple }),
      ...(verifiers.length > 0 && {
        around: (inner: Assistant<Text, string>) => checked(inner, verifiers, person, tell),
      }),
      ...(tell && { tell }),
    });
  }
}
