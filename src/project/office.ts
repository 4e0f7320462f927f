/** The project as acts about its models need it. */

import type { Authority } from '../authority/authority.ts';
import { act, type Doer, type Outcome } from '../record/acts.ts';
import { askToHalt, type Halt } from '../record/control.ts';
import type { Latch } from '../record/latch.ts';
import type { Ledger } from '../record/ledger.ts';
import { replayed } from '../record/replay.ts';
import { approveRequest, type Office, resumeWork } from '../run/office.ts';
import { Folder } from '../storage/folder.ts';
import { lockFolder } from '../storage/lock.ts';
import { expectPolicy } from './doer.ts';
import { HOME, LEDGER } from './home.ts';
import { ledgerFree, withProject } from './recorder.ts';

/** The arm of a run that is promoted. */
export const ARM = 'ida';

export function officeOf(ledger: Ledger, latch: Latch): Office {
  return { path: LEDGER, ledger, latch, armOf: (run) => new Folder(`${HOME}/${run}/${ARM}`) };
}

/** Whoever acts, once it is known who may. */
export type DoerFor = (authority: Authority) => Doer & { readonly salt: string };

/** One person more behind a request. */
export function approveNumbered(number: number, doer: DoerFor): Outcome {
  const run = replayed(LEDGER).authority.requests.get(number)?.entry.run;
  const lock = run === undefined ? undefined : lockFolder(`${HOME}/${run}`);
  try {
    return withProject((ledger, latch) => {
      const { authority } = ledger.replay;
      // The policy file is then the one that is to be in force.
      if (authority.requests.get(number)?.act !== 'policy') expectPolicy(authority);
      return approveRequest(officeOf(ledger, latch), number, doer(authority));
    });
  } finally {
    lock?.release();
  }
}

/** Work halts at once: a ledger that is busy or full must not keep it going. */
export function halt(kind: Halt, doer: DoerFor): Outcome {
  askToHalt(LEDGER, kind);
  return withProject((ledger) => act(ledger, kind, {}, doer(ledger.replay.authority)));
}

/** The same for a process in which others wait. */
export async function haltAside(kind: Halt, doer: DoerFor): Promise<Outcome> {
  askToHalt(LEDGER, kind);
  await ledgerFree();
  return halt(kind, doer);
}

/** Lets work go on, perhaps once others have approved. */
export function goOn(doer: DoerFor): Outcome {
  return withProject((ledger, latch) => {
    const { authority } = ledger.replay;
    expectPolicy(authority);
    return resumeWork(officeOf(ledger, latch), doer(authority));
  });
}
