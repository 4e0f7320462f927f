/** Of one run: what becomes of mistakes from level to level (K4), and whether small doubts add up as predicted (K5). */

import type { Random } from '../base/random.ts';
import {
  horizon,
  type LevelErrors,
  predictedSuccess,
  realisedSuccess,
  siblingCorrelation,
} from '../evaluate/compounding.ts';
import { distillationRatio, type NodeOutcome, propagation, sensitivity } from '../evaluate/propagation.ts';
import { figure } from '../protocol/figure.ts';
import type { Figure, Labels } from '../protocol/report.ts';
import { byCluster, shareOf } from '../statistics/clustered.ts';
import type { AnyQuestion } from '../tasks/tasks.ts';
import type { Observed } from './observed.ts';
import { METHODS, type Part } from './part.ts';
import type { Node } from './sheet.ts';

const NO_H = 'H, to answer with the help of each X';

/** K4: of Amplify^H(X_n), and of H all the way down. */
export function propagationPart({ test, planted }: Observed): Part {
  if (test.amplified.length === 0) return { figures: [], needs: [NO_H] };
  const items = test.asked.map(({ context, level }) => ({ cluster: context, level }));
  const ratios = test.amplified.slice(0, -1).map((teacher, n) =>
    distillationRatio(
      items.map((item, place) => ({
        ...item,
        student: test.x[n + 1]![place]!.right,
        teacher: teacher[place]!.right,
      })),
    ),
  );
  return {
    figures: [
      ...test.amplified.flatMap((nodes, iteration) =>
        iteration === 0 ? [] : levelsUp(outcomesOf(nodes), { iteration }),
      ),
      ...levelsUp(outcomesOf(test.hNodes), {}, ' of H all the way'),
      ...sensitivity(
        planted.map(({ cluster, childLevel, before, again }) => ({
          cluster,
          level: childLevel,
          rootChanged: before !== again,
        })),
      ).flatMap(({ level, figure: share }) =>
        figure('root changed by a planted error', 'share', share, METHODS.wilson, { level }),
      ),
      ...ratios.flatMap((ratio, n) =>
        figure('distillation ratio', 'ratio', ratio, METHODS.jackknife, { iteration: n + 1 }),
      ),
    ],
    needs: [],
  };
}

function outcomesOf(nodes: readonly Node<AnyQuestion>[]): readonly NodeOutcome[] {
  return nodes.map(({ context, level, right, children }) => ({
    cluster: context,
    level,
    right,
    children: children.map((child) => child.right),
  }));
}

function levelsUp(nodes: readonly NodeOutcome[], labels: Labels, whose = ''): readonly Figure[] {
  const found = propagation(nodes);
  return found.flatMap(({ level, local, masking, error, inherited, gain, ratio }) => [
    ...figure(`error${whose}`, 'share', error, METHODS.wilson, { ...labels, level }),
    ...figure(`local${whose}`, 'share', local, METHODS.wilson, { ...labels, level }),
    ...figure(`masked${whose}`, 'share', masking, METHODS.wilson, { ...labels, level }),
    ...figure(`inherited${whose}`, 'share', inherited, METHODS.wilson, { ...labels, level }),
    ...figure(`gain${whose}`, 'ratio', gain, METHODS.jackknife, { ...labels, level }),
    ...figure(`error ratio to the level below${whose}`, 'ratio', ratio, METHODS.jackknife, {
      ...labels,
      level,
    }),
  ]);
}

/** K5, of the last Amplify^H(X) on the final test. */
export function compoundingPart({ test, checkpoints }: Observed, random: Random): Part {
  const nodes = test.amplified.at(-1);
  if (!nodes) return { figures: [], needs: [NO_H] };
  const iteration = checkpoints.length;
  const asking = nodes.filter(({ children }) => children.length > 0);
  const levels = [...new Set(asking.map(({ level }) => level))].sort((a, b) => a - b);
  const error = shareOf(
    asking.flatMap(({ context, children }) => children.map(({ right }) => ({ cluster: context, right }))),
    ({ right }) => !right,
  );
  const half = error && horizon(error);
  const realised = realisedSuccess(
    asking.map(({ context, children, right }) => ({
      cluster: context,
      right,
      predicted: children.reduce((product, { confidence }) => product * confidence, 1),
    })),
  );
  const siblings = asking.flatMap(({ context, children }, parent) =>
    children.map(({ right }) => ({ cluster: context, parent, wrong: !right })),
  );
  return {
    figures: [
      ...levels.flatMap((level) => {
        const own = asking.filter((node) => node.level === level);
        const labels = { iteration, level };
        return [
          ...figure(
            'predicted success',
            'share',
            predictedSuccess(errorsUnder(own), random.split(level)),
            'posterior',
            labels,
          ),
          ...figure(
            'realised success',
            'share',
            shareOf(
              own.map(({ context, right }) => ({ cluster: context, right })),
              ({ right }) => right,
            ),
            METHODS.wilson,
            labels,
          ),
        ];
      }),
      ...figure('slope of realised on predicted', 'number', realised?.slope, 'Student’s t over contexts', {
        iteration,
      }),
      ...figure('intercept', 'number', realised?.intercept, 'Student’s t over contexts', { iteration }),
      ...(half && half.value !== null
        ? figure(
            'nodes until half are wrong',
            'count',
            { value: half.value, low: half.low, high: half.high, n: half.n },
            'from the interval of the error',
            { iteration },
          )
        : []),
      ...figure('correlation of siblings', 'coefficient', siblingCorrelation(siblings), METHODS.jackknife, {
        iteration,
      }),
    ],
    needs: [
      ...(realised
        ? []
        : ['mistakes, to tell predicted from realised success: none or all of them are wrong']),
      ...(half && half.value === null
        ? ['mistakes of sub-answers, to tell after how many half are wrong: none was seen']
        : []),
    ],
  };
}

/** The mistakes that questions of one level inherit and add: of their children by level, and their own. */
function errorsUnder(nodes: readonly Node<AnyQuestion>[]): readonly LevelErrors[] {
  const children = nodes.flatMap(({ context, children }) =>
    children.map(({ level, right }) => ({ cluster: context, level, right })),
  );
  const levels = [...new Set(children.map(({ level }) => level))];
  const local = nodes.filter((node) => node.children.every(({ right }) => right));
  const counts = (items: readonly { readonly cluster: number; readonly right: boolean }[]) =>
    byCluster(items).map((group) => ({ right: group.filter(({ right }) => right).length, n: group.length }));
  const own = Math.max(0, ...nodes.map(({ level }) => level));
  return [
    ...levels.map((level) => {
      const items = children.filter((child) => child.level === level);
      return { level, counts: counts(items), nodes: items.length / nodes.length };
    }),
    {
      level: own,
      counts: counts(local.map(({ context, right }) => ({ cluster: context, right }))),
      nodes: 1,
    },
  ];
}
