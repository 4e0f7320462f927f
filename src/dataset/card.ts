/** README.md of a dataset: the card that people read, and the YAML that `load_dataset` does. */

import type { FileRecord, Manifest } from './manifest.ts';
import { ROW_KINDS, type RowKind } from './row.ts';

export const CARD_FILE = 'README.md';

const TOLD: { readonly [K in RowKind]: string } = {
  decomposition:
    'what an overseer asked next: `prompt` (its workspace) and `completion`, and the `sub_questions` as a list',
  dpo: 'what people changed: `prompt`, `chosen`, `rejected`',
  sft: 'verified answers as chat: `messages`',
  steps: 'which steps verifiers let pass: `prompt`, `completions`, `labels`',
};

export function cardOf(manifest: Manifest): string {
  const { options, dropped, withdrawn, version, root } = manifest;
  const kinds = ROW_KINDS.filter((kind) => manifest.files.some((file) => file.kind === kind));
  const count = (kind: RowKind, split: string) =>
    manifest.files.find((file) => file.kind === kind && file.split === split)?.rows ?? 0;
  const splits = ['train', 'validation', 'test'];
  return `---
license: ${JSON.stringify(options.license)}
tags:
- capstan
- transcript-trees
${kinds.length > 0 ? `configs:\n${kinds.map((kind) => configOf(kind, manifest.files)).join('')}` : ''}---

# A dataset of transcript trees

Version ${version}: ${manifest.rows} rows from ${manifest.trees} trees of ${manifest.nodes} questions. Made by \`capstan dataset build\`.

| rows | ${splits.join(' | ')} | what |
| --- | ---: | ---: | ---: | --- |
${kinds.map((kind) => `| \`${kind}\` | ${splits.map((split) => count(kind, split)).join(' | ')} | ${TOLD[kind]} |\n`).join('')}
Each is there as JSONL and as Parquet, with the same rows in the same order.

- **Verification.** ${options.unverified ? 'Rows of answers that no verifier has seen are among these, marked so in `verdict`; none that one has failed' : 'Answers (`sft`) and what led to them (`decomposition`) are here only if a verifier let them pass and none failed them'}. What a person put in place of something else (\`dpo\`) is here unless a verifier failed it.
- **Splits** are dealt by a hash of the root question (\`root_key\`): validation ${options.validation}, test ${options.test}, the rest train. No tree straddles, and a question that is in a test is nowhere else (${dropped.straddling} rows left out for that).
- **Duplicates** are left out (${dropped.duplicate}).
- **Evaluation questions**: ${manifest.excluded} were excluded, as a whole or by 13 words in a row; ${dropped.contaminated_trees} trees and ${dropped.contaminated} more rows fell to that.
- **Provenance** stands beside the content: \`people\` and \`models\` whose words or decisions a row follows from, \`entries\` of the ledger, \`verifier_ids\`, \`teacher_model\`, \`node_id\`, \`parent_id\`, \`run_id\`. Trainers ignore these columns.
- **Withdrawn**: ${withdrawn.rows} rows, at the wish of ${withdrawn.people} ${withdrawn.people === 1 ? 'person' : 'people'}. \`tombstones.jsonl\` keeps their hashes, so that no later build brings them back.
- **Integrity**: \`manifest.json\` has the SHA-256 of every file and RFC 6962 Merkle roots; that of all rows is \`${root}\`.
`;
}

function configOf(kind: RowKind, files: readonly FileRecord[]): string {
  const parts = files.filter((file) => file.kind === kind && file.name.endsWith('.parquet'));
  return `- config_name: ${kind}\n  data_files:\n${parts
    .map(({ split, name }) => `  - split: ${split}\n    path: ${name}\n`)
    .join('')}`;
}
