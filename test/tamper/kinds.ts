/** Ways to tamper with a ledger. Each changes a copy of its files, by chance, and says what of the history is left. */

import type { Random } from '../../src/base/random.ts';
import { parseHead } from '../../src/ledger/head.ts';
import { formatNote, parseNote } from '../../src/ledger/note.ts';
import { parseTilePath, TILE_WIDTH, tilePath } from '../../src/ledger/tile.ts';
import {
  COSIGNED,
  cosigned,
  entriesOf,
  entryOf,
  type Files,
  HEAD,
  headOf,
  journalOf,
  KEY,
  LOG,
  neededBy,
  OTHER,
  publishedOf,
  tilesFor,
} from './forge.ts';

/** A ledger that is as it should be, and what the world remembers of it. */
export interface Target {
  readonly files: Files;
  readonly entries: readonly Buffer[];
  readonly group: number;
  readonly segmentBytes: number;
  /** What the witness cosigned, the last of which it remembers. */
  readonly witnessed: readonly number[];
  /** Another log of about that size, with a key of its own. */
  readonly other: Files;
}

export interface Tampered {
  readonly files: Files;
  /** Files of which verify has to name one. */
  readonly named?: readonly string[];
  /** Only where the log's own key was used: so many entries are as they were, so many there are now, and the cosigned
   *  head that lies there is of so many. */
  readonly history?: { readonly same: number; readonly size: number; readonly cosigned: number };
}

export interface Kind {
  readonly name: string;
  /** Who has to find it at the latest: verify by itself, with the key that a reader has, or memory outside. «told» is
   *  for what nobody signed yet: verify has to say that it is there. */
  readonly found: 'verify' | '--key' | 'memory' | '--witness' | 'told';
  readonly tamper: (target: Target, random: Random) => Tampered;
}

const isJournal = (name: string) => name.startsWith('journal/');
const isBundle = (name: string) => name.startsWith('log/tile/entries/');
const isTile = (name: string) => name.startsWith('log/tile/') && !isBundle(name);
const isRead = (name: string) => name !== COSIGNED;

export const KINDS: readonly Kind[] = [
  verify('a bit of the journal', flip(isJournal)),
  verify('a bit of a tile', flip(isTile)),
  verify('a bit of a bundle', flip(isBundle)),
  verify(
    'a bit of the head',
    flip((name) => name === HEAD),
  ),
  verify(
    'a bit of the key',
    flip((name) => name === KEY),
  ),
  { name: 'a bit of the cosigned head', found: '--witness', tamper: flip((name) => name === COSIGNED) },
  verify(
    'a file cut short',
    change(isRead, (bytes, random) => bytes.subarray(0, random.below(bytes.length))),
  ),
  verify(
    'a file made longer',
    change(
      (name) => isRead(name) && !isJournal(name),
      (bytes, random) => Buffer.concat([bytes, bytesOf(random)]),
    ),
  ),
  verify('a file gone', ({ files, entries }, random) => {
    // Narrower tiles of a place may go once a wider one is there.
    const names = [...files.keys()].filter((name) => isRead(name) && !name.startsWith('log/tile/'));
    const gone = pick([...names, ...neededBy(entries.length)], random);
    return { files: without(files, gone) };
  }),
  verify('a file that no entries make', ({ files }, random) => {
    const place = { level: random.below(3), index: 2 + random.below(2000), width: 1 + random.below(256) };
    const name = pick([tilePath(place), tilePath({ ...place, level: 'entries' }), 'tile/x', 'more'], random);
    return { files: copy(files, [`log/${name}`, bytesOf(random, 32)]) };
  }),
  verify('two files swapped', ({ files }, random) => {
    const names = [...files.keys()].filter(isRead);
    const [one, other] = [pick(names, random), pick(names, random)];
    return { files: copy(files, [one, files.get(other)!], [other, files.get(one)!]) };
  }),
  verify('a file of another log', ({ files, other }, random) => {
    const name = pick(
      [...files.keys()].filter((one) => isRead(one) && other.has(one)),
      random,
    );
    return { files: copy(files, [name, other.get(name)!]) };
  }),
  verify('a partial tile of another time or log', ({ files, entries, other }, random) => {
    const tiles = neededBy(entries.length).map((name) => parseTilePath(name.slice('log/'.length)));
    const tile = pick(tiles, random);
    const width = 1 + random.below(TILE_WIDTH - 1);
    const name = `log/${tilePath({ ...tile, width })}`;
    const whole = pick([...other.keys()].filter(isTile), random);
    return { files: copy(files, [name, Buffer.from(other.get(whole)!.subarray(0, 32 * width))]) };
  }),
  verify('entries of the journal in another order', journal(reordered)),
  verify('an entry of the journal dropped', journal(dropped)),
  verify('an entry of the journal twice', journal(doubled)),
  verify('an entry of the journal altered', journal(altered)),
  verify(
    'the journal cut after a record',
    journal((entries, random) => entries.slice(0, random.below(entries.length))),
  ),
  verify('parts of the journal spliced', ({ files, other }, random) => {
    const from = random.below(2) === 0 ? files : other;
    const source = from.get(pick([...from.keys()].filter(isJournal), random))!;
    return change(isJournal, (bytes, chance) => {
      const at = chance.below(bytes.length);
      const part = source.subarray(chance.below(source.length)).subarray(0, 1 + chance.below(2000));
      return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at + chance.below(2) * part.length)]);
    })({ files } as Target, random);
  }),
  verify('entries in another order, all made again', everywhere(reordered)),
  verify('an entry dropped, all made again', everywhere(dropped)),
  verify('an entry altered, all made again', everywhere(altered)),
  verify(
    'another size in the head',
    head((text, random) => {
      const { size } = parseHead(text);
      return text.replace(`\n${size}\n`, `\n${random.below(2 * size + 2)}\n`);
    }),
  ),
  verify(
    'another root in the head',
    head((text, random) => {
      const root = Buffer.from(parseHead(text).root).toString('base64');
      return text.replace(root, bytesOf(random, 32).toString('base64'));
    }),
  ),
  verify('signed by another key of its name', ({ files, entries }, random) => {
    const made = entries.map((entry, seq) =>
      seq < random.below(entries.length) ? entry : entryOf(seq, 'x'),
    );
    const again = made.every((entry, i) => entry.equals(entries[i]!)) ? entries : made;
    return { files: replaced(files, publishedOf(again, OTHER), [KEY]) };
  }),
  {
    name: 'another log in its place, its key too',
    found: '--key',
    tamper: ({ files, other }) => ({ files: new Map([...other, [COSIGNED, files.get(COSIGNED)!]]) }),
  },
  {
    name: 'written again from some entry on, with its own key',
    found: 'memory',
    tamper: (target, random) => {
      const same = random.below(target.entries.length);
      const size = Math.max(1 + same, target.entries.length - 10 + random.below(20));
      return resigned(target, random, same, [
        ...target.entries.slice(0, same),
        ...entriesOf(same, size, `again-${random.below(1000)}`),
      ]);
    },
  },
  {
    name: 'all rolled back to an older state',
    found: 'memory',
    tamper: (target, random) => {
      const size = 1 + random.below(target.entries.length - 1);
      return resigned(target, random, size, target.entries.slice(0, size));
    },
  },
  {
    name: 'the head alone rolled back',
    found: 'memory',
    tamper: ({ files, entries, witnessed }, random) => {
      const size = 1 + random.below(entries.length - 1);
      const more = tilesFor(entries.slice(0, size));
      const all: Files = new Map([...more, ...files, [HEAD, headOf(more, size, LOG)]]);
      return { files: all, history: { same: size, size, cosigned: witnessed.at(-1)! } };
    },
  },
  {
    name: 'bytes or entries after the journal',
    found: 'told',
    tamper: (target, random) => {
      const { files, entries } = target;
      const last = [...files.keys()].filter(isJournal).at(-1)!;
      if (random.below(2) === 0)
        return { files: copy(files, [last, Buffer.concat([files.get(last)!, bytesOf(random)])]) };
      const more = entriesOf(entries.length, entries.length + 1 + random.below(5), 'more');
      return {
        files: replaced(files, journalOf([...entries, ...more], target.group, target.segmentBytes), []),
      };
    },
  },
];

function verify(name: string, tamper: Kind['tamper']): Kind {
  return { name, found: 'verify', tamper };
}

/** Everything made again and signed by the log, with one of the cosigned heads that there ever were. */
function resigned(target: Target, random: Random, same: number, entries: readonly Buffer[]): Tampered {
  const { files, group, segmentBytes, witnessed } = target;
  const made = new Map([...journalOf(entries, group, segmentBytes), ...publishedOf(entries, LOG)]);
  const isOld = random.below(2) === 0;
  const size = isOld ? pick(witnessed, random) : witnessed.at(-1)!;
  made.set(
    COSIGNED,
    isOld ? cosigned(headOf(files, size, LOG, target.entries.length), size) : files.get(COSIGNED)!,
  );
  return { files: made, history: { same, size: entries.length, cosigned: size } };
}

function flip(isMeant: (name: string) => boolean): Kind['tamper'] {
  return change(isMeant, (bytes, random) => {
    const flipped = Buffer.from(bytes);
    flipped[random.below(bytes.length)]! ^= 1 << random.below(8);
    return flipped;
  });
}

/** One of the files. */
function change(
  isMeant: (name: string) => boolean,
  act: (bytes: Buffer, random: Random) => Buffer,
): Kind['tamper'] {
  return ({ files }, random) => {
    const name = pick([...files.keys()].filter(isMeant), random);
    return { files: copy(files, [name, act(files.get(name)!, random)]) };
  };
}

/** Until one of the entries under the head is another: what comes after them is «told». */
function edited(edit: Edit, entries: readonly Buffer[], random: Random): readonly Buffer[] {
  for (;;) {
    const made = edit(entries, random);
    if (entries.some((entry, i) => !made[i]?.equals(entry))) return made;
  }
}

type Edit = (entries: readonly Buffer[], random: Random) => readonly Buffer[];

/** Only the journal, every frame of it well formed. */
function journal(edit: Edit): Kind['tamper'] {
  return ({ files, entries, group, segmentBytes }, random) => ({
    files: replaced(
      files,
      journalOf(edited(edit, entries, random), group, segmentBytes),
      [...files.keys()].filter((name) => !isJournal(name)),
    ),
  });
}

/** Journal and tiles, but not the head, for want of the key. */
function everywhere(edit: Edit): Kind['tamper'] {
  return ({ files, entries, group, segmentBytes }, random) => {
    const others = edited(edit, entries, random);
    const made = new Map([...journalOf(others, group, segmentBytes), ...tilesFor(others)]);
    return { files: replaced(files, made, [HEAD, KEY, COSIGNED]) };
  };
}

function head(edit: (text: string, random: Random) => string): Kind['tamper'] {
  return change(
    (name) => name === HEAD,
    (bytes, random) => {
      const { text, signatures } = parseNote(bytes);
      return Buffer.from(formatNote({ text: edit(text, random), signatures }));
    },
  );
}

function reordered(entries: readonly Buffer[], random: Random): readonly Buffer[] {
  const all = [...entries];
  const [one, other] = [random.below(all.length), random.below(all.length)];
  [all[one], all[other]] = [all[other]!, all[one]!];
  return all;
}

function dropped(entries: readonly Buffer[], random: Random): readonly Buffer[] {
  return entries.toSpliced(random.below(entries.length), 1);
}

function doubled(entries: readonly Buffer[], random: Random): readonly Buffer[] {
  const at = random.below(entries.length);
  return entries.toSpliced(random.below(entries.length + 1), 0, entries[at]!);
}

function altered(entries: readonly Buffer[], random: Random): readonly Buffer[] {
  const at = random.below(entries.length);
  return entries.with(at, entryOf(at, `altered-${random.below(1000)}`));
}

function copy(files: Files, ...changes: readonly (readonly [string, Buffer])[]): Files {
  return new Map([...files, ...changes]);
}

function without(files: Files, name: string): Files {
  const rest = new Map(files);
  rest.delete(name);
  return rest;
}

/** The new files, and of the old ones those that are kept; without a list, all that are not new. */
function replaced(files: Files, made: Files, kept: readonly string[]): Files {
  const all = kept.length === 0 ? files : new Map(kept.map((name) => [name, files.get(name)!]));
  return kept.length === 0 ? new Map([...all, ...made]) : new Map([...made, ...all]);
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[random.below(items.length)]!;
}

function bytesOf(random: Random, count = 1 + random.below(40)): Buffer {
  return Buffer.from(Array.from({ length: count }, () => random.below(256)));
}
