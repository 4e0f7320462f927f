/** A tree that is large, has people in it, and is known in advance: question q asks q0 … q3 down to a depth, each answers how
 *  many there are below and itself; every 97th is handed to people. */

import { known } from '../../src/core/answer.ts';
import type { Claim, Overseer } from '../../src/core/assistant.ts';
import type { Verifier } from '../../src/core/verifier.ts';
import type { Action, Workspace } from '../../src/core/workspace.ts';
import type { TextQuestion } from '../../src/text/question.ts';

export interface Shape {
  readonly depth: number;
  readonly fan: number;
}

export const MODEL_VERSION = 'v';
export const CRITIC_VERSION = 'c';
export const ROOT: TextQuestion = { text: 'q' };

/** How many questions there are. */
export function sizeOf({ depth, fan }: Shape): number {
  return (fan ** (depth + 1) - 1) / (fan - 1);
}

export function isForPeople({ text }: TextQuestion): boolean {
  return Number.parseInt(text.slice(1) || '0', 8) % 97 === 96;
}

export function actAt(
  { depth, fan }: Shape,
  workspace: Workspace<TextQuestion, string>,
): Action<TextQuestion, string> {
  const { question, exchanges } = workspace;
  const level = question.text.length - 1;
  if (level < depth && exchanges.length === 0)
    return {
      kind: 'ask',
      questions: Array.from({ length: fan }, (_, i) => ({ text: `${question.text}${i}` })),
    };
  const below = exchanges.reduce(
    (sum, { answer }) => sum + (answer.kind === 'known' ? Number(answer.value) : Number.NaN),
    0,
  );
  return { kind: 'reply', answer: known(`${below + 1}`) };
}

/** Takes its time for the first look at each question, as a model does; `began` is told each such call. */
export function model(
  shape: Shape,
  milliseconds: number,
  began: (question: TextQuestion) => void,
): Overseer<TextQuestion, string> {
  return {
    origin: { name: 'model', groundTruth: false },
    async act(workspaces) {
      const [workspace] = workspaces as [Workspace<TextQuestion, string>];
      if (workspace.exchanges.length === 0) {
        began(workspace.question);
        await new Promise((resolve) => setTimeout(resolve, milliseconds));
        if (isForPeople(workspace.question)) return [{ kind: 'escalate', reason: 'one of 97' }];
      }
      return [actAt(shape, workspace)];
    },
  };
}

/** Takes its time for each claim, and lets it pass. */
export function critic(
  milliseconds: number,
  began: (claim: Claim<TextQuestion, string>) => void,
): Verifier<TextQuestion, string> {
  return {
    ...{ name: 'critic', groundTruth: false, version: CRITIC_VERSION },
    async verify(claims) {
      for (const claim of claims) began(claim);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      return claims.map(() => ({ verifier: 'critic', kind: 'pass' }));
    },
  };
}
