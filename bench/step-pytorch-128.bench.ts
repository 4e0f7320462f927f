/** The step of the paper's size: width 128, contexts of 64 facts. */

import { stepBenchmark } from './pytorch.ts';

export const benchmark = stepBenchmark('step-pytorch-128', { width: 128, facts: 64, rounds: 6 });
