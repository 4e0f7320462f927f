/** A small tree to read: who is on the ark, with one wrong answer far down, one person who is waited for, and scripts in its texts. */

import { FLAGS } from '../../src/wire/flags.ts';
import { ADA, known, type Made, X3 } from './fake-tree.ts';

export const SCRIPT = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>';

const leaf = (question: string, answer: string, flags: number = FLAGS.verified, confidence = 0.9): Made => ({
  ...{ question, flags, by: X3, children: [] },
  answer: known(answer, confidence),
});

/** Made afresh: a correction changes it. */
export function ark(): Made {
  const cats = leaf('How many legs have two cats?', '6', FLAGS.rejected, 0.4);
  const felines: Made = {
    ...leaf('How many legs have all the felines?', '6 legs of cats and 8 of lions: 14', 0, 0.7),
    children: [cats, leaf('How many legs have two lions?', '8')],
    spans: [
      [
        { answer: [0, 1], source: [0, 1] },
        { answer: [31, 33], source: [0, 1] },
      ],
      [
        { answer: [19, 20], source: [0, 1] },
        { answer: [31, 33], source: [0, 1] },
      ],
    ],
  };
  const birds: Made = {
    question: 'How many legs have all the birds?',
    ...{ flags: FLAGS.waiting, children: [leaf('How many birds are there?', '2'), leaf(SCRIPT, SCRIPT, 0)] },
  };
  const many: Made = {
    ...leaf('How many legs have all the insects?', '60', 0),
    children: Array.from({ length: 60 }, (_, i) => leaf(`How many legs has insect ${i + 1}?`, '6')),
  };
  return {
    question: 'How many legs has everybody on the ark?',
    answer: known('14 of felines, 60 of insects, and those of the birds', 0.8),
    by: ADA,
    flags: 0,
    children: [felines, birds, many],
    spans: [[{ answer: [0, 2], source: [31, 33] }], [], [{ answer: [15, 17], source: [0, 2] }]],
    entries: [3, 7],
  };
}
