/** A project in the current folder in which workspaces wait, as if runs of recipes had put them there. */

import { hash } from 'node:crypto';
import { ask, known } from '../../src/capstan.ts';
import type { TurnsFile } from '../../src/project/gold.ts';
import { MEMORY } from '../../src/project/home.ts';
import { writeSealed } from '../../src/run/sealed.ts';
import { Folder } from '../../src/storage/folder.ts';
import { Trees } from '../../src/trees/trees.ts';

const NOW = '2020-01-01T12:00:00.000Z';

/** The file of a run, without a recipe. */
export function writeRun(name: string, turns?: TurnsFile): void {
  writeSealed(new Folder(`runs/${name}`), 'tree.json', 'capstan-tree-run-1', {
    ...{ recipe: 'gone.ts', source: '', root: { text: 'root' }, overseer: 'person', assistant: 'nobody' },
    ...{ limits: { depth: 3, seconds: 3600 }, started: NOW, command: '', version: '' },
    ...(turns && { turns }),
  });
}

/** What question n of a run is called wherever it shows. */
export const nameOf = (run: string, n: number): string =>
  `marker-${hash('sha256', `${run} ${n}`).slice(0, 12)}`;

/** So many workspaces, each with one exchange; their keys. `proposes`: whether a model does. */
export async function offer(
  run: string,
  count: number,
  proposes = false,
  asked = NOW,
): Promise<readonly string[]> {
  const trees = Trees.open(MEMORY, { now: () => NOW });
  const keys: string[] = [];
  const offers: Promise<void>[] = [];
  for (let n = 0; n < count; n++) {
    const name = nameOf(run, n);
    const workspace = {
      question: { text: `${name}?`, documents: [{ name: `${name}.txt`, text: `text of ${name}` }] },
      exchanges: [{ question: { text: `below ${name}` }, answer: known(`heard of ${name}`) }],
    };
    const key = trees.memory.workspaceKey('p', workspace);
    keys.push(key);
    const by = { kind: 'model', id: 'model:m' } as const;
    const proposal = proposes && { proposal: { action: ask({ text: `proposed ${name}` }), by } };
    offers.push(trees.inbox.offer({ key, policy: 'p', run, workspace, asked, ...proposal }));
  }
  await Promise.all(offers);
  trees.close();
  return keys;
}
