/** H′, the learned overseer: a network that says what H would do next, from the words of the workspace alone
 *  (Christiano et al. 2018, §2.2). An action that its words do not make is a reply of "unknown". */

import { type Answer, known, unknown } from '../core/answer.ts';
import type { Overseer } from '../core/assistant.ts';
import type { Encoding, Task } from '../core/task.ts';
import type { Action, Workspace } from '../core/workspace.ts';
import { type PredictorShape, predicting } from '../network/predictor.ts';
import { lower } from '../onnx/lower.ts';
import type { Runtime, Session } from '../onnx/runtime.ts';
import { byAppearance, type Naming } from './naming.ts';

/** What H′ needs of a task: its words, and how long a workspace grows. */
export type Language<Q, A> = Pick<Task<Q, A>, 'encoding' | 'asksMax'>;

export function predictorShape<Q, A>({ encoding, asksMax }: Language<Q, A>, width: number): PredictorShape {
  const exchange = encoding.sentenceLength + 1;
  return {
    words: encoding.words,
    places: encoding.sentenceLength + asksMax * exchange,
    actionWords: exchange,
    width,
  };
}

/** What H′ reads of a workspace, how it hears what H does there, and what its own words mean there. */
export interface Reading {
  readonly words: readonly number[];
  readonly naming: Naming;
}

export function read<Q, A>(language: Language<Q, A>, workspace: Workspace<Q, A>): Reading {
  return reading(language, workspaceWords(language, workspace));
}

/** The same of a workspace's words. */
export function reading<Q, A>({ encoding }: Language<Q, A>, words: readonly number[]): Reading {
  const naming = byAppearance(encoding.names ?? [], words);
  return { words: words.map(naming.alias), naming };
}

/** The question, then every exchange: a sentence and the word of its answer; blank where there is none yet. */
export function workspaceWords<Q, A>(
  { encoding, asksMax }: Language<Q, A>,
  { question, exchanges }: Workspace<Q, A>,
): number[] {
  const words = [...encoding.sentence(question)];
  for (const exchange of exchanges)
    words.push(...encoding.sentence(exchange.question), answerWord(encoding, exchange.answer));
  const places = encoding.sentenceLength + asksMax * (encoding.sentenceLength + 1);
  while (words.length < places) words.push(encoding.blank);
  return words;
}

/** The kind of action, then the sentence asked or the word replied. An escalation is a reply of "unknown". */
export function actionWords<Q, A>(encoding: Encoding<Q, A>, action: Action<Q, A>): number[] {
  if (action.kind === 'ask') return [encoding.words, ...encoding.sentence(action.questions[0]!)];
  const answer: Answer<A> = action.kind === 'reply' ? action.answer : unknown('escalated');
  return [encoding.words + 1, answerWord(encoding, answer)];
}

function actionOf<Q, A>(
  { encoding, asksMax }: Language<Q, A>,
  { question, exchanges }: Workspace<Q, A>,
  [kind, ...said]: readonly number[],
  confidence: number,
): Action<Q, A> {
  const nothing: Action<Q, A> = { kind: 'reply', answer: unknown('unsure') };
  const isWord = (word: number) => word < encoding.words; // NaN, a name that nobody has, is none
  if (kind === encoding.words) {
    const asked =
      said.every(isWord) && exchanges.length < asksMax ? encoding.questionOf(said, question) : undefined;
    return asked === undefined ? nothing : { kind: 'ask', questions: [asked] };
  }
  const [replied] = said;
  const isReply = kind === encoding.words + 1 && isWord(replied!);
  const value = isReply ? encoding.answerOf(replied!) : undefined;
  return value === undefined ? nothing : { kind: 'reply', answer: known(value, confidence) };
}

function answerWord<Q, A>(encoding: Encoding<Q, A>, answer: Answer<A>): number {
  return answer.kind === 'known' ? encoding.wordOf(answer.value) : encoding.blank;
}

/** Workspaces in one pass at most: more would not fit the caches. */
const ROWS = 512;

/** Workspaces remembered: small tasks meet the same ones over and over. */
const REMEMBERED = 100_000;

export interface Predictor<Q, A> extends Overseer<Q, A> {
  /** To be called when the parameters have changed. */
  forget(): void;
  /** What it would do in workspaces given as `workspaceWords` are, in order. */
  says(workspaces: readonly (readonly number[])[]): Promise<readonly Saying[]>;
}

/** An action in words, as `actionWords` are; the words beyond its end say nothing. */
export interface Saying {
  readonly words: readonly number[];
  /** The product of the probabilities of all the words that say something, 0 … 1. */
  readonly sure: number;
  /** What it read, as one text: workspaces that it cannot tell apart have the same. */
  readonly read: string;
}

/** Each runtime holds the parameters in that slot. */
export function predictor<Q, A>(
  language: Language<Q, A>,
  shape: PredictorShape,
  runtimes: readonly Runtime[],
  slot: string,
): Predictor<Q, A> {
  const remembered = new Map<string, Said>();
  const sessions = runtimes.map(() => new Map<number, Promise<Session>>());
  const session = (turn: number, rows: number): Promise<Session> => {
    const loaded = sessions[turn]!.get(rows) ?? runtimes[turn]!.load(lower(predicting(shape, rows)));
    sessions[turn]!.set(rows, loaded);
    return loaded;
  };
  const pass = async (turn: number, texts: readonly string[], heard: Map<string, Said>): Promise<void> => {
    const rows = 2 ** Math.ceil(Math.log2(texts.length));
    const words = new Int32Array(rows * shape.places).fill(language.encoding.blank);
    texts.forEach((text, row) => {
      for (let place = 0; place < shape.places; place++)
        words[row * shape.places + place] = text.charCodeAt(place);
    });
    const feeds = { words: { shape: [rows, shape.places], data: words } };
    const out = await (await session(turn, rows)).run(feeds, { parameters: slot });
    texts.forEach((text, row) => {
      const [start, end] = [row * shape.actionWords, (row + 1) * shape.actionWords];
      const each = Array.from(out.confidence!.data.slice(start, end));
      const [kind = 0, first = 0] = each;
      heard.set(text, {
        words: Array.from(out.action!.data.slice(start, end)),
        confidence: kind * first,
        each,
      });
    });
  };
  /** One for each text. */
  const hear = async (texts: readonly string[]): Promise<readonly Said[]> => {
    const heard = new Map<string, Said>();
    const fresh = [...new Set(texts)].filter((text) => !remembered.has(text));
    const passes = Array.from({ length: Math.ceil(fresh.length / ROWS) }, (_, i) =>
      pass(i % runtimes.length, fresh.slice(i * ROWS, (i + 1) * ROWS), heard),
    );
    await Promise.all(passes);
    const all = texts.map((text) => heard.get(text) ?? remembered.get(text)!);
    if (remembered.size + heard.size > REMEMBERED) remembered.clear();
    for (const [text, said] of heard) remembered.set(text, said);
    return all;
  };
  return {
    origin: { name: "H'", groundTruth: false },
    forget: () => remembered.clear(),
    async act(workspaces) {
      const readings = workspaces.map((workspace) => read(language, workspace));
      const all = await hear(readings.map(({ words }) => String.fromCharCode(...words)));
      return workspaces.map((workspace, i) => {
        const { words, confidence } = all[i]!;
        return actionOf(language, workspace, words.map(readings[i]!.naming.named), confidence);
      });
    },
    async says(workspaces) {
      const readings = workspaces.map((words) => reading(language, words));
      const texts = readings.map(({ words }) => String.fromCharCode(...words));
      const all = await hear(texts);
      return all.map(({ words, each }, i) => {
        const count = words[0] === language.encoding.words ? words.length : REPLY_WORDS;
        const sure = each.slice(0, count).reduce((product, one) => product * one, 1);
        return { words: words.map(readings[i]!.naming.named), sure, read: texts[i]! };
      });
    },
  };
}

/** The kind, and the word replied. */
const REPLY_WORDS = 2;

interface Said {
  readonly words: readonly number[];
  readonly confidence: number;
  /** The probability of each word. */
  readonly each: readonly number[];
}
