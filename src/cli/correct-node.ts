/** capstan correct, of a node of a question tree: the answer is replaced on the record, and only what leaned on it is made
 *  again. Shows what changed. */

import { randomBytes } from 'node:crypto';
import { CapstanError, invariant } from '../base/errors.ts';
import { answerText, known, unknown } from '../core/answer.ts';
import { SALT } from '../ledger/commitment.ts';
import { type DoerFlags, doerOf } from '../project/doer.ts';
import type { Grove } from '../project/grove.ts';
import { withProject } from '../project/recorder.ts';
import { expectWork } from '../project/work.ts';
import { act } from '../record/acts.ts';
import type { TranscriptNode } from '../transcript/node.ts';
import type { Outcome } from '../trees/trees.ts';
import { brief, oneLine } from './text.ts';

export interface NodeCorrection extends DoerFlags {
  readonly answer: string;
  readonly reason: string;
  readonly json?: boolean;
}

export async function correctNode(grove: Grove, prefix: string, flags: NodeCorrection): Promise<void> {
  const before = await allNodes(grove);
  const node = nodeIn(before, prefix);
  const { memory } = grove.trees;
  const entry = withProject((ledger) => {
    const doer = doerOf(ledger.replay.authority, flags, flags.reason);
    const contents = [
      { field: 'key', text: memory.questionKey(node.question) },
      { field: 'answer', text: flags.answer },
    ].map((one) => ({ ...one, salt: randomBytes(SALT) }));
    const said = { run: grove.name, subjects: [{ name: 'node', sha256: node.id }], words: { task: 'text' } };
    const outcome = act(ledger, 'answer-corrected', said, {
      ...doer,
      contents: [...contents, ...doer.contents],
    });
    invariant(outcome.kind === 'done', 'a correction needs one person, whatever the policy');
    const { actor, time } = ledger.entry(outcome.entry);
    const by = { kind: 'person', id: actor.id } as const;
    memory.correct(node.question, {
      answer: known(flags.answer),
      before: node.answer ?? unknown('unsure'),
      by,
      time,
      entry: outcome.entry,
    });
    return outcome.entry;
  });
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
  const changed = after.filter((one) => textOf(one) !== textOf(was.get(one.id)));
  const asked = after.filter(({ steps, id }) => steps.length > (was.get(id)?.steps.length ?? 0));
  if (flags.json) {
    const list = changed.map(({ id }) => id);
    console.log(JSON.stringify({ entry, node: node.id, outcome, changed: list, nodes: after.length }));
    return;
  }
  console.log(`corrected  ${brief(node.id)} (entry ${entry} of the ledger)`);
  for (const one of changed) {
    console.log(`${brief(one.id)}  ${oneLine(one.question.text)}`);
    console.log(`  before   ${oneLine(textOf(was.get(one.id)))}`);
    console.log(`  after    ${oneLine(textOf(one))}`);
  }
  console.log(
    `${changed.length} of ${after.length} answers changed${asked.length > 0 ? `, ${asked.length} questions were taken up again` : ''}${'items' in outcome ? `; ${outcome.items.length} wait for people` : ''}`,
  );
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
  return node?.answer ? answerText(node.answer) : 'none yet';
}

function nodeIn(nodes: readonly TranscriptNode[], prefix: string): TranscriptNode {
  const found = nodes.filter(({ id }) => id.startsWith(prefix));
  if (found.length === 1) return found[0]!;
  throw new CapstanError(
    'not-found',
    `node ${prefix}: expected the beginning of the id of one of ${nodes.length}, got that of ${found.length}`,
  );
}
