/** capstan correct, of a node of a question tree: the answer is replaced on the record, and only what leaned on it is made
 *  again. Shows what changed. */

import { type Answer, answerText } from '../core/answer.ts';
import { correctNode as correctInGrove } from '../project/correction.ts';
import { type DoerFlags, doerOf } from '../project/doer.ts';
import type { Grove } from '../project/grove.ts';
import { brief, oneLine } from './text.ts';

export interface NodeCorrection extends DoerFlags {
  readonly answer: string;
  readonly reason: string;
  readonly json?: boolean;
}

export async function correctNode(grove: Grove, prefix: string, flags: NodeCorrection): Promise<void> {
  const { entry, node, outcome, changed, again, nodes, waiting } = await correctInGrove(
    grove,
    prefix,
    flags.answer,
    (authority) => doerOf(authority, flags, flags.reason),
  );
  if (flags.json) {
    const list = changed.map(({ id }) => id);
    console.log(JSON.stringify({ entry, node, outcome, changed: list, nodes }));
    return;
  }
  console.log(`corrected  ${brief(node)} (entry ${entry} of the ledger)`);
  for (const { id, question, before, after } of changed) {
    console.log(`${brief(id)}  ${oneLine(question)}`);
    console.log(`  before   ${oneLine(textOf(before))}`);
    console.log(`  after    ${oneLine(textOf(after))}`);
  }
  console.log(
    `${changed.length} of ${nodes} answers changed${again > 0 ? `, ${again} questions were taken up again` : ''}${'items' in outcome ? `; ${waiting} wait for people` : ''}`,
  );
}

function textOf(answer: Answer<string> | undefined): string {
  return answer ? answerText(answer) : 'none yet';
}
