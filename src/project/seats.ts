/** Who answers and who decides, as the command line names them:
 *      script                 H as the recipe has it
 *      program                X as the recipe has it
 *      nobody                 every question is unknown
 *      person                 people, by way of the inbox
 *      recorded:FILE#AUTHOR   what is on record; without #AUTHOR, of all that is
 *      approve:MODEL          a model proposes, a person decides
 *      MODEL                  a language model, as «ollama:llama3.2»
 *  Whoever is told a policy is another one under another policy. */

import { createHash } from 'node:crypto';
import { languageModelAssistant } from '../assistants/language-model.ts';
import { CapstanError } from '../base/errors.ts';
import { known, unknown } from '../core/answer.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import type { ChatModel } from '../gateway/chat.ts';
import { parseModel } from '../gateway/model.ts';
import { alone } from '../overseers/alone.ts';
import { languageModelOverseer } from '../overseers/language-model.ts';
import { scripted } from '../overseers/scripted.ts';
import type { TextQuestion } from '../text/question.ts';
import type { Recipe } from '../text/recipe.ts';
import type { Author } from '../transcript/node.ts';
import type { Seat } from '../trees/seat.ts';
import { type ReadFile, type Role, recordedSeat, recordingNamed } from './recording.ts';

export type TextSeat = Seat<TextQuestion, string>;

/** A recipe, and the SHA-256 of its file. */
export interface Loaded {
  readonly recipe: Recipe;
  readonly source: string;
}

/** What seats are made from besides the recipe. */
export interface Sources {
  readonly models: Models;
  readonly read: ReadFile;
}

/** H, or who decides above it. */
export async function overseerSeat(name: string, loaded: Loaded, sources: Sources): Promise<TextSeat> {
  const { recipe, source } = loaded;
  if (name === 'script') {
    const { script } = recipe;
    if (!script)
      throw new CapstanError(
        'usage',
        `--overseer script: expected a recipe with a script, ${recipe.name} has none`,
      );
    const by: Author = { kind: 'script', id: `script:${recipe.name}`, version: source };
    return { kind: 'program', overseer: scripted(recipe.name, script), by };
  }
  return otherSeat(name, 'overseer', 'script', loaded, sources, async (model) =>
    languageModelOverseer(await sources.models(model), { policy: policyOf(recipe) }),
  );
}

/** X; undefined for nobody. */
export async function assistantSeat(
  name: string,
  loaded: Loaded,
  sources: Sources,
): Promise<TextSeat | undefined> {
  const { recipe, source } = loaded;
  if (name === 'nobody') return undefined;
  if (name === 'program') {
    const { answer } = recipe;
    if (!answer)
      throw new CapstanError(
        'usage',
        `--assistant program: expected a recipe that answers, ${recipe.name} does not`,
      );
    const by: Author = { kind: 'program', id: `program:${recipe.name}`, version: source };
    const assistant: Assistant<TextQuestion, string> = {
      origin: { name: recipe.name, groundTruth: false },
      answer: async (questions) =>
        questions.map((question) => {
          const said = answer(question);
          return said === undefined ? unknown('unsure') : known(said);
        }),
    };
    return { kind: 'program', overseer: alone(assistant), by };
  }
  return otherSeat(name, 'assistant', 'program, nobody', loaded, sources, async (model) =>
    alone(languageModelAssistant(await sources.models(model), { policy: policyOf(recipe) })),
  );
}

/** The language model of a name, ready to be asked. */
export type Models = (name: string) => Promise<ChatModel>;

async function otherSeat(
  name: string,
  option: Role,
  others: string,
  { recipe }: Loaded,
  { read }: Sources,
  modelled: (model: string) => Promise<Overseer<TextQuestion, string>>,
): Promise<TextSeat> {
  if (name === 'person') return { kind: 'person', version: versionOf('person', option, recipe.policy) };
  const recording = recordingNamed(name);
  if (recording) return recordedSeat(recording, option, `--${option} ${name}`, read);
  const isProposed = name.startsWith(APPROVE);
  const model = isProposed ? name.slice(APPROVE.length) : name;
  expectModel(
    model,
    `--${option}: expected one of ${others}, person, recorded:FILE, approve:MODEL, or a model, got «${name}»`,
  );
  const overseer = await modelled(model);
  const version = overseer.origin.version ?? versionOf(overseer.origin.name);
  const by: Author = { kind: 'model', id: `model:${model}`, version };
  return isProposed
    ? { kind: 'approve', overseer, by, version: versionOf('approve', option, recipe.policy, version) }
    : { kind: 'model', overseer, by, version };
}

const APPROVE = 'approve:';

/** Throws where it names no language model. */
export function expectModel(name: string, expected: string): void {
  if (!isModel(name)) throw new CapstanError('usage', expected);
}

/** Whether it names a language model. */
export function isModel(name: string): boolean {
  try {
    parseModel(name);
    return true;
  } catch {
    return false;
  }
}

export const policyOf = ({ name, policy }: Recipe) => ({ name, text: policy });

/** Of everything that is named: another text is another version. */
export function versionOf(...parts: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([VERSION_OF_SEATS, ...parts]))
    .digest('hex');
}

/** Raised when what people or models are shown changes; not with each version of the program. */
const VERSION_OF_SEATS = 1;
