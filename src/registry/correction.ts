/** What corrections taint: the checkpoints that learned from an answer which a person took back, and all that were trained on
 *  from them. A tainted checkpoint may be served, and whoever serves it says so; a person revokes it where that is not
 *  enough. One file for each correction, beside the checkpoints. It fails closed: where a file cannot be read, or a parent is not
 *  there, nobody can tell, and nothing is served. */

import type { Folder } from '../storage/folder.ts';
import { corrupt, isRecord, parseJson } from './untrusted.ts';

export interface Correction {
  /** Number of the entry on the ledger, which is committed to the question, the answer and the reason. */
  readonly entry: number;
  /** Hashes of checkpoints that learned from another answer. */
  readonly tainted: readonly string[];
}

/** From now on. The caller has put it on the ledger. */
export function keepCorrection(folder: Folder, { entry, tainted }: Correction): void {
  folder.writeAtomic(correctionFile(entry), correctionText({ entry, tainted }));
}

export function correctionText({ entry, tainted }: Correction): string {
  return `${JSON.stringify({ entry, tainted })}\n`;
}

/** What was corrected in this folder, oldest first. */
export function corrections(folder: Folder): readonly Correction[] {
  const all = folder.list(CORRECTIONS).map((file) => {
    const text = folder.readText(file);
    const value = parseJson(text);
    const { entry, tainted } = isRecord(value) ? value : {};
    const isWhole =
      typeof entry === 'number' &&
      file === correctionFile(entry) &&
      Array.isArray(tainted) &&
      tainted.every((hash) => typeof hash === 'string');
    if (!isWhole) throw corrupt(`${folder.name}/${file}`, 'a correction', text);
    return { entry, tainted };
  });
  return all.sort((a, b) => a.entry - b.entry);
}

/** The entries of the corrections that taint this checkpoint or one that it was trained on from. `parentOf`: of a
 *  checkpoint of the same folder; throws where there is none. */
export function taintsOf(
  folder: Folder,
  hash: string,
  parentOf: (hash: string) => string | null,
): readonly number[] {
  const all = corrections(folder);
  if (all.length === 0) return [];
  const line = new Set<string>();
  for (let own: string | null = hash; own !== null; own = parentOf(own)) line.add(own);
  return all.filter(({ tainted }) => tainted.some((one) => line.has(one))).map(({ entry }) => entry);
}

const CORRECTIONS = 'corrections';

export function correctionFile(entry: number): string {
  return `${CORRECTIONS}/${entry}.json`;
}
