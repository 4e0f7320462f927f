import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { memoryPlace } from '../../test/place.ts';
import { personOf } from '../authority/authority.ts';
import { formatVerifierKey, signerKey, verifierOf } from '../ledger/key.ts';
import { LEDGER } from '../project/home.ts';
import { withProject } from '../project/recorder.ts';
import { act } from '../record/acts.ts';
import { isHaltAsked } from '../record/control.ts';
import { server } from './server.ts';

const ADA = signerKey('note', 'ada', new Uint8Array(32).fill(1));

test('whom the policy does not let halt the work halts nothing', async () => {
  const before = { folder: process.cwd(), state: process.env.XDG_STATE_HOME };
  const home = mkdtempSync(join(tmpdir(), 'capstan-controls-'));
  process.chdir(home);
  process.env.XDG_STATE_HOME = join(home, 'state');
  try {
    const words = { name: 'ada', roles: 'operator', key: formatVerifierKey(verifierOf(ADA)) };
    const expires = new Date(Date.now() + 60_000).toISOString();
    const doer = { actor: personOf('ada'), keys: [ADA], contents: [], expires };
    withProject((ledger) => act(ledger, 'principal-enrolled', { words }, doer));
    const app = server(memoryPlace({ eve: { id: 'person:eve', roles: ['operator'] } }));
    for (const kind of ['pause', 'stop']) {
      const response = await app.request(`/api/controls/${kind}`, {
        method: 'POST',
        headers: { authorization: 'Bearer eve', 'content-type': 'application/json' },
        body: JSON.stringify({ reason: 'mischief' }),
      });
      expect(response.status).toBe(403);
      expect(isHaltAsked(LEDGER)).toBe(false);
    }
  } finally {
    process.chdir(before.folder);
    process.env.XDG_STATE_HOME = before.state ?? '';
    rmSync(home, { recursive: true });
  }
});
