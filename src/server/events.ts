/** Changes as server-sent events (WHATWG HTML §9.2). An event without a name is a `Change`; «reset» says that changes were
 *  missed, so that all that is shown may be out of date. An id is «epoch-number»: whoever was away comes back with the last
 *  one that they saw. */

import { streamSSE } from 'hono/streaming';
import type { Access, Change } from '../wire/session.ts';
import { Change as ChangeShape } from '../wire/session.ts';
import type { Changes, Numbered } from './changes.ts';
import { type App, problemsOf } from './endpoint.ts';
import { LIMITS, type Place } from './place.ts';
import { RequestError } from './problem.ts';
import type { Sessions, Visitor } from './sessions.ts';

/** Who hears of what. */
const HEARD: { readonly [topic in Change['topic']]: readonly Access[] } = {
  turns: ['oversee', 'look'],
  tree: ['look'],
  run: ['look'],
  models: ['look'],
  controls: ['look'],
  ledger: ['audit'],
};

/** Between two lots of events on a stream: what changes a hundred times a second is told ten times. */
const PAUSE_MS = 100;
/** After which a browser that lost the stream comes back. */
const RETRY_MS = 2000;

export function addEvents(app: App, place: Place, sessions: Sessions): void {
  const { changes, stopping } = place;
  const { streams, heartbeatMs } = { ...LIMITS, ...place.limits };
  const open = new Map<string, number>();
  const bells = new Set<Bell>();
  stopping?.addEventListener('abort', () => {
    for (const bell of bells) bell.ring();
  });
  const count = (key: string, more: number): void => {
    const now = (open.get(key) ?? 0) + more;
    if (now > 0) open.set(key, now);
    else open.delete(key);
  };
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/api/events',
    operationId: 'getEvents',
    summary: 'What changes, as server-sent events; Last-Event-ID goes on where one was',
    security: [{ bearer: [] }, { cookie: [] }],
    responses: {
      200: { description: 'a stream', content: { 'text/event-stream': { schema: ChangeShape } } },
      ...problemsOf({ isOpen: false, isChange: false, isNamed: false, hasBody: false }),
    },
  });
  app.get('/api/events', (c) => {
    const visitor = c.get('visitor');
    if (!visitor) throw new RequestError('unauthenticated', 'expected somebody who is signed in, nobody is');
    // Nobody would read the stream, nor end it.
    if (c.req.method === 'HEAD') return c.body(null, 200, { 'content-type': 'text/event-stream' });
    const { key } = visitor;
    if ((open.get(key) ?? 0) >= streams)
      throw new RequestError('too-many', `expected at most ${streams} streams of events at a time`, 1);
    count(key, 1);
    let cursor = cursorIn(c.req.header('last-event-id'), changes);
    // A proxy that waits for the end of a response would wait for ever.
    c.header('x-accel-buffering', 'no');
    return streamSSE(c, async (stream) => {
      const bell = new Bell();
      let isDue = false;
      const releases = [
        changes.listen(() => bell.ring()),
        place.every?.(heartbeatMs, () => {
          isDue = true;
          bell.ring();
        }),
      ];
      stream.onAbort(() => bell.ring());
      bells.add(bell);
      try {
        if (cursor === undefined) await stream.writeSSE({ event: 'reset', data: '{}' });
        cursor ??= changes.last;
        await stream.write(`retry: ${RETRY_MS}\nid: ${idOf(cursor, changes)}\n\n`);
        for (;;) {
          const still: Visitor | undefined = sessions.still(visitor);
          if (!still || stream.aborted || stopping?.aborted) return;
          const missed = changes.since(cursor);
          cursor = changes.last;
          if (!missed) await stream.writeSSE({ event: 'reset', data: '{}', id: idOf(cursor, changes) });
          const heard = heardOf(missed ?? [], still.session.access);
          for (const { id, change } of heard)
            await stream.writeSSE({ data: JSON.stringify(change), id: idOf(id, changes) });
          // An id without data is remembered and is no event.
          if (isDue) await stream.write(`: alive\nid: ${idOf(cursor, changes)}\n\n`);
          isDue = false;
          if (heard.length > 0) await stream.sleep(PAUSE_MS);
          await bell.rung();
        }
      } finally {
        bells.delete(bell);
        for (const release of releases) release?.();
        count(key, -1);
      }
    });
  });
}

/** Each once, as it is told to somebody with that access. */
export function heardOf(missed: readonly Numbered[], access: readonly Access[]): readonly Numbered[] {
  const last = new Map<string, Numbered>();
  for (const { id, change } of missed) {
    const { topic, run } = change;
    if (!HEARD[topic].some((one) => access.includes(one))) continue;
    // Which runs there are is no business of an overseer's.
    const told: Change = run !== undefined && access.includes('look') ? { topic, run } : { topic };
    const name = JSON.stringify(told);
    last.delete(name);
    last.set(name, { id, change: told });
  }
  return [...last.values()];
}

function idOf(number: number, { epoch }: Changes): string {
  return `${epoch}-${number}`;
}

/** From where to go on; undefined where that is not known any more. */
function cursorIn(id: string | undefined, changes: Changes): number | undefined {
  if (id === undefined || id === '') return changes.last;
  const [, epoch, number] = /^(.*)-(\d{1,15})$/.exec(id) ?? [];
  if (epoch !== changes.epoch || changes.since(Number(number)) === undefined) return undefined;
  return Number(number);
}

/** Wakes one who waits; who is not waiting finds that it has rung. */
class Bell {
  #isRung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#isRung = true;
    this.#wake?.();
  }

  async rung(): Promise<void> {
    if (!this.#isRung)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.#wake = undefined;
    this.#isRung = false;
  }
}
