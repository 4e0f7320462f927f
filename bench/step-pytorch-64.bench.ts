/** The step of a small task: width 64, contexts of 16 facts. */

import { stepBenchmark } from './pytorch.ts';

export const benchmark = stepBenchmark('step-pytorch-64', { width: 64, facts: 16, rounds: 5 });
