/** ⊥, the floor of HCH and X_0 of every run: it answers "unknown". */

import { unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';

export const nobody: Assistant<unknown, never> = {
  origin: { name: '⊥', groundTruth: false },
  answer: async (questions) => questions.map(() => unknown('nobody')),
};
