/** A file of lines, each JSON, that grows at its end. A line is acknowledged when it is on the disk with its line feed; what
 *  a crash left after the last line feed was never acknowledged, and the next writer cuts it off. One process writes. */

import { CapstanError, messageOf } from '../base/errors.ts';
import type { Folder } from './folder.ts';

const FEED = 0x0a;

/** All acknowledged lines, none where there is no file. Throws «corrupt», naming the line, where one is no JSON object. */
export function readLines(folder: Folder, name: string): readonly unknown[] {
  if (!folder.exists(name)) return [];
  const bytes = folder.read(name);
  const whole = new TextDecoder().decode(bytes.subarray(0, bytes.lastIndexOf(FEED) + 1));
  return parseLines(whole, `${folder.path}/${name}`);
}

/** The objects in a text of lines; `from` is said in messages. Empty lines are left out. */
export function parseLines(text: string, from: string): readonly unknown[] {
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value !== 'object' || value === null) throw new Error(`expected an object, got ${line}`);
      return [value];
    } catch (cause) {
      throw new CapstanError('corrupt', `${from}, line ${i + 1}: ${messageOf(cause)}`, { cause });
    }
  });
}

/** When this returns they are on the disk. */
export function appendLines(folder: Folder, name: string, values: readonly object[]): void {
  if (values.length === 0) return;
  if (folder.exists(name)) {
    const bytes = folder.read(name);
    const end = bytes.lastIndexOf(FEED) + 1;
    if (end < bytes.length) folder.truncate(name, end);
  }
  folder.append(name, values.map((value) => `${JSON.stringify(value)}\n`).join(''), { sync: true });
}
