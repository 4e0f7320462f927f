/** A small project in which there is something on every page: two runs that have learned, and a tree that people have
 *  answered, one answer of which was corrected since, so that it waits for them again. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workbench } from './served.ts';

/** What people say in it. */
export interface Words {
  readonly question: string;
  readonly parts: readonly [string, string];
  readonly answers: readonly [string, string];
  readonly answer: string;
  readonly correction: string;
  readonly reason: string;
  /** Of a document that may be read. */
  readonly document: string;
  readonly file: string;
  /** Of a run. */
  readonly run: string;
}

export const PLAIN: Words = {
  question: 'Would the top of Mount Fuji stick out of the Sea of Japan?',
  parts: ['How tall is Mount Fuji?', 'What is the maximum depth of the Sea of Japan?'],
  answers: ['3776 m', '3742 m'],
  answer: 'yes, by 34 m',
  correction: '3742 m, in the Japan Basin',
  reason: 'the atlas says where it was measured',
  document: 'Mount Fuji, 3776 m.\nSea of Japan: mean depth 1752 m, maximum depth 3742 m.\n',
  file: 'atlas.txt',
  run: 'powers',
};

const SMALL = ['permutation-powering', '--size', '8', '--powers', '8', '--replicas', '1', '--quiet'];

/** Who does all that is done in it, and is to be served. */
export const AS_ADA = ['--as', 'ada'];

/** Before it is served, by the command line alone. */
export async function makeWhole(bench: Workbench, words: Words): Promise<void> {
  await bench.here('people', 'add', 'ada', '--role', 'overseer', 'operator', 'auditor');
  const learned = (run: string, seed: string) =>
    bench.here('run', ...SMALL, '--run', `runs/${run}`, '--seed', seed);
  await learned(words.run, '1');
  await learned('powers-again', '2');
  writeFileSync(join(bench.folder, words.file), words.document);
  const say = async (...given: readonly string[]) => {
    const [item] = await bench.json<readonly { readonly key: string }[]>('inbox');
    await bench.here('inbox', item!.key, ...given, ...AS_ADA);
  };
  const goOn = () => bench.here('run', '--resume', 'fuji', '--quiet');
  await bench.here(
    ...['run', 'steps.ts', '--question', words.question, '--document', words.file],
    ...['--overseer', 'person', '--assistant', 'person', '--run', 'runs/fuji'],
  );
  await say(...words.parts.flatMap((part) => ['--ask', part]));
  await goOn();
  for (const answer of words.answers) await say('--reply', answer);
  await goOn();
  await say('--reply', words.answer);
  await goOn();
  const [, second] = (await nodesOf(bench)).filter(({ depth }) => depth === 1);
  const why = ['--answer', words.correction, '--reason', words.reason];
  await bench.here('correct', second!.id, '--run', 'fuji', ...why, ...AS_ADA);
}

interface Node {
  readonly id: string;
  readonly depth: number;
}

const nodesOf = async ({ folder }: Workbench): Promise<readonly Node[]> =>
  readFileSync(join(folder, 'runs/fuji/transcript.jsonl'), 'utf8')
    .split('\n')
    .slice(1, -1) // after the header
    .map((line) => JSON.parse(line) as Node);

/** All pages of it, each with what is there once all of it is. */
export async function pagesOf(bench: Workbench, words: Words): Promise<readonly PageOf[]> {
  const node = (await nodesOf(bench)).filter(({ depth }) => depth === 1).at(-1)!;
  const models = await bench.json<readonly { readonly hash: string; readonly run: string }[]>(
    'models',
    'list',
  );
  const model = models.findLast(({ run }) => run === words.run)!;
  const entries = await bench.json<readonly { readonly kind: string }[]>('ledger', 'list');
  const gate = entries.findIndex(({ kind }) => kind === 'gate-decided');
  const run = encodeURIComponent(words.run);
  return [
    { name: 'home', path: '/', shows: '.home-runs' },
    { name: 'turn', path: '/turn', shows: '.exchanges' },
    { name: 'runs', path: '/runs', shows: '.rows' },
    { name: 'run', path: `/runs/${run}`, shows: '.panel' },
    { name: 'compare', path: `/compare?first=${run}&second=powers-again`, shows: '.forest' },
    { name: 'tree', path: `/trees/fuji/${node.id}`, shows: '.answer-large' },
    { name: 'versions', path: `/trees/fuji/${node.id}?tab=versions`, shows: '.versions' },
    { name: 'models', path: '/models', shows: '.checkpoint' },
    { name: 'model', path: `/models/${model.hash}`, shows: '.card' },
    { name: 'controls', path: '/controls', shows: '.acts' },
    { name: 'ledger', path: '/ledger', shows: '.entry' },
    { name: 'entry', path: `/ledger/${gate}`, shows: '.entry-detail' },
  ];
}

export interface PageOf {
  readonly name: string;
  readonly path: string;
  readonly shows: string;
}
