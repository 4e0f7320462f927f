/** Maximum and count by sorting the part, without halves. */

import { COUNT_MAX, type SummaryQuestion } from '../tasks/list-summary.ts';
import { type Examiner, seal } from './examiner.ts';

export const listSummaryExaminer: Examiner<SummaryQuestion, number> = {
  truth(question) {
    const sorted = question.list.values.slice(question.from, question.to + 1).sort((a, b) => a - b);
    if (question.kind === 'max') return seal(sorted.at(-1)!);
    const occurs = sorted.lastIndexOf(question.value) - sorted.indexOf(question.value) + 1;
    return seal(sorted.includes(question.value) ? Math.min(occurs, COUNT_MAX) : 0);
  },
};
