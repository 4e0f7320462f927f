/** A list that grows without being copied: versions share one array, of which each sees its own beginning. Only a version
 *  that is grown a second time, another way, takes a copy with it. */

export class Growing<T> {
  readonly #items: T[];
  readonly length: number;

  private constructor(items: T[], length: number) {
    this.#items = items;
    this.length = length;
  }

  static empty<T>(): Growing<T> {
    return new Growing<T>([], 0);
  }

  /** This list and one more; this one stays as it is. */
  with(item: T): Growing<T> {
    const items = this.#items.length === this.length ? this.#items : this.#items.slice(0, this.length);
    items.push(item);
    return new Growing(items, this.length + 1);
  }

  /** The last item that fits. */
  findLast(fits: (item: T) => boolean): T | undefined {
    for (let i = this.length - 1; i >= 0; i--) if (fits(this.#items[i]!)) return this.#items[i];
    return undefined;
  }
}
