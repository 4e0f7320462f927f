/** The questions of a run of a recipe: the one that the command line asks, or all of a text task's, each as the recipe asks
 *  it. */

import { CapstanError } from '../base/errors.ts';
import type { TextQuestion } from '../text/question.ts';
import type { Recipe } from '../text/recipe.ts';
import { readTasks } from '../text/task.ts';
import type { ReadFile } from './recording.ts';

export interface Root {
  /** In its text task, if it is of one. */
  readonly id?: string;
  readonly question: TextQuestion;
}

/** What a run's file names is one or the other. */
export interface Asked {
  readonly root?: TextQuestion;
  /** A text task, as JSON Lines. */
  readonly questions?: string;
}

export function rootsOf({ root, questions: file }: Asked, recipe: Recipe, read: ReadFile): readonly Root[] {
  if (file === undefined) return [{ question: root! }];
  const name = `--questions ${file}`;
  const tasks = readTasks(new TextDecoder().decode(read(file, name, 'a text task')), file);
  if (tasks.length === 0)
    throw new CapstanError('invalid', `${name}: expected one question at least, got none`);
  return tasks.map(({ id, question, documents = [] }) => ({
    id,
    question: recipe.question({ text: question, documents }),
  }));
}
