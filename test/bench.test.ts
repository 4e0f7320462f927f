/** The benchmarks say what their schema says. Only the fastest is run here. */

import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, test } from 'vitest';
import { figure, interleave, median } from '../bench/benchmark.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const schema = JSON.parse(readFileSync(new URL('../docs/bench.schema.json', import.meta.url), 'utf8'));
const isValid = new Ajv({ strict: true, strictTypes: false }).compile(schema);

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, words: readonly string[]): Promise<Finished> {
  return new Promise((resolve) => {
    execFile(command, words, { cwd: ROOT }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

const bench = (...words: readonly string[]): Promise<Finished> =>
  run(process.execPath, ['--import', 'tsx', 'bench/bench.ts', ...words]);

describe('npm run bench', () => {
  beforeAll(async () => {
    // «npm run bench» builds; here what is built is taken, so as not to build under other tests.
    if (!existsSync(`${ROOT}dist/capstan.js`)) await run('npm', ['run', '--silent', 'build']);
  });

  test('prints figures that fit docs/bench.schema.json, and nothing else', async () => {
    const { code, stdout } = await bench('amplify-core', '--json');
    expect(code).toBe(0);
    const figures = JSON.parse(stdout);
    isValid(figures);
    expect(isValid.errors).toBeNull();
    expect(figures.map(({ name }: { name: string }) => name)).toEqual(['amplify-core']);
  });

  test('names the benchmarks where it does not know one, and exits with 2', async () => {
    const { code, stdout, stderr } = await bench('amplify');
    expect(code).toBe(2);
    expect(stdout).toBe('');
    const names = readdirSync(`${ROOT}bench`)
      .filter((file) => file.endsWith('.bench.ts'))
      .map((file) => file.replace('.bench.ts', ''));
    expect(names).toContain('step-pytorch-64');
    expect(stderr.trim()).toBe(`benchmark «amplify»: expected one of ${names.sort().join(', ')}`);
  });

  test('refuses an option it does not know, and exits with 2', async () => {
    const { code, stdout, stderr } = await bench('amplify-core', '--fast');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/--fast/);
  });
});

describe('a figure', () => {
  test('has the ratio of ours to the peer’s, or neither', () => {
    const beside = figure('a-b/1', 'ms', 2, { name: 'P 1.0', value: 3 });
    expect(beside).toEqual({
      name: 'a-b/1',
      ours: 2,
      peer: { name: 'P 1.0', value: 3 },
      unit: 'ms',
      ratio: 0.6667,
    });
    expect(figure('a', 'ms', 2)).toEqual({ name: 'a', ours: 2, peer: null, unit: 'ms', ratio: null });
    expect(isValid([beside, figure('a', 'ms', 2)])).toBe(true);
  });

  test.each([
    ['without a unit', { name: 'a', ours: 1, peer: null, ratio: null }],
    ['in an unknown unit', { ...figure('a', 'parsecs', 1) }],
    ['with a ratio to nobody', { ...figure('a', 'ms', 1), ratio: 1 }],
    ['without a ratio to its peer', { ...figure('a', 'ms', 1, { name: 'P', value: 1 }), ratio: null }],
    ['with more than that', { ...figure('a', 'ms', 1), load: 1 }],
  ])('%s does not fit the schema', (_, wrong) => {
    expect(isValid([wrong])).toBe(false);
  });

  test('is a median of samples taken in turns, the first turn apart', async () => {
    const order: string[] = [];
    const side = (name: string) => () => order.push(name);
    const samples = await interleave(3, { a: side('a'), b: side('b') });
    expect(order.join('')).toBe('abababab');
    expect(samples).toEqual({ a: [3, 5, 7], b: [4, 6, 8] });
    expect([median([3, 1, 2]), median([4, 1, 3, 2])]).toEqual([2, 2.5]);
  });
});
