/** Ways to tamper with what people have decided and signed, for whoever holds the log's own key and makes all of it again:
 *  journal, tiles, head and what the witness saw. Only the signatures of people are in the way. */

import type { Random } from '../../src/base/random.ts';
import { keyNameOf, signAct } from '../../src/ledger/act.ts';
import { decodeEntry, type Entry, encodeEntry } from '../../src/ledger/entry.ts';
import { formatVerifierKey, type SignerKey, signerKey, verifierOf } from '../../src/ledger/key.ts';
import { MerkleAccumulator } from '../../src/ledger/merkle.ts';
import { COSIGNED, cosigned, entriesOf, type Files, headOf, journalOf, LOG, publishedOf } from './forge.ts';
import type { Kind, Target } from './kinds.ts';

const ADA = signerKey('note', 'ada', Buffer.alloc(32, 3));
/** Of her name, as somebody makes it who wants to be taken for her. */
const NOT_ADA = signerKey('note', 'ada', Buffer.alloc(32, 4));
const ENROLLED = 2;

type Changed = { -readonly [K in keyof Entry]: Entry[K] };
/** Changes one signed entry; gives the key with which it is to be signed anew, if with any. */
type Change = (entry: Changed, random: Random) => SignerKey | undefined;

export const DECISION_KINDS: readonly Kind[] = [
  made('a decision without its signature', (entry) => {
    delete entry.signed;
    return undefined;
  }),
  made('a bit of the signature of a decision', (entry, random) => {
    const [{ key, signature }] = entry.signed as [{ key: string; signature: string }];
    const bytes = Buffer.from(signature, 'base64');
    bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
    entry.signed = [{ key, signature: bytes.toString('base64') }];
    return undefined;
  }),
  made('another decision under the same signature', (entry, random) => {
    entry.subjects = [
      {
        name: 'answer',
        sha256: random
          .below(2 ** 32)
          .toString(16)
          .padStart(64, '0'),
      },
    ];
    return undefined;
  }),
  made('a decision that says something more', (entry, random) => {
    entry.figures = { seconds: random.below(100) };
    return undefined;
  }),
  made('a decision put into another’s name', (entry) => {
    entry.actor = { id: 'person:eve', kind: 'person' };
    return undefined;
  }),
  made('a decision made out to be a script’s', (entry) => {
    entry.actor = { ...entry.actor, kind: 'script' };
    delete entry.signed;
    return undefined;
  }),
  made('a decision signed by another key of the name', (entry, random) => {
    entry.words = { action: `x${random.below(100)}` };
    return NOT_ADA;
  }),
  made('a decision signed by nobody who is enrolled', (entry) => {
    entry.actor = { id: 'person:eve', kind: 'person' };
    return signerKey('note', 'eve', Buffer.alloc(32, 5));
  }),
  // The entry itself is as she signed it, but not what came before.
  {
    name: 'another past before a decision',
    found: 'verify',
    tamper: (target, random) => {
      const at = pick(signedIn(target), random) - 1;
      const entry: Changed = { ...decodeEntry(target.entries[at]!, at) };
      entry.run = `other-${random.below(1000)}`;
      return again(target, at, entry);
    },
  },
];

/** A ledger where Ada is enrolled, and signs what she decides. */
export function decisionTargetOf(size: number, random: Random): Target {
  const tree = new MerkleAccumulator();
  const entries = entriesOf(0, size, 'true').map((bytes, seq) => {
    const entry = decodeEntry(bytes, seq);
    const own = entry.kind === 'action-taken' ? signed(entry, tree) : bytes;
    tree.append(own);
    return own;
  });
  const [group, segmentBytes] = [1 + random.below(8), 2 ** 20];
  return { files: filesOf(entries, group, segmentBytes), entries, group, segmentBytes, witnessed: [size], other: new Map() }; // biome-ignore format: one target is one line
}

/** The first of them enrols her. */
function signed(entry: Entry, tree: MerkleAccumulator): Buffer {
  const { subjects: _, ...rest } = entry;
  const words = {
    name: 'ada',
    roles: 'operator',
    key: formatVerifierKey(verifierOf(ADA)),
    actions: 'signed',
  };
  const own: Entry = entry.seq === ENROLLED ? { ...rest, kind: 'principal-enrolled', words } : entry;
  return Buffer.from(encodeEntry(signAct(placeOf(tree), own, [ADA])));
}

const placeOf = (tree: MerkleAccumulator) => ({ origin: LOG.name, root: tree.root() });

/** What she decided: the first is her enrolment. */
function signedIn({ entries }: Target): readonly number[] {
  const name = keyNameOf(verifierOf(ADA));
  const all = entries.flatMap((bytes, seq) =>
    decodeEntry(bytes, seq).signed?.some(({ key }) => key === name) ? [seq] : [],
  );
  return all.slice(1);
}

function made(name: string, change: Change): Kind {
  return {
    name,
    found: 'verify',
    tamper: (target, random) => {
      const at = pick(signedIn(target), random);
      const entry: Changed = { ...decodeEntry(target.entries[at]!, at) };
      const key = change(entry, random);
      if (!key) return again(target, at, entry);
      const tree = new MerkleAccumulator();
      for (const bytes of target.entries.slice(0, at)) tree.append(bytes);
      return again(target, at, signAct(placeOf(tree), entry, [key]));
    },
  };
}

/** With that entry in place of the one that was there. */
function again(
  { entries, group, segmentBytes }: Target,
  at: number,
  entry: Entry,
): { readonly files: Files } {
  return { files: filesOf(entries.with(at, Buffer.from(encodeEntry(entry))), group, segmentBytes) };
}

function filesOf(entries: readonly Buffer[], group: number, segmentBytes: number): Files {
  const files: Files = new Map([...journalOf(entries, group, segmentBytes), ...publishedOf(entries, LOG)]);
  files.set(COSIGNED, cosigned(headOf(files, entries.length, LOG), entries.length));
  return files;
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[random.below(items.length)]!;
}
