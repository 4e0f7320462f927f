/** Ways to tamper with what people wrote: the files beside the log that its entries are committed to. Each says which file
 *  has to be named. */

import type { Random } from '../../src/base/random.ts';
import { commit, SALT } from '../../src/ledger/commitment.ts';
import { decodeEntry, type Entry, encodeEntry } from '../../src/ledger/entry.ts';
import { COSIGNED, cosigned, entriesOf, type Files, headOf, journalOf, LOG, publishedOf } from './forge.ts';
import type { Kind, Tampered, Target } from './kinds.ts';

/** A ledger whose acts have contents, of which some were erased. */
export interface ContentTarget extends Target {
  /** What was erased, under the names that it had. */
  readonly erased: Files;
}

type Act = (target: ContentTarget, random: Random) => Tampered;

export const CONTENT_KINDS: readonly Kind[] = [
  verify('a bit of a content', (target, random) =>
    changed(target, random, (bytes) => {
      const flipped = Buffer.from(bytes);
      flipped[random.below(bytes.length)]! ^= 1 << random.below(8);
      return flipped;
    }),
  ),
  verify('a byte of a content', (target, random) =>
    changed(target, random, (bytes) => {
      const other = Buffer.from(bytes);
      other[random.below(bytes.length)] = random.below(256);
      return other;
    }),
  ),
  verify('a content cut short', (target, random) =>
    changed(target, random, (bytes) => bytes.subarray(0, random.below(bytes.length))),
  ),
  verify('a content made longer', (target, random) =>
    changed(target, random, (bytes) => {
      const more = Buffer.from(pick(['\n', ' ', '\0', '{}', '/**/', `${random.below(100)}`], random));
      const at = pick([0, bytes.indexOf(',') + 1, bytes.length], random);
      return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
    }),
  ),
  verify('a content written in another way', (target, random) =>
    changed(target, random, (bytes) => rewritten(bytes, random)),
  ),
  verify('a content gone', ({ files }, random) => {
    const name = pick(contentsOf(files), random);
    return { files: without(files, name), named: [name] };
  }),
  verify('two contents swapped', ({ files }, random) => {
    const names = contentsOf(files);
    const [one, other] = [pick(names, random), pick(names, random)];
    const swapped = new Map([...files, [one, files.get(other)!], [other, files.get(one)!]]);
    return { files: swapped, named: [one, other] };
  }),
  verify('another text under the same salt', (target, random) =>
    changed(target, random, (bytes) => {
      const { salt, text } = JSON.parse(bytes.toString());
      return written(salt, pick([textOf(random), `${text}.`, text.slice(1), text.toUpperCase()], random));
    }),
  ),
  verify('text and salt replaced by others', (target, random) =>
    changed(target, random, () => written(saltOf(random).toString('hex'), textOf(random))),
  ),
  verify('the same text under another salt', (target, random) =>
    changed(target, random, (bytes) => {
      const { salt, text } = JSON.parse(bytes.toString());
      return written(pick([saltOf(random).toString('hex'), `${salt}00`, salt.slice(2), ''], random), text);
    }),
  ),
  verify('a content renamed', ({ files }, random) => {
    const name = pick(contentsOf(files), random);
    return { files: new Map([...without(files, name), [nameOf(random), files.get(name)!]]), named: [name] };
  }),
  verify('what was erased put back', ({ files, erased }, random) => {
    const name = pick([...erased.keys()], random);
    const bytes = pick([erased.get(name)!, Buffer.from('{}'), Buffer.alloc(0)], random);
    return { files: new Map([...files, [name, bytes]]), named: [name] };
  }),
  told('what was erased put back under another name', ({ files, erased }, random) => {
    const name = nameOf(random);
    return { files: new Map([...files, [name, pick([...erased.values()], random)]]), named: [name] };
  }),
  told('a content to which nothing is committed', ({ files }, random) => {
    const name = nameOf(random);
    const bytes = random.below(2) === 0 ? files.get(pick(contentsOf(files), random))! : Buffer.from('x');
    return { files: new Map([...files, [name, bytes]]), named: [name] };
  }),
];

/** As a ledger would have it: some acts in three have contents, and of these some are erased later. */
export function contentTargetOf(size: number, random: Random): ContentTarget {
  const files: Files = new Map();
  const erased: Files = new Map();
  const open: { readonly seq: number; readonly field: string; readonly file: string }[] = [];
  const entries = entriesOf(0, size, 'true').map((bytes, seq) => {
    const entry = decodeEntry(bytes, seq);
    if (entry.kind !== 'action-taken') return bytes;
    // Enough of both for what follows, whatever chance says.
    if (open.length > 4 && (erased.size < 2 || random.below(4) === 0)) {
      const [gone] = open.splice(random.below(open.length), 1);
      erased.set(gone!.file, files.get(gone!.file)!);
      files.delete(gone!.file);
      const { subjects, ...rest } = entry;
      const words = { field: gone!.field };
      return Buffer.from(encodeEntry({ ...rest, kind: 'content-erased', parents: [gone!.seq], words }));
    }
    const fields = ['answer', 'reason'].slice(random.below(2));
    const content = fields.map((field) => {
      const [salt, text] = [saltOf(random), textOf(random)];
      const committed = commit({ kind: entry.kind, seq, field }, Buffer.from(text), salt);
      const file = `content/${committed.commitment}.json`;
      files.set(file, written(salt.toString('hex'), text));
      open.push({ seq, field, file });
      return committed;
    });
    return Buffer.from(encodeEntry({ ...entry, content } as Entry));
  });
  const [group, segmentBytes] = [1 + random.below(8), 2 ** 20];
  const all: Files = new Map([
    ...journalOf(entries, group, segmentBytes),
    ...publishedOf(entries, LOG),
    ...files,
  ]);
  const head = cosigned(headOf(all, size, LOG), size);
  return {
    files: new Map([...all, [COSIGNED, head]]),
    ...{ entries, group, segmentBytes, erased, witnessed: [size], other: new Map() },
  };
}

function verify(name: string, act: Act): Kind {
  return { name, found: 'verify', tamper: act as Kind['tamper'] };
}

function told(name: string, act: Act): Kind {
  return { name, found: 'told', tamper: act as Kind['tamper'] };
}

function changed({ files }: ContentTarget, random: Random, act: (bytes: Buffer) => Buffer): Tampered {
  const name = pick(contentsOf(files), random);
  return { files: new Map([...files, [name, act(files.get(name)!)]]), named: [name] };
}

/** Bytes that mean the same to a reader who is not strict. */
function rewritten(bytes: Buffer, random: Random): Buffer {
  const { salt, text } = JSON.parse(bytes.toString()) as { readonly salt: string; readonly text: string };
  const escaped = [...text].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
  const [s, t] = [JSON.stringify(salt), JSON.stringify(text)];
  const ways = [
    `{"text":${t},"salt":${s}}\n`,
    `{"salt":${s}, "text":${t}}\n`,
    `{"salt":${s},"text":${t}}`,
    `{"salt":${s},"text":${t}}\r\n`,
    `{"salt":"${salt.toUpperCase()}","text":${t}}\n`,
    `{"salt":"${salt}zz","text":${t}}\n`,
    `{"salt":${s},"text":"${escaped}"}\n`,
    `{"salt":${s},"text":"x","text":${t}}\n`,
    `{"salt":${s},"text":${t},"more":1}\n`,
    `{"salt":${s},"text":${t.replaceAll('\ufffd', '\\ud800')}}\n`,
    `\ufeff{"salt":${s},"text":${t}}\n`,
  ];
  return Buffer.from(pick(ways, random));
}

function contentsOf(files: Files): readonly string[] {
  return [...files.keys()].filter((name) => name.startsWith('content/'));
}

function nameOf(random: Random): string {
  const hex = saltOf(random).toString('hex');
  return `content/${pick([`${hex}.json`, `.${hex}.json`, `.${hex}.json.tmp`, 'more', '.more', hex], random)}`;
}

function written(salt: string, text: string): Buffer {
  return Buffer.from(`${JSON.stringify({ salt, text })}\n`);
}

function saltOf(random: Random): Buffer {
  return Buffer.from(Array.from({ length: SALT }, () => random.below(256)));
}

/** Also quotes, what takes several bytes, and what stands for what could not be read. */
function textOf(random: Random): string {
  const length = 1 + random.below(40);
  return Array.from({ length }, () => pick([...'abc xyz"\\\n\t{}ä€😀\ufffd'], random)).join('');
}

function without(files: Files, name: string): Files {
  return new Map([...files].filter(([own]) => own !== name));
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[random.below(items.length)]!;
}
