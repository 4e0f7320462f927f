/** Who answers and who decides, as the command line names them:
 *      script                 H as the recipe has it
 *      program                X as the recipe has it
 *      nobody                 every question is unknown
 *      person                 people, by way of the inbox
 *      approve:MODEL          a model proposes, a person decides
 *      MODEL                  a language model, as «ollama:llama3.2»
 *  Whoever is told a policy is another one under another policy. */

import { createHash } from 'node:crypto';
import { CapstanError } from '../base/errors.ts';
import { known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { alone } from '../overseers/alone.ts';
import { scripted } from '../overseers/scripted.ts';
import type { TextQuestion } from '../text/question.ts';
import type { Recipe } from '../text/recipe.ts';
import type { Author } from '../transcript/node.ts';
import type { Seat } from '../trees/seat.ts';

export type TextSeat = Seat<TextQuestion, string>;

/** A recipe, and the SHA-256 of its file. */
export interface Loaded {
  readonly recipe: Recipe;
  readonly source: string;
}

/** H, or who decides above it. */
export function overseerSeat(name: string, { recipe, source }: Loaded): TextSeat {
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
  if (name === 'person') return { kind: 'person', version: versionOf('person decides', recipe.policy) };
  throw unknownSeat('overseer', name, 'script, person');
}

/** X; undefined for nobody. */
export function assistantSeat(name: string, { recipe, source }: Loaded): TextSeat | undefined {
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
  if (name === 'person') return { kind: 'person', version: versionOf('person answers', recipe.policy) };
  throw unknownSeat('assistant', name, 'program, person, nobody');
}

/** Of everything that is named: another text is another version. */
export function versionOf(...parts: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([VERSION_OF_SEATS, ...parts]))
    .digest('hex');
}

/** Raised when what people or models are shown changes; not with each version of the program. */
const VERSION_OF_SEATS = 1;

function unknownSeat(option: string, name: string, kinds: string): CapstanError {
  return new CapstanError('usage', `--${option}: expected one of ${kinds}, or a model, got «${name}»`);
}
