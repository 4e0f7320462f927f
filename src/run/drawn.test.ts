import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isLong } from '../../test/long.ts';
import { carryOutTiny, createTiny, tiny } from '../../test/tiny-run.ts';
import { leavesOf, sameFacts, targetsIfAsked } from '../distill/examples.ts';
import { Folder } from '../storage/folder.ts';
import { taskEntry } from '../tasks/tasks.ts';
import { configure } from './configuration.ts';
import { drawnAgain } from './drawn.ts';
import { keptState } from './state.ts';

const home = fs.mkdtempSync(join(tmpdir(), 'capstan-drawn-'));
afterAll(() => fs.rmSync(home, { recursive: true, force: true }));

/** Of two sorts, and quick: levels one after the other, and answers that spread. */
test.each([
  ['permutation-powering', { size: 8 }],
  ...(isLong
    ? ([
        ['list-summary', {}],
        ['shortest-path', {}],
      ] as const)
    : []),
] as const)('what a run of %s asked is drawn again from its configuration', async (name, sizes) => {
  const path = join(home, name);
  const ledger = join(home, `${name}-ledger`);
  const { parameters, ...rest } = configure({ task: name, replicas: 1, width: 16, ...sizes });
  const small = tiny();
  const training = { ...rest.training, gate: small.training.gate };
  const curriculum = { ...training.curriculum, contexts: 4 };
  const configuration = { ...rest, parameters, seed: 5, training: { ...training, curriculum } };
  createTiny({ path, ledger, configuration });
  await carryOutTiny({ path, ledger });
  const task = taskEntry(name).open(configuration.parameters);
  const arm = new Folder(join(path, 'ida'));
  const drawn = drawnAgain(task, configuration);
  let index = 0;
  for (const shard of keptState(arm)!.state.examples.shards)
    for (const leaf of leavesOf(arm.read(`examples/${shard}.bin`))) {
      const lists = drawn(index++);
      const asked = lists.filter((questions) => targetsIfAsked(task.encoding, questions, leaf));
      expect(asked.length, `example ${index - 1}`).toBeGreaterThan(0);
      expect(asked[0]!.every((question) => sameFacts(task.encoding, question)(leaf))).toBe(true);
      expect(targetsIfAsked(task.encoding, asked[0]!.slice(1), leaf)).toBeUndefined();
    }
  expect(index).toBeGreaterThan(7);
});
