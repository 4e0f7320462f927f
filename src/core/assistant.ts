/** X and H, the two roles of IDA. Both work on batches: a network answers a thousand questions in one pass.
 *
 *  `origin` says where answers come from. Whatever is built from a part that knows the ground truth knows it too:
 *  combinators join origins, so a training target can always tell whether truth leaked into it. */

import type { Answer } from './answer.ts';
import type { Scope } from './budget.ts';
import type { Action, Workspace } from './workspace.ts';

export interface Origin {
  /** How people call it: «H», «X₃», «Amplify^H(X₃)». */
  readonly name: string;
  /** Whether ground truth shaped it. Such answers may serve as a baseline, never as a model. */
  readonly groundTruth: boolean;
  /** Another where the same question or workspace may be answered otherwise: by the policy, the prompt, the model. */
  readonly version?: string;
}

/** X: answers alone, one answer per question, in order. */
export interface Assistant<Q, A> {
  readonly origin: Origin;
  answer(questions: readonly Q[], scope: Scope): Promise<readonly Answer<A>[]>;
}

/** H: a function from workspaces to actions, one action per workspace, in order. It sees nothing else. */
export interface Overseer<Q, A> {
  readonly origin: Origin;
  act(workspaces: readonly Workspace<Q, A>[], scope: Scope): Promise<readonly Action<Q, A>[]>;
}

/** Answers simple questions from the facts, and no others: "simple questions are answered by the environment"
 *  (Christiano et al. 2018, appendix on tasks). Undefined where the question is not simple. */
export type Environment<Q, A> = (question: Q) => Answer<A> | undefined;

export interface Claim<Q, A> {
  readonly question: Q;
  readonly answer: A;
}

/** Whether each claim stands, in order. */
export type Check<Q, A> = (claims: readonly Claim<Q, A>[], scope: Scope) => Promise<readonly boolean[]>;
