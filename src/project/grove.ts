/** A run of a recipe in its folder, as the commands that work on it need it:
 *      tree.json            what it does, written first and never changed
 *      transcript.jsonl     the tree as far as it got
 *      waiting.json         where it rests: keys of what it waits for in the inbox
 *  or, where it asks all questions of a text task,
 *      transcripts/         the tree of each, as far as it got
 *      answers.jsonl        what each came to, and the hash of its transcript
 *  What was decided and answered is the project's, not the run's: another run of the same recipe finds it there. */

import { hash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { canonical, type Json } from '../base/canonical.ts';
import { CapstanError } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import { type Limits, type Scope, scope } from '../core/budget.ts';
import type { ChatModel } from '../gateway/chat.ts';
import type { GatewayOptions } from '../gateway/gateway.ts';
import { chatModelFrom } from '../gateway/model.ts';
import type { Price } from '../gateway/prices.ts';
import type { Draft } from '../record/ledger.ts';
import { readSealed, writeSealed } from '../run/sealed.ts';
import { Folder } from '../storage/folder.ts';
import { lockFolder } from '../storage/lock.ts';
import type { TextQuestion } from '../text/question.ts';
import type { Spent, TranscriptNode } from '../transcript/node.ts';
import { tellSpans } from '../transcript/spans.ts';
import { TREE_FORMAT, type TreeHeader } from '../transcript/tree.ts';
import { TreeWriter } from '../transcript/writer.ts';
import { type Outcome, type Plan, Trees } from '../trees/trees.ts';
import { catchUp } from './actions.ts';
import { type Checks, checked } from './checks.ts';
import { linesNamed } from './files.ts';
import type { TurnsFile } from './gold.ts';
import { HOME, MEMORY } from './home.ts';
import { loadRecipe } from './recipe.ts';
import { person, recorder } from './recorder.ts';
import type { ReadFile } from './recording.ts';
import { type Asked, type Root, rootsOf } from './roots.ts';
import { assistantSeat, type Models, overseerSeat, versionOf } from './seats.ts';
import { lockFree, Turn } from './turn.ts';

/** What a run of a recipe is. */
export interface TreeFile extends Checks, Asked {
  readonly recipe: string;
  /** SHA-256 of that file. */
  readonly source: string;
  readonly overseer: string;
  readonly assistant: string;
  readonly escalate?: string;
  /** SHA-256 of what it goes by besides the recipe: recordings, questions. */
  readonly files?: { readonly [path: string]: string };
  readonly limits: Partial<Limits> & { readonly depth: number };
  /** Dollars for a million tokens read and written, where the list of prices does not know. */
  readonly price?: Price;
  /** How people oversee it, where anything was said of that. */
  readonly turns?: TurnsFile;
  /** ISO 8601 */
  readonly started: string;
  readonly command: string;
  readonly version: string;
}

const FORMAT = 'capstan-tree-run-1';
const FILE = 'tree.json';
const TRANSCRIPT = 'transcript.jsonl';
const WAITING = 'waiting.json';
const ANSWERS = 'answers.jsonl';
/** How an entry names what was read: a name of its own, whatever the file is called. */
const READ = 'read:';
export const GROVE_FILES = { file: FILE, transcript: TRANSCRIPT, answers: ANSWERS, read: READ };
/** Calls at a time. */
export const CONCURRENCY = 8;
/** Of the number of a transcript. */
const DIGITS_LEAST = 4;

/** How long others who grow trees from the same memory are waited for. */
const TURN_MS = 30_000;

export interface GroveOptions extends GatewayOptions {
  /** Whether to wait for others as long as it takes. */
  readonly isPatient?: boolean;
  readonly isQuiet?: boolean;
  /** Whether to work in a run that another process has, which waits for people meanwhile. */
  readonly isGuest?: boolean;
}

export class Grove {
  readonly path: string;
  readonly trees: Trees;
  readonly turn: Turn;
  /** Whether the run is another process's: what is written down of it is that one's to write. */
  readonly isGuest: boolean;
  readonly roots: readonly Root[];
  readonly #file: TreeFile;
  readonly #plan: Plan;
  readonly #folder: Folder;

  private constructor(
    path: string,
    file: TreeFile,
    { plan, roots }: Planned,
    trees: Trees,
    turn: Turn,
    isGuest: boolean,
  ) {
    this.path = path;
    this.turn = turn;
    this.isGuest = isGuest;
    this.#folder = new Folder(path);
    this.#file = file;
    this.#plan = plan;
    this.roots = roots;
    this.trees = trees;
  }

  /** Of the ledger, too. */
  get name(): string {
    return this.#folder.name;
  }

  /** Whether it asks the questions of a text task. */
  get isMany(): boolean {
    return this.#file.questions !== undefined;
  }

  /** Those at these places, without them all; each is told as soon as it has gone as far as it can. */
  async answer(
    tell: (place: number, outcome: Outcome) => void | Promise<void>,
    signal?: AbortSignal,
    places: readonly number[] = [...this.roots.keys()],
  ): Promise<void> {
    // What is paid for is the run's; how many questions there may be, each tree's: walked alone it has the same limit.
    const { questions, ...limits } = this.#file.limits;
    const shared = this.#scope(limits, signal);
    const asked = places.map((place) => ({
      root: this.roots[place]!.question,
      scope: { ...shared, budget: shared.budget.split(questions === undefined ? {} : { questions })! },
    }));
    const waiting = new Set<string>();
    if (!this.isGuest) this.#folder.remove(WAITING);
    await this.trees.answerEach(asked, this.#plan, this.name, (i, outcome) => {
      for (const item of outcome.kind === 'waiting' ? outcome.items : []) waiting.add(item);
      return tell(places[i]!, outcome);
    });
    if (waiting.size > 0 && !this.isGuest) this.#folder.writeAtomic(WAITING, JSON.stringify([...waiting]));
  }

  async transcript(place = 0): Promise<readonly TranscriptNode[]> {
    return this.trees.transcript(
      this.roots[place]!.question,
      this.#plan,
      this.name,
      this.#scope(this.#file.limits),
    );
  }

  /** The transcript at that place. */
  keep(nodes: readonly TranscriptNode[], place = 0): void {
    const lines: Uint8Array[] = [];
    const writer = new TreeWriter(this.#header(nodes), (line) => lines.push(line));
    for (const node of nodes) writer.write(node);
    writer.end();
    this.#folder.writeAtomic(this.#transcriptName(place), Buffer.concat(lines));
  }

  /** Of a run of many questions: what each came to. */
  keepAnswers(outcomes: readonly Outcome[]): void {
    const lines = outcomes.map((outcome, place) => {
      const transcript = this.#transcriptName(place);
      const came =
        outcome.kind === 'answered' ? { answer: outcome.answer } : { waiting: outcome.items.length };
      const sha256 = sha256Of(this.#folder.read(transcript));
      return `${canonical({ id: this.roots[place]!.id!, ...came, transcript, sha256 } as unknown as Json)}\n`;
    });
    this.#folder.writeAtomic(ANSWERS, lines.join(''));
  }

  #transcriptName(place: number): string {
    if (!this.isMany) return TRANSCRIPT;
    const digits = Math.max(DIGITS_LEAST, `${this.roots.length}`.length);
    return `transcripts/${`${place + 1}`.padStart(digits, '0')}.jsonl`;
  }

  /** As OpenTelemetry spans, to wherever its SDK was told to send them. */
  async tellSpans(nodes: readonly TranscriptNode[]): Promise<void> {
    await tellSpans({ header: { format: TREE_FORMAT, ...this.#header(nodes) }, nodes });
  }

  #header(nodes: readonly TranscriptNode[]): Omit<TreeHeader, 'format'> {
    const when = new Date().toISOString();
    const who = { kind: 'person', id: person().id } as const;
    return { policy: this.#plan.policy, root: nodes[0]!.id, when, who, run: this.name };
  }

  /** On the ledger; the number of the entry. */
  record(draft: Said): number {
    return recordOf(this.#folder, this.#file, draft);
  }

  /** What was paid for in earlier sessions counts. */
  get spent(): Spent {
    return this.trees.memory.spentBy(this.name);
  }

  #scope(limits: Partial<Limits>, signal?: AbortSignal): Scope {
    const own = scope(limits, signal);
    for (const [kind, amount] of Object.entries(this.spent)) own.budget.take(kind as keyof Spent, amount);
    return own;
  }

  /** With the run's folder locked, and when it is our turn. */
  static async with<T>(
    path: string,
    { isPatient, isQuiet, isGuest, ...options }: GroveOptions,
    use: (grove: Grove) => Promise<T>,
  ): Promise<T> {
    let own = isGuest ? lockFree(path) : lockFolder(path);
    let turn: Turn | undefined;
    try {
      const file = readTreeFile(new Folder(path));
      const planned = await planOf(file, options);
      const { concurrency = CONCURRENCY } = options;
      const milliseconds = isPatient ? Infinity : TURN_MS;
      const tell = (text: string) => void (isQuiet || process.stderr.write(`${text}\n`));
      turn = await Turn.take(dirname(MEMORY), { milliseconds, tell });
      own ??= lockFree(path); // whoever had it may have ended meanwhile
      const trees = Trees.open(MEMORY, { concurrency, now: () => new Date().toISOString() });
      try {
        catchUp(trees);
        return await use(new Grove(path, file, planned, trees, turn, own === undefined));
      } finally {
        trees.close();
      }
    } finally {
      own?.release(); // first: whose turn it is next sees that nobody has it
      turn?.release();
    }
  }
}

/** What is said of a run on the ledger. */
type Said = Pick<Draft, 'kind' | 'ends' | 'words'>;

function recordOf(folder: Folder, { overseer, assistant, files: read = {} }: TreeFile, draft: Said): number {
  const files = [FILE, TRANSCRIPT, ANSWERS].filter((name) => folder.exists(name));
  return recorder()(() => [
    {
      actor: { id: 'program:capstan', kind: 'program', version: VERSION },
      ...(draft.kind !== 'run-ended' && { authority: person().id, words: { overseer, assistant } }),
      run: folder.name,
      subjects: [
        ...files.map((name) => ({ name, sha256: sha256Of(folder.read(name)) })),
        ...Object.entries(read).map(([name, sha256]) => ({ name: `${READ}${name}`, sha256 })),
      ],
      ...draft,
    },
  ]);
}

/** The same for one at which nobody works at the moment. */
export function recordGrove(run: string, draft: Said): number {
  const { path, file } = groveHere(run);
  return recordOf(new Folder(path), file, draft);
}

export function readTreeFile(folder: Folder): TreeFile {
  return readSealed<TreeFile>(folder, FILE, FORMAT);
}

/** Keys of what the run waits for in the inbox; undefined where it does not rest. */
export function waitedFor(folder: Folder): readonly string[] | undefined {
  return folder.exists(WAITING) ? (JSON.parse(folder.readText(WAITING)) as string[]) : undefined;
}

/** Begins a run in a folder that is new or empty. */
export async function beginGrove(path: string, file: TreeFile, options: GatewayOptions): Promise<void> {
  await planOf(file, options); // before anything is written
  const folder = new Folder(path);
  if (folder.list().length > 0)
    throw new CapstanError(
      'exists',
      `run folder ${path}: expected a new or empty folder; --resume goes on with a run`,
    );
  writeSealed(folder, FILE, FORMAT, file);
}

/** What the run of that name in ./runs is. Throws «not-found» where there is none that is of a recipe. */
export function groveHere(run: string): { readonly path: string; readonly file: TreeFile } {
  const folder = new Folder(`${HOME}/${/^(?!\.)[\w.-]{1,200}$/.test(run) ? run : 'none'}`);
  if (folder.name !== run || !folder.exists(FILE))
    throw new CapstanError('not-found', `${run}: expected the run of a recipe in ${HOME}, found none`);
  return { path: `${HOME}/${run}`, file: readTreeFile(folder) };
}

/** A tree of a run here, and its transcript: «audit», or of a run of many questions «audit@3», the third. */
export function treeHere(given: string): {
  readonly run: string;
  readonly path: string;
  readonly file: TreeFile;
  readonly transcript: string;
  /** Which of how many that have been written down, of a run of many. */
  readonly many?: { readonly at: number; readonly count: number };
} {
  const [run = '', number] = given.split('@');
  const { path, file } = groveHere(run);
  if (file.questions === undefined && given === run)
    return { run, path, file, transcript: `${path}/${TRANSCRIPT}` };
  const names = file.questions === undefined ? [] : new Folder(path).list('transcripts');
  const found = names.find((name) => given === `${run}@${Number(/(\d+)\.jsonl$/.exec(name)?.[1])}`);
  if (found !== undefined) {
    const many = { at: Number(number), count: names.length };
    return { run, path, file, transcript: `${path}/${found}`, many };
  }
  const which = names.length > 0 ? `one of ${run}@1 to ${run}@${names.length}` : run;
  throw new CapstanError('not-found', `${given}: expected ${which}, got ${number ?? 'the run of them'}`);
}

/** The folder of a run of a recipe that somebody means, if it is one. */
export function groveNamed(given: string): string | undefined {
  return [given, `${HOME}/${basename(given)}`].find((path) => new Folder(path).exists(FILE));
}

interface Planned {
  readonly plan: Plan;
  readonly roots: readonly Root[];
}

/** Everything that shapes an answer is in its policy. */
async function planOf(file: TreeFile, options: GatewayOptions): Promise<Planned> {
  const loaded = await loadRecipe(file.recipe);
  if (loaded.source !== file.source)
    throw new CapstanError(
      'refused',
      `${file.recipe}: expected the recipe that the run began with, it was changed; start a new run: what models and people said is remembered`,
    );
  const { recipe, source } = loaded;
  const { overseer, assistant, escalate } = file;
  const known = new Map<string, Promise<ChatModel>>();
  const models: Models = (name) => {
    const model =
      known.get(name) ?? chatModelFrom(name, { ...options, ...(file.price && { price: file.price }) });
    known.set(name, model);
    return model;
  };
  const read: ReadFile = (path, name, expected) => unchanged(file, path, linesNamed(path, name, expected));
  const sources = { models, read };
  const h = await overseerSeat(overseer, loaded, sources);
  const x = await assistantSeat(assistant, loaded, sources);
  const above = escalate === undefined ? undefined : await overseerSeat(escalate, loaded, sources);
  const seats = [h, x, above].map((seat) => (seat && 'version' in seat ? seat.version : ''));
  const table = { overseer: h, assistant, isAbove: above !== undefined };
  const { versions: checks, ...verification } = await checked(file, table, loaded, models);
  const plan = {
    policy: versionOf(
      'tree',
      source,
      recipe.policy,
      overseer,
      assistant,
      escalate ?? '',
      ...seats,
      ...checks,
    ),
    overseer: h,
    ...(x && { assistant: x }),
    ...(above && { above }),
    ...verification,
    ...(recipe.isSimple && { isSimple: (question: TextQuestion) => recipe.isSimple!(question) }),
  };
  return { plan, roots: rootsOf(file, recipe, read) };
}

/** Of a file that the run goes by. */
function unchanged({ files = {} }: TreeFile, path: string, bytes: Uint8Array): Uint8Array {
  if (sha256Of(bytes) === files[path]) return bytes;
  throw new CapstanError(
    'refused',
    `${path}: expected the file that the run began with, it was changed; start a new run: what models and people said is remembered`,
  );
}

export function sha256Of(bytes: Uint8Array): string {
  return hash('sha256', bytes);
}
