/** A picture of a page in fewer bytes: the same pixels, by their places in a palette where there are few enough colours, and
 *  unfiltered where not, which suits even surfaces; a browser encodes in a hurry. PNG, third edition, §§5, 9, 11. */

import { crc32, deflateSync, inflateSync } from 'node:zlib';

const [SIGNATURE, LENGTH, TYPE, CHECK] = [8, 4, 4, 4];
/** In the header: where the kind of colour stands, and which kinds there are. */
const [COLOUR, RGB, PALETTE, RGBA] = [9, 2, 3, 6];
const COLOURS_MAX = 256;

/** Of one as browsers make them: eight bits a channel, not interlaced. */
export function smaller(png: Buffer): Buffer {
  const header = Buffer.from(chunksOf(png, 'IHDR')[0]!);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const channels = header[COLOUR] === RGBA ? 4 : 3;
  const rows = unfiltered(inflateSync(Buffer.concat(chunksOf(png, 'IDAT'))), width * channels, channels);
  const places = new Map<number, number>();
  const indexed = Buffer.alloc((width + 1) * height);
  const plain = Buffer.alloc((width * 3 + 1) * height);
  for (const [y, row] of rows.entries())
    for (let x = 0; x < width; x++) {
      const colour = row.readUIntBE(x * channels, 3); // nothing shows through a page
      if (!places.has(colour)) places.set(colour, places.size);
      indexed[y * (width + 1) + 1 + x] = places.get(colour)!;
      plain.writeUIntBE(colour, y * (width * 3 + 1) + 1 + x * 3, 3);
    }
  const isFew = places.size <= COLOURS_MAX;
  header[COLOUR] = isFew ? PALETTE : RGB;
  const palette = Buffer.alloc(3 * places.size);
  for (const [colour, place] of places) palette.writeUIntBE(colour, 3 * place, 3);
  return Buffer.concat([
    png.subarray(0, SIGNATURE),
    chunk('IHDR', header),
    ...(isFew ? [chunk('PLTE', palette)] : []),
    chunk('IDAT', deflateSync(isFew ? indexed : plain, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunksOf(png: Buffer, type: string): readonly Buffer[] {
  const found: Buffer[] = [];
  for (let at = SIGNATURE; at < png.length; ) {
    const from = at + LENGTH + TYPE;
    const to = from + png.readUInt32BE(at);
    if (png.toString('latin1', at + LENGTH, from) === type) found.push(png.subarray(from, to));
    at = to + CHECK;
  }
  return found;
}

/** §9.2: each byte was written as what it is more than one before it, by the filter of its row. */
function unfiltered(bytes: Buffer, length: number, channels: number): readonly Buffer[] {
  const rows: Buffer[] = [];
  let above = Buffer.alloc(length);
  for (let at = 0; at < bytes.length; at += length + 1) {
    const filter = bytes[at]!;
    const row = Buffer.alloc(length);
    for (let x = 0; x < length; x++) {
      const [a, b, c] = [row[x - channels] ?? 0, above[x]!, above[x - channels] ?? 0];
      row[x] = bytes[at + 1 + x]! + ([0, a, b, (a + b) >> 1, paeth(a, b, c)][filter] ?? 0);
    }
    rows.push(row);
    above = row;
  }
  return rows;
}

/** §9.4 */
function paeth(a: number, b: number, c: number): number {
  const estimate = a + b - c;
  const [ofA, ofB, ofC] = [Math.abs(estimate - a), Math.abs(estimate - b), Math.abs(estimate - c)];
  if (ofA <= ofB && ofA <= ofC) return a;
  return ofB <= ofC ? b : c;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(LENGTH), Buffer.alloc(CHECK)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
