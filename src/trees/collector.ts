/** The tree as it is written down, put together from what is told while it is walked: who acted in which workspace, what
 *  came of each question, what verifiers said. A question that several ask at one depth is one node, below whoever asked
 *  first. */

import type { Answer } from '../core/answer.ts';
import type { Scope } from '../core/budget.ts';
import type { Transcript, Workspace } from '../core/workspace.ts';
import { plainQuestion, type TextQuestion } from '../text/question.ts';
import type { Step, TranscriptNode, Verdict } from '../transcript/node.ts';
import type { Correction } from './memory.ts';

type Text = Workspace<TextQuestion, string>;

type SaidOf = (question: TextQuestion, answer: Answer<string>) => readonly Verdict[];

export class Collector {
  readonly #idOf: (question: TextQuestion, depth: number) => string;
  readonly #saidOf: SaidOf;
  readonly #nodes = new Map<string, Draft>();

  /** `idOf`: of the node of a question with so many levels below it. `saidOf`: what people say of an answer. */
  constructor(idOf: (question: TextQuestion, depth: number) => string, saidOf: SaidOf = () => []) {
    this.#idOf = idOf;
    this.#saidOf = saidOf;
  }

  /** An overseer, or whoever answers alone, acted in that workspace. */
  stepped({ question, exchanges }: Text, step: Step, { depth }: Scope): void {
    this.#draft(question, depth).steps.set(exchanges.length, step);
  }

  answered({ question, answer }: Transcript<TextQuestion, string>, { depth }: Scope): void {
    this.#draft(question, depth).answer = answer;
  }

  /** What verifiers said, and what whoever asked sees then: nothing yet, where verification waits. */
  settled(
    question: TextQuestion,
    answer: Answer<string> | undefined,
    verdicts: readonly Verdict[],
    { depth }: Scope,
  ): void {
    const draft = this.#draft(question, depth);
    draft.verdicts = verdicts;
    draft.answer = answer;
  }

  corrected(question: TextQuestion, correction: Correction<string>, { depth }: Scope): void {
    this.#draft(question, depth).correction = correction;
  }

  /** The nodes below the root and itself, parents before children. */
  *nodes(root: TextQuestion, levels: number): Generator<TranscriptNode> {
    const places = new Map<string, Place>([[this.#idOf(root, levels), { depth: 0, question: root }]]);
    for (const [id, place] of places) {
      const draft = this.#draft(place.question, levels - place.depth); // of one that waits, nothing was told
      const steps = [...draft.steps].sort(([a], [b]) => a - b).map(([, step]) => step);
      const asked = steps.flatMap(({ action }) => (action.kind === 'ask' ? action.questions : []));
      const children: string[] = []; // those that nobody asked before
      for (const question of asked) {
        const child = this.#idOf(question, levels - place.depth - 1);
        if (places.has(child)) continue;
        places.set(child, { depth: place.depth + 1, parent: id, question });
        children.push(child);
      }
      const verdicts = [...draft.verdicts, ...this.#peoples(draft)];
      yield nodeOf(id, place, { ...draft, verdicts }, steps, children);
    }
  }

  /** Of the answer that stands; where it was rejected, of the one that was. */
  #peoples({ question, answer, correction }: Draft): readonly Verdict[] {
    const stands = correction?.answer ?? answer;
    const isRejected = stands?.kind === 'unknown' && stands.reason === 'rejected';
    const about = correction && isRejected ? correction.before : stands;
    return about ? this.#saidOf(question, about) : [];
  }

  #draft(question: TextQuestion, depth: number): Draft {
    const key = this.#idOf(question, depth);
    let draft = this.#nodes.get(key);
    if (!draft) {
      draft = { question, steps: new Map(), verdicts: [] };
      this.#nodes.set(key, draft);
    }
    return draft;
  }
}

interface Place {
  readonly depth: number;
  readonly parent?: string;
  readonly question: TextQuestion;
}

interface Draft {
  readonly question: TextQuestion;
  /** By how many exchanges there were before. */
  readonly steps: Map<number, Step>;
  verdicts: readonly Verdict[];
  answer?: Answer<string> | undefined;
  correction?: Correction<string>;
}

function nodeOf(
  id: string,
  place: Place,
  { verdicts, answer, correction }: Draft,
  steps: readonly Step[],
  children: readonly string[],
): TranscriptNode {
  const final = correction?.answer ?? answer;
  return {
    id,
    ...place,
    question: plainQuestion(place.question),
    status: final ? 'answered' : 'waiting',
    ...(final && { answer: final }),
    steps: steps.map(plainStep),
    ...{ children, verdicts },
    ...(correction && {
      corrected: {
        by: correction.by,
        before: correction.before,
        ...(correction.entry !== undefined && { entry: correction.entry }),
      },
    }),
  };
}

function plainStep(step: Step): Step {
  const plain = (action: Step['action']): Step['action'] =>
    action.kind === 'ask' ? { ...action, questions: action.questions.map(plainQuestion) } : action;
  const { action, proposed } = step;
  return {
    ...step,
    action: plain(action),
    ...(proposed && { proposed: { ...proposed, action: plain(proposed.action) } }),
  };
}
