/** The checkpoint that commands ask. */

import { CapstanError } from '../base/errors.ts';
import { knownRevoked } from '../project/recorder.ts';
import { type Promotable, promoted } from '../registry/promotion.ts';
import type { Folder } from '../storage/folder.ts';

/** The promoted checkpoint; what is wrong with its bytes is said of the run that holds them. */
export function served(folder: Folder): Promotable {
  try {
    return promoted(folder, knownRevoked());
  } catch (error) {
    if (!(error instanceof CapstanError) || error.code !== 'corrupt') throw error;
    throw new CapstanError('corrupt', `${folder.path}: ${error.message}`, { cause: error });
  }
}
