/** Which words of an answer come from a sub-answer: phrases that both have, the longest first, none over another. Upper and
 *  lower case, and the separators inside of numbers, make no difference.
 *      the answer as a suffix automaton (Blumer et al. 1985), through which the words of each sub-answer go:
 *      linear in the length of both */

export interface Span {
  /** [from, to) in characters. */
  readonly answer: readonly [number, number];
  readonly source: readonly [number, number];
}

interface Word {
  readonly from: number;
  readonly to: number;
  readonly key: string;
}

interface State {
  readonly length: number;
  /** Where it first ends. */
  readonly end: number;
  link: number;
  next: Map<string, number>;
}

/** Of a longer text its beginning is looked at. */
const TEXT_MOST = 2 ** 16;
const SPANS_MOST = 100;

/** To be asked about several sources of one answer. */
export function spansIn(answer: string): (source: string) => readonly Span[] {
  const words = wordsOf(answer);
  const states = automatonOf(words);
  return (source) => {
    const own = wordsOf(source);
    // How many before each word say something.
    const saying = [0];
    for (const { key } of own) saying.push(saying.at(-1)! + Number(isDistinctive(key)));
    const phrases = matches(states, own)
      .filter(({ end, length }) => {
        // What says nothing by itself is evidence where it is all that was said.
        return length === own.length || saying[end + 1]! > saying[end - length + 1]!;
      })
      .sort((a, b) => b.length - a.length || a.end - b.end);
    const [isTaken, isUsed] = [new Uint8Array(words.length), new Uint8Array(own.length)];
    const spans: Span[] = [];
    for (const { end, length, at } of phrases) {
      if (spans.length === SPANS_MOST) break;
      const [first, begin] = [at - length + 1, end - length + 1];
      if (isTaken.subarray(first, at + 1).includes(1) || isUsed.subarray(begin, end + 1).includes(1))
        continue;
      isTaken.fill(1, first, at + 1);
      isUsed.fill(1, begin, end + 1);
      spans.push({
        answer: [words[first]!.from, words[at]!.to],
        source: [own[begin]!.from, own[end]!.to],
      });
    }
    return spans.sort((a, b) => a.answer[0] - b.answer[0]);
  };
}

/** A number, or a word that does not join others only. */
export function isDistinctive(word: string): boolean {
  return /\d/.test(word) || ([...word].length >= SHORTEST && !JOINING.has(word));
}

/** As matching sees them. */
export function wordsOf(text: string): readonly Word[] {
  const found = text.slice(0, TEXT_MOST).matchAll(/\d+(?:[.,]\d+)*|[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*/gu);
  return Array.from(found, ({ 0: word, index }) => ({
    from: index,
    to: index + word.length,
    key: /^\d/.test(word) ? word.replaceAll(',', '') : word.toLowerCase(),
  }));
}

interface Match {
  /** The last word in the source, and in the answer. */
  readonly end: number;
  readonly at: number;
  readonly length: number;
}

/** The longest phrase of the answer that ends at each word of the source, where no longer one goes on from it. */
function matches(states: readonly State[], source: readonly Word[]): readonly Match[] {
  const found: Match[] = [];
  let [state, length] = [0, 0];
  for (const [end, { key }] of source.entries()) {
    while (state > 0 && !states[state]!.next.has(key)) {
      state = states[state]!.link;
      length = states[state]!.length;
    }
    const next = states[state]!.next.get(key);
    if (next === undefined) continue;
    state = next;
    length++;
    const last = found.at(-1);
    if (last && last.end === end - 1 && last.length === length - 1) found.pop();
    found.push({ end, length, at: states[state]!.end });
  }
  return found;
}

function automatonOf(words: readonly Word[]): readonly State[] {
  const states: State[] = [{ length: 0, end: -1, link: -1, next: new Map() }];
  let last = 0;
  for (const [end, { key }] of words.entries()) {
    const own = states.push({ length: states[last]!.length + 1, end, link: 0, next: new Map() }) - 1;
    let at = last;
    for (; at >= 0 && !states[at]!.next.has(key); at = states[at]!.link) states[at]!.next.set(key, own);
    if (at >= 0) states[own]!.link = linkOf(states, at, key);
    last = own;
  }
  return states;
}

/** The state of the phrases that are the longest to end elsewhere too. */
function linkOf(states: State[], from: number, key: string): number {
  const target = states[from]!.next.get(key)!;
  const { length, end, link, next } = states[target]!;
  if (length === states[from]!.length + 1) return target;
  const copy = states.push({ length: states[from]!.length + 1, end, link, next: new Map(next) }) - 1;
  for (let at = from; at >= 0 && states[at]!.next.get(key) === target; at = states[at]!.link)
    states[at]!.next.set(key, copy);
  states[target]!.link = copy;
  return copy;
}

/** Letters of a word that is not passed over. */
const SHORTEST = 4;
const JOINING: ReadonlySet<string> = new Set(
  `about after also because been before being between both could does done each either else even every from have here
  however into itself just like made make many more most much must neither only other over same should since some such than
  that their them then there therefore these they this those though thus under until upon very were what when where whether
  which while whose will with within without would your yours`.split(/\s+/),
);
