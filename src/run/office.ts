/** What people do about models, and what follows from any act that is on the record. What takes a model back is one
 *  person's to do and waits for nothing: a revocation is in its file before it is on the ledger, everything else after.
 *  The caller holds the ledger's lock, and that of the run whose checkpoint it is. */

import { checkpointIn } from '../authority/authority.ts';
import { completionOf, type Said } from '../authority/request.ts';
import { CapstanError } from '../base/errors.ts';
import { acceptsLoss, act, approve, type Doer, type Outcome, resumption } from '../record/acts.ts';
import { eraseContent } from '../record/content.ts';
import { stopAsking } from '../record/control.ts';
import { type Latch, lostText } from '../record/latch.ts';
import type { Ledger } from '../record/ledger.ts';
import type { Replay } from '../record/replay.ts';
import { promote, promotionTarget, rollBack, rollbackTarget } from '../registry/promotion.ts';
import { forgetReason, type Revoked, revoke } from '../registry/revocation.ts';
import type { Disk } from '../storage/disk.ts';
import type { Folder } from '../storage/folder.ts';

/** A project as its acts need it. */
export interface Office {
  /** Of the ledger. */
  readonly path: string;
  readonly ledger: Ledger;
  readonly latch: Latch;
  /** Where the checkpoints of a run's arm are. */
  readonly armOf: (run: string) => Folder;
  readonly disk?: Disk;
}

export interface Model {
  readonly run: string;
  readonly hash: string;
}

export interface Reason {
  readonly reason: string;
  /** Of the commitment to it, in hex; empty where the reason is in nobody's own words. */
  readonly salt: string;
  /** The entry that it follows from. */
  readonly because?: number;
}

/** What may not be served, by the ledger, the latch and nobody's file. Throws «refused» where a part of the ledger is lost,
 *  since a revocation may be in it. */
export function expectKnown(replay: Replay, latch: Latch): Revoked {
  const lost = latch.lost(replay);
  if (lost) throw new CapstanError('refused', lostText(lost));
  return latch.revoked(replay);
}

/** Never to be served again. `reason` and `salt` lie beside the checkpoint; the doer's contents commit to them. */
export function revokeModel(
  { ledger, latch, armOf }: Office,
  model: Model,
  doer: Doer,
  { reason, salt, because }: Reason,
): Outcome {
  const { run, hash } = model;
  const known = latch.revoked(ledger.replay);
  const said = { ...saidOf(model), ...(because !== undefined && { parents: [because] }) };
  return act(ledger, 'model-revoked', said, doer, (entry) =>
    revoke(armOf(run), { hash, reason, salt, entry }, known),
  );
}

/** Serves an earlier checkpoint again. */
export function rollBackModel(office: Office, model: Model, doer: Doer): Outcome {
  const { ledger, latch, armOf } = office;
  const known = expectKnown(ledger.replay, latch);
  const target = rollbackTarget(armOf(model.run), model.hash, known); // before anything is said of it
  const outcome = act(ledger, 'model-rolled-back', saidOf(model), doer);
  if (outcome.kind === 'done') rollBack(armOf(model.run), target, known);
  return outcome;
}

/** Serves a checkpoint that has passed its gate, where people promote; perhaps once others have approved. */
export function promoteModel(office: Office, model: Model, doer: Doer): Outcome {
  const { ledger, latch, armOf } = office;
  promotionTarget(armOf(model.run), model.hash, expectKnown(ledger.replay, latch));
  const { gates } = ledger.replay.authority;
  const gate = gates.findLast(({ checkpoint }) => checkpoint === model.hash)?.seq;
  if (gate === undefined)
    throw new CapstanError(
      'refused',
      `promote ${model.hash}: expected the gate that it passed on the ledger, got none`,
    );
  const outcome = act(ledger, 'model-promoted', { ...saidOf(model), parents: [gate] }, doer);
  takeEffect(office, outcome);
  return outcome;
}

/** Lets work go on, perhaps once others have approved. */
export function resumeWork(office: Office, doer: Doer): Outcome {
  const { ledger, path, latch, disk } = office;
  const outcome = act(ledger, 'work-resumed', resumption(ledger, path, latch, disk), doer);
  takeEffect(office, outcome);
  return outcome;
}

/** One person more behind a request; what has enough of them takes effect. */
export function approveRequest(office: Office, number: number, doer: Doer): Outcome {
  const request = office.ledger.replay.authority.requests.get(number);
  if (request?.kind === 'model-promoted') expectPromotion(office, completionOf(request.entry));
  const outcome = approve(office.ledger, number, doer);
  takeEffect(office, outcome);
  return outcome;
}

function expectPromotion({ ledger, latch, armOf }: Office, said: Said) {
  const known = expectKnown(ledger.replay, latch);
  const folder = armOf(said.run ?? '');
  return { folder, known, target: promotionTarget(folder, checkpointIn(said) ?? '', known) };
}

/** Lets happen what is on the record now. */
export function takeEffect(office: Office, outcome: Outcome): void {
  const { path, ledger, latch, disk } = office;
  if (outcome.kind === 'waits') return;
  const { what, said } = outcome;
  if (what === 'work-resumed') {
    if (acceptsLoss(said)) latch.accept(ledger.replay);
    stopAsking(path, disk);
  }
  if (what === 'model-promoted') {
    const { folder, known, target } = expectPromotion(office, said);
    promote(folder, target, known);
  }
  if (what === 'content-erased') eraseFor(office, said);
}

/** Deletes what such an entry says is erased: a field of the last of its parents. */
export function eraseFor(
  { path, ledger, armOf }: Pick<Office, 'path' | 'ledger' | 'armOf'>,
  said: Said,
): void {
  const entry = ledger.entry(said.parents!.at(-1)!);
  const { field } = said.words!;
  eraseContent(path, entry, [field!]);
  if (entry.kind === 'model-revoked' && field === 'reason') forgetReason(armOf(entry.run ?? ''), entry.seq);
}

function saidOf({ run, hash }: Model): Said {
  return { run, subjects: [{ name: 'checkpoint', sha256: hash }] };
}
