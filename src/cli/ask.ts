/** capstan ask: the distilled answer, and beside it the amplified tree that justifies it. */

import type { Command } from 'commander';
import { CapstanError } from '../base/errors.ts';
import { examinerOf } from '../evaluate/examiners.ts';
import { Runtime } from '../onnx/runtime.ts';
import { type Promotable, promoted } from '../registry/promotion.ts';
import type { ExampleNode } from '../report/record.ts';
import { exampleOf } from '../run/example.ts';
import { findRun, openRun } from '../run/folder.ts';
import { checkpointAssistant } from '../run/serve.ts';
import { Folder } from '../storage/folder.ts';
import { taskEntry } from '../tasks/tasks.ts';
import { integer } from './arguments.ts';
import { HOME } from './home.ts';
import { knownRevoked } from './recorder.ts';
import { type Ink, inkFor } from './terminal.ts';

interface AskFlags {
  readonly depth: number;
  readonly json?: boolean;
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
    .option('--json', 'print one JSON object')
    .action(async (given: string, text: string, flags: AskFlags) => {
      const { tree, checkpoint } = await ask(findRun(HOME, given), text, flags.depth);
      if (flags.json)
        return console.log(
          JSON.stringify({ question: tree.question, answer: tree.direct, checkpoint, tree }),
        );
      const ink = inkFor(process.stdout);
      console.log(
        `${ink.bold(tree.question)} = ${ink.bold(tree.direct)}   ${ink.dim(`X alone, confidence ${tree.confidence.toFixed(3)}`)}`,
      );
      console.log(`${tree.question} = ${tree.answer}   ${ink.dim('Amplify^H, from the tree below')}`);
      print(tree, '', ink);
      console.log(ink.dim(`checkpoint ${checkpoint}`));
    });
}

async function ask(
  path: string,
  text: string,
  depth: number,
): Promise<{ tree: ExampleNode; checkpoint: string }> {
  const { configuration } = openRun(path).file;
  const task = taskEntry(configuration.task).open(configuration.parameters);
  const question = task.parse(text);
  const checkpoint = served(new Folder(`${path}/ida`));
  const runtime = await Runtime.open({ threads: 1, backend: 'auto' });
  try {
    const assistant = await checkpointAssistant(task, checkpoint, runtime);
    const tree = await exampleOf(task, examinerOf(task), assistant, question, depth);
    return { tree, checkpoint: checkpoint.hash };
  } finally {
    await runtime.close();
  }
}

/** The promoted checkpoint; what is wrong with its bytes is said of the run that holds them. */
function served(folder: Folder): Promotable {
  try {
    return promoted(folder, knownRevoked());
  } catch (error) {
    if (!(error instanceof CapstanError) || error.code !== 'corrupt') throw error;
    throw new CapstanError('corrupt', `${folder.path}: ${error.message}`, { cause: error });
  }
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
