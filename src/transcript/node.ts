/** One question of a tree as it is written down: who did what at it, step by step, and what that came to. */

import type { Answer } from '../core/answer.ts';
import type { Verdict as Said } from '../core/verifier.ts';
import type { Action } from '../core/workspace.ts';
import type { TextQuestion } from '../text/question.ts';

/** What one verifier says of an answer. */
export interface Verdict extends Said {
  /** Number of its entry in the ledger, where a person says it. */
  readonly entry?: number;
}

/** As an entry of the ledger names an actor. */
export interface Author {
  readonly kind: 'person' | 'script' | 'model' | 'program';
  /** «person:ada», «model:openai:gpt-5-mini», «script:summarise» */
  readonly id: string;
  /** Of the script, the model or the policy that it followed; of the recording, where one was played back. */
  readonly version?: string;
}

/** What was paid for. Money is in millionths of a dollar. */
export interface Spent {
  readonly calls: number;
  readonly tokens: number;
  readonly micros: number;
  /** Of a person's time. */
  readonly seconds: number;
}

/** One action of the overseer at this question. */
export interface Step {
  readonly action: Action<TextQuestion, string>;
  readonly by: Author;
  /** Who proposed what a person then accepted, edited or replaced. */
  readonly proposed?: {
    readonly action: Action<TextQuestion, string>;
    readonly by: Author;
    readonly edits: number;
  };
  readonly spent: Spent;
  /** Whether it was remembered, and nobody was asked. */
  readonly isMemo: boolean;
  /** ISO 8601 in UTC. */
  readonly began: string;
  readonly ended: string;
  /** Number of its entry in the ledger, where a person acted. */
  readonly entry?: number;
}

export interface TranscriptNode {
  /** SHA-256 in hex of what the node is: the policy, the question, where it stands. */
  readonly id: string;
  /** Who asked it first; undefined at the root. Of others that ask it, it is no child. */
  readonly parent?: string;
  /** 0 at the root. */
  readonly depth: number;
  readonly question: TextQuestion;
  readonly status: 'answered' | 'waiting' | 'cancelled';
  /** Where it was answered. */
  readonly answer?: Answer<string>;
  readonly steps: readonly Step[];
  /** Ids, in the order in which they were asked. */
  readonly children: readonly string[];
  readonly verdicts: readonly Verdict[];
  /** Who put the answer in place of another, and which that was. */
  readonly corrected?: { readonly by: Author; readonly before: Answer<string>; readonly entry?: number };
}
