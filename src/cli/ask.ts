/** capstan ask: the distilled answer, and beside it the amplified tree that justifies it. Where the run was calibrated, also
 *  how likely it is right, and whether that is enough or a person should look. */

import type { Command } from 'commander';
import { examinerOf } from '../evaluate/examiners.ts';
import { Runtime } from '../onnx/runtime.ts';
import { HOME } from '../project/home.ts';
import { commitTo, person, recorder } from '../project/recorder.ts';
import { type AnswerNode, keyed, writeAnswer } from '../provenance/answer.ts';
import { taintedBy } from '../registry/promotion.ts';
import type { ExampleNode } from '../report/record.ts';
import { readCalibration } from '../run/calibrated.ts';
import { modelServed } from '../run/chronicle.ts';
import { shown, unfolded } from '../run/example.ts';
import { findRun, nameOf, openRun } from '../run/folder.ts';
import { type Judgement, judged } from '../run/judgement.ts';
import { taskAt } from '../run/norms.ts';
import { taskOf } from '../run/own.ts';
import { checkpointAssistant } from '../run/serve.ts';
import { Folder } from '../storage/folder.ts';
import type { AnyTask } from '../tasks/tasks.ts';
import { integer } from './arguments.ts';
import { served } from './served.ts';
import { type Ink, inkFor } from './terminal.ts';

interface AskFlags {
  readonly depth: number;
  readonly json?: boolean;
  readonly record?: boolean;
}

/** A tree has up to 2^depth questions below its root. */
const DEPTH_MAX = 8;

export function addAsk(program: Command): void {
  program
    .command('ask')
    .description('Ask the promoted checkpoint of a run')
    .argument('<run>', 'its folder, or its name in ./runs')
    .argument('<question>', '«capstan tasks» shows how questions are written')
    .option('--depth <n>', 'levels of H above the assistant', integer('depth', 0, DEPTH_MAX), 2)
    .option('--record', 'keep the answer on the record, for «capstan ledger why»')
    .option('--json', 'print one JSON object')
    .action(async (given: string, text: string, flags: AskFlags) => {
      const asked = await ask(findRun(HOME, given), text, flags.depth);
      const { tree, checkpoint, tainted, judgement, isStale } = asked;
      const record = flags.record ? recordAnswer(asked) : undefined;
      if (tainted.length > 0)
        console.error(
          `capstan: the checkpoint that answers learned from what was corrected later (entry ${tainted.join(', ')} of the ledger)`,
        );
      if (isStale)
        console.error('capstan: calibrated for another checkpoint; «capstan calibrate» calibrates this one');
      if (flags.json)
        return console.log(
          JSON.stringify({
            question: tree.question,
            answer: tree.direct,
            checkpoint,
            ...(tainted.length > 0 && { tainted }),
            ...(record && { record }),
            ...(judgement && { judgement }),
            tree,
          }),
        );
      const ink = inkFor(process.stdout);
      console.log(
        `${ink.bold(tree.question)} = ${ink.bold(tree.direct)}   ${ink.dim(`X alone, confidence ${tree.confidence.toFixed(3)}`)}`,
      );
      console.log(`${tree.question} = ${tree.answer}   ${ink.dim('Amplify^H, from the tree below')}`);
      print(tree, '', ink);
      if (judgement) console.log(judgementText(judgement, ink));
      console.log(ink.dim(`checkpoint ${checkpoint}`));
      if (record) console.log(ink.dim(`answer     ${record.answer} (entry ${record.entry} of the ledger)`));
    });
}

async function ask(path: string, text: string, depth: number): Promise<Asked> {
  const { folder, file } = openRun(path);
  const { configuration } = file;
  const arm = new Folder(`${path}/ida`);
  const own = taskOf(folder, configuration);
  const question = own.parse(text);
  const checkpoint = served(arm);
  const task = taskAt(own, configuration, checkpoint.lineage.iteration);
  const tainted = taintedBy(arm, checkpoint.hash);
  const runtime = await Runtime.open({ threads: 1, backend: 'auto' });
  try {
    const assistant = await checkpointAssistant(task, checkpoint, runtime);
    const run = nameOf(folder);
    const entry = modelServed(recorder(), run, checkpoint.hash, person().id);
    const unfoldedTree = await unfolded(task, assistant, question, depth);
    const tree = keyed(task, unfoldedTree, shown(task, examinerOf(task), unfoldedTree));
    const calibration = readCalibration(folder);
    const isStale = calibration !== undefined && calibration.checkpoint !== checkpoint.hash;
    const judgement =
      calibration && !isStale ? await judged(task, assistant, calibration, question) : undefined;
    return {
      ...{ run, served: entry, task, asked: text, tree, checkpoint: checkpoint.hash, tainted, isStale },
      ...(judgement && { judgement }),
    };
  } finally {
    await runtime.close();
  }
}

interface Asked {
  readonly run: string;
  /** The entry with which the checkpoint was served. */
  readonly served: number;
  readonly task: AnyTask;
  readonly asked: string;
  readonly tree: AnswerNode;
  readonly checkpoint: string;
  /** Corrections that taint it. */
  readonly tainted: readonly number[];
  /** Whether the run was calibrated, but another checkpoint is served by now. */
  readonly isStale: boolean;
  readonly judgement?: Judgement;
}

function judgementText(one: Judgement, ink: Ink): string {
  const { answer, probability, direct, threshold, level, risk, decision } = one;
  const [sure, needed] = [probability.toFixed(3), Math.min(1, threshold).toFixed(3)];
  const promise = ink.dim(`so that at most ${(100 * risk).toFixed(1)} % are kept and wrong`);
  switch (decision) {
    case 'keep':
      return `kept       ${ink.bold(answer)}, right with ${sure}: at level ${level} ${needed} is enough, ${promise}`;
    case 'decompose':
      return `kept       ${ink.bold(answer)}, right with ${sure} once taken apart (X alone ${direct.toFixed(3)}): at level ${level} ${needed} is enough, ${promise}`;
    case 'person':
      return `${ink.yellow('a person should look')}: ${answer} is right with ${sure}, at level ${level} ${needed} is needed, ${promise}`;
  }
}

/** Its name is its commitment: it tells nothing of the answer once that is erased. */
function recordAnswer({ run, served, task, asked, tree, checkpoint }: Asked): {
  answer: string;
  entry: number;
} {
  const { name, parameters, overseer } = task;
  const by = `script:${overseer.origin.name}`;
  const text = writeAnswer({ v: 1, task: name, parameters, checkpoint, overseer: by, asked, tree });
  const draft = {
    kind: 'answer-recorded',
    actor: { id: `model:${checkpoint}`, kind: 'model', version: checkpoint },
    authority: person().id,
    run,
    parents: [served],
    subjects: [{ name: 'checkpoint', sha256: checkpoint }],
    words: { task: name },
  } as const;
  const { entry, names } = commitTo(draft, [{ field: 'answer', text }]);
  return { answer: names[0]!, entry };
}

function print(node: ExampleNode, indent: string, ink: Ink): void {
  node.children.forEach((child, i) => {
    const last = i === node.children.length - 1;
    const says = child.direct === child.answer ? '' : ink.yellow(`  X alone says ${child.direct}`);
    const note = child.isFact ? ink.dim('  a fact, looked up') : says;
    console.log(`${indent}${last ? '└─' : '├─'} ${child.question} = ${child.answer}${note}`);
    print(child, `${indent}${last ? '   ' : '│  '}`, ink);
  });
}
