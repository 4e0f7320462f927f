/** Question trees while the workbench is served, as a person meets them. */

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Corrected, Found, Row, TreeSummary } from '../src/wire/tree.ts';
import { type AtWork, capstan, capstanAtWork, PATIENCE_MS, REPOSITORY, SCRATCH } from './command.ts';

beforeAll(() => {
  cpSync(join(REPOSITORY, 'examples/audit.ts'), join(SCRATCH, 'audit.ts'));
  writeFileSync(
    join(SCRATCH, 'two.ts'),
    'function one() {\n  eval(x);\n}\nfunction two() {\n  return 2;\n}\n',
  );
});

/** Where it is, and the key. */
function served(work: AtWork): Promise<{ readonly url: string; readonly key: string }> {
  return new Promise((resolve, reject) => {
    let text = '';
    work.process.stdout.on('data', (more: string) => {
      text += more;
      const [, url, key] = /(http:\/\/[^/]+)\/#key=(\S+)/.exec(text) ?? [];
      if (url && key) resolve({ url, key });
    });
    void work.ended.then(({ stderr }) => reject(new Error(stderr)));
  });
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[2] !== 'Z';
  } catch {
    return false;
  }
};
const childrenOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
};

test(
  'a tree goes on when people have answered, an answer is corrected, and nobody is left behind',
  async () => {
    await capstan([
      'run',
      'audit.ts',
      '--document',
      'two.ts',
      '--assistant',
      'person',
      '--run',
      'runs/people',
    ]);
    const work = capstanAtWork(['serve', '--port', '0']);
    const { url, key } = await served(work);
    const ask = async <T>(path: string, body?: unknown): Promise<T> => {
      const response = await fetch(`${url}/api/trees/people${path}`, {
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      });
      expect(response.status).toBe(200);
      return (await response.json()) as T;
    };
    expect((await ask<TreeSummary>('')).state).toBe('waiting');
    for (const { key: item } of JSON.parse((await capstan(['inbox', '--json'])).stdout))
      await capstan(['inbox', item, '--reply', 'nothing']);
    await until(async () => (await ask<TreeSummary>('')).state === 'answered');
    const { positions } = await ask<Found>('/search?q=depth:1');
    const { rows } = await ask<{ readonly rows: readonly Row[] }>(
      `/rows?from=${positions[0]}&to=${positions[0]! + 1}`,
    );
    const said = { answer: 'eval runs anything', reason: 'I looked' };
    const corrected = await ask<Corrected>(`/nodes/${rows[0]!.id}/correction`, said);
    expect(corrected.changed).toHaveLength(2);
    expect((await ask<TreeSummary>('')).answer).toMatchObject({
      value: expect.stringContaining(said.answer),
    });
    expect((await capstan(['ledger', 'verify', 'runs/people'])).status).toBe(0);
    const children = process.platform === 'linux' ? childrenOf(work.process.pid!) : [];
    work.process.kill('SIGTERM');
    expect(await work.ended).toMatchObject({ status: 0 });
    expect(children.filter(isAlive)).toEqual([]);
  },
  PATIENCE_MS,
);

test.runIf(process.platform === 'linux')(
  'a server that is killed takes the one with it that tends; one that tends and is killed is started again',
  async () => {
    const work = capstanAtWork(['serve', '--port', '0', '--no-tend']);
    await served(work);
    const { pid } = work.process;
    await until(() => childrenOf(pid!).length > 0);
    const [first] = childrenOf(pid!);
    process.kill(first!, 'SIGKILL');
    await work.said(/started again in 1 s/);
    await until(() => childrenOf(pid!).some((one) => one !== first));
    const [second] = childrenOf(pid!);
    work.process.kill('SIGKILL');
    await work.ended;
    await until(() => !isAlive(second!));
  },
  PATIENCE_MS,
);
