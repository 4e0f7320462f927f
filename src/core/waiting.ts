/** Somebody will answer later: a person, tomorrow. Whoever computes an answer throws this instead of holding on to memory,
 *  having written down what it waits for; asked again, it comes to the same place from what is remembered. It is no
 *  answer, so that no overseer ever sees it. */

export class Waiting extends Error {
  /** Keys of what is waited for, without repeats. */
  readonly items: readonly string[];

  constructor(items: readonly string[]) {
    super(`waiting for ${items.length} ${items.length === 1 ? 'answer' : 'answers'}`);
    this.name = 'Waiting';
    this.items = [...new Set(items)];
  }
}
