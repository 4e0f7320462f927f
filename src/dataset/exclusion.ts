/** What must not be in a dataset because something is measured on it. A text is contaminated if it is a question of an
 *  evaluation set, or shares 13 words in a row with one (the n that Brown et al. 2020, appendix C, search for). A question
 *  of fewer words is recognised only as a whole. */

import { CapstanError } from '../base/errors.ts';
import { hashOf } from './row.ts';
import { normalised, wordsOf } from './words.ts';

export const GRAM_WORDS = 13;

export class Exclusion {
  readonly #questions = new Set<string>();
  readonly #grams = new Set<string>();

  get questions(): number {
    return this.#questions.size;
  }

  add(question: string): void {
    this.#questions.add(normalised(question));
    for (const gram of gramsOf(question)) this.#grams.add(gram);
  }

  isQuestion(text: string): boolean {
    return this.#questions.has(normalised(text));
  }

  /** Whether some of its texts shares words with a question. */
  overlaps(texts: Iterable<string>): boolean {
    if (this.#grams.size === 0) return false;
    for (const text of texts) for (const gram of gramsOf(text)) if (this.#grams.has(gram)) return true;
    return false;
  }

  /** Equal for equal sets of questions. */
  digest(): string {
    return hashOf([...this.#questions].sort());
  }

  /** A text-task file, or any JSONL whose objects have a «question», or a question on each line. Gives how many it took. */
  addFile(text: string, name: string): number {
    let number = 0;
    let taken = 0;
    for (const line of text.split('\n')) {
      number++;
      if (line.trim() === '') continue;
      this.add(questionOn(line, `${name}, line ${number}`));
      taken++;
    }
    if (taken === 0) throw new CapstanError('invalid', `${name}: expected questions to exclude, got none`);
    return taken;
  }
}

function questionOn(line: string, where: string): string {
  if (!line.trimStart().startsWith('{')) return line;
  let question: unknown;
  try {
    ({ question } = JSON.parse(line));
  } catch (cause) {
    throw new CapstanError('invalid', `${where}: expected a JSON object or plain text, got a broken object`, {
      cause,
    });
  }
  if (typeof question === 'object' && question !== null && 'text' in question) question = question.text;
  if (typeof question === 'string' && question.trim() !== '') return question;
  throw new CapstanError(
    'invalid',
    `${where}: expected a «question» of some text, got ${JSON.stringify(question) ?? 'none'}`,
  );
}

/** Runs of 13 words, each as one text. */
function* gramsOf(text: string): Generator<string> {
  const words = wordsOf(text);
  if (words.length < GRAM_WORDS) return;
  const whole = words.join(' ');
  const starts = [0];
  for (const word of words) starts.push(starts.at(-1)! + word.length + 1);
  for (let first = 0; first + GRAM_WORDS <= words.length; first++)
    yield whole.slice(starts[first]!, starts[first + GRAM_WORDS]! - 1);
}
