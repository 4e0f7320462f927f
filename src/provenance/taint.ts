/** What a correction taints: the examples that teach another answer to that very question, or to one that H answers by it;
 *  the checkpoints that were trained on them or descend from such; and the recorded answers that lean on it.
 *      an example asks Q, and H's tree of Q has the corrected question in it: tainted, unless it teaches what H makes of
 *      the facts and the corrected answer
 *  That tree is the one in which every answer is H's own, down to the facts. The answers that X gave when the target was made
 *  are in no record, so a target that is right although X was not is no taint, and one that is wrong for another reason is.
 *  Only examples about the same facts can have the question in their trees: most questions that people ask are about contexts
 *  that nobody trained on, and then no example was made by them. Where X proposes and H verifies (tasks of one level) trees have
 *  no end, and the question alone counts. */

import { hash } from 'node:crypto';
import { amplify } from '../amplify/amplify.ts';
import { CapstanError } from '../base/errors.ts';
import { type Answer, known } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Task } from '../core/task.ts';
import { leavesOf, sameFacts, targetsFor, targetsIfAsked } from '../distill/examples.ts';
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
  /** Of these, so many that do not ask the question itself but one that H answers by it. */
  readonly derived: number;
  /** Oldest first. */
  readonly checkpoints: readonly TaintedCheckpoint[];
  /** The last one that is not tainted, to go on from; undefined if there is none. */
  readonly clean: TaintedCheckpoint | undefined;
}

export interface Learned<Q> {
  /** Whether "unknown" was a target like any other. */
  readonly learnsUnknown: boolean;
  /** Lists of questions, of which an example has asked one (`run/drawn.ts`). */
  readonly drawn: (index: number) => readonly (readonly Q[])[];
}

/** In the folder of an arm. Throws «corrupt» where a file that it takes to tell is damaged. */
export async function taintOf<Q, A>(
  folder: Folder,
  task: Task<Q, A>,
  question: Q,
  answer: A,
  { learnsUnknown, drawn }: Learned<Q>,
): Promise<Taint> {
  const { encoding } = task;
  const right = encoding.wordOf(answer);
  const targetsIn = targetsFor(encoding, question);
  const isAbout = sameFacts(encoding, question);
  const follows = followsFrom(task, question, answer);
  const isTaught = (word: number) => learnsUnknown || word !== encoding.blank;
  const examples: TaintedExample[] = [];
  let [count, agreeing, derived] = [0, 0, 0];
  for (const shard of keptState(folder)?.state.examples.shards ?? [])
    for (const leaf of leavesOf(shardIn(folder, shard))) {
      const index = count++;
      if (!isAbout(leaf)) continue;
      const taught = targetsIn(leaf).filter(isTaught);
      const isItself = taught.some((word) => word !== right);
      if (!isItself && taught.length > 0) agreeing++;
      if (!isItself && !(await teachesOther(leaf, drawn(index)))) continue;
      examples.push({ index, shard });
      if (!isItself) derived++;
    }

  /** Whether a question of it is answered by the corrected one, and its target is not what comes of that. */
  async function teachesOther(leaf: Uint8Array, lists: readonly (readonly Q[])[]): Promise<boolean> {
    if (task.levels === 1) return false;
    for (const questions of lists) {
      const targets = targetsIfAsked(encoding, questions, leaf);
      if (!targets) continue;
      for (const [i, own] of questions.entries()) {
        const { leans, answer: due } = await follows(own);
        if (!leans || due.kind === 'unknown' || !isTaught(targets[i]!)) continue;
        if (targets[i] !== encoding.wordOf(due.value)) return true;
      }
      return false;
    }
    return false;
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
    derived,
    checkpoints: checkpoints.filter((one) => tainted.has(one.hash)),
    clean: checkpoints.findLast((one) => !tainted.has(one.hash)),
  };
}

interface Followed<A> {
  readonly answer: Answer<A>;
  /** Whether the corrected question is in its tree. */
  readonly leans: boolean;
}

/** What H makes of the facts, where the question has that answer. Each question is unfolded once. */
function followsFrom<Q, A>(task: Task<Q, A>, corrected: Q, answer: A): (question: Q) => Promise<Followed<A>> {
  const { overseer, environment } = task;
  const all = new Map<string, Promise<Followed<A>>>();
  all.set(task.key(corrected), Promise.resolve({ answer: known(answer, 1), leans: true }));
  const unfolded = async (question: Q): Promise<Followed<A>> => {
    const fact = environment(question);
    if (fact) return { answer: fact, leans: false };
    let leans = false;
    const below: Assistant<Q, A> = {
      origin: overseer.origin,
      async answer(questions) {
        const answers = await Promise.all(questions.map(follow));
        leans ||= answers.some((one) => one.leans);
        return answers.map((one) => one.answer);
      },
    };
    const [own] = await amplify(overseer, below).answer([question], scope());
    return { answer: own!, leans };
  };
  const follow = (question: Q): Promise<Followed<A>> => {
    const key = task.key(question);
    const found = all.get(key) ?? unfolded(question);
    all.set(key, found);
    return found;
  };
  return follow;
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

/** Throws «corrupt» where its bytes are not those that it is named for. */
export function shardIn(folder: Folder, name: string): Uint8Array {
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
