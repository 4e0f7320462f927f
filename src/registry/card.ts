/** A model card (Mitchell et al. 2019) out of a checkpoint's lineage and nothing else: whatever it says can be checked against
 *  the hashed bytes. Markdown. */

import type { Lineage } from './checkpoint.ts';
import { showVersion, versionOf } from './version.ts';

export interface CardSubject {
  readonly hash: string;
  /** Name of its run. */
  readonly run: string;
  /** «serving», «passed», «candidate», «revoked», … */
  readonly state: string;
  /** Of the checkpoint itself, its parent, and so on to the first of the run. */
  readonly ancestry: readonly Lineage[];
  readonly parameterCount: number;
}

export function modelCard({ hash, run, state, ancestry, parameterCount }: CardSubject): string {
  const lineage = ancestry[0]!;
  const { task, parameters, level, iteration, seed, teacher, dataRoot, dataCount, gate, version } = lineage;
  const sizes = Object.entries(parameters).map(([name, value]) => `${name} ${value}`);
  const comparison = gate?.comparison;
  return `${[
    `# ${task}, version ${showVersion(versionOf(ancestry))}`,
    `\`${hash}\``,
    `${state[0]!.toUpperCase()}${state.slice(1)}. Iteration ${iteration} of run \`${run}\`.`,
    '## What it is',
    `A looped transformer of ${parameterCount.toLocaleString('en')} parameters that answers questions of «${task}» (${sizes.join(', ')}) up to level ${level}, learned by Iterated Distillation and Amplification with Capstan ${version}, seed ${seed}.`,
    '## What it is for',
    `Answering these questions directly, and the sub-questions of harder ones. Nothing is known of it on other tasks or sizes, or above level ${level}. «capstan ask» shows an answer beside the decomposition that justifies it.`,
    '## Who taught it',
    `${teacher}: the overseer combining answers of the model's own moving average. ${dataCount.toLocaleString('en')} examples, Merkle root \`${dataRoot}\`. ${lineage.groundTruth ? '**It has seen the ground truth, and is never served.**' : 'It has seen no ground truth.'}`,
    '## How it was judged',
    gate
      ? `On ${gate.n.toLocaleString('en')} held-out questions it says what its teacher concludes in ${percent(gate.agreement)} (95 % interval ${percent(gate.low)} to ${percent(gate.high)}); the gate asks for ${percent(gate.threshold)} at every level by the lower bound. **${gate.passed ? 'Passed' : 'Not passed'}.**`
      : 'It has been through no gate.',
    ...(comparison
      ? [
          `Compared with \`${comparison.with}\` on ${comparison.contexts} contexts: ${comparison.passed ? 'shown' : 'not shown'} to be less than ${percent(comparison.margin)} worse at any level (error rate ${percent(comparison.errorRate)}); the level with the least evidence is ${comparison.level}, difference ${percent(comparison.difference)}.`,
        ]
      : []),
    "No ground truth is part of these figures; the run's report has the accuracy against it.",
    '## Where it comes from',
    table(
      ['version', 'iteration', 'level', 'step', 'examples', 'agreement', 'gate'],
      ancestry.map((one, i) => [
        showVersion(versionOf(ancestry.slice(i))),
        one.iteration,
        one.level,
        one.step,
        one.dataCount.toLocaleString('en'),
        one.gate ? percent(one.gate.agreement) : '–',
        one.gate ? (one.gate.passed ? 'passed' : 'not passed') : '–',
      ]),
    ),
    `Configuration \`${lineage.configurationHash}\`.`,
    '## Figures',
    table(
      ['figure', 'value'],
      Object.entries(lineage.figures).map(([name, value]) => [name, value.toLocaleString('en')]),
    ),
    '## Check it',
    `    capstan models show ${hash.slice(0, SHOWN)}\n    capstan ledger verify\n    capstan ledger list --run ${run}`,
  ].join('\n\n')}\n`;
}

/** Digits of a hash that tell one from another, and that can be typed. */
const SHOWN = 12;

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
