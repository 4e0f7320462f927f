/** A tree as it is sent: its columns, rows of it, and one node with all that is known of it. No text is longer than it may
 *  be, whoever wrote the file. */

import { type Answer, answerText } from '../core/answer.ts';
import type { Entry } from '../ledger/entry.ts';
import { LEDGER } from '../project/home.ts';
import type { ProjectLog } from '../project/log.ts';
import type { Shown } from '../project/shelf.ts';
import { contentOf } from '../record/content.ts';
import type { Author, Step, TranscriptNode } from '../transcript/node.ts';
import type { Author as AuthorView } from '../wire/question.ts';
import type { NodeView, Row, Skeleton } from '../wire/tree.ts';
import { spansIn } from './evidence.ts';
import { answerer, idAt, itemsOf, NONE, type Outline, spentIn } from './outline.ts';
import { nodeAt } from './search.ts';

/** Characters of a text in a row, in a step, in a sub-answer, and of a whole one: the shapes allow no more. */
const [ROW, STEP, SOURCE, TEXT, NAME] = [200, 4000, 2 ** 14, 2 ** 20, 200];
/** Sub-answers and steps that are sent with a node, and nodes of a way to it, the nearest. */
const [MANY, WAY] = [500, 1000];

export function skeletonOf({ version, index }: Shown<Outline>): Skeleton {
  const { count, depth, size, flags, ended } = index;
  const base64 = ({ buffer, byteOffset, byteLength }: Uint8Array | Uint16Array | Uint32Array) =>
    Buffer.from(buffer, byteOffset, byteLength).toString('base64');
  // All machines that Node runs on are little-endian.
  return {
    version,
    count,
    depth: base64(depth),
    size: base64(size),
    flags: base64(flags),
    ended: base64(ended),
  };
}

/** `most`: characters of its answer. */
function rowAt({ index }: Shown<Outline>, at: number, node: TranscriptNode, most = ROW): Row {
  const { question, answer, steps, verdicts } = node;
  const by = answer && answerer(node);
  const [first, last] = [steps[0], steps.at(-1)];
  const ms = answer && first && last ? Date.parse(last.ended) - Date.parse(first.began) : -1;
  return {
    at,
    id: node.id,
    depth: node.depth,
    question: questionLine(question),
    ...(answer && { answer: clippedAnswer(answer, most) }),
    ...(by && { by: authorView(by) }),
    flags: index.flags[at]!,
    descendants: index.size[at]! - 1,
    spent: spentIn([...steps, ...verdicts]),
    ...(ms >= 0 && { ms }),
  };
}

/** Its beginning, and which documents it is about: of many a recipe asks the same. */
function questionLine({ text, documents = [] }: TranscriptNode['question']): string {
  const names = documents.map(({ name }) => name).join(', ');
  return line(names === '' ? text : `${text} [${names}]`, ROW);
}

export function rowsOf(shown: Shown<Outline>, positions: readonly number[]): readonly Row[] {
  return positions.map((at) => rowAt(shown, at, nodeAt(shown, at)));
}

export function nodeView(shown: Shown<Outline>, at: number, log: ProjectLog): NodeView {
  const node = nodeAt(shown, at);
  const { question, steps, verdicts } = node;
  const about = entriesAbout(node, log);
  return {
    version: shown.version,
    row: rowAt(shown, at, node, TEXT),
    question: {
      text: clipped(question.text, TEXT),
      ...(question.documents && {
        documents: question.documents.map(({ name, text }) => ({
          name: clipped(name, NAME),
          text: clipped(text, TEXT),
        })),
      }),
    },
    ancestors: ancestorsOf(shown, at),
    steps: steps.slice(0, MANY).map(stepView),
    verdicts: verdicts.map(({ verifier, kind, reason }) => ({
      verifier: clipped(verifier, NAME),
      kind,
      ...(reason !== undefined && { reason: clipped(reason, TEXT) }),
    })),
    evidence: evidenceOf(shown, at, node),
    versions: [...versionsOf(node, about, log)],
    entries: numbersOf(node, about),
  };
}

/** Its beginning, on one line. */
export function line(text: string, most: number): string {
  return clipped(
    text
      .slice(0, 2 * most)
      .replace(/\s+/g, ' ')
      .trim(),
    most,
  );
}

export function clipped(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1).toWellFormed()}…` : text;
}

export function clippedAnswer(answer: Answer<string>, most: number): Answer<string> {
  return answer.kind === 'known' ? { ...answer, value: clipped(answer.value, most) } : answer;
}

function authorView({ kind, id, version }: Author): AuthorView {
  return { kind, id: clipped(id, NAME), ...(version !== undefined && { version: clipped(version, NAME) }) };
}

function stepView({
  action,
  by,
  proposed,
  spent,
  isMemo,
  began,
  ended,
  entry,
}: Step): NodeView['steps'][number] {
  return {
    text: actionText(action),
    kind: action.kind,
    by: authorView(by),
    ...(proposed && {
      proposed: { text: actionText(proposed.action), by: authorView(proposed.by), edits: proposed.edits },
    }),
    ...{ spent: spentIn([{ spent }]), isMemo, began, ended },
    ...(entry !== undefined && { entry }),
  };
}

function actionText(action: Step['action']): string {
  switch (action.kind) {
    case 'reply':
      return line(`reply: ${answerText(action.answer)}`, STEP);
    case 'ask':
      return line(`ask: ${action.questions.map(({ text }) => text).join(' | ')}`, STEP);
    case 'escalate':
      return line(`escalate: ${action.reason}`, STEP);
  }
}

function ancestorsOf(shown: Shown<Outline>, at: number): NodeView['ancestors'] {
  const { index } = shown;
  const above: { at: number; id: string; question: string }[] = [];
  for (let up = index.parent[at]!; up !== NONE && above.length < WAY; up = index.parent[up]!) {
    const { question } = nodeAt(shown, up);
    above.push({ at: up, id: idAt(index, up), question: questionLine(question) });
  }
  return above.reverse();
}

/** What was asked, in order, wherever it stands in the tree. */
function evidenceOf(shown: Shown<Outline>, at: number, { answer }: TranscriptNode): NodeView['evidence'] {
  const asked = [...itemsOf(shown.index.asked, at).subarray(0, MANY)];
  const spansOf = answer?.kind === 'known' ? spansIn(clipped(answer.value, TEXT)) : () => [];
  return asked.map((below) => {
    const node = nodeAt(shown, below);
    const said = node.answer && clippedAnswer(node.answer, SOURCE);
    const by = said && answerer(node);
    return {
      at: below,
      id: node.id,
      question: questionLine(node.question),
      ...(said && { answer: said }),
      ...(by && { by: authorView(by) }),
      spans:
        said?.kind === 'known'
          ? spansOf(said.value).map((span) => ({ answer: [...span.answer], source: [...span.source] }))
          : [],
    };
  });
}

/** Corrections of it by name, oldest first. */
function entriesAbout({ id }: TranscriptNode, log: ProjectLog): readonly Entry[] {
  return log.entries.flatMap(({ entry }) =>
    entry.subjects?.some(({ name, sha256 }) => name === 'node' && sha256 === id) ? [entry] : [],
  );
}

function numbersOf({ steps, verdicts, corrected }: TranscriptNode, about: readonly Entry[]): number[] {
  const said = [...steps, ...verdicts, ...(corrected ? [corrected] : [])].map(({ entry }) => entry);
  const numbers = [...said, ...about.map(({ seq }) => seq)];
  return [...new Set(numbers.filter((number) => number !== undefined))].sort((a, b) => a - b);
}

/** What it was before each correction: at first what was computed, then what the correction before had put there. */
function* versionsOf(
  { corrected }: TranscriptNode,
  about: readonly Entry[],
  log: ProjectLog,
): Generator<NodeView['versions'][number]> {
  if (!corrected) return;
  const entries = log.entries.map(({ entry }) => entry);
  const own = about.filter(
    ({ kind, seq }) => kind === 'answer-corrected' && seq <= (corrected.entry ?? Number.POSITIVE_INFINITY),
  );
  const said = (entry: Entry, field: string) =>
    entry.content?.some((one) => one.field === field) ? contentOf(LEDGER, entries, entry, field) : undefined;
  /** Why it was put in place of the one before. */
  const why = (entry: Entry | undefined): { readonly reason?: string } => {
    const reason = entry && said(entry, 'reason');
    return reason === undefined ? {} : { reason: clipped(reason, TEXT) };
  };
  const first = own[0] && said(own[0], 'before');
  const by = own[0] && said(own[0], 'before-by');
  if (first !== undefined)
    yield {
      answer: clippedAnswer(JSON.parse(first) as Answer<string>, TEXT),
      ...(by !== undefined && { by: authorView(JSON.parse(by) as Author) }),
      ...why(own[0]),
    };
  else if (own.length < 2) yield { answer: clippedAnswer(corrected.before, TEXT), ...why(own[0]) };
  for (const [i, entry] of own.slice(0, -1).entries()) {
    const value = said(entry, 'answer');
    if (value === undefined) continue; // it was erased
    const by = { kind: 'person', id: entry.actor.id } as const;
    yield {
      answer: { kind: 'known', value: clipped(value, TEXT), confidence: 1 },
      ...{ by, time: entry.time, entry: entry.seq, ...why(own[i + 1]) },
    };
  }
}
