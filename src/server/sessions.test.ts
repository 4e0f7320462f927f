import { describe, expect, it } from 'vitest';
import { type Keys, memoryPlace } from '../../test/place.ts';
import type { Person } from './place.ts';
import { server } from './server.ts';

const ADA: Person = { id: 'person:ada', roles: ['overseer', 'operator'] };
const JSON_TYPE = { 'content-type': 'application/json' };

describe('sessions', () => {
  it('begin with a key, are known by their cookie, and end when the key is withdrawn', async () => {
    const keys: Keys = { secret: ADA };
    const app = server(memoryPlace(keys));
    const body = JSON.stringify({ key: 'secret' });
    const said = await app.request('/api/session', { method: 'POST', headers: JSON_TYPE, body });
    expect(said.status).toBe(200);
    const cookie = said.headers.get('set-cookie')!.split(';')[0]!;
    const who = async () => (await app.request('/api/session', { headers: { cookie } })).json();
    expect(await who()).toMatchObject({
      session: { person: 'person:ada', access: ['oversee', 'look', 'operate'] },
    });
    delete keys.secret;
    expect(await who()).toEqual({ session: null });
  });
});
