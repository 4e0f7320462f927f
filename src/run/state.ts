/** What an arm needs to go on after any crash. `state.json` is written last and names only what is on the disk already:
 *      state.json         where the arm stands
 *      states/HASH        the student's vectors at that point
 *      examples/HASH      shards of what it was taught */

import { hash } from 'node:crypto';
import { CapstanError } from '../base/errors.ts';
import type { ExamplesState } from '../distill/examples.ts';
import type { StudentState } from '../distill/replicas.ts';
import type { Progress } from '../iterate/progress.ts';
import { STATE } from '../network/step.ts';
import { decodeTensors, encodeTensors } from '../registry/safetensors.ts';
import type { CurvePoint, IterationRecord } from '../report/record.ts';
import type { Folder } from '../storage/folder.ts';
import { readSealed, writeSealed } from './sealed.ts';

export interface ArmState {
  readonly progress: Progress;
  readonly seconds: number;
  readonly operations: number;
  readonly examples: ExamplesState;
  readonly points: readonly CurvePoint[];
  readonly iterations: readonly IterationRecord[];
}

interface StateFile extends ArmState {
  readonly vectors: string;
}

const FORMAT = 'capstan-arm-1';
const FILE = 'state.json';
const vectorsFile = (name: string): string => `states/${name}.safetensors`;

export function saveState(folder: Folder, state: ArmState, vectors: StudentState): void {
  const tensors = STATE.map((name) => ({ name, shape: [vectors[name].length], values: vectors[name] }));
  const bytes = encodeTensors({ metadata: { format: FORMAT }, tensors });
  const file: StateFile = { ...state, vectors: hash('sha256', bytes) };
  folder.writeAtomic(vectorsFile(file.vectors), bytes);
  writeSealed(folder, FILE, FORMAT, file);
  for (const old of folder.list('states')) if (old !== vectorsFile(file.vectors)) folder.remove(old);
}

/** What was saved last, verified; nothing if nothing was. `count`: the length of each vector. */
export function loadState(
  folder: Folder,
  count: number,
): { readonly state: ArmState; readonly vectors: StudentState } | undefined {
  if (!folder.exists(FILE)) return undefined;
  const { vectors: name, ...state } = readSealed<StateFile>(folder, FILE, FORMAT);
  const file = vectorsFile(name);
  const damaged = (what: string) => new CapstanError('corrupt', `${folder.path}/${file}: ${what}`);
  if (!folder.exists(file)) throw damaged('expected the state of the student, it is missing');
  const bytes = folder.read(file);
  const found = hash('sha256', bytes);
  if (found !== name)
    throw damaged(`expected content with hash ${name}, got ${found}; it was altered or cut short`);
  const tensors = new Map(decodeTensors(bytes).tensors.map((tensor) => [tensor.name, tensor.values]));
  for (const vector of STATE)
    if (tensors.get(vector)?.length !== count)
      throw damaged(`expected ${count} values of «${vector}», got ${tensors.get(vector)?.length ?? 'none'}`);
  const vectors = Object.fromEntries(STATE.map((vector) => [vector, tensors.get(vector)!])) as StudentState;
  return { state, vectors };
}

/** The record alone, for those who only look. */
export function readState(folder: Folder): ArmState | undefined {
  return folder.exists(FILE) ? readSealed<StateFile>(folder, FILE, FORMAT) : undefined;
}
