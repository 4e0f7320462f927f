/** What a machine in the auditor's place (`evaluate/auditor`) guesses that X says, one context at a time: of the questions about it,
 *  and of those that H asks on the way down, most are shown with what X says of them and how H takes them apart, and the others are
 *  asked. A person could do as the machine does; whether people do is another question. */

import { amplify } from '../amplify/amplify.ts';
import { withEnvironment } from '../amplify/environment.ts';
import type { Random } from '../base/random.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Task } from '../core/task.ts';
import type { Transcript } from '../core/workspace.ts';
import { machineAuditor } from '../evaluate/auditor.ts';
import type { Guessed } from '../evaluate/interpretability.ts';
import type { Asked } from './sheet.ts';

export interface Foretold {
  readonly guesses: readonly Guessed[];
  /** Content keys of what was shown. */
  readonly explained: ReadonlySet<string>;
}

/** Of so many questions about a context one is asked of the machine, and at most so many: those of one context tell little new, and
 *  each takes as long as there are transcripts. */
const [ONE_IN, ASKED_MAX] = [4, 8];

/** About `most` guesses, or all that can be made. `x` has a memory. */
export async function foretell<Q, A>(
  task: Task<Q, A>,
  overseer: Overseer<Q, A>,
  x: Assistant<Q, A>,
  asked: readonly Asked<Q>[],
  most: number,
  random: Random,
): Promise<Foretold> {
  const contexts = new Map<number, Q[]>();
  for (const { context, question } of asked)
    contexts.set(context, [...(contexts.get(context) ?? []), question]);
  const guesses: Guessed[] = [];
  const explained = new Set<string>();
  for (const [cluster, questions] of random.split('contexts').shuffle([...contexts])) {
    if (guesses.length >= most) break;
    const all = await transcriptsOf(task, overseer, x, questions);
    const order = random.split('questions').split(cluster).shuffle(all);
    const count = Math.min(ASKED_MAX, Math.floor(all.length / ONE_IN));
    const [tested, shown] = [order.slice(0, count), order.slice(count)];
    const auditor = machineAuditor(task.encoding, shown);
    for (const { question } of shown) explained.add(task.key(question));
    for (const { question, answer } of tested)
      guesses.push({
        ...{ cluster, key: task.key(question) },
        said: answer.kind === 'known' ? task.encoding.wordOf(answer.value) : task.encoding.blank,
        without: auditor.without(question),
        with: auditor.with(question),
      });
  }
  return { guesses, explained };
}

/** How the questions are taken apart, and those that H asks on the way, and so on, each once. What is explained is what X says alone,
 *  not what H comes to. */
async function transcriptsOf<Q, A>(
  { key, environment }: Task<Q, A>,
  overseer: Overseer<Q, A>,
  x: Assistant<Q, A>,
  questions: readonly Q[],
): Promise<readonly Transcript<Q, A>[]> {
  const seen = new Set<string>();
  const fresh = (some: readonly Q[]) =>
    some.filter((one) => !seen.has(key(one)) && seen.add(key(one)) && environment(one) === undefined);
  const found: Transcript<Q, A>[] = [];
  let open = fresh(questions);
  while (open.length > 0) {
    const transcripts: Transcript<Q, A>[] = [];
    const record = (one: Transcript<Q, A>) => transcripts.push(one);
    await amplify(overseer, withEnvironment(environment, x), { record }).answer(open, scope());
    const answers = await x.answer(open, scope());
    found.push(...transcripts.map((one, i) => ({ ...one, answer: answers[i]! })));
    open = fresh(transcripts.flatMap(({ exchanges }) => exchanges.map(({ question }) => question)));
  }
  return found;
}
