/** The direction of imports and the other rules of the source tree, as data and small functions over path and text.
 *  TypeScript 7 has no programmatic API, so imports are read by a tokenizer of one regular expression: it takes out
 *  comments, strings and regular expressions, after which every `from '…'` and `import '…'` is what it seems. */

import { posix } from 'node:path';

/** Folders bottom-up, and what each may import besides itself: only folders above it here. */
export const TABLE: { readonly [folder: string]: readonly string[] } = {
  base: [],
  statistics: ['base'],
  protocol: ['base', 'statistics'],
  core: ['base'],
  text: ['base', 'core'],
  gateway: ['base', 'core'],
  transcript: ['base', 'core', 'text'],
  autodiff: ['base'],
  onnx: ['base', 'autodiff'],
  network: ['base', 'core', 'autodiff'],
  ledger: ['base'],
  authority: ['base', 'ledger'],
  storage: ['base'],
  overseers: ['base', 'core', 'text', 'gateway', 'onnx', 'network'],
  tasks: ['base', 'core', 'text', 'overseers'],
  examiners: ['base', 'core', 'text', 'tasks'],
  assistants: ['base', 'core', 'text', 'gateway', 'onnx', 'network'],
  verifiers: ['base', 'core', 'text', 'gateway'],
  amplify: ['base', 'core', 'assistants'],
  confidence: ['base', 'statistics', 'core', 'amplify'],
  corpora: ['base', 'core', 'text', 'overseers', 'assistants'],
  trees: ['base', 'core', 'text', 'transcript', 'storage', 'assistants', 'amplify'],
  dataset: ['base', 'core', 'text', 'transcript', 'ledger', 'storage'],
  record: ['base', 'ledger', 'authority', 'storage'],
  witness: ['base', 'ledger', 'storage'],
  registry: ['base', 'storage'],
  distill: ['base', 'core', 'onnx', 'network', 'ledger', 'overseers', 'assistants'],
  evaluate: ['base', 'statistics', 'core', 'text', 'tasks', 'examiners'],
  iterate: ['base', 'statistics', 'core', 'overseers', 'amplify', 'distill'],
  oversight: ['base', 'statistics', 'core'],
  report: ['base', 'statistics', 'protocol'],
  // biome-ignore format: one row of the table is one line
  run: ['base', 'statistics', 'core', 'onnx', 'network', 'ledger', 'authority', 'storage', 'overseers', 'tasks', 'assistants', 'amplify', 'confidence', 'record', 'registry', 'distill', 'evaluate', 'iterate', 'oversight', 'report'],
  // biome-ignore format: one row of the table is one line
  provenance: ['base', 'protocol', 'core', 'transcript', 'ledger', 'storage', 'tasks', 'amplify', 'record', 'registry', 'distill', 'evaluate', 'report', 'run'],
  // biome-ignore format: one row of the table is one line
  assess: ['base', 'statistics', 'protocol', 'core', 'onnx', 'ledger', 'storage', 'tasks', 'assistants', 'amplify', 'confidence', 'registry', 'distill', 'evaluate', 'oversight', 'report', 'run', 'provenance'],
  sweep: ['base', 'statistics', 'storage', 'tasks', 'report', 'run'],
  wire: ['base'],
  desk: ['base', 'storage'],
  // biome-ignore format: one row of the table is one line
  project: ['base', 'core', 'text', 'gateway', 'transcript', 'ledger', 'authority', 'storage', 'overseers', 'assistants', 'verifiers', 'amplify', 'trees', 'record', 'registry', 'run', 'provenance', 'desk'],
  // biome-ignore format: one row of the table is one line
  server: ['base', 'core', 'text', 'transcript', 'ledger', 'authority', 'storage', 'tasks', 'trees', 'record', 'registry', 'evaluate', 'report', 'run', 'provenance', 'wire', 'desk', 'project'],
  // biome-ignore format: one row of the table is one line
  cli: ['base', 'statistics', 'protocol', 'core', 'text', 'gateway', 'transcript', 'onnx', 'ledger', 'authority', 'storage', 'overseers', 'tasks', 'assistants', 'verifiers', 'amplify', 'confidence', 'corpora', 'trees', 'dataset', 'record', 'witness', 'registry', 'evaluate', 'iterate', 'report', 'run', 'provenance', 'assess', 'sweep', 'wire', 'desk', 'project', 'server'],
  // biome-ignore format: one row of the table is one line
  capstan: ['base', 'statistics', 'protocol', 'core', 'text', 'gateway', 'transcript', 'autodiff', 'onnx', 'network', 'ledger', 'storage', 'overseers', 'tasks', 'assistants', 'verifiers', 'amplify', 'confidence', 'corpora', 'trees', 'dataset', 'record', 'registry', 'distill', 'evaluate', 'iterate', 'oversight', 'report', 'run'],
  kpis: ['statistics', 'protocol', 'evaluate', 'report'],
};

/** Packages from npm, and the only places that may import each. */
const PACKAGES: { readonly [name: string]: string | readonly string[] } = {
  'onnxruntime-node': 'src/onnx/session.ts',
  'onnxruntime-web': 'src/onnx/session.ts',
  'onnxruntime-common': 'src/onnx/session.ts',
  libsql: 'src/storage/database.ts',
  jiti: 'src/project/recipe.ts',
  ai: 'src/gateway/',
  '@ai-sdk/openai-compatible': 'src/gateway/',
  '@ai-sdk/openai': 'src/gateway/',
  '@ai-sdk/anthropic': 'src/gateway/',
  '@opentelemetry/api': 'src/transcript/spans.ts',
  hyparquet: 'src/dataset/',
  'hyparquet-writer': 'src/dataset/',
  zod: ['src/wire/', 'src/server/', 'src/protocol/shape.ts'],
  hono: 'src/server/',
  '@hono/zod-openapi': 'src/server/',
  '@hono/node-server': 'src/cli/socket.ts',
  'quickjs-emscripten': 'src/verifiers/',
  commander: 'src/cli/',
  picocolors: 'src/cli/',
};

/** The shell: the folders that may reach the disk, the clock, chance or the network; `true` is all of Node. */
const SHELL: { readonly [folder: string]: true | readonly string[] } = {
  onnx: true,
  storage: true,
  trees: ['node:crypto'],
  project: true,
  server: ['node:crypto'],
  cli: true,
  gateway: true,
  verifiers: ['node:worker_threads'],
  text: ['node:crypto'],
  ledger: ['node:crypto'],
  authority: ['node:crypto'],
  registry: ['node:crypto'],
  distill: ['node:crypto'],
  dataset: ['node:crypto'],
  run: ['node:crypto'],
  provenance: ['node:crypto'],
  assess: ['node:crypto'],
};

// Alternatives: block comment, line comment, '…', "…", `…`, and a regular expression where an operand may begin.
const TOKEN =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|(?<=(?:[(,=:[!&|?{;>]|\breturn)\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g;

export interface Source {
  readonly path: string;
  readonly text: string;
  /** `base`, …, or the name of a front door: `capstan` for `src/capstan.ts`. */
  readonly folder: string;
  /** The text without comments, strings and regular expressions; «'3'» stands for the fourth string. */
  readonly code: string;
  /** What it imports or re-exports, types too, as written. */
  readonly imports: readonly string[];
}

export function read(path: string, text: string): Source {
  const strings: string[] = [];
  const code = text.replace(TOKEN, (token) => {
    if (token.startsWith('/')) return ' ';
    // Of a template, its expressions are code.
    if (token.startsWith('`'))
      return [...token.matchAll(/\$\{([^}]*)\}/g)].map((match) => ` ${match[1]} ;`).join('');
    strings.push(token.slice(1, -1));
    return `'${strings.length - 1}'`;
  });
  const found = [...code.matchAll(/\bfrom\s*'(\d+)'|\bimport\s*\(?\s*'(\d+)'/g)];
  const imports = found.map((match) => strings[Number(match[1] ?? match[2])]!);
  return { path, text, folder: folderOf(path), code, imports };
}

export function folderOf(path: string): string {
  return /^src\/(capstan|kpis)\.ts$/.exec(path)?.[1] ?? path.split('/')[1] ?? '';
}

/** Where a relative import leads. */
function targetOf({ path }: Source, specifier: string): string {
  return posix.join(posix.dirname(path), specifier);
}

const relative = ({ imports }: Source) => imports.filter((specifier) => specifier.startsWith('.'));
const crossing = (source: Source) =>
  relative(source).filter((specifier) => folderOf(targetOf(source, specifier)) !== source.folder);

/** Each rule, by what is true when it holds, gives its complaints about one file. */
export const RULES = {
  'every file lies in a folder of the table, no deeper': ({ path, folder }) =>
    Object.hasOwn(TABLE, folder) && /^src\/(\w+\/[\w-]+|capstan|kpis)\.ts$/.test(path) ? [] : [path],
  'a folder imports what the table allows it and nothing else': (source) =>
    crossing(source).filter((name) => !TABLE[source.folder]?.includes(folderOf(targetOf(source, name)))),
  'only evaluate imports examiners': (source) =>
    source.folder === 'evaluate' ? [] : crossing(source).filter((name) => /\bexaminers\//.test(name)),
  'an underscore keeps a file inside its folder': (source) =>
    crossing(source).filter((name) => posix.basename(name).startsWith('_')),
  'an import names a file by relative path and .ts suffix, a Node module, or a package in its one place': (
    source,
  ) => {
    const wrong = source.imports.filter((name) => {
      if (name.startsWith('.')) return !name.endsWith('.ts') || /\.(test|contract)\.ts$/.test(name);
      const places = [PACKAGES[name.replace(/^(@[^/]+\/[^/]+|[^@/]+)(\/.*)?$/, '$1')] ?? []].flat();
      return !name.startsWith('node:') && !places.some((place) => source.path.startsWith(place));
    });
    return [...wrong, ...matches(source, /\bimport\s*\((?!\s*')[^)]*|\brequire\s*\(/g)];
  },
  'only the shell reaches the disk, the clock, chance or the network': (source) => {
    const allowed = SHELL[source.folder] ?? [];
    if (allowed === true) return [];
    const modules = source.imports.filter((name) => name.startsWith('node:') && !allowed.includes(name));
    return [...modules, ...matches(source, EFFECTS)];
  },
  'a file is named for what it holds': ({ path }) =>
    /\/(index|utils?|common|misc|types|helpers?)\.ts$/.test(path) ? [path] : [],
  'a file opens with what it is': ({ text }) => (text.startsWith('/** ') ? [] : [text.slice(0, 40)]),
  'a file has at most 500 lines': ({ text }) => {
    const lines = text.trimEnd().split('\n').length;
    return lines > 500 ? [`${lines} lines`] : [];
  },
  'no enum, namespace, default export or export *': (source) =>
    matches(source, /\benum\s+\w+|\bnamespace\s+\w+|\bexport\s+default\b|\bexport\s*\*/g),
} satisfies { readonly [rule: string]: (source: Source) => readonly string[] };

const EFFECTS =
  /(?<![.\w])(?:globalThis\.)?(?:Date\.now|new Date\b(?!\(\s*[^\s)])|performance\.now|Math\.random|crypto\.|process\.|console\.|fetch\(|set(?:Timeout|Interval|Immediate)\()/g;

function matches({ code }: Source, pattern: RegExp): readonly string[] {
  return [...code.matchAll(pattern)].map((match) => match[0]);
}

/** The same table as a document shows it: rows «| `folder` | `a`, `b` |». */
export function tableIn(markdown: string): { [folder: string]: readonly string[] } {
  const rows = markdown.matchAll(/^\| +`(\w+)` +\| +(—|`\w+`(?:, `\w+`)*) +\|$/gm);
  const names = (cell: string) => [...cell.matchAll(/`(\w+)`/g)].map((match) => match[1]!);
  return Object.fromEntries([...rows].map((row) => [row[1]!, names(row[2]!)]));
}
