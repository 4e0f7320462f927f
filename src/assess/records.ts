/** Of one run: whether what was decided can be checked afterwards (K16). */

import { hash } from 'node:crypto';
import { canonical, type Json } from '../base/canonical.ts';
import { leavesOf } from '../distill/examples.ts';
import { auditability, type Recorded, type Replayed, replayDeterminism } from '../evaluate/auditability.ts';
import { MerkleAccumulator } from '../ledger/merkle.ts';
import { figure } from '../protocol/figure.ts';
import type { Checkpoint } from '../registry/checkpoint.ts';
import type { ArmState } from '../run/state.ts';
import type { Folder } from '../storage/folder.ts';
import { bare, METHODS, type Part } from './part.ts';

/** What comparing the run’s folder with its ledger came to. */
export type Audited = { readonly entries: number } | 'differs' | 'no ledger';

/** Questions with their targets that X was taught: a lesson is all that was asked about one context, and the second of its
 *  16-bit numbers says how many questions those are. */
export function examplesIn(arm: Folder, { examples }: Pick<ArmState, 'examples'>): number {
  const leaves = examples.shards.flatMap((name) => leavesOf(arm.read(`examples/${name}.bin`)));
  return leaves.reduce((sum, leaf) => sum + new DataView(leaf.buffer, leaf.byteOffset).getUint16(2, true), 0);
}

/** Each gate is a decision. Its checkpoint is known to have the hash that names it: loading throws otherwise. */
export function recordedGates(
  arm: Folder,
  { examples }: Pick<ArmState, 'examples'>,
  checkpoints: readonly Checkpoint[],
): readonly Recorded[] {
  const roots = rootsOf(arm, examples.shards);
  return checkpoints.map(({ lineage }, i) => {
    const { parent, dataRoot, dataCount, configuration, configurationHash } = lineage;
    return {
      cluster: i,
      verifies: {
        hash: true,
        parent: parent === (checkpoints[i - 1]?.hash ?? null),
        inputs: roots(dataCount) === dataRoot,
        model: hash('sha256', canonical(configuration as Json)) === configurationHash,
      },
    };
  });
}

/** The Merkle root over the first so many examples of the shards. */
function rootsOf(arm: Folder, shards: readonly string[]): (count: number) => string {
  const leaves = shards.flatMap((name) => leavesOf(arm.read(`examples/${name}.bin`)));
  const roots = new Map<number, string>();
  const tree = new MerkleAccumulator();
  roots.set(0, tree.root());
  return (count) => {
    while (tree.size < Math.min(count, leaves.length)) {
      tree.append(leaves[tree.size]!);
      if (tree.size === count) roots.set(count, tree.root());
    }
    return roots.get(count) ?? '';
  };
}

/** K16. `replays`: answers of X, and the same questions again. */
export function auditPart(gates: readonly Recorded[], replays: readonly Replayed[], audited: Audited): Part {
  const found = auditability(gates);
  const entries = typeof audited === 'string' ? 0 : audited.entries;
  return {
    figures: [
      ...figure('gates that verify', 'share', found?.verified, METHODS.wilson),
      ...Object.entries(found?.links ?? {}).flatMap(([link, share]) =>
        figure(`gates that verify: ${link}`, 'share', share, METHODS.wilson),
      ),
      ...figure('same answer again', 'share', replayDeterminism(replays), METHODS.wilson),
      ...(audited === 'no ledger'
        ? []
        : figure(
            'run as on the ledger',
            'share',
            bare(entries > 0 ? 1 : 0, Math.max(1, entries)),
            METHODS.counted,
          )),
    ],
    needs: [
      ...(audited === 'no ledger' ? ['the ledger of the project in which it ran'] : []),
      ...(audited === 'differs'
        ? ['a folder that agrees with its ledger: «capstan ledger verify RUN» says where it does not']
        : []),
      'somebody who traces wrong answers to their first wrong node (clicks, seconds)',
    ],
  };
}
