/** The baselines that one run has beside it, on the same final test; of the others what they would take. */

import { figure } from '../protocol/figure.ts';
import { BASELINES, type Baseline, type BaselineKind } from '../protocol/report.ts';
import type { Observed } from './observed.ts';
import { METHODS } from './part.ts';
import { accuraciesOf, levelsOf } from './rows.ts';
import type { Said } from './sheet.ts';

interface Stand {
  readonly name: string;
  /** What it says to each question; undefined: nobody asked it. */
  readonly said: (seen: Observed) => readonly Said[] | undefined;
  readonly needs: string;
}

const depth = (levels: number): Stand => ({
  name: `${levels === 1 ? 'one level' : `${levels} levels`} of H above the last X`,
  said: ({ beside }) => beside.depths.find((one) => one.depth === levels)?.said,
  needs: 'H, to answer with the help of X',
});

/** A run without a defence is its own baseline without one; the same of residual connections and of an ensemble. */
const STANDS: { readonly [K in BaselineKind]: Stand } = {
  'supervised-truth': {
    name: 'X supervised on the truth',
    said: ({ beside }) => beside.supervised,
    needs: 'an arm that is told the truth: «capstan run --baselines»',
  },
  'supervised-labels': {
    name: 'X supervised on as many labels as H decisions',
    said: () => undefined,
    needs: 'an arm supervised on as many answers of H as IDA took decisions',
  },
  a0: {
    name: 'A₀: H with an X that knows nothing',
    said: ({ test }) => test.amplified[0],
    needs: 'H, to answer without help',
  },
  'no-verification': {
    name: 'IDA without verification',
    said: ({ configuration, test }) => (configuration.defence ? undefined : test.x.at(-1)),
    needs: 'the same run without --defence',
  },
  'no-residuals': {
    name: 'IDA without residuals',
    said: ({ configuration: { student }, test }) =>
      student.residual === undefined && student.anchoring === undefined ? test.x.at(-1) : undefined,
    needs: 'the same run without residual connections between iterations',
  },
  ensemble: {
    name: 'an ensemble in the place of one model',
    said: ({ configuration: { student }, test }) => (student.ensemble ? test.x.at(-1) : undefined),
    needs: 'the same run with an ensemble of X',
  },
  'depth-1': depth(1),
  'depth-2': depth(2),
  'depth-3': depth(3),
  'oracle-overseer': {
    name: 'H without mistakes, all the way down',
    said: ({ configuration, test, beside }) => (configuration.noise ? beside.clean : test.h),
    needs: 'H as a script',
  },
};

/** What a baseline said, if somebody asked it. */
export function saidBy(kind: BaselineKind, seen: Observed): readonly Said[] | undefined {
  return STANDS[kind].said(seen);
}

export function baselinesOf(seen: Observed): readonly Baseline[] {
  return BASELINES.map((kind) => {
    const said = saidBy(kind, seen);
    const { name, needs } = STANDS[kind];
    return {
      kind,
      name,
      status: said ? 'measured' : 'missing',
      needs: said ? [] : [needs],
      figures: said
        ? accuraciesOf(seen.test, said, levelsOf(seen)).flatMap(({ level, accuracy }) =>
            figure('accuracy', 'share', accuracy, METHODS.wilson, level === undefined ? {} : { level }),
          )
        : [],
    };
  });
}
