/** Answers a calculation in words step by step, and a calculator verifies each step before the next is asked. H takes the
 *  question apart, X answers the steps: a person, a model, or a recording, as of GSM8K:
 *
 *      capstan import gsm8k test_socratic.jsonl --to gsm8k
 *      capstan run arithmetic.ts --questions gsm8k/tasks.jsonl --overseer recorded:gsm8k/tasks.jsonl \
 *        --assistant recorded:gsm8k/tasks.jsonl */

import { calculator, type Recipe } from 'capstan';

export const recipe: Recipe = {
  name: 'arithmetic',
  policy:
    'Ask one step after another, and reply with what the last comes to. A step is one calculation; write it as <<3*4=12>>12.',
  question: ({ text = 'How many weeks are 3 years and 2 weeks?', documents }) => ({ text, documents }),
  depth: 1,
  verifiers: [calculator()],
};
