/** The project as acts about its models need it. */

import type { Latch } from '../record/latch.ts';
import type { Ledger } from '../record/ledger.ts';
import type { Office } from '../run/office.ts';
import { Folder } from '../storage/folder.ts';
import { HOME, LEDGER } from './home.ts';

/** The arm of a run that is promoted. */
export const ARM = 'ida';

export function officeOf(ledger: Ledger, latch: Latch): Office {
  return { path: LEDGER, ledger, latch, armOf: (run) => new Folder(`${HOME}/${run}/${ARM}`) };
}
