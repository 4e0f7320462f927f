/** What an arm needs to go on after any crash. `state.json` is written last and names only what is on the disk already:
 *      state.json         where the arm stands
 *      states/HASH        the student's vectors at that point
 *      examples/HASH      shards of what it was taught */

import { hash } from 'node:crypto';
import { CapstanError } from '../base/errors.ts';
import type { ExamplesState } from '../distill/examples.ts';
import type { StudentState } from '../distill/replicas.ts';
import type { ApprenticeState } from '../iterate/apprenticeship.ts';
import type { CorrespondenceState } from '../iterate/correspondence.ts';
import type { Progress } from '../iterate/progress.ts';
import { STATE } from '../network/step.ts';
import type { Norms } from '../oversight/norms.ts';
import { decodeTensors, encodeTensors } from '../registry/safetensors.ts';
import type { CurvePoint, Fidelity, IterationRecord } from '../report/record.ts';
import type { Folder } from '../storage/folder.ts';
import { readSealed, writeSealed } from './sealed.ts';
import type { WatchState } from './watched.ts';

export interface ArmState {
  readonly progress: Progress;
  readonly seconds: number;
  readonly operations: number;
  readonly examples: ExamplesState;
  readonly points: readonly CurvePoint[];
  readonly iterations: readonly IterationRecord[];
  /** If H′ made the targets. */
  readonly apprentice?: ApprenticeState;
  /** If H′ learned from a person. */
  readonly correspondence?: CorrespondenceState;
  readonly fidelity?: Fidelity;
  /** If they change on the way: the versions that H followed so far. */
  readonly norms?: Norms;
  /** If the run has audits. */
  readonly watch?: WatchState;
  /** The iteration that the student is in, where its shape or its weights depend on that. */
  readonly iteration?: number;
}

/** The student's vectors, and those of H′ if there is one, by name. */
export type Vectors = StudentState & { readonly [name: string]: Float32Array };

interface StateFile extends ArmState {
  readonly vectors: string;
}

const FORMAT = 'capstan-arm-1';
const FILE = 'state.json';
const vectorsFile = (name: string): string => `states/${name}.safetensors`;

export function saveState(folder: Folder, state: ArmState, vectors: Vectors): void {
  const tensors = Object.entries(vectors)
    .filter(([, values]) => values.length > 0) // a tensor without values is none
    .map(([name, values]) => ({ name, shape: [values.length], values }));
  const bytes = encodeTensors({ metadata: { format: FORMAT }, tensors });
  const file: StateFile = { ...state, vectors: hash('sha256', bytes) };
  folder.writeAtomic(vectorsFile(file.vectors), bytes);
  writeSealed(folder, FILE, FORMAT, file);
  for (const old of folder.list('states')) if (old !== vectorsFile(file.vectors)) folder.remove(old);
}

/** What was saved last, verified; nothing if nothing was. `count`: the length of each vector of the student, which may depend
 *  on its iteration. */
export function loadState(
  folder: Folder,
  count: number | ((iteration: number) => number),
): { readonly state: ArmState; readonly vectors: Vectors } | undefined {
  const kept = keptState(folder);
  if (!kept) return undefined;
  const { state, file, bytes } = kept;
  const damaged = damageIn(folder, file);
  const length = typeof count === 'number' ? count : count(state.iteration ?? 1);
  const tensors = new Map(decodeTensors(bytes).tensors.map((tensor) => [tensor.name, tensor.values]));
  for (const vector of STATE)
    if (tensors.get(vector)?.length !== length)
      throw damaged(`expected ${length} values of «${vector}», got ${tensors.get(vector)?.length ?? 'none'}`);
  return { state, vectors: Object.fromEntries(tensors) as Vectors };
}

/** What was saved last, the vectors as bytes under their hash. */
export function keptState(
  folder: Folder,
): { readonly state: ArmState; readonly file: string; readonly bytes: Uint8Array } | undefined {
  if (!folder.exists(FILE)) return undefined;
  const { vectors: name, ...state } = readSealed<StateFile>(folder, FILE, FORMAT);
  const file = vectorsFile(name);
  const damaged = damageIn(folder, file);
  if (!folder.exists(file)) throw damaged('expected the state of the student, it is missing');
  const bytes = folder.read(file);
  const found = hash('sha256', bytes);
  if (found === name) return { state, file, bytes };
  throw damaged(`expected content with hash ${name}, got ${found}; it was altered or cut short`);
}

function damageIn({ path }: Folder, file: string): (what: string) => CapstanError {
  return (what) => new CapstanError('corrupt', `${path}/${file}: ${what}`);
}

/** The record alone, for those who only look. */
export function readState(folder: Folder): ArmState | undefined {
  return folder.exists(FILE) ? readSealed<StateFile>(folder, FILE, FORMAT) : undefined;
}
