/** The same assistant, each of its confidences made the probability that such an answer is right. Answers stay as they are. */

import { invariant } from '../base/errors.ts';
import { known } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { type Calibration, calibrated } from './calibration.ts';

/** `level` of a question is what maps are told apart by. */
export function calibratedAssistant<Q, A>(
  assistant: Assistant<Q, A>,
  calibration: Calibration,
  level: (question: Q) => number,
): Assistant<Q, A> {
  return {
    origin: {
      ...assistant.origin,
      name: `Calibrated(${assistant.origin.name})`,
      groundTruth: assistant.origin.groundTruth || calibration.groundTruth,
    },
    async answer(questions, scope) {
      const answers = await assistant.answer(questions, scope);
      invariant(answers.length === questions.length, `${assistant.origin.name}: one answer per question`);
      return answers.map((answer, i) =>
        answer.kind === 'unknown'
          ? answer
          : known(answer.value, calibrated(calibration, level(questions[i]!), answer.confidence)),
      );
    },
  };
}
