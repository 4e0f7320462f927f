/** A node of a question tree gets another answer: on the record first, and then only what leaned on it is made again. */

import { randomBytes } from 'node:crypto';
import type { Authority } from '../authority/authority.ts';
import { CapstanError, invariant } from '../base/errors.ts';
import { type Answer, answerText, known, unknown } from '../core/answer.ts';
import { SALT } from '../ledger/commitment.ts';
import { act, type Doer } from '../record/acts.ts';
import type { Step, TranscriptNode } from '../transcript/node.ts';
import type { Outcome } from '../trees/trees.ts';
import { doerFor } from './doer.ts';
import { Grove, groveHere } from './grove.ts';
import { withProject } from './recorder.ts';
import { expectWork } from './work.ts';

/** What somebody who is signed in asks for. */
export interface CorrectionAsked {
  readonly run: string;
  readonly node: string;
  readonly answer: string;
  readonly reason: string;
  /** «person:ada» */
  readonly person: string;
}

export interface CorrectedNode {
  /** Of the ledger. */
  readonly entry: number;
  readonly node: string;
  /** Of a run of many questions, of all of them. */
  readonly outcome: Outcome | { readonly kind: 'answered' };
  /** Nodes whose answers are other ones now. */
  readonly changed: readonly {
    readonly id: string;
    readonly question: string;
    readonly before?: Answer<string>;
    readonly after?: Answer<string>;
  }[];
  /** Nodes at which something else was done than before. */
  readonly again: number;
  readonly nodes: number;
  /** For people. */
  readonly waiting: number;
}

/** For whoever is signed in to the workbench. */
export async function correctIn(asked: CorrectionAsked): Promise<CorrectedNode> {
  const { run, node, answer, reason, person } = asked;
  const instead = `capstan correct ${node} --run ${run} --answer … --reason …`;
  return Grove.with(groveHere(run).path, { isGuest: true, isQuiet: true }, (grove) =>
    correctNode(grove, node, answer, (authority) => doerFor(authority, person, { reason, instead })),
  );
}

/** `prefix`: the beginning of the node's id. */
export async function correctNode(
  grove: Grove,
  prefix: string,
  answer: string,
  doerFrom: (authority: Authority) => Doer,
): Promise<CorrectedNode> {
  const before = await allNodes(grove);
  const node = nodeIn(before, prefix);
  const entry = recordCorrection(grove, node, answer, doerFrom);
  const began = grove.isGuest ? expectWork() : grove.record({ kind: 'run-resumed' });
  const outcomes: Outcome[] = [];
  await grove.answer((place, one) => {
    outcomes[place] = one;
  });
  const after = await allNodes(grove, (nodes, place) => {
    if (!grove.isGuest) grove.keep(nodes, place);
  });
  const outcome = grove.isMany ? merged(outcomes) : outcomes[0]!;
  if (began !== undefined) {
    if (grove.isMany) grove.keepAnswers(outcomes);
    grove.record({ kind: 'run-ended', ends: began, words: { state: outcome.kind } });
  }
  const was = new Map(before.map((one) => [one.id, one]));
  const changed = after
    .filter((one) => textOf(one) !== textOf(was.get(one.id)))
    .map((one) => {
      const old = was.get(one.id)?.answer;
      return {
        ...{ id: one.id, question: one.question.text },
        ...(old && { before: old }),
        ...(one.answer && { after: one.answer }),
      };
    });
  const again = after.filter(({ steps, id }) => {
    const known = new Set(was.get(id)?.steps.map(doneIn));
    return steps.some((step) => !known.has(doneIn(step)));
  }).length;
  const waiting = 'items' in outcome ? outcome.items.length : 0;
  return { ...{ entry, node: node.id, outcome, changed, again, waiting }, nodes: after.length };
}

/** What was done in a step, whenever: code does it again whenever it is asked, and does the same. */
function doneIn({ action, by, entry }: Step): string {
  return JSON.stringify([action, by.id, entry]);
}

/** The number of its entry. */
function recordCorrection(
  { name, trees: { memory } }: Grove,
  node: TranscriptNode,
  answer: string,
  doerFrom: (authority: Authority) => Doer,
): number {
  const before = node.answer ?? unknown('unsure');
  const by = node.corrected?.by ?? node.steps.at(-1)?.by;
  return withProject((ledger) => {
    const doer = doerFrom(ledger.replay.authority);
    const contents = [
      { field: 'key', text: memory.questionKey(node.question) },
      { field: 'before', text: JSON.stringify(before) },
      { field: 'answer', text: answer },
      // The tree does not say any more who it was that was corrected.
      ...(by ? [{ field: 'before-by', text: JSON.stringify(by) }] : []),
    ].map((one) => ({ ...one, salt: randomBytes(SALT) }));
    const said = { run: name, subjects: [{ name: 'node', sha256: node.id }], words: { task: 'text' } };
    const outcome = act(ledger, 'answer-corrected', said, {
      ...doer,
      contents: [...contents, ...doer.contents],
    });
    invariant(outcome.kind === 'done', 'a correction needs one person, whatever the policy');
    const { actor, time } = ledger.entry(outcome.entry);
    const corrector = { kind: 'person', id: actor.id } as const;
    memory.correct(node.question, {
      ...{ answer: known(answer), before, by: corrector, time, entry: outcome.entry },
    });
    return outcome.entry;
  });
}

/** Of all its trees, each once. */
async function allNodes(
  grove: Grove,
  see: (nodes: readonly TranscriptNode[], place: number) => void = () => {},
): Promise<readonly TranscriptNode[]> {
  const byId = new Map<string, TranscriptNode>();
  for (const place of grove.roots.keys()) {
    const nodes = await grove.transcript(place);
    see(nodes, place);
    for (const node of nodes) if (!byId.has(node.id)) byId.set(node.id, node);
  }
  return [...byId.values()];
}

/** Several trees are answered when none waits. */
function merged(outcomes: readonly Outcome[]) {
  const items = outcomes.flatMap((outcome) => (outcome.kind === 'waiting' ? outcome.items : []));
  return items.length > 0 ? ({ kind: 'waiting', items } as const) : ({ kind: 'answered' } as const);
}

function textOf(node: TranscriptNode | undefined): string {
  return node?.answer ? `answered ${answerText(node.answer)}` : 'none yet';
}

function nodeIn(nodes: readonly TranscriptNode[], prefix: string): TranscriptNode {
  const found = nodes.filter(({ id }) => id.startsWith(prefix));
  if (found.length === 1) return found[0]!;
  throw new CapstanError(
    'not-found',
    `node ${prefix}: expected the beginning of the id of one of ${nodes.length}, got that of ${found.length}`,
  );
}
