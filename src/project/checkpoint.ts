/** One checkpoint of the runs here: found by the beginning of its hash, and the state that it is in. */

import { CapstanError } from '../base/errors.ts';
import { checkpointsIn, expectServable, loadCheckpoint, servedIn, taintedBy } from '../registry/promotion.ts';
import type { Revoked } from '../registry/revocation.ts';
import { listRuns } from '../run/folder.ts';
import { Folder } from '../storage/folder.ts';
import { HOME } from './home.ts';
import { ARM } from './office.ts';
import { revokedHere } from './recorder.ts';

/** A candidate passed no gate, or was not promoted yet; what was promoted and is not served any more passed. */
export type State = 'candidate' | 'passed' | 'serving' | 'revoked' | 'damaged';

export interface Found {
  readonly run: string;
  readonly folder: Folder;
  readonly hash: string;
}

export const armOf = (path: string): Folder => new Folder(`${path}/${ARM}`);

export function stateOf(
  folder: Folder,
  hash: string,
  served = servedIn(folder),
  known: Revoked = revokedHere(),
): State {
  try {
    const { lineage } = loadCheckpoint(folder, hash);
    expectServable(folder, hash, known);
    taintedBy(folder, hash); // damaged where nobody can tell
    if (hash === served) return 'serving';
    return lineage.gate?.passed && !lineage.groundTruth ? 'passed' : 'candidate';
  } catch (error) {
    if (!(error instanceof CapstanError)) throw error;
    return error.code === 'refused' ? 'revoked' : 'damaged';
  }
}

/** The one checkpoint of all runs in ./runs whose hash begins so. */
export function find(beginning: string): Found {
  if (!/^[0-9a-f]{6,64}$/.test(beginning))
    throw new CapstanError(
      'usage',
      `checkpoint «${beginning}»: expected 6 to 64 hexadecimal digits, the beginning of its hash`,
    );
  const found = listRuns(HOME).flatMap(({ name, path }) => {
    const folder = armOf(path);
    const hashes = checkpointsIn(folder).filter((hash) => hash.startsWith(beginning));
    return hashes.map((hash): Found => ({ run: name, folder, hash }));
  });
  const [one, two] = found;
  if (one && !two) return one;
  throw new CapstanError(
    'not-found',
    `checkpoint ${beginning}: expected one in ${HOME}, got ${two ? `${found.length}, in ${found.map(({ run }) => run).join(', ')}` : 'none'}`,
  );
}
