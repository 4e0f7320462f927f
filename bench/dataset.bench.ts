/** What it takes to make a dataset of 200,000 rows, and how much memory: a process of its own reads trees that lie on the
 *  disk. Beside it the least that anybody would do: read the same lines, parse them, and write as many as one file. */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Benchmark, built, figure } from './benchmark.ts';

const TREES = 9100;
const CHILDREN = 9;
const SENTENCE =
  'Every third wagon of the train from the harbour carries grain, and the others carry timber or coal. ';

interface Measured {
  readonly rows: number;
  readonly seconds: number;
  readonly megabytes: number;
  readonly withdrawSeconds: number;
}

export const benchmark: Benchmark = {
  measures: `rows a second of capstan dataset build from ${TREES} trees, with the memory that it takes`,
  async run(say) {
    const { TreeWriter } = await built<typeof import('../src/transcript/writer.ts')>('transcript/writer');
    const folder = mkdtempSync(join(tmpdir(), 'capstan-bench-'));
    try {
      mkdirSync(join(folder, 'trees'));
      let bytes = 0;
      for (let i = 0; i < TREES; i++) {
        const tree = treeOf(i, TreeWriter);
        bytes += tree.length;
        writeFileSync(join(folder, `trees/${i}.jsonl`), tree);
      }
      say(`${TREES * (1 + CHILDREN)} questions in ${Math.round(bytes / 2 ** 20)} MiB of trees`);
      const ours = measure(folder, OURS);
      const plain = measure(folder, PLAIN);
      say(
        `${ours.rows} rows in ${ours.seconds.toFixed(1)} s; a withdrawal ${ours.withdrawSeconds.toFixed(1)} s`,
      );
      return [
        figure('rows a second', 'rows/s', ours.rows / ours.seconds, {
          name: 'parse and write lines',
          value: plain.rows / plain.seconds,
        }),
        figure('memory', 'MiB', ours.megabytes, { name: 'parse and write lines', value: plain.megabytes }),
        figure('withdrawal', 'rows/s', ours.rows / ours.withdrawSeconds),
      ];
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

type Writer = typeof import('../src/transcript/writer.ts').TreeWriter;

/** A question, nine verified ones below it, and a correction in every third tree. */
function treeOf(number: number, TreeWriter: Writer): Buffer {
  const lines: Uint8Array[] = [];
  const id = (child: number) => createHash('sha256').update(`${number} ${child}`).digest('hex');
  const model = { kind: 'model', id: 'model:openai:gpt-5-mini' } as const;
  const ada = { kind: 'person', id: `person:${number % 50}` } as const;
  const when = '2026-11-20T09:30:00Z';
  const cost = {
    spent: { calls: 1, tokens: 300, micros: 90, seconds: 0 },
    isMemo: false,
    began: when,
    ended: when,
  };
  const text = (child: number) =>
    `${SENTENCE}How much is ${number * 10 + child} and ${child}, in tree ${number}?`;
  const known = (value: string) => ({ kind: 'known', value, confidence: 1 }) as const;
  const verdicts = [{ verifier: 'calculator', kind: 'pass' }] as const;
  const numbers = Array.from({ length: CHILDREN }, (_, i) => i + 1);
  const header = { policy: 'p1', root: id(0), when, who: ada, run: 'bench' };
  const writer = new TreeWriter(header, (line) => lines.push(line));
  writer.write({
    id: id(0),
    depth: 0,
    question: { text: text(0) },
    status: 'answered',
    answer: known(`It is ${number}.`),
    steps: [
      {
        action: { kind: 'ask', questions: numbers.map((child) => ({ text: text(child) })) },
        by: ada,
        entry: number,
        ...cost,
      },
      { action: { kind: 'reply', answer: known(`It is ${number}.`) }, by: model, ...cost },
    ],
    children: numbers.map(id),
    verdicts,
    ...(number % 3 === 0 && { corrected: { by: ada, before: known('No idea.'), entry: number + 1 } }),
  });
  for (const child of numbers)
    writer.write({
      id: id(child),
      parent: id(0),
      depth: 1,
      question: { text: text(child) },
      status: 'answered',
      answer: known(`The sum is ${number * 10 + 2 * child}.`),
      steps: [
        {
          action: { kind: 'reply', answer: known(`The sum is ${number * 10 + 2 * child}.`) },
          by: model,
          ...cost,
        },
      ],
      children: [],
      verdicts,
    });
  writer.end();
  return Buffer.concat(lines);
}

/** Runs in a process of its own, whose memory is what is measured. */
function measure(folder: string, code: string): Measured {
  const dist = new URL('../dist/', import.meta.url).href;
  const args = ['--input-type=module', '-e', code, dist, folder];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the measured process ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

const OURS = `
  import { readdirSync } from 'node:fs';
  import * as fs from 'node:fs';
  const [dist, folder] = process.argv.slice(1);
  const { buildDataset } = await import(dist + 'dataset/build.js');
  const { withdraw } = await import(dist + 'dataset/withdraw.js');
  const { Exclusion } = await import(dist + 'dataset/exclusion.js');
  const { Folder } = await import(dist + 'storage/folder.js');
  const { readPieces } = await import(dist + 'storage/disk.js');
  const exclusion = new Exclusion();
  exclusion.add('A question of thirteen words or more, which nothing here shares, is looked for in each row.');
  function* trees() {
    for (const name of readdirSync(folder + '/trees')) yield { name, pieces: readPieces(folder + '/trees/' + name, fs) };
  }
  const options = { license: 'unknown', validation: 0.05, test: 0.05, unverified: false };
  const target = new Folder(folder + '/dataset');
  const started = performance.now();
  const { rows } = buildDataset(target, trees(), exclusion, options).manifest;
  const seconds = (performance.now() - started) / 1000;
  const megabytes = process.resourceUsage().maxRSS / 1024;
  const again = performance.now();
  withdraw(target, 'person:7');
  const withdrawSeconds = (performance.now() - again) / 1000;
  console.log(JSON.stringify({ rows, seconds, megabytes, withdrawSeconds }));
`;

const PLAIN = `
  import { readdirSync, readFileSync, writeFileSync, openSync, writeSync } from 'node:fs';
  const [, folder] = process.argv.slice(1);
  const file = openSync(folder + '/plain.jsonl', 'w');
  let rows = 0;
  const started = performance.now();
  for (const name of readdirSync(folder + '/trees')) {
    const lines = readFileSync(folder + '/trees/' + name, 'utf8').trimEnd().split('\\n').slice(1);
    const nodes = lines.map((line) => JSON.parse(line));
    const out = nodes.flatMap(({ question, answer, ...rest }) => [{ question, answer }, { question, rest }]);
    rows += out.length;
    writeSync(file, out.map((row) => JSON.stringify(row) + '\\n').join(''));
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(JSON.stringify({ rows, seconds, megabytes: process.resourceUsage().maxRSS / 1024, withdrawSeconds: 0 }));
`;
