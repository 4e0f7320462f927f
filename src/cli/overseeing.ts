/** The options that say how people oversee a run of a recipe. */

import type { Command } from 'commander';
import { CapstanError } from '../base/errors.ts';
import { textNamed } from '../project/files.ts';
import { parseGold, type TurnsFile } from '../project/gold.ts';
import { decimal, integer, oneOf } from './arguments.ts';

export interface OverseeingFlags {
  readonly reviewers?: number;
  readonly freshEyes?: boolean;
  readonly suggestion?: 'hidden' | 'first';
  readonly gold?: string;
  readonly goldShare?: number;
}

const REVIEWERS_MAX = 9;
const SHARE = 0.05;

export function withOverseeing(command: Command): Command {
  return command
    .option(
      '--reviewers <k>',
      'people who decide about each workspace, none seeing what the others did; where they differ, one more decides (default: 1)',
      integer('reviewers', 1, REVIEWERS_MAX),
    )
    .option('--fresh-eyes', 'keep people from trees in which they have acted, while somebody else is about')
    .option(
      '--suggestion <when>',
      'show what a model proposes: hidden until asked for, or first (default: hidden)',
      oneOf('suggestion', ['hidden', 'first'] as const),
    )
    .option('--gold <file>', 'hidden test questions for people, in JSON lines')
    .option('--gold-share <p>', `of their turns (default: ${SHARE})`, decimal('gold-share'));
}

/** What tree.json is to say; undefined where nothing was said. `overseer`: who decides. */
export function turnsOf(flags: OverseeingFlags, overseer: string): TurnsFile | undefined {
  const { reviewers, freshEyes, suggestion, gold, goldShare } = flags;
  if (goldShare !== undefined && gold === undefined)
    throw new CapstanError('usage', '--gold-share: expected --gold with it');
  if ([reviewers, freshEyes, suggestion, gold].every((one) => one === undefined)) return undefined;
  const questions =
    gold === undefined ? [] : parseGold(textNamed(gold, `--gold ${gold}`, 'test questions'), gold);
  const bare = overseer.startsWith('approve:') ? questions.findIndex(({ proposed }) => !proposed) : -1;
  if (bare >= 0)
    throw new CapstanError(
      'invalid',
      `${gold}: expected «proposed» in each test question, since ${overseer} proposes, question ${bare + 1} has none`,
    );
  return {
    reviewers: reviewers ?? 1,
    freshEyes: freshEyes ?? false,
    suggestion: suggestion ?? 'hidden',
    ...(questions.length > 0 && { gold: { share: goldShare ?? SHARE, questions } }),
  };
}
