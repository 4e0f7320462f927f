/** npm run prove NAME: runs what a claim needs, prints a table, and ends with 1 if the claim does not hold. Each file
 *  NAME.prove.ts beside this one is a proof that exports `proof`. stdout is Markdown, stderr is progress. */

import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CapstanError, messageOf } from '../src/base/errors.ts';
import type { Options, Proof } from './proof.ts';

const SUFFIX = '.prove.ts';
const [STATUS_FAILED, STATUS_USAGE] = [1, 2];
const USAGE = `npm run prove NAME -- [--seeds 1,2,3] [--size 64 | --sizes 8,16] [--fresh]

--fresh runs everything again; otherwise runs of the same program are reused from runs/prove-…`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        seeds: { type: 'string' },
        size: { type: 'string' },
        sizes: { type: 'string' },
        fresh: { type: 'boolean', default: false },
      },
    });
    const [name, ...more] = positionals;
    if (name === undefined || more.length > 0) return await list();
    const proof = await load(name);
    const sizes = values.sizes ?? values.size;
    return await carryOut(name, proof, {
      seeds: values.seeds === undefined ? proof.defaults.seeds : integers('seeds', values.seeds),
      sizes: sizes === undefined ? proof.defaults.sizes : integers('sizes', sizes),
      fresh: values.fresh,
    });
  } catch (error) {
    process.stderr.write(`prove: ${messageOf(error)}\n`);
    return STATUS_USAGE;
  }
}

async function carryOut(name: string, proof: Proof, options: Options): Promise<number> {
  const { text, failures } = await proof.prove(options);
  const shown = `sizes ${options.sizes.join(', ')}; seeds ${options.seeds.join(', ')}`;
  const verdict =
    failures.length === 0
      ? '**Holds.**'
      : `**Does not hold:**\n${failures.map((one) => `- ${one}`).join('\n')}`;
  console.log(`### ${name}\n\n${proof.claim} (${shown})\n\n${text}\n\n${verdict}`);
  return failures.length === 0 ? 0 : STATUS_FAILED;
}

async function list(): Promise<number> {
  process.stderr.write(`${USAGE}\n\nWhat can be proved:\n`);
  for (const name of names()) process.stderr.write(`  ${name.padEnd(12)} ${(await load(name)).claim}\n`);
  return STATUS_USAGE;
}

function names(): readonly string[] {
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort();
}

async function load(name: string): Promise<Proof> {
  if (!names().includes(name))
    throw new CapstanError('not-found', `proof «${name}»: expected one of ${names().join(', ')}`);
  return ((await import(`./${name}${SUFFIX}`)) as { proof: Proof }).proof;
}

function integers(name: string, text: string): readonly number[] {
  const values = text.split(',').map(Number);
  if (text.trim() !== '' && values.every((value) => Number.isSafeInteger(value) && value >= 0)) return values;
  throw new CapstanError('usage', `--${name}: expected integers with commas between, got «${text}»`);
}
