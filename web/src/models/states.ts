/** How a checkpoint is, in a shape and a word. */

import type { ModelRow } from '../../../src/wire/model.ts';

type State = ModelRow['state'];

export const MODEL_STATES: {
  readonly [state in State]: readonly [shape: string, word: string, colour: string];
} = {
  candidate: ['○', 'candidate', 'faint'],
  passed: ['✓', 'passed', 'mark-verified'],
  serving: ['●', 'serving', ''],
  revoked: ['✕', 'revoked', 'mark-rejected'],
  damaged: ['✕', 'damaged', 'mark-rejected'],
};
