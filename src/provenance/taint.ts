/** What follows from an answer that a person took back: the examples that teach another answer to the question, by content,
 *  the checkpoints that were trained on them or descend from such, and the recorded answers that lean on it. */

import { hash } from 'node:crypto';
import { CapstanError } from '../base/errors.ts';
import type { Task } from '../core/task.ts';
import { leavesOf, targetsFor } from '../distill/examples.ts';
import { checkpointsIn, loadCheckpoint } from '../registry/promotion.ts';
import { keptState } from '../run/state.ts';
import type { Folder } from '../storage/folder.ts';

export interface TaintedExample {
  /** Its place among all examples, from 0. */
  readonly index: number;
  /** The hash of its shard. */
  readonly shard: string;
}

export interface TaintedCheckpoint {
  readonly hash: string;
  readonly iteration: number;
  readonly level: number;
}

export interface Taint {
  /** All that were looked through. */
  readonly count: number;
  /** Those that have the question as a target with this answer. */
  readonly agreeing: number;
  readonly examples: readonly TaintedExample[];
  /** Oldest first. */
  readonly checkpoints: readonly TaintedCheckpoint[];
  /** The last one that is not tainted, to go on from; undefined if there is none. */
  readonly clean: TaintedCheckpoint | undefined;
}

/** In the folder of an arm. Throws «corrupt» where a file that it takes to tell is damaged. `learnsUnknown`: whether
 *  "unknown" was a target like any other. */
export function taintOf<Q, A>(
  folder: Folder,
  task: Task<Q, A>,
  question: Q,
  answer: A,
  learnsUnknown: boolean,
): Taint {
  const { encoding } = task;
  const right = encoding.wordOf(answer);
  const targetsIn = targetsFor(encoding, question);
  const examples: TaintedExample[] = [];
  let [count, agreeing] = [0, 0];
  for (const shard of keptState(folder)?.state.examples.shards ?? [])
    for (const leaf of leavesOf(shardIn(folder, shard))) {
      const taught = targetsIn(leaf).filter((word) => learnsUnknown || word !== encoding.blank);
      if (taught.some((word) => word !== right)) examples.push({ index: count, shard });
      else if (taught.length > 0) agreeing++;
      count++;
    }
  const first = examples[0]?.index ?? Number.POSITIVE_INFINITY;
  const all = lineagesIn(folder);
  const tainted = new Set<string>();
  for (const { checkpoint, dataCount, parent } of all)
    if (dataCount > first || (parent !== null && tainted.has(parent))) tainted.add(checkpoint.hash);
  const checkpoints = all.map(({ checkpoint }) => checkpoint);
  return {
    count,
    agreeing,
    examples,
    checkpoints: checkpoints.filter((one) => tainted.has(one.hash)),
    clean: checkpoints.findLast((one) => !tainted.has(one.hash)),
  };
}

/** The answer of that name; the task's own way of showing answers is the way of naming them. */
export function answerNamed<Q, A>({ encoding, showAnswer }: Task<Q, A>, question: Q, text: string): A {
  const [first, last] = encoding.range?.(question) ?? [0, encoding.words - 1];
  for (let word = first; word <= last; word++) {
    const answer = encoding.answerOf(word);
    if (answer !== undefined && showAnswer(answer) === text.trim()) return answer;
  }
  const some: string[] = [];
  for (let word = first; word <= last && some.length < SHOWN; word++) {
    const answer = encoding.answerOf(word);
    if (answer !== undefined) some.push(showAnswer(answer));
  }
  throw new CapstanError('invalid', `answer «${text}»: expected one as in ${some.join(', ')}, …`);
}

/** Answers in a message. */
const SHOWN = 5;

function shardIn(folder: Folder, name: string): Uint8Array {
  const file = `examples/${name}.bin`;
  const damaged = (got: string) =>
    new CapstanError(
      'corrupt',
      `${folder.path}/${file}: expected content with the hash that is its name, got ${got}`,
    );
  if (!folder.exists(file)) throw damaged('no file');
  const bytes = folder.read(file);
  const found = hash('sha256', bytes);
  if (found !== name) throw damaged(found);
  return bytes;
}

/** Parents first. */
function lineagesIn(folder: Folder) {
  const all = checkpointsIn(folder).map((own) => {
    const { iteration, level, dataCount, parent } = loadCheckpoint(folder, own).lineage;
    return { checkpoint: { hash: own, iteration, level }, dataCount, parent };
  });
  return all.sort((a, b) => a.checkpoint.iteration - b.checkpoint.iteration);
}
