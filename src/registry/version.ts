/** The version of a checkpoint within its run (Semantic Versioning 2.0.0). Its interface is what may be asked of it: the task
 *  and its sizes, which a run does not change, and the levels up to its frontier. So the first that passed is 1.0.0, one that
 *  answers more levels is the next minor version, one that answers the same levels anew the next patch. What has not passed is
 *  a pre-release of what it would have been. */

import type { Lineage } from './checkpoint.ts';

export interface Version {
  readonly minor: number;
  readonly patch: number;
  readonly isCandidate: boolean;
}

/** `ancestry`: of the checkpoint itself, its parent, that one's parent, … to the first of the run. */
export function versionOf(ancestry: readonly Lineage[]): Version {
  let [minor, patch, level] = [0, 0, undefined as number | undefined];
  let isCandidate = false;
  for (const [i, lineage] of [...ancestry].reverse().entries()) {
    const isOwn = i === ancestry.length - 1;
    const passed = lineage.gate?.passed === true;
    if (!passed && !isOwn) continue;
    isCandidate = !passed;
    if (level === undefined) level = lineage.level;
    else if (lineage.level > level) [minor, patch, level] = [minor + 1, 0, lineage.level];
    else patch++;
  }
  return { minor, patch, isCandidate };
}

export function showVersion({ minor, patch, isCandidate }: Version): string {
  return `1.${minor}.${patch}${isCandidate ? '-candidate' : ''}`;
}
