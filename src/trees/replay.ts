/** A transcript tree played back: what was done in each of its workspaces, what each of its questions came to, and who is on
 *  record for it. A correction stands in place of what it corrected, and what passed verification in place of what did
 *  not. */

import { canonical, type Json } from '../base/canonical.ts';
import type { Answer } from '../core/answer.ts';
import { type Action, type Exchange, reply, type Workspace } from '../core/workspace.ts';
import { questionKey, type TextQuestion } from '../text/question.ts';
import type { Author, TranscriptNode } from '../transcript/node.ts';

type Text = Workspace<TextQuestion, string>;

export interface ReplayedAction {
  readonly action: Action<TextQuestion, string>;
  readonly by: Author;
}

export interface ReplayedAnswer {
  readonly answer: Answer<string>;
  readonly by: Author;
}

export interface Replay {
  /** Undefined where none is on record. */
  readonly action: (workspace: Text) => ReplayedAction | undefined;
  readonly answer: (question: TextQuestion) => ReplayedAnswer | undefined;
}

/** Of the nodes of one tree or several. With `by` only what that author did; of two actions in the same workspace the first
 *  counts. */
export function replayOf(trees: readonly (readonly TranscriptNode[])[], by?: string): Replay {
  const actions = new Map<string, ReplayedAction>();
  const answers = new Map<string, ReplayedAnswer>();
  const put = <T extends { readonly by: Author }>(map: Map<string, T>, key: string, one: T): void => {
    if (!map.has(key) && (by === undefined || one.by.id === by)) map.set(key, one);
  };
  const note = (node: TranscriptNode, places: Places): void => {
    const { question, answer, corrected, steps } = node;
    for (const { workspace, ...one } of stepsOf(node, places)) put(actions, workspaceKey(workspace), one);
    const last = steps.at(-1);
    const author = corrected?.by ?? last?.by;
    // What was said and rejected is rejected again.
    const said = [answer, last?.action.kind === 'reply' ? last.action.answer : undefined].find(isSaid);
    if (author && said) put(answers, questionKey(question), { answer: said, by: author });
  };
  for (const nodes of trees) {
    const places = new Places(nodes);
    for (const node of nodes) note(node, places);
  }
  return {
    action: (workspace) => actions.get(workspaceKey(workspace)),
    answer: (question) => answers.get(questionKey(question)),
  };
}

/** That nobody could be reached, or the money was spent, is nothing that anybody said. */
function isSaid(answer: Answer<string> | undefined): boolean {
  return answer?.kind === 'known' || answer?.reason === 'unsure';
}

/** What was done at a node, each step with the workspace that it was done in, as far as what it asked was answered. */
function* stepsOf(
  node: TranscriptNode,
  places: Places,
): Generator<ReplayedAction & { readonly workspace: Text }> {
  const { question, answer, corrected, steps } = node;
  const exchanges: Exchange<TextQuestion, string>[] = [];
  if (corrected && answer) {
    yield { workspace: { question, exchanges }, action: reply(answer), by: corrected.by };
    return;
  }
  for (const { action, by } of steps) {
    const isRepaired = action.kind === 'reply' && answer?.kind === 'known';
    yield {
      workspace: { question, exchanges: [...exchanges] },
      action: isRepaired ? reply(answer) : action,
      by,
    };
    if (action.kind !== 'ask') return;
    for (const asked of action.questions) {
      const found = places.answerTo(node, asked);
      if (!found) return;
      exchanges.push({ question: asked, answer: found });
    }
  }
}

/** Where the answers to what was asked stand: at a child, or at the child of whoever asked the same first. */
class Places {
  readonly #byId = new Map<string, TranscriptNode>();
  readonly #byPlace = new Map<string, TranscriptNode>();

  constructor(nodes: readonly TranscriptNode[]) {
    for (const node of nodes) {
      this.#byId.set(node.id, node);
      const place = placeKey(node.depth, node.question);
      if (!this.#byPlace.has(place)) this.#byPlace.set(place, node);
    }
  }

  answerTo({ children, depth }: TranscriptNode, question: TextQuestion): Answer<string> | undefined {
    const key = questionKey(question);
    const own = children.find((id) => questionKey(this.#byId.get(id)!.question) === key);
    const node = own === undefined ? this.#byPlace.get(placeKey(depth + 1, question)) : this.#byId.get(own);
    return node?.answer;
  }
}

function placeKey(depth: number, question: TextQuestion): string {
  return `${depth} ${questionKey(question)}`;
}

function workspaceKey({ question, exchanges }: Text): string {
  const heard = exchanges.map((exchange) => [questionKey(exchange.question), exchange.answer]);
  return canonical([questionKey(question), heard] as unknown as Json);
}
