import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Keys, memoryPlace } from '../../test/place.ts';
import { Access, Change } from '../wire/session.ts';
import { Changes } from './changes.ts';
import { heardOf } from './events.ts';
import { LIMITS, type Place } from './place.ts';
import { server } from './server.ts';

interface Told {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

/** A stream as a browser takes it apart. */
class Listener {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = '';

  constructor(response: Response) {
    this.#reader = response.body!.getReader();
  }

  /** The next block; undefined at the end. */
  async next(): Promise<Told | undefined> {
    while (!this.#text.includes('\n\n')) {
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#text += new TextDecoder().decode(value);
    }
    const end = this.#text.indexOf('\n\n');
    const lines = this.#text.slice(0, end).split('\n');
    this.#text = this.#text.slice(end + 2);
    return Object.fromEntries(
      lines.map((line) => line.split(/: (.*)/s)).map(([name, value]) => [name, value]),
    );
  }

  leave(): Promise<void> {
    return this.#reader.cancel();
  }
}

function setUp(more: Partial<Place> = {}) {
  const keys: Keys = {
    all: { id: 'person:all', roles: ['overseer', 'operator', 'auditor'] },
    overseer: { id: 'person:eve', roles: ['overseer'] },
  };
  const place = memoryPlace(keys, { changes: new Changes('e'), ...more });
  const app = server(place);
  const open = async (key = 'all', last?: string, method = 'GET') => {
    const headers = { authorization: `Bearer ${key}`, ...(last !== undefined && { 'last-event-id': last }) };
    return app.request('/api/events', { headers, method });
  };
  return { keys, place, open, tell: (change: Change) => place.changes.tell(change) };
}

describe('events', () => {
  test('are no stream for who asks for the headers alone', async () => {
    const { open } = setUp({ limits: { streams: 1 } });
    for (let i = 0; i < 3; i++) expect((await open('all', undefined, 'HEAD')).status).toBe(200);
    const stream = await open();
    expect(stream.status).toBe(200);
    await stream.body!.cancel();
  });

  test('are told as they come, and from where one was', async () => {
    const { open, tell } = setUp();
    const listener = new Listener(await open());
    expect(await listener.next()).toEqual({ retry: '2000', id: 'e-0' });
    tell({ topic: 'run', run: 'a' });
    expect(await listener.next()).toEqual({ data: '{"topic":"run","run":"a"}', id: 'e-1' });
    await listener.leave();
    tell({ topic: 'ledger' });
    tell({ topic: 'turns', run: 'b' });
    const again = new Listener(await open('all', 'e-1'));
    expect(await again.next()).toMatchObject({ id: 'e-1' });
    expect(await again.next()).toEqual({ data: '{"topic":"ledger"}', id: 'e-2' });
    expect(await again.next()).toEqual({ data: '{"topic":"turns","run":"b"}', id: 'e-3' });
    await again.leave();
  });

  test('that are not known any more are a reset: of another server, too old, never there, or nonsense', async () => {
    const { open, tell } = setUp();
    for (let i = 0; i < 1100; i++) tell({ topic: 'run', run: 'a' });
    for (const last of ['other-3', 'e-3', 'e-1101', 'e-', 'nonsense', 'e-99999999999999999999']) {
      const listener = new Listener(await open('all', last));
      expect(await listener.next()).toEqual({ event: 'reset', data: '{}' });
      expect(await listener.next()).toMatchObject({ id: 'e-1100' });
      await listener.leave();
    }
  });

  test('are of what one may see: an overseer hears that turns changed and nothing else, of no run', async () => {
    const changes = fc.array(
      fc.record({
        topic: fc.constantFrom(...Change.shape.topic.options),
        run: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(changes, fc.subarray([...Access.options]), (all, access) => {
        const missed = all.map(({ topic, run }, i) => ({
          id: i + 1,
          change: { topic, ...(run !== undefined && { run }) },
        }));
        const heard = heardOf(missed, access);
        const topics = new Set(heard.map(({ change }) => change.topic));
        if (!access.includes('look')) {
          expect(heard.some(({ change }) => change.run !== undefined)).toBe(false);
          const may = [
            ...(access.includes('oversee') ? ['turns'] : []),
            ...(access.includes('audit') ? ['ledger'] : []),
          ];
          for (const topic of topics) expect(may).toContain(topic);
        } else
          for (const { change } of missed)
            if (change.topic !== 'ledger') expect(topics).toContain(change.topic);
        // Each once, in order, and none made up.
        expect(new Set(heard.map(({ change }) => JSON.stringify(change))).size).toBe(heard.length);
        expect(heard.map(({ id }) => id)).toEqual(heard.map(({ id }) => id).toSorted((a, b) => a - b));
        for (const { id, change } of heard) expect(missed[id - 1]!.change.topic).toBe(change.topic);
      }),
      { numRuns: 200 },
    );
  });

  test('end when the key is withdrawn, and when the server stops', async () => {
    const stopping = new AbortController();
    const { keys, open, tell } = setUp({ stopping: stopping.signal });
    const [one, other] = [new Listener(await open('overseer')), new Listener(await open('all'))];
    await one.next();
    await other.next();
    // However many streams: beyond ten, Node warns of a leak.
    expect(getEventListeners(stopping.signal, 'abort').length).toBe(1);
    delete keys.overseer;
    tell({ topic: 'turns' });
    expect(await one.next()).toBeUndefined();
    expect(await other.next()).toMatchObject({ data: '{"topic":"turns"}' });
    stopping.abort();
    expect(await other.next()).toBeUndefined();
  });

  test('have signs of life that a browser remembers and does not hand on', async () => {
    let beat = () => {};
    const { open, tell } = setUp({
      every: (milliseconds, act) => {
        expect(milliseconds).toBe(LIMITS.heartbeatMs);
        beat = act;
        return () => {};
      },
    });
    const listener = new Listener(await open('overseer'));
    await listener.next();
    tell({ topic: 'models' }); // not for an overseer
    beat();
    expect(await listener.next()).toEqual({ '': 'alive', id: 'e-1' });
    await listener.leave();
  });

  test('have so many streams for a key at a time', async () => {
    const { open } = setUp({ limits: { streams: 2 } });
    const streams = [new Listener(await open()), new Listener(await open())];
    expect((await open()).status).toBe(429);
    expect((await open('overseer')).status).toBe(200);
    await streams[0]!.leave();
    await new Promise((resolve) => setImmediate(resolve));
    expect((await open()).status).toBe(200);
    expect((await open('nobody')).status).toBe(401);
  });
});
