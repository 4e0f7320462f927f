/** The rows that a transcript tree has to give. An assistant learns from verified answers (sft), an overseer from what was
 *  asked next (decomposition) and from what people changed (dpo), a verifier from verdicts (steps). */

import { canonical, type Json } from '../base/canonical.ts';
import type { Answer } from '../core/answer.ts';
import type { Action } from '../core/workspace.ts';
import { questionKey, type TextQuestion } from '../text/question.ts';
import type { Author, TranscriptNode } from '../transcript/node.ts';
import type { TreeHeader } from '../transcript/tree.ts';
import { type Behind, type Placed, placed, seenBy, united, verifying } from './behind.ts';
import { type Contents, contentHash, hashOf, type Message, type Provenance, type RowKind } from './row.ts';
import { comparisonKey } from './words.ts';

/** A row before it is known in which dataset it stands. */
export interface Draft {
  readonly kind: RowKind;
  readonly content: Contents[RowKind];
  readonly provenance: Omit<Provenance, 'dataset_version' | 'split' | 'license'>;
  readonly question: TextQuestion;
}

export interface RowsOptions {
  /** Whether answers are learned from that no verifier has let pass; never those that one has failed. */
  readonly unverified: boolean;
}

/** In front of what an overseer sees. */
export const OVERSEER_PROMPT =
  'You oversee one question at a time. Reply with one JSON object: {"ask": [questions]} to have smaller questions answered, {"reply": answer} to answer, {"escalate": reason} to hand it upwards.';

export function* rowsOf(
  { header, nodes }: { readonly header: TreeHeader; readonly nodes: readonly TranscriptNode[] },
  options: RowsOptions,
): Generator<Draft> {
  const rootKey = comparisonKey(nodes[0]!.question);
  for (const place of placed(header, nodes)) {
    const about = new About(place, header, rootKey);
    const { verdict } = about;
    const isLetPass = verdict === 'pass' || (options.unverified && verdict !== 'fail');
    if (isLetPass) {
      yield* sft(about);
      yield* decompositions(about);
    }
    // A person's word is a verification, unless a verifier says otherwise.
    for (const draft of preferences(about))
      if (isLetPass || (verdict !== 'fail' && draft.provenance.overseer_kind === 'person')) yield draft;
    yield* stepLabels(about);
  }
}

class About {
  readonly place: Placed;
  readonly node: TranscriptNode;
  readonly verdict: Provenance['verdict'];
  readonly #header: TreeHeader;
  readonly #rootKey: string;

  constructor(place: Placed, header: TreeHeader, rootKey: string) {
    this.place = place;
    this.node = place.node;
    this.verdict = verdictOn(place.node);
    this.#header = header;
    this.#rootKey = rootKey;
  }

  draft<K extends RowKind>(kind: K, content: Contents[K], at: string, by: Author, behind: Behind): Draft {
    const { node } = this;
    const run = this.#header.run ?? this.#header.root;
    const content_hash = contentHash(kind, content);
    const { people, models, entries } = united(behind, verifying(node));
    return {
      kind,
      content,
      question: node.question,
      provenance: {
        id: hashOf([kind, run, node.id, at, content_hash]),
        run_id: run,
        node_id: node.id,
        parent_id: node.parent ?? null,
        depth: node.depth,
        root_key: this.#rootKey,
        overseer_kind: by.kind,
        overseer_id: by.id,
        verdict: this.verdict,
        verifier_ids: [...new Set(node.verdicts.map(({ verifier }) => verifier))].sort(),
        teacher_model: by.kind === 'model' ? by.id : null,
        people: [...people].sort(),
        models: [...models].sort(),
        entries: [...entries].sort((a, b) => a - b),
        content_hash,
      },
    };
  }

  /** Whoever gave the answer that stands. */
  get answerer(): Author {
    const { corrected, steps } = this.node;
    return corrected?.by ?? steps.at(-1)?.by ?? NOBODY;
  }
}

const NOBODY: Author = { kind: 'program', id: 'program:capstan' };

function* sft(about: About): Generator<Draft> {
  const { question, answer } = about.node;
  if (answer?.kind !== 'known') return;
  const messages = [user(shownQuestion(question)), assistant(answer.value)];
  const { asked, answered } = about.place;
  yield about.draft('sft', { messages }, 'answer', about.answerer, united(asked, answered));
}

function* decompositions(about: About): Generator<Draft> {
  for (const [i, { action, by }] of about.node.steps.entries()) {
    const prompt = action.kind === 'ask' ? workspaceBefore(about.place, i) : undefined;
    if (action.kind !== 'ask' || prompt === undefined) continue;
    const content = {
      prompt,
      completion: [assistant(shownAction(action))],
      sub_questions: action.questions.map(({ text }) => text),
    };
    yield about.draft('decomposition', content, `step ${i}`, by, seenBy(about.place, i));
  }
}

function* preferences(about: About): Generator<Draft> {
  const { node, place } = about;
  const { answer, corrected, question } = node;
  if (
    corrected?.before.kind === 'known' &&
    answer?.kind === 'known' &&
    answer.value !== corrected.before.value
  )
    yield about.draft(
      'dpo',
      {
        prompt: [user(shownQuestion(question))],
        chosen: [assistant(answer.value)],
        rejected: [assistant(corrected.before.value)],
      },
      'correction',
      corrected.by,
      united(place.asked, place.answered),
    );
  for (const [i, { action, by, proposed }] of node.steps.entries()) {
    const [chosen, rejected] = [shownAction(action), proposed && shownAction(proposed.action)];
    if (rejected === undefined || chosen === rejected) continue;
    const prompt = workspaceBefore(place, i);
    if (prompt === undefined) continue;
    const content = { prompt, chosen: [assistant(chosen)], rejected: [assistant(rejected)] };
    yield about.draft('dpo', content, `proposal ${i}`, by, seenBy(place, i));
  }
}

function* stepLabels(about: About): Generator<Draft> {
  const { node, place, verdict } = about;
  const completions: string[] = [];
  const labels: boolean[] = [];
  for (const { node: child } of place.childrenOf.flat()) {
    const said = verdictOn(child);
    if (child.answer?.kind !== 'known' || (said !== 'pass' && said !== 'fail')) continue;
    completions.push(`Q: ${child.question.text}\nA: ${child.answer.value}`);
    labels.push(said === 'pass');
  }
  if (node.answer?.kind === 'known' && (verdict === 'pass' || verdict === 'fail')) {
    completions.push(`A: ${node.answer.value}`);
    labels.push(verdict === 'pass');
  }
  if (labels.length === 0) return;
  const content = { prompt: shownQuestion(node.question), completions, labels };
  yield about.draft('steps', content, 'steps', about.answerer, united(place.asked, place.answered));
}

/** One failure is one too many. */
function verdictOn({ verdicts }: TranscriptNode): Provenance['verdict'] {
  for (const kind of ['fail', 'pass', 'unsure'] as const)
    if (verdicts.some((verdict) => verdict.kind === kind)) return kind;
  return 'none';
}

/** What the overseer saw at that step, as a conversation; undefined if an answer is missing. */
function workspaceBefore({ node, childrenOf }: Placed, step: number): readonly Message[] | undefined {
  const messages = [system(OVERSEER_PROMPT), user(shownQuestion(node.question))];
  const answers = new Map<string, Answer<string> | undefined>();
  for (let i = 0; i < step; i++) {
    const { action } = node.steps[i]!;
    messages.push(assistant(shownAction(action)));
    if (action.kind !== 'ask') continue;
    for (const { node: child } of childrenOf[i]!) answers.set(questionKey(child.question), child.answer);
    const given = action.questions.map((question) => answers.get(questionKey(question)));
    if (given.some((one) => one === undefined)) return undefined;
    messages.push(user(canonical({ answers: given.map((one) => worded(one!)) })));
  }
  return messages;
}

function shownQuestion({ text, documents = [] }: TextQuestion): string {
  return [text, ...documents.map((one) => `Document «${one.name}»:\n${one.text}`)].join('\n\n');
}

/** Documents by name: an overseer hands them on and does not copy them. */
function shownAction(action: Action<TextQuestion, string>): string {
  if (action.kind === 'escalate') return canonical({ escalate: action.reason });
  if (action.kind === 'reply') return canonical({ reply: worded(action.answer) });
  const questions = action.questions.map(
    ({ text, documents }): Json =>
      documents ? { text, documents: documents.map(({ name }) => name) } : text,
  );
  return canonical({ ask: questions });
}

function worded(answer: Answer<string>): Json {
  return answer.kind === 'known' ? answer.value : { unknown: answer.reason };
}

const system = (content: string): Message => ({ role: 'system', content });
const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string): Message => ({ role: 'assistant', content });

/** All text of a row that a model would see. */
export function* textsOf(content: Contents[RowKind]): Generator<string> {
  for (const value of Object.values(content) as unknown[])
    for (const one of Array.isArray(value) ? value : [value])
      if (typeof one === 'string') yield one;
      else if (typeof one === 'object' && one !== null && (one as Message).content !== OVERSEER_PROMPT)
        yield (one as Message).content;
}
