/** capstan inbox: what waits for people. Shows one workspace at a time and takes what is done about it: reply, ask,
 *  verify, correct, reject, escalate, skip, or accept what is proposed. */

import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { type Authority, personOf } from '../authority/authority.ts';
import type { Json } from '../base/canonical.ts';
import { CapstanError, messageOf } from '../base/errors.ts';
import { type Answer, answerText, known, unknown } from '../core/answer.ts';
import { ask, reply } from '../core/workspace.ts';
import type { Held } from '../desk/desk.ts';
import type { Said, TextAction, TextItem } from '../project/actions.ts';
import { commandLine } from '../project/command-line.ts';
import { type DoerFlags, doerFor, doerOf } from '../project/doer.ts';
import { formOf, sureOf } from '../project/forms.ts';
import { person } from '../project/recorder.ts';
import { Turns } from '../project/turns.ts';
import type { Doer } from '../record/acts.ts';
import type { TextQuestion } from '../text/question.ts';
import type { Verdict } from '../transcript/node.ts';
import { decimal, integer } from './arguments.ts';
import { withDoer } from './doing.ts';
import { type Ink, inkFor } from './terminal.ts';
import { brief, oneLine, printable } from './text.ts';

interface InboxFlags extends DoerFlags {
  readonly reply?: string;
  readonly ask: readonly string[];
  readonly documents?: boolean;
  readonly accept?: boolean;
  readonly unknown?: boolean;
  readonly escalate?: string;
  readonly skip?: boolean;
  readonly verify?: number;
  readonly correct?: number;
  readonly reject?: number;
  readonly reason?: string;
  readonly answer?: string;
  readonly confidence?: number;
  readonly seconds?: number;
  readonly json?: boolean;
}

export function addInbox(program: Command): void {
  withDoer(program.command('inbox'))
    .description('What waits for people, and what they do about it')
    .argument('[item]', 'the beginning of its key; without it, all that wait, or at a terminal one by one')
    .option('--reply <answer>', 'this is the answer')
    .option('--unknown', 'nobody can answer it')
    .option(
      '--ask <question>',
      'ask this first; several are asked together',
      (one, all: readonly string[]) => [...all, one],
      [],
    )
    .option('--no-documents', 'what is asked may not read the documents')
    .option('--accept', 'do what is proposed')
    .option('--escalate <reason>', 'hand it upwards')
    .option('--skip', 'leave it to others, or for later')
    .option(
      '--verify <n>',
      'the answer to the n-th question asked here is right; the item waits on',
      integer('verify', 1),
    )
    .option(
      '--correct <n>',
      'the answer to the n-th question asked here is another one',
      integer('correct', 1),
    )
    .option('--reject <n>', 'the answer to the n-th question asked here is wrong', integer('reject', 1))
    .option('--reason <text>', 'why it is right or wrong, with --verify or --reject')
    .option('--answer <text>', 'the right one, with --correct')
    .option('--confidence <p>', 'in the reply, from 0 to 1', decimal('confidence'))
    .option('--seconds <n>', 'that it took', integer('seconds', 0))
    .option('--json', 'print JSON')
    .action(inbox);
}

async function inbox(prefix: string | undefined, flags: InboxFlags): Promise<void> {
  // At a terminal nothing is taken back: what is said takes effect at once.
  const turns = Turns.open({
    undoMs: 0,
    doer: (authority, person) => doerAt(authority, person, flags),
    complain: (error) => process.stderr.write(`${messageOf(error)}\n`),
    removed: (removed) => {
      for (const { before } of removed)
        console.log(`to be made again, it was: ${oneLine(answerText(before))}`);
    },
  });
  try {
    const desk = new Desk(turns, flags);
    if (prefix !== undefined) {
      const item = turns.trees.inbox.find(prefix);
      const said = desk.said(item);
      if (said) await desk.carryOut(item, said, flags.seconds ?? 0);
      else if (flags.json) console.log(JSON.stringify(item));
      else desk.show(item);
    } else if (process.stdin.isTTY && !flags.json) await desk.converse();
    else await desk.list();
  } finally {
    turns.close();
  }
}

/** Whoever is at the terminal acts with the key that they say; what others have committed is carried out with theirs, where
 *  it lies in its place. */
function doerAt(authority: Authority, person: string, flags: InboxFlags): Doer {
  if (person === nameAt(flags)) return doerOf(authority, flags, 'in the inbox');
  return doerFor(authority, person, { reason: 'in the inbox', instead: commandLine('inbox') });
}

const nameAt = ({ as }: InboxFlags): string => (as === undefined ? person().id : personOf(as).id);

class Desk {
  readonly #turns: Turns;
  readonly #flags: InboxFlags;

  constructor(turns: Turns, flags: InboxFlags) {
    this.#turns = turns;
    this.#flags = flags;
  }

  async list(): Promise<void> {
    const { desk, trees } = this.#turns;
    const keys = await desk.waiting(nameAt(this.#flags));
    const items = keys.flatMap((key) => trees.inbox.get(key) ?? []);
    if (this.#flags.json) console.log(JSON.stringify(items));
    else if (items.length === 0) console.log('nothing waits');
    for (const { key, run, workspace, proposal } of this.#flags.json ? [] : items)
      console.log(
        `${brief(key)}  ${run}  ${oneLine(workspace.question.text)}${workspace.exchanges.length > 0 ? `  (${workspace.exchanges.length} answered)` : ''}${proposal ? '  (proposed)' : ''}`,
      );
  }

  /** What the options say; undefined if they say nothing. */
  said(item: TextItem): Said | undefined {
    const { reply: answer, ask: asked, accept, escalate, skip, confidence } = this.#flags;
    const { verify, correct, reject, reason } = this.#flags;
    const all: (Said | undefined)[] = [
      answer === undefined ? undefined : decide(reply(known(answer, confidence ?? 1))),
      this.#flags.unknown ? decide(reply(unknown('unsure'))) : undefined,
      asked.length > 0
        ? decide(ask(...asked.map((text) => questionOf(item, text, this.#flags.documents))))
        : undefined,
      accept ? decide(proposed(item)) : undefined,
      escalate === undefined ? undefined : decide({ kind: 'escalate', reason: escalate }),
      skip ? { kind: 'skip' } : undefined,
      verify === undefined ? undefined : judged(item, 'verify', verify, reason),
      correct === undefined ? undefined : corrected(item, correct, known(this.#expectAnswer())),
      reject === undefined ? undefined : judged(item, 'reject', reject, reason),
    ];
    const said = all.filter((one) => one !== undefined);
    if (confidence !== undefined && answer === undefined)
      throw new CapstanError('usage', '--confidence: expected --reply with it');
    if (this.#flags.answer !== undefined && correct === undefined)
      throw new CapstanError('usage', '--answer: expected --correct with it');
    if (reason !== undefined && verify === undefined && reject === undefined)
      throw new CapstanError('usage', '--reason: expected --verify or --reject with it');
    if (said.length > 1)
      throw new CapstanError(
        'usage',
        `item ${brief(item.key)}: expected one of --reply, --unknown, --ask, --accept, --escalate, --skip, --verify, --correct, --reject, got ${said.length}`,
      );
    return said[0];
  }

  /** On the record first. Throws where somebody else has it in hand. */
  async carryOut(item: TextItem, said: Said, seconds: number, own?: Held): Promise<void> {
    const { desk } = this.#turns;
    const person = nameAt(this.#flags);
    const name = brief(item.key);
    if (said.kind !== 'skip') this.#turns.expectDoer(person);
    const held = own ?? (await desk.next(person, item.key)).held!;
    if (said.kind === 'skip') {
      await desk.skip(person, item.key, held.token);
      console.log(`skipped   ${name}`);
      return;
    }
    const saying = {
      ...{ token: held.token, body: JSON.stringify(said), seconds, form: formOf(said), sure: sureOf(said) },
      said: JSON.parse(JSON.stringify(said)) as Json,
    };
    const { entry } = await (said.kind === 'verify'
      ? desk.say(person, item.key, saying)
      : desk.commit(person, item.key, saying));
    if (entry === undefined)
      throw new CapstanError(
        'unavailable',
        `item ${name}: expected it on the ledger, it is not there yet; it is kept, and tried again`,
      );
    console.log(`${DONE[said.kind].padEnd(10)} ${name} (entry ${entry} of the ledger)`);
  }

  show(item: TextItem): void {
    const saidOf = (exchange: TextItem['workspace']['exchanges'][number]) =>
      this.#turns.trees.verdicts.of(exchange.question, exchange.answer);
    console.log(lines(item, inkFor(process.stdout), saidOf).join('\n'));
  }

  /** One item after the other. */
  async converse(): Promise<void> {
    const { desk } = this.#turns;
    const person = nameAt(this.#flags);
    const ink = inkFor(process.stdout);
    const input = createInterface({ input: process.stdin, output: process.stdout });
    try {
      for (;;) {
        const { held } = await desk.next(person);
        if (!held) {
          console.log('nothing waits');
          return;
        }
        const { item } = await this.#turns.view(held);
        console.log();
        this.show(item);
        if (held.kind === 'arbitrate') console.log(alternatives(held).join('\n'));
        console.log(ink.dim(HELP));
        const started = performance.now();
        const said = await this.#hear(input, item, held);
        if (said === undefined) {
          await desk.giveBack(person, held.item, held.token);
          return;
        }
        await this.carryOut(item, said, Math.round((performance.now() - started) / 1000), held);
      }
    } finally {
      input.close();
    }
  }

  async #hear(
    input: { question(prompt: string): Promise<string> },
    item: TextItem,
    held: Held,
  ): Promise<Said | undefined> {
    for (;;) {
      let line: string;
      try {
        line = await input.question('> ');
      } catch {
        return undefined; // the terminal was closed
      }
      const [, word = '', rest = ''] = /^\s*(\S*)\s*([\s\S]*)$/.exec(line)!;
      try {
        if (word === 'quit' || word === 'q') return undefined;
        const said = spoken(word, rest.trim(), item);
        if (said && said.kind !== 'skip') this.#turns.expectSense(held, said);
        if (said) return said;
        console.log(HELP);
      } catch (error) {
        if (!(error instanceof CapstanError)) throw error;
        console.log(error.message);
      }
    }
  }

  #expectAnswer(): string {
    if (this.#flags.answer !== undefined) return this.#flags.answer;
    throw new CapstanError('usage', '--correct: expected --answer with it, the right one');
  }
}

/** What others decided, where they decided differently. */
function alternatives({ reviews }: Held): readonly string[] {
  return reviews.map(({ said, reason }) => {
    const own = said as unknown as Said;
    const text = own.kind === 'decide' ? actionText(own.action) : JSON.stringify(own);
    return `  others: ${printable(text)}${reason === undefined ? '' : `, because ${printable(reason)}`}`;
  });
}

const DONE = { decide: 'decided', correct: 'corrected', verify: 'verified', reject: 'rejected' } as const;

const decide = (action: TextAction): Said => ({ kind: 'decide', action });

function proposed({ key, proposal }: TextItem): TextAction {
  if (proposal) return proposal.action;
  throw new CapstanError('usage', `item ${brief(key)}: expected one with a proposal, it has none`);
}

function corrected(item: TextItem, number: number, answer: Answer<string>): Said {
  return { kind: 'correct', place: placeOf(item, number), answer };
}

function judged(item: TextItem, kind: 'verify' | 'reject', number: number, reason?: string): Said {
  const place = placeOf(item, number);
  const { answer } = item.workspace.exchanges[place]!;
  if (answer.kind === 'known') return { kind, place, ...(reason !== undefined && { reason }) };
  throw new CapstanError(
    'usage',
    `item ${brief(item.key)}: expected an answer that can be right or wrong, the ${number}. is ${answerText(answer)}`,
  );
}

function placeOf({ key, workspace }: TextItem, number: number): number {
  const count = workspace.exchanges.length;
  if (number >= 1 && number <= count) return number - 1;
  throw new CapstanError(
    'usage',
    `item ${brief(key)}: expected the number of an answer, 1 to ${count}, got ${number}`,
  );
}

/** A sub-question sees the documents of the question, unless it is not to. */
function questionOf({ workspace }: TextItem, text: string, documents = true): TextQuestion {
  const own = workspace.question.documents;
  return { text, ...(documents && own && { documents: own }) };
}

const HELP =
  'reply TEXT · ask QUESTION | QUESTION · accept · verify N · correct N TEXT · reject N WHY · unknown · escalate WHY · skip · quit';

/** A line that somebody typed; undefined for one that says nothing of the kind. */
function spoken(word: string, rest: string, item: TextItem): Said | undefined {
  const [, number = '', text = ''] = /^(\d+)\s*([\s\S]*)$/.exec(rest) ?? [];
  switch (word) {
    case 'reply':
      return rest === '' ? undefined : decide(reply(known(rest)));
    case 'ask': {
      const questions = rest
        .split('|')
        .flatMap((one) => (one.trim() === '' ? [] : [questionOf(item, one.trim())]));
      return questions.length === 0 ? undefined : decide(ask(...questions));
    }
    case 'accept':
      return decide(proposed(item));
    case 'correct':
      return text === '' ? undefined : corrected(item, Number(number), known(text));
    case 'verify':
    case 'reject':
      return number === '' ? undefined : judged(item, word, Number(number), text === '' ? undefined : text);
    case 'unknown':
      return decide(reply(unknown('unsure')));
    case 'escalate':
      return rest === '' ? undefined : decide({ kind: 'escalate', reason: rest });
    case 'skip':
      return { kind: 'skip' };
    default:
      return undefined;
  }
}

/** Characters of a document that are shown at once. */
const SHOWN_TEXT = 2000;

function lines(
  { key, run, workspace, proposal }: TextItem,
  ink: Ink,
  saidOf: (exchange: TextItem['workspace']['exchanges'][number]) => readonly Verdict[],
): readonly string[] {
  const { question, exchanges } = workspace;
  return [
    `${ink.dim(`${brief(key)}, for ${run}`)}`,
    ...(question.documents ?? []).map(({ name, text }) => {
      const left = text.length - SHOWN_TEXT;
      return `${ink.dim(`— ${name}`)}\n${printable(text.slice(0, SHOWN_TEXT))}${left > 0 ? ink.dim(` … ${left} characters more (--json shows all)`) : ''}`;
    }),
    ink.bold(printable(question.text)),
    ...exchanges.map((exchange, i) => {
      const { question: asked, answer } = exchange;
      const said = saidOf(exchange).map(({ verifier, kind }) => `  ${ink.dim(`${kind}, ${verifier}`)}`);
      return `  ${i + 1}. ${printable(asked.text)}\n     → ${printable(answerText(answer))}${said.join('')}`;
    }),
    ...(proposal
      ? [`${ink.dim(`${proposal.by.id} proposes:`)} ${printable(actionText(proposal.action))}`]
      : []),
  ];
}

function actionText(action: TextAction): string {
  switch (action.kind) {
    case 'reply':
      return `reply ${answerText(action.answer)}`;
    case 'ask':
      return `ask ${action.questions.map(({ text }) => text).join(' | ')}`;
    case 'escalate':
      return `escalate ${action.reason}`;
  }
}
