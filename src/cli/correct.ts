/** capstan correct: a person says what an answer should have been. It is on the ledger before it takes effect, taints what
 *  learned from another answer, and says what has to be done again. A tainted checkpoint that is served stays served, with a
 *  warning at each answer, unless --revoke says otherwise: taking a model away is a decision of its own. */

import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { invariant } from '../base/errors.ts';
import { SALT } from '../ledger/commitment.ts';
import { commandLine } from '../project/command-line.ts';
import { type DoerFlags, doerOf } from '../project/doer.ts';
import { Grove, groveNamed } from '../project/grove.ts';
import { HOME, LEDGER } from '../project/home.ts';
import { officeOf } from '../project/office.ts';
import { withProject } from '../project/recorder.ts';
import { keyOf } from '../provenance/answer.ts';
import { recordedLife } from '../provenance/life.ts';
import { answerNamed, type Taint, type TaintedCheckpoint, taintOf } from '../provenance/taint.ts';
import { answersLeaningOn } from '../provenance/trail.ts';
import { act } from '../record/acts.ts';
import { keepCorrection } from '../registry/correction.ts';
import { servedIn } from '../registry/promotion.ts';
import { CORRECTED } from '../registry/revocation.ts';
import { drawnAgain } from '../run/drawn.ts';
import { findRun, openRun } from '../run/folder.ts';
import { revokeModel } from '../run/office.ts';
import { taskOf } from '../run/own.ts';
import { Folder } from '../storage/folder.ts';
import { correctNode } from './correct-node.ts';
import { withDoer } from './doing.ts';

interface CorrectFlags extends DoerFlags {
  readonly run: string;
  readonly answer: string;
  readonly reason: string;
  readonly revoke?: boolean;
  readonly json?: boolean;
}

export function addCorrect(program: Command): void {
  withDoer(program.command('correct'))
    .description('Say what an answer should have been; what learned from another is tainted')
    .argument('<question>', '«capstan tasks» shows how; of a question tree the beginning of the id of a node')
    .requiredOption('--run <run>', 'its folder, or its name in ./runs')
    .requiredOption('--answer <answer>', 'the right one, as answers of the task are shown')
    .requiredOption('--reason <text>', 'why, for the record')
    .option('--revoke', 'never serve again what learned from another answer')
    .option('--json', 'print one JSON object')
    .action(correct);
}

async function correct(asked: string, flags: CorrectFlags): Promise<void> {
  const grove = groveNamed(flags.run);
  if (grove !== undefined)
    return Grove.with(grove, { isGuest: true }, (own) => correctNode(own, asked, flags));
  const path = findRun(HOME, flags.run);
  const { folder, file } = openRun(path);
  const { configuration } = file;
  const task = taskOf(folder, configuration);
  const question = task.parse(asked);
  const answer = answerNamed(task, question, flags.answer);
  const { entries, life } = recordedLife(LEDGER, folder);
  const arm = new Folder(`${path}/ida`);
  const taint = await taintOf(arm, task, question, answer, {
    learnsUnknown: configuration.student.learnsUnknown,
    drawn: drawnAgain(task, configuration),
  });
  const key = keyOf(task, question);
  const leaning = answersLeaningOn(LEDGER, entries, task, key, task.showAnswer(answer));
  const tainted = taint.checkpoints.map(({ hash }) => hash);
  const said = {
    run: life.name,
    parents: [life.entries[0]!.seq],
    ...(tainted.length > 0 && { subjects: tainted.map((sha256) => ({ name: 'tainted', sha256 })) }),
    figures: { examples: taint.count, tainted: taint.examples.length },
    words: { task: task.name },
  };
  const contents = [
    { field: 'question', text: asked },
    { field: 'key', text: key },
    { field: 'answer', text: task.showAnswer(answer) },
  ].map((one) => ({ ...one, salt: randomBytes(SALT) }));
  const { entry, revoked } = withProject((ledger, latch) => {
    const { authority } = ledger.replay;
    const doer = () => doerOf(authority, flags, flags.reason);
    const own = doer();
    const outcome = act(ledger, 'answer-corrected', said, {
      ...own,
      contents: [...contents, ...own.contents],
    });
    invariant(outcome.kind === 'done', 'a correction needs one person, whatever the policy');
    keepCorrection(arm, { entry: outcome.entry, tainted });
    // Those that were trained on from the first go with it.
    const [first] = flags.revoke ? tainted : [];
    if (first === undefined) return { entry: outcome.entry, revoked: [] };
    // In our own words: what a person wrote is in one place, where it can be erased.
    const because = { reason: CORRECTED, salt: '', because: outcome.entry };
    revokeModel(officeOf(ledger, latch), { run: life.name, hash: first }, doer(), because);
    return { entry: outcome.entry, revoked: [first] };
  });
  const served = servedIn(arm);
  const shown = { question: task.show(question), answer: task.showAnswer(answer) };
  if (flags.json) console.log(JSON.stringify({ ...shown, entry, ...taint, answers: leaning, revoked }));
  else
    console.log(
      [
        `corrected  ${shown.question} = ${shown.answer} (entry ${entry} of the ledger)`,
        ...linesOf(taint, leaning),
        ...revoked.map((hash) => `revoked    ${brief(hash)}`),
        ...servingLines(served, taint, revoked.length > 0),
      ].join('\n'),
    );
}

function linesOf(
  { count, agreeing, examples, derived, checkpoints, clean }: Taint,
  answers: readonly number[],
): string[] {
  const lines: string[] = [];
  const have = agreeing > 0 ? `, ${agreeing} teach this one` : '';
  lines.push(`examples   ${examples.length} of ${count} teach another answer${have}`);
  if (derived > 0)
    lines.push(
      `           ${derived} of them of questions that H answers by this one, other than follows from it`,
    );
  const shards = [...new Set(examples.map(({ shard }) => shard))];
  for (const shard of shards) {
    const places = examples.filter((one) => one.shard === shard).map(({ index }) => index);
    lines.push(
      `           ${places.slice(0, PLACES).join(', ')}${places.length > PLACES ? ', …' : ''} in examples/${shard}.bin`,
    );
  }
  for (const { hash, iteration, level } of checkpoints)
    lines.push(`tainted    ${brief(hash)}, iteration ${iteration}, level ${level}`);
  if (checkpoints.length > 0) lines.push(`redo       ${redoOf(checkpoints, clean)}`);
  for (const seq of answers) lines.push(`answer     entry ${seq} leans on another answer`);
  return lines;
}

function redoOf(checkpoints: readonly TaintedCheckpoint[], clean: TaintedCheckpoint | undefined): string {
  const [first, last] = [checkpoints[0]!.iteration, checkpoints.at(-1)!.iteration];
  const which = first === last ? `iteration ${first}` : `iterations ${first} to ${last}`;
  return `${which}, without these examples, from ${clean ? brief(clean.hash) : 'the beginning: no checkpoint is without them'}`;
}

function servingLines(
  served: string | undefined,
  { checkpoints, clean }: Taint,
  isRevoked: boolean,
): string[] {
  if (!checkpoints.some(({ hash }) => hash === served)) return [];
  const back = clean ? `; ${commandLine('models', 'rollback', brief(clean.hash), '--reason', '…')}` : '';
  return isRevoked
    ? [`served     nothing now${back}`]
    : [`serving    ${brief(served!)} stays served, with a warning; --revoke takes it away${back}`];
}

/** Places of examples in one line. */
const PLACES = 12;
/** Digits of a hash that tell one from another by eye. */
const SHOWN = 12;

function brief(hash: string): string {
  return hash.slice(0, SHOWN);
}
