/** What the README shows is what happens: its program runs, and the commands and options it names exist. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { permutationPowering } from '../src/tasks/permutation-powering.ts';
import { BUILT, capstan, PATIENCE_MS, REPOSITORY, start } from './command.ts';

const README = join(REPOSITORY, 'README.md');
const text = existsSync(README) ? readFileSync(README, 'utf8') : '';
const { scripts, bin } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));

describe.skipIf(text === '')('the README', () => {
  test(
    'shows a program that runs as it stands: a line for every iteration, then an answer that is known',
    async () => {
      const [, program = ''] = /^```ts\n(.*?)^```$/ms.exec(text) ?? [];
      expect(program).toContain("from 'capstan'");
      const file = join(BUILT, 'readme.mts'); // inside the package, so that its name is found
      writeFileSync(file, program);
      const { status, stdout, stderr } = await start(process.execPath, ['--import', 'tsx', file], {
        folder: REPOSITORY,
      }).ended;
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const [, elements, powers] = /permutationPowering\(\{ elements: (\d+), powers: (\d+) \}\)/.exec(
        program,
      )!;
      const { levels, levelsOfPrimitives } = permutationPowering({
        elements: Number(elements),
        powers: Number(powers),
      });
      const told = [...stdout.matchAll(/^level (\d+) \{/gm)].map(([, level]) => Number(level));
      expect(told).toEqual(
        Array.from({ length: levels - levelsOfPrimitives + 1 }, (_, i) => levelsOfPrimitives + i),
      );
      expect(stdout).toMatch(/\n\{ kind: 'known', value: \d+, confidence: [01](\.\d+)? \}\n$/);
    },
    PATIENCE_MS,
  );

  test('names only scripts and programs that the package has', () => {
    const named = [...text.matchAll(/\bnpm (?:run )?([a-z]+)/g)].map(([, name]) => name!);
    expect(named).toEqual(expect.arrayContaining(['start', 'test', 'check']));
    for (const name of named) if (name !== 'ci') expect(scripts).toHaveProperty(name);
    for (const [, name] of text.matchAll(/npx --no-install ([\w-]+)/g)) expect(bin).toHaveProperty(name!);
  });

  test('links to files that are there', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link!);
    expect(links.length).toBeGreaterThan(4);
    expect(links.filter((link) => !existsSync(join(REPOSITORY, link)))).toEqual([]);
  });

  describe('and the help', () => {
    let commands: readonly string[];
    let options: readonly string[];
    let ofRecipes: readonly string[];
    beforeAll(async () => {
      const [all, run, recipe] = await Promise.all(
        [['--help'], ['run', '--help'], ['run-recipe', '--help']].map((args) => capstan(args)),
      );
      const optionsOf = (help: string) =>
        [...help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, name]) => name!);
      commands = [...all!.stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name!);
      [options, ofRecipes] = [optionsOf(run!.stdout), optionsOf(recipe!.stdout)];
    }, PATIENCE_MS);

    test('name the same commands', () => {
      const ofRun = text.replaceAll(/`npm run [^`]*`/g, ''); // proofs and benchmarks have options of their own
      const shown = [...ofRun.matchAll(/`(?:npx --no-install )?capstan ([a-z]+)/g)].map(([, name]) => name!);
      expect(new Set(shown)).toEqual(new Set(commands.filter((name) => name !== 'help')));
    });

    test('name the same options of «run»', () => {
      // Proofs and benchmarks have options of their own, and so have recipes.
      const ofRun = text.replaceAll(/`npm run [^`]*`|capstan run \S+\.ts.*/g, '');
      const [before = '', words = ''] = ofRun.split('## Questions in words');
      const optionsIn = (part: string) =>
        [...part.matchAll(/(?<!npx )(--[a-z][a-z-]+)/g)].map(([, name]) => name!);
      const [own = '', ...after] = words.split('\n## ');
      expect(new Set(optionsIn(before + after.join('\n')))).toEqual(
        new Set(options.filter((name) => name !== '--help')),
      );
      expect(ofRecipes).toEqual(expect.arrayContaining(optionsIn(own)));
    });
  });
});
