/** What the distillation of an iteration kept and lost, for the record: nothing learns from it. */

import { memo } from '../amplify/memo.ts';
import { type NetworkAssistantOptions, networkAssistant, probabilities } from '../assistants/network.ts';
import { Random } from '../base/random.ts';
import type { Assistant } from '../core/assistant.ts';
import { drawExam, drawHeld } from '../core/exam.ts';
import type { Task } from '../core/task.ts';
import type { Examiner } from '../evaluate/examiners.ts';
import { retention, stepBetween } from '../evaluate/retention.ts';
import type { RetentionRecord } from '../report/record.ts';

/** Test questions at each level, and anchors: the same for all seeds, arms and iterations. */
const QUESTIONS = 256;
const TEST = Random.seeded(0).split('retained');

/** X_n and X_{n+1} as networks, and how an X is amplified. `level`: the frontier of X_{n+1}. */
export async function retained<Q, A>(
  task: Task<Q, A>,
  examiner: Examiner<Q, A>,
  before: NetworkAssistantOptions<Q, A>,
  after: NetworkAssistantOptions<Q, A>,
  amplify: (x: Assistant<Q, A>) => Assistant<Q, A>,
  level: number,
): Promise<RetentionRecord> {
  const levels = Array.from({ length: level }, (_, i) => i + 1);
  const exams = levels.map((at) => drawExam(task, 'test', at, QUESTIONS, TEST));
  const anchors = levels.flatMap((at) => drawHeld(task, 'anchor', at, QUESTIONS, TEST).flat());
  const [x, y] = [before, after].map((one) => memo(networkAssistant(one), task.key)) as [
    Assistant<Q, A>,
    Assistant<Q, A>,
  ];
  return {
    ...(await retention({ before: x, after: y, amplified: amplify(x) }, examiner, exams)),
    drift: stepBetween(await probabilities(after, anchors), await probabilities(before, anchors)),
  };
}
