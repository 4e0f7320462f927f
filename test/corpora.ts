/** The public corpora, where they are on this machine: not part of the repository, and fetched by nobody. Tests on them are
 *  skipped by name without them. CAPSTAN_DATA names the folder that they lie in. */

import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DATA = process.env.CAPSTAN_DATA ?? fileURLToPath(new URL('../../shared/data/', import.meta.url));

export interface NamedText {
  readonly text: string;
  readonly file: string;
}

export const GSM8K = {
  questions: join(DATA, 'gsm8k/test_socratic.jsonl'),
  solutions: join(DATA, 'gsm8k/example_model_solutions.jsonl'),
};
export const STRATEGYQA = {
  questions: join(DATA, 'strategyqa/dev.json'),
  predictions: join(DATA, 'strategyqa/bart_decomp_dev_predictions.jsonl'),
};

export function isThere(corpus: { readonly [file: string]: string }): boolean {
  return Object.values(corpus).every((path) => existsSync(path));
}

export function named(path: string): NamedText {
  return { text: readFileSync(path, 'utf8'), file: basename(path) };
}
