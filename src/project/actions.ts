/** What people do in the inbox: on the ledger first, then it takes effect. What a crash left on the ledger alone takes effect
 *  the next time. */

import { type Answer, unknown } from '../core/answer.ts';
import type { Action } from '../core/workspace.ts';
import type { Entry } from '../ledger/entry.ts';
import { contentOf } from '../record/content.ts';
import { verifyLedger } from '../record/verify.ts';
import { Folder } from '../storage/folder.ts';
import type { TextQuestion } from '../text/question.ts';
import type { Author } from '../transcript/node.ts';
import { edits } from '../trees/edits.ts';
import type { Item } from '../trees/inbox.ts';
import type { Removed } from '../trees/memory.ts';
import type { Trees } from '../trees/trees.ts';
import type { PersonsVerdict } from '../trees/verdicts.ts';
import { LEDGER } from './home.ts';
import { ProjectLog } from './log.ts';
import { withProject } from './recorder.ts';

export type TextItem = Item<TextQuestion, string>;
export type TextAction = Action<TextQuestion, string>;

/** What a person does about an item. */
export type Said =
  | { readonly kind: 'decide'; readonly action: TextAction }
  | { readonly kind: 'correct'; readonly place: number; readonly answer: Answer<string> }
  /** Of an answer: it is right, or it is wrong and nobody knows a better one. */
  | { readonly kind: 'verify' | 'reject'; readonly place: number; readonly reason?: string }
  | { readonly kind: 'skip' };

/** As it is kept beside the ledger. */
export interface Told {
  readonly said: Exclude<Said, { readonly kind: 'skip' }>;
  readonly seconds: number;
  readonly began: string;
}

export const WORKSPACE = 'workspace';
export const SAID = 'said';

/** Carries out what is on the ledger; the answers that have to be made again. */
export function takeEffect(
  { inbox, memory, verdicts }: Trees,
  item: TextItem,
  { said, seconds, began }: Told,
  { actor, seq, time }: Entry,
): readonly Removed<string>[] {
  const by: Author = { kind: 'person', id: actor.id };
  if (said.kind !== 'decide') {
    const { question, answer: before } = item.workspace.exchanges[said.place]!;
    if (said.kind !== 'correct') verdicts.put(question, before, verdictOf(said, by, seq));
    if (said.kind === 'verify') return [];
    const answer = said.kind === 'correct' ? said.answer : unknown('rejected');
    const removed = memory.correct(question, { answer, before, by, time, entry: seq });
    inbox.withdraw(item.key); // with another answer it is another workspace
    return removed;
  }
  const { proposal } = item;
  const spent = { calls: 0, tokens: 0, micros: 0, seconds };
  const distance = proposal && edits(JSON.stringify(proposal.action), JSON.stringify(said.action));
  inbox.decide(item, {
    ...{ action: said.action, by, run: item.run, spent, began, ended: time, entry: seq },
    ...(proposal && { proposed: { ...proposal, edits: distance! } }),
  });
  return [];
}

function verdictOf(
  { kind, reason }: Extract<Said, { readonly kind: 'verify' | 'reject' }>,
  { id }: Author,
  entry: number,
): PersonsVerdict {
  const verdict = { verifier: id, entry, ...(reason !== undefined && { reason }) };
  return kind === 'verify'
    ? { ...verdict, kind: 'pass' }
    : { reason: 'no reason given', ...verdict, kind: 'fail' };
}

/** What is on the ledger and has not taken effect: a crash came between. */
export function catchUp(trees: Trees): void {
  const open = new Map(trees.inbox.open().map((item) => [item.key, item]));
  if (open.size === 0 || !new Folder(LEDGER).exists('log')) return;
  const left = leftOf(open);
  if (left.length === 0) return; // nobody has to wait for the ledger
  // With the ledger locked, so that nobody is between the two.
  withProject(() => takeUp(trees, open));
  for (const [key, seq] of left) seen.taken.set(key, seq);
}

/** The last entry about each workspace that was seen here, and the last that has surely taken effect. */
const nothing = (place: string) => ({
  ...{ place, log: new ProjectLog(LEDGER), size: 0 },
  ...{ acted: new Map<string, Entry>(), taken: new Map<string, number>() },
});
let seen = nothing('');

/** Those of the items about which there is an entry that may not have taken effect. */
function leftOf(open: ReadonlyMap<string, TextItem>): readonly (readonly [key: string, seq: number])[] {
  const place = process.cwd();
  if (seen.place !== place) seen = nothing(place);
  if (seen.log.entries.length < seen.size) seen = nothing(place); // another ledger lies there now
  const { entries } = seen.log;
  for (const { entry } of entries.slice(seen.size))
    if (entry.kind === 'action-taken') seen.acted.set(workspaceOf(entry) ?? '', entry);
  seen.size = entries.length;
  return [...seen.acted].flatMap(([key, entry]): (readonly [string, number])[] => {
    const item = open.get(key);
    return item && isAbout(entry, item) && seen.taken.get(key) !== entry.seq ? [[key, entry.seq]] : [];
  });
}

/** What was done before it was asked was done when it waited another time. */
function isAbout({ time }: Entry, { asked }: TextItem): boolean {
  return Date.parse(time) >= Date.parse(asked);
}

function workspaceOf({ subjects }: Entry): string | undefined {
  return subjects?.find(({ name }) => name === WORKSPACE)?.sha256;
}

function takeUp(trees: Trees, open: Map<string, TextItem>): void {
  const { entries } = verifyLedger(LEDGER);
  for (const entry of entries) {
    if (entry.kind !== 'action-taken') continue;
    const key = workspaceOf(entry);
    const item = key === undefined ? undefined : open.get(key);
    if (item === undefined || !isAbout(entry, item)) continue;
    const text = contentOf(LEDGER, entries, entry, SAID);
    if (text === undefined) continue; // erased, so nobody knows what it was
    const told = JSON.parse(text) as Told;
    takeEffect(trees, item, told, entry);
    if (told.said.kind !== 'verify') open.delete(item.key); // after a verdict it waits as before
  }
}
