/** What people do, on the record before it takes effect. Where nobody is enrolled an act is an entry as it is. Where
 *  people are, it is signed, and where it needs more of them it is a request that waits for others:
 *      act → done, or waits            approve → done, or still waits
 *  The caller holds the ledger's lock, and lets happen what is done. */

import { peopleNeeded, type Request, standing } from '../authority/authority.ts';
import { WORK } from '../authority/fault.ts';
import { ACT_OF } from '../authority/policy.ts';
import { completionOf, requestOf, type Said } from '../authority/request.ts';
import { CapstanError } from '../base/errors.ts';
import type { Actor, Kind } from '../ledger/entry.ts';
import type { SignerKey } from '../ledger/key.ts';
import type { Disk } from '../storage/disk.ts';
import { hindered } from './control.ts';
import { type Latch, lostText } from './latch.ts';
import type { Acting, Content, Draft, Ledger } from './ledger.ts';

/** Who acts, with which keys, and why. */
export interface Doer {
  readonly actor: Actor;
  /** None where nobody is enrolled; two where a key is rotated. */
  readonly keys: readonly SignerKey[];
  readonly contents: readonly Content[];
  /** Until when others may approve what this one asks for, ISO 8601. */
  readonly expires: string;
}

export type Outcome =
  | { readonly kind: 'done'; readonly entry: number; readonly what: Kind; readonly said: Said }
  | {
      readonly kind: 'waits';
      readonly request: number;
      readonly people: readonly string[];
      readonly needed: number;
    };

/** `first`: see `Acting`; of an act that takes effect now. */
export function act(ledger: Ledger, what: Kind, said: Said, doer: Doer, first?: Acting['first']): Outcome {
  const { authority } = ledger.replay;
  const restricted = authority.people.size > 0 ? ACT_OF[what] : undefined;
  const needed = restricted === undefined ? 1 : peopleNeeded(authority, restricted);
  if (needed === 1) return { kind: 'done', entry: append(ledger, what, said, doer, first), what, said };
  const request = append(ledger, 'act-requested', requestOf(what, said, doer.expires), doer);
  return { kind: 'waits', request, people: [doer.actor.id], needed };
}

/** One person more behind a request. */
export function approve(ledger: Ledger, number: number, doer: Doer): Outcome {
  const { authority } = ledger.replay;
  const request = authority.requests.get(number);
  if (!request)
    throw new CapstanError(
      'not-found',
      `request ${number}: expected one that waits; «capstan requests» lists them`,
    );
  const needed = peopleNeeded(authority, request.act);
  const people = new Set([...standing(authority, request).map((name) => `person:${name}`), doer.actor.id]);
  if (people.size >= needed) {
    const said = completionOf(request.entry);
    return { kind: 'done', entry: append(ledger, request.kind, said, doer), what: request.kind, said };
  }
  append(ledger, 'act-approved', { parents: [number] }, doer);
  return { kind: 'waits', request: number, people: [...people], needed };
}

/** Those that can still be approved. */
export function waiting(ledger: Pick<Ledger, 'replay'>, now: string): readonly Request[] {
  return [...ledger.replay.authority.requests.values()].filter(({ expires }) => now <= expires);
}

/** What lets work go on: it names what halted it, and what is lost of the ledger. Throws «usage» where work goes on. */
export function resumption(ledger: Ledger, path: string, latch: Latch, disk?: Disk): Said {
  const { halted, lost } = hindered(ledger.replay, path, latch, disk);
  if (!halted && !lost)
    throw new CapstanError('usage', 'resume: expected work that is paused or stopped, it goes on');
  return {
    ...(halted?.entry && { parents: [halted.entry.seq] }),
    ...(lost && {
      words: { 'lost-log': lost.seen.origin, 'lost-kind': lost.seen.kind, 'lost-root': lost.seen.root },
      figures: { 'lost-entry': lost.seen.seq },
    }),
  };
}

/** Whether the entry goes on without what is lost. */
export function acceptsLoss({ figures = {} }: Said): boolean {
  return Object.hasOwn(figures, 'lost-entry');
}

/** What a program does: all of it, or nothing; the number of the first, which `make` is told. Throws «refused» for work
 *  where it is halted, or where the ledger lacks what it had. */
export function record(ledger: Ledger, latch: Latch, make: (first: number) => readonly Draft[]): number {
  const drafts = make(ledger.size);
  const work = drafts.find(({ kind }) => WORK.has(kind));
  const lost = work && latch.lost(ledger.replay);
  if (lost) throw new CapstanError('refused', `${work.kind}: ${lostText(lost)}`);
  return ledger.append(drafts);
}

function append(ledger: Ledger, kind: Kind, said: Said, doer: Doer, first?: Acting['first']): number {
  const { actor, keys: signers, contents } = doer;
  return ledger.act({ kind, actor, ...said }, { contents, signers, ...(first && { first }) });
}
