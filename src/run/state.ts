/** What an arm needs to go on after any crash. `state.json` is written last and names only what is on the disk already:
 *      state.json         where the arm stands
 *      states/HASH        the student's vectors at that point
 *      examples/HASH      shards of what it was taught */

import { hash } from 'node:crypto';
import { CapstanError, messageOf } from '../base/errors.ts';
import type { ExamplesState } from '../distill/examples.ts';
import type { StudentState } from '../distill/replicas.ts';
import type { Progress } from '../iterate/progress.ts';
import { STATE } from '../network/step.ts';
import { decodeTensors, encodeTensors } from '../registry/safetensors.ts';
import type { CurvePoint, IterationRecord } from '../report/record.ts';
import type { Folder } from '../storage/folder.ts';

export interface ArmState {
  readonly progress: Progress;
  readonly seconds: number;
  readonly operations: number;
  readonly examples: ExamplesState;
  readonly points: readonly CurvePoint[];
  readonly iterations: readonly IterationRecord[];
}

interface StateFile extends ArmState {
  readonly format: typeof FORMAT;
  readonly vectors: string;
}

const FORMAT = 'capstan-arm-1';
const FILE = 'state.json';
const vectorsFile = (name: string): string => `states/${name}.safetensors`;

export function saveState(folder: Folder, state: ArmState, vectors: StudentState): void {
  const tensors = STATE.map((name) => ({ name, shape: [vectors[name].length], values: vectors[name] }));
  const bytes = encodeTensors({ metadata: { format: FORMAT }, tensors });
  const file: StateFile = { format: FORMAT, vectors: hash('sha256', bytes), ...state };
  folder.writeAtomic(vectorsFile(file.vectors), bytes);
  folder.writeAtomic(FILE, `${JSON.stringify(file)}\n`);
  for (const old of folder.list('states')) if (old !== vectorsFile(file.vectors)) folder.remove(old);
}

/** What was saved last, verified; nothing if nothing was. */
export function loadState(folder: Folder): { state: ArmState; vectors: StudentState } | undefined {
  if (!folder.exists(FILE)) return undefined;
  const { format, vectors: name, ...state } = parse(folder);
  const bytes = folder.read(vectorsFile(name));
  const found = hash('sha256', bytes);
  if (found !== name)
    throw new CapstanError('corrupt', `${folder.path}: expected the student's state ${name}, got ${found}`);
  const tensors = new Map(decodeTensors(bytes).tensors.map((tensor) => [tensor.name, tensor.values]));
  const vectors = Object.fromEntries(STATE.map((name) => [name, tensors.get(name)!])) as StudentState;
  return { state, vectors };
}

/** The record alone, for those who only look. */
export function readState(folder: Folder): ArmState | undefined {
  return folder.exists(FILE) ? parse(folder) : undefined;
}

function parse(folder: Folder): StateFile {
  try {
    const file = JSON.parse(folder.readText(FILE)) as StateFile;
    if (file.format !== FORMAT) throw new Error(`expected format «${FORMAT}», got «${file.format}»`);
    return file;
  } catch (cause) {
    if (cause instanceof CapstanError) throw cause;
    throw new CapstanError('corrupt', `${folder.path}/${FILE}: ${messageOf(cause)}`, { cause });
  }
}
