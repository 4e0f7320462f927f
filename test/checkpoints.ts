/** Checkpoints of a run as assistants, in the order of their iterations, whether they are served or not: to be measured. */

import type { Assistant } from '../src/core/assistant.ts';
import { examinerOf } from '../src/evaluate/examiners.ts';
import { Runtime } from '../src/onnx/runtime.ts';
import { checkpointsIn, loadCheckpoint } from '../src/registry/promotion.ts';
import { openRun } from '../src/run/folder.ts';
import { taskOf } from '../src/run/own.ts';
import { inspected } from '../src/run/serve.ts';
import { Folder } from '../src/storage/folder.ts';
import type { AnyAnswer, AnyQuestion, AnyTask } from '../src/tasks/tasks.ts';

export interface Measurable {
  readonly task: AnyTask;
  readonly examiner: ReturnType<typeof examinerOf>;
  readonly assistant: Assistant<AnyQuestion, AnyAnswer>;
  /** Of its frontier. */
  readonly level: number;
}

/** `iteration` is from 1. */
export async function withCheckpoint<T>(
  path: string,
  iteration: number,
  act: (measurable: Measurable) => Promise<T>,
): Promise<T> {
  const { folder, file } = openRun(path);
  const task = taskOf(folder, file.configuration);
  const arm = new Folder(`${path}/ida`);
  const checkpoint = checkpointsIn(arm)
    .map((hash) => loadCheckpoint(arm, hash))
    .find(({ lineage }) => lineage.iteration === iteration);
  if (!checkpoint) throw new Error(`${path}: expected a checkpoint of iteration ${iteration}, found none`);
  const runtime = await Runtime.open({ threads: 1, backend: 'auto' });
  try {
    const assistant = await inspected(task, checkpoint, runtime);
    return await act({ task, examiner: examinerOf(task), assistant, level: checkpoint.lineage.level });
  } finally {
    await runtime.close();
  }
}
