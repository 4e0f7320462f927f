/** The tree page's own arithmetic, against slower ways to the same. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FLAGS } from '../src/wire/flags.ts';
import type { Row } from '../src/wire/tree.ts';
import {
  ancestorsOf,
  arrivalsOf,
  arrivedAt,
  type Columns,
  carried,
  columnsOf,
  isKin,
  NEVER,
} from '../web/src/tree/columns.ts';
import { pressed } from '../web/src/tree/keys.ts';
import { RowStore, rangesOf } from '../web/src/tree/rows.ts';
import { piecesOf } from '../web/src/tree/spans.ts';
import { begin, type Intent, reduce } from '../web/src/tree/state.ts';
import {
  firstOpen,
  indexOf,
  openAfter,
  opened,
  revealed,
  visibleOf,
  withAncestors,
} from '../web/src/tree/visible.ts';

/** A tree as it is written by hand. */
interface Plain {
  readonly children: readonly Plain[];
}

/** Each node but the root hangs on one before it. */
const plain: fc.Arbitrary<Plain> = fc.array(fc.nat(), { maxLength: 24 }).map((hangs) => {
  const nodes: { children: Plain[] }[] = [{ children: [] }];
  for (const on of hangs) {
    const node = { children: [] };
    nodes[on % nodes.length]!.children.push(node);
    nodes.push(node);
  }
  return nodes[0]!;
});

const base64 = (bytes: { readonly buffer: ArrayBufferLike }) =>
  Buffer.from(bytes.buffer as ArrayBuffer).toString('base64');

interface Listed {
  readonly node: Plain;
  /** Steps from the root. */
  readonly path: readonly number[];
}

function list(node: Plain, path: readonly number[] = []): readonly Listed[] {
  return [{ node, path }, ...node.children.flatMap((child, i) => list(child, [...path, i]))];
}

function columns(
  root: Plain,
  flags: (at: number) => number = () => 0,
  ended: (at: number) => number = (at) => at,
): Columns {
  const all = list(root);
  return columnsOf({
    version: 'v',
    count: all.length,
    depth: base64(Uint16Array.from(all, ({ path }) => path.length)),
    size: base64(Uint32Array.from(all, ({ node }) => list(node).length)),
    flags: base64(Uint8Array.from(all, (_, at) => flags(at))),
    ended: base64(Uint32Array.from(all, (_, at) => ended(at))),
  });
}

const starts = (path: readonly number[], head: readonly number[]) =>
  head.every((step, i) => path[i] === step);
/** A tree, and a bit for each of its nodes. */
const withBits = plain.chain((root) => {
  const { length } = list(root);
  return fc.tuple(fc.constant(root), fc.array(fc.boolean(), { minLength: length, maxLength: length }));
});
const bitsOf = (bits: readonly boolean[]) => Uint8Array.from(bits, Number);

describe('columns', () => {
  test('know who is above, below and beside whom', () => {
    fc.assert(
      fc.property(plain, (root) => {
        const [all, own] = [list(root), columns(root)];
        const at = (path: readonly number[]) => all.findIndex((one) => String(one.path) === String(path));
        for (const [position, { node, path }] of all.entries()) {
          expect(own.children[position]).toBe(node.children.length);
          expect(own.parent[position]).toBe(path.length === 0 ? -1 : at(path.slice(0, -1)));
          if (path.length > 0) expect(own.ordinal[position]).toBe(path.at(-1));
          expect(ancestorsOf(own, position)).toEqual(path.map((_, i) => at(path.slice(0, i))));
          for (const [other, { path: otherPath }] of all.entries())
            expect(isKin(own, position, other)).toBe(starts(path, otherPath) || starts(otherPath, path));
        }
      }),
    );
  });

  test('of other lengths are refused', () => {
    const { version, count } = columns({ children: [] });
    const empty = { depth: '', size: '', flags: '', ended: '' };
    expect(() => columnsOf({ version, count, ...empty })).toThrow('expected 1 values, got 0');
  });

  test('of two trees: a node is where the same steps lead', () => {
    fc.assert(
      fc.property(plain, plain, (one, other) => {
        const [paths, to] = [
          list(other).map(({ path }) => String(path)),
          carried(columns(one), columns(other)),
        ];
        expect([...to]).toEqual(list(one).map(({ path }) => paths.indexOf(String(path))));
      }),
    );
  });

  test('say how many answers had come at a time', () => {
    fc.assert(
      fc.property(withBits, fc.array(fc.nat(50)), fc.nat(60), ([root, bits], times, time) => {
        const own = columns(root, undefined, (at) => (bits[at] ? (times[at] ?? 7) : NEVER));
        const came = [...own.ended].filter((ended) => ended !== NEVER);
        expect([...arrivalsOf(own)]).toEqual(came.toSorted((a, b) => a - b));
        expect(arrivedAt(arrivalsOf(own), time)).toBe(came.filter((ended) => ended <= time).length);
      }),
    );
  });
});

describe('what is shown', () => {
  test('is that of which all ancestors are open', () => {
    fc.assert(
      fc.property(withBits, fc.nat(), ([root, bits], chance) => {
        const [own, open] = [columns(root), bitsOf(bits)];
        const slow = (given: Uint8Array) =>
          [...own.size.keys()].filter((at) => ancestorsOf(own, at).every((up) => given[up] === 1));
        const visible = visibleOf(own, open);
        expect([...visible]).toEqual(slow(open));
        const at = chance % own.count;
        const index = indexOf(visible, at);
        const shown = [at, ...ancestorsOf(own, at).toReversed()].find((one) => visible.includes(one));
        expect(visible[index]).toBe(shown);
        expect(visibleOf(own, revealed(own, open, at))).toContain(at);
        expect([...visibleOf(own, opened(open, at, false))]).toEqual(slow(opened(open, at, false)));
      }),
    );
  });

  test('of what was found: that and what is above it', () => {
    fc.assert(
      fc.property(withBits, ([root, bits]) => {
        const own = columns(root);
        const found = [...own.size.keys()].filter((at) => bits[at]);
        const all = new Set(found.flatMap((at) => [at, ...ancestorsOf(own, at)]));
        expect([...withAncestors(own, found)]).toEqual([...all].sort((a, b) => a - b));
      }),
    );
  });

  test('at first: whole levels, as many as there is room for', () => {
    fc.assert(
      fc.property(plain, fc.nat(40), (root, room) => {
        const own = columns(root);
        const shown = visibleOf(own, firstOpen(own, room));
        const deepest = Math.max(...shown.map((at) => own.depth[at]!));
        expect(shown.length).toBe(own.depth.filter((depth) => depth <= deepest).length);
        expect(deepest <= 1 || shown.length <= room).toBe(true);
        const more = own.depth.filter((depth) => depth <= deepest + 1).length;
        expect(more === shown.length || more > room).toBe(true);
      }),
    );
  });

  test('stays open in a tree that grew', () => {
    fc.assert(
      fc.property(withBits, plain, ([root, bits], more) => {
        const grown = { children: [...root.children, more] };
        const [old, now] = [columns(root), columns(grown)];
        const open = openAfter(bitsOf(bits), carried(old, now), now);
        const paths = (tree: Plain, given: Uint8Array) =>
          list(tree).flatMap(({ path }, at) => (given[at] === 1 ? [String(path)] : []));
        expect(paths(grown, open)).toEqual(paths(root, bitsOf(bits)));
      }),
    );
  });

  test('changes in a moment among 50,000', () => {
    const many = (count: number, below: Plain): Plain => ({
      children: Array.from({ length: count }, () => below),
    });
    const own = columns(many(10, many(50, many(100, { children: [] }))));
    expect(own.count).toBe(50_511);
    let state = begin(own);
    const began = performance.now();
    state = reduce(state, { kind: 'unfold', at: 0 });
    for (let i = 0; i < 20; i++) state = reduce(state, { kind: 'toggle', at: i % 2 });
    // Twenty-one of them; one alone must stay far below 50 ms on any machine.
    expect(performance.now() - began).toBeLessThan(500);
    expect(state.visible.length).toBe(own.count);
  });
});

const flag = fc.constantFrom(0, FLAGS.waiting, FLAGS.rejected);
const intents: fc.Arbitrary<Intent> = fc.oneof(
  fc.record({ kind: fc.constant('move' as const), by: fc.integer({ min: -30, max: 30 }) }),
  fc.record({ kind: fc.constantFrom('first' as const, 'last' as const, 'into' as const, 'out' as const) }),
  fc.record({ kind: fc.constant('seek' as const), flags: flag }),
  fc.record({ kind: fc.constant('match' as const), by: fc.constantFrom(1 as const, -1 as const) }),
  fc.record({
    kind: fc.constantFrom('toggle' as const, 'unfold' as const, 'choose' as const, 'reveal' as const),
    at: fc.nat(30),
  }),
  fc.record({
    kind: fc.constant('narrow' as const),
    to: fc.option(fc.uniqueArray(fc.nat(30)), { nil: undefined }),
  }),
  plain.map((root) => ({ kind: 'arrive' as const, columns: columns(root) })),
);

describe('the state of the page', () => {
  test('has the cursor on what is shown, whatever is done', () => {
    fc.assert(
      fc.property(plain, fc.array(flag), fc.array(intents), (root, flags, all) => {
        let state = begin(columns(root, (at) => flags[at] ?? 0));
        for (const intent of all) {
          const before = state;
          state = reduce(state, intent);
          if (state.visible.length > 0) expect(state.visible).toContain(state.cursor);
          if (intent.kind === 'choose' && intent.at < state.columns.count)
            expect(state.cursor).toBe(intent.at);
          if (intent.kind === 'toggle' || intent.kind === 'reveal') expect(state.moved).toBe(before.moved);
        }
      }),
    );
  });

  test('goes through all that waits, and around', () => {
    fc.assert(
      fc.property(withBits, ([root, bits]) => {
        const waiting = [...bits.keys()].filter((at) => bits[at]);
        let state = begin(columns(root, (at) => (bits[at] ? FLAGS.waiting : 0)));
        const seen = waiting.map(() => {
          state = reduce(state, pressed('.', undefined) as Intent);
          return state.cursor;
        });
        expect(seen.toSorted((a, b) => a - b)).toEqual(waiting);
      }),
    );
  });

  test('into and out of lead down and up again', () => {
    const root: Plain = { children: [{ children: [{ children: [] }] }] };
    let state = begin(columns(root));
    const press = (key: string, before?: string) => {
      state = reduce(state, pressed(key, before) as Intent);
      return state.cursor;
    };
    expect(['l', 'l', 'l'].map((key) => press(key))).toEqual([1, 2, 2]);
    expect(['h', 'h'].map((key) => press(key))).toEqual([1, 1]);
    expect([...state.visible]).toEqual([0, 1]);
    expect([press('h'), press('l'), press('G'), press('g', 'g')]).toEqual([0, 1, 1, 0]);
    expect(pressed('g', undefined)).toEqual({ kind: 'wait-for-g' });
    expect(pressed('x', undefined)).toBeUndefined();
  });
});

describe('rows', () => {
  test('are asked for in few ranges that hold each that is wanted, and little else', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(3000)),
        fc.nat(30),
        fc.integer({ min: 1, max: 100 }),
        (positions, gap, max) => {
          const ranges = rangesOf(positions, gap, max);
          const isWanted = (at: number) => positions.includes(at);
          for (const at of positions)
            expect(ranges.filter(({ from, to }) => from <= at && at < to).length).toBe(1);
          for (const { from, to } of ranges) {
            expect(isWanted(from) && isWanted(to - 1)).toBe(true);
            expect(to - from).toBeLessThanOrEqual(max + gap + 1);
          }
        },
      ),
    );
  });

  const row = (at: number) => ({ at }) as Row;
  const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => row(from + i));

  test('come once each, and no more than 2,000 are held', async () => {
    const asked: number[] = [];
    const store = new RowStore(
      'v',
      async ({ from, to }) => {
        for (let at = from; at < to; at++) asked.push(at);
        return { version: 'v', rows: rows(from, to) };
      },
      () => expect.unreachable(),
    );
    for (let from = 0; from < 6000; from += 150) {
      const wanted = Array.from({ length: 200 }, (_, i) => from + i);
      store.want(wanted);
      await settled(store, wanted);
      expect(store.held).toBeLessThanOrEqual(2000);
      expect(wanted.every((at) => store.get(at)?.at === at)).toBe(true);
    }
    expect(new Set(asked).size).toBe(asked.length);
    expect(store.get(0)).toBeUndefined();
  });

  test('of another version are not believed', async () => {
    let stale = 0;
    const store = new RowStore(
      'v',
      async () => (stale > 0 ? new Promise(() => {}) : { version: 'w', rows: rows(0, 1) }),
      () => stale++,
    );
    store.want([0]);
    await new Promise((resolve) => store.subscribe(() => resolve(undefined)));
    expect([stale, store.get(0)]).toEqual([1, undefined]);
  });

  test('are what they were before until they are there, at their new places', async () => {
    const before = new RowStore(
      'v',
      async ({ from, to }) => ({ version: 'v', rows: rows(from, to) }),
      () => expect.unreachable(),
    );
    before.want([0, 1, 2]);
    await settled(before, [0, 1, 2]);
    const moved = before.movedTo(Int32Array.of(0, -1, 5));
    expect([...moved]).toEqual([
      [0, row(0)],
      [5, row(5)],
    ]);
    const load = async () => ({ version: 'w', rows: [{ ...row(5), depth: 7 }] });
    const store = new RowStore('w', load, () => expect.unreachable(), moved);
    expect([store.get(5), store.held]).toEqual([row(5), 0]);
    store.want([5]);
    await new Promise((resolve) => store.subscribe(() => resolve(undefined)));
    expect(store.get(5)?.depth).toBe(7);
  });

  test('that cannot be had are told, and asked for again when somebody says so', async () => {
    let fails = true;
    const store = new RowStore(
      'v',
      async ({ from, to }) => {
        if (fails) throw new Error('no connection');
        return { version: 'v', rows: rows(from, to) };
      },
      () => expect.unreachable(),
    );
    store.want([3]);
    await new Promise((resolve) => store.subscribe(() => resolve(undefined)));
    expect(store.error).toEqual(new Error('no connection'));
    fails = false;
    store.retry();
    await settled(store, [3]);
    expect(store.get(3)).toEqual(row(3));
  });
});

async function settled(store: RowStore, wanted: readonly number[]): Promise<void> {
  while (wanted.some((at) => !store.get(at))) await new Promise((resolve) => setImmediate(resolve));
}

describe('a text in pieces', () => {
  test('is the text, and each piece has those that are over it', () => {
    const span = fc.record({
      from: fc.integer({ min: -2, max: 12 }),
      to: fc.integer({ min: -2, max: 12 }),
      of: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.string({ maxLength: 10 }), fc.array(span), (text, spans) => {
        const pieces = piecesOf(text, spans);
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
        const each = pieces.flatMap((piece) => Array.from({ length: piece.text.length }, () => piece.of));
        for (const [at, of] of each.entries()) {
          const over = spans.filter(({ from, to }) => from <= at && at < to).map((one) => one.of);
          expect(of).toEqual([...new Set(over)].sort((a, b) => a - b));
        }
        for (const [i, { of }] of pieces.slice(1).entries()) expect(of).not.toEqual(pieces[i]!.of);
      }),
    );
  });
});
