/** capstan ask: the distilled answer, and beside it the amplified tree that justifies it. */

import type { Command } from 'commander';
import pc from 'picocolors';
import { CapstanError } from '../base/errors.ts';
import { examinerOf } from '../evaluate/examiners.ts';
import { Runtime } from '../onnx/runtime.ts';
import { promoted } from '../registry/promotion.ts';
import type { ExampleNode } from '../report/record.ts';
import { exampleOf } from '../run/example.ts';
import { findRun, openRun } from '../run/folder.ts';
import { checkpointAssistant } from '../run/serve.ts';
import { Folder } from '../storage/folder.ts';
import { taskEntry } from '../tasks/tasks.ts';
import { HOME } from './home.ts';

interface AskFlags {
  readonly depth?: string;
  readonly json?: boolean;
}

export function addAsk(program: Command): void {
  program
    .command('ask')
    .description('Ask the promoted checkpoint of a run')
    .argument('<run>', 'its folder, or its name in ./runs')
    .argument('<question>', '«capstan tasks» shows how questions are written')
    .option('--depth <n>', 'levels of H above the assistant', '2')
    .option('--json', 'print one JSON object')
    .action(async (given: string, text: string, flags: AskFlags) => {
      const { tree, checkpoint } = await ask(findRun(HOME, given), text, depthOf(flags.depth ?? '2'));
      if (flags.json)
        return console.log(
          JSON.stringify({ question: tree.question, answer: tree.direct, checkpoint, tree }),
        );
      console.log(
        `${pc.bold(tree.question)} = ${pc.bold(tree.direct)}   ${pc.dim(`X alone, confidence ${tree.confidence.toFixed(3)}`)}`,
      );
      console.log(`${tree.question} = ${tree.answer}   ${pc.dim('Amplify^H, from the tree below')}`);
      print(tree, '');
      console.log(pc.dim(`checkpoint ${checkpoint}`));
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
  const checkpoint = promoted(new Folder(`${path}/ida`));
  const runtime = await Runtime.open({ threads: 1, backend: 'auto' });
  try {
    const assistant = await checkpointAssistant(task, configuration.student, checkpoint, runtime);
    const tree = await exampleOf(task, examinerOf(task.name), assistant, question, depth);
    return { tree, checkpoint: checkpoint.hash };
  } finally {
    await runtime.close();
  }
}

function print(node: ExampleNode, indent: string): void {
  node.children.forEach((child, i) => {
    const last = i === node.children.length - 1;
    const note = child.direct === child.answer ? '' : pc.yellow(`  X alone says ${child.direct}`);
    console.log(`${indent}${last ? '└─' : '├─'} ${child.question} = ${child.answer}${note}`);
    print(child, `${indent}${last ? '   ' : '│  '}`);
  });
}

function depthOf(text: string): number {
  const depth = Number(text);
  if (Number.isInteger(depth) && depth >= 0 && depth <= 8) return depth;
  throw new CapstanError('usage', `--depth: expected an integer from 0 to 8, got «${text}»`);
}
