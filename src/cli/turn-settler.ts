/** The thread that puts on the ledger what people have committed: each act waits for the disk several times, and no request
 *  waits with it. */

import { parentPort } from 'node:worker_threads';
import { messageOf } from '../base/errors.ts';
import { Turns } from '../project/turns.ts';

/** An act that must not wait; undefined: it is over. */
export type Wanted = { readonly act: string } | undefined;

export type Told =
  | { readonly runs: readonly string[] }
  /** Of an act that was wanted: on the ledger, or not now. */
  | { readonly act: string }
  | { readonly complaint: string };

const LOOK_MS = 250;
/** The ledger is held for so many at a time; others wait for it. */
const AT_ONCE = 8;

const port = parentPort!; // this file is only ever started as a worker
const tell = (told: Told): void => port.postMessage(told);
const complain = (error: unknown): void => tell({ complaint: messageOf(error) });
const turns = Turns.open({ complain });
let timer = setTimeout(look, 0);

function look(): void {
  let isBusy = false;
  try {
    const runs = [...turns.desk.settle(AT_ONCE)];
    isBusy = runs.length > 0;
    if (isBusy) tell({ runs });
  } catch (error) {
    complain(error);
  }
  timer = setTimeout(look, isBusy ? 0 : LOOK_MS);
}

port.on('message', async (wanted: Wanted) => {
  if (wanted === undefined) {
    clearTimeout(timer);
    turns.close();
    port.close();
    return;
  }
  try {
    await turns.desk.settleOne(wanted.act);
  } catch (error) {
    complain(error);
  }
  tell(wanted);
});
