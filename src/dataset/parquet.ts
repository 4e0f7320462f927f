/** Rows as Parquet, with the schema said and not guessed, in row groups, so that no more than one group is ever held. */

import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { Contents, Provenance, Row, RowKind } from './row.ts';

/** A row group ends with the row that makes it as large as this, in rows or in bytes of their lines. */
export interface GroupLimits {
  readonly rows: number;
  readonly bytes: number;
}

const GROUP: GroupLimits = { rows: 10_000, bytes: 2 ** 23 };

type Column = readonly SchemaElement[];

const text = (name: string, isRequired = true): Column => [
  {
    name,
    type: 'BYTE_ARRAY',
    converted_type: 'UTF8',
    logical_type: { type: 'STRING' },
    repetition_type: isRequired ? 'REQUIRED' : 'OPTIONAL',
  },
];
const truth = (name: string): Column => [{ name, type: 'BOOLEAN', repetition_type: 'REQUIRED' }];
const small = (name: string): Column => [{ name, type: 'INT32', repetition_type: 'REQUIRED' }];
const large = (name: string): Column => [{ name, type: 'INT64', repetition_type: 'REQUIRED' }];
const list = (name: string, element: Column): Column => [
  {
    name,
    converted_type: 'LIST',
    logical_type: { type: 'LIST' },
    repetition_type: 'REQUIRED',
    num_children: 1,
  },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  ...element,
];
const messages = (name: string): Column =>
  list(name, [
    { name: 'element', repetition_type: 'REQUIRED', num_children: 2 },
    ...text('role'),
    ...text('content'),
  ]);

const CONTENTS: { readonly [K in RowKind]: { readonly [C in keyof Contents[K]]: Column } } = {
  sft: { messages: messages('messages') },
  decomposition: {
    prompt: messages('prompt'),
    completion: messages('completion'),
    sub_questions: list('sub_questions', text('element')),
  },
  dpo: { prompt: messages('prompt'), chosen: messages('chosen'), rejected: messages('rejected') },
  steps: {
    prompt: text('prompt'),
    completions: list('completions', text('element')),
    labels: list('labels', truth('element')),
  },
};

const PROVENANCE: { readonly [C in keyof Provenance]: Column } = {
  id: text('id'),
  run_id: text('run_id'),
  node_id: text('node_id'),
  parent_id: text('parent_id', false),
  depth: small('depth'),
  root_key: text('root_key'),
  overseer_kind: text('overseer_kind'),
  overseer_id: text('overseer_id'),
  verdict: text('verdict'),
  verifier_ids: list('verifier_ids', text('element')),
  teacher_model: text('teacher_model', false),
  people: list('people', text('element')),
  models: list('models', text('element')),
  entries: list('entries', large('element')),
  dataset_version: text('dataset_version'),
  content_hash: text('content_hash'),
  split: text('split'),
  license: text('license'),
};

/** The columns of a kind, content first. */
export function columnsOf(kind: RowKind): readonly string[] {
  return Object.keys({ ...CONTENTS[kind], ...PROVENANCE });
}

export class ParquetRows {
  readonly #sink: (bytes: Uint8Array) => void;
  readonly #bytes = new ByteWriter();
  readonly #parquet: ParquetWriter;
  readonly #columns: readonly string[];
  readonly #limits: GroupLimits;
  #group: Row[] = [];
  #groupBytes = 0;

  constructor(kind: RowKind, sink: (bytes: Uint8Array) => void, limits: GroupLimits = GROUP) {
    const columns = { ...CONTENTS[kind], ...PROVENANCE };
    this.#sink = sink;
    this.#limits = limits;
    this.#columns = Object.keys(columns);
    const root: SchemaElement = { name: 'root', num_children: this.#columns.length };
    const schema = [root, ...Object.values(columns).flat()];
    this.#parquet = new ParquetWriter({ writer: this.#bytes, schema, createdBy: 'capstan' });
  }

  /** `bytes`: how large its line is. */
  add(row: Row, bytes: number): void {
    this.#group.push(row);
    this.#groupBytes += bytes;
    const { rows, bytes: most } = this.#limits;
    if (this.#group.length >= rows || this.#groupBytes >= most) this.#flush();
  }

  end(): void {
    if (this.#group.length > 0) this.#flush();
    this.#parquet.finish();
    this.#handOn();
  }

  #flush(): void {
    const rows = this.#group as unknown as readonly { readonly [column: string]: unknown }[];
    const columnData = this.#columns.map((name) => ({
      name,
      data: rows.map((row) => stored(name, row[name])),
    }));
    this.#parquet.write({ columnData, rowGroupSize: rows.length });
    [this.#group, this.#groupBytes] = [[], 0];
    this.#handOn();
  }

  #handOn(): void {
    this.#sink(this.#bytes.getBytes().slice());
    this.#bytes.index = 0;
  }
}

/** 64 bits are a bigint. */
function stored(name: string, value: unknown): unknown {
  return name === 'entries' ? (value as readonly number[]).map(BigInt) : value;
}
