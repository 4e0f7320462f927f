import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { lockFolder } from './lock.ts';

const root = fs.mkdtempSync(join(tmpdir(), 'capstan-lock-'));
let folder = root;
beforeEach(() => {
  folder = fs.mkdtempSync(join(root, 'run-'));
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

const locked = expect.objectContaining({ code: 'locked' });
const corrupt = expect.objectContaining({ code: 'corrupt' });

describe('a lock', () => {
  test('is held until released, then free for the next', () => {
    const first = lockFolder(join(folder, 'new'));
    first.assertHeld();
    first.release();
    first.release();
    expect(() => first.assertHeld()).toThrow(locked);
    const second = lockFolder(join(folder, 'new'));
    first.release();
    second.assertHeld();
    expect(fs.readdirSync(join(folder, 'new'))).toEqual(['lock']);
  });

  test('is refused to its own process a second time, with the holder named', () => {
    lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow(locked);
    expect(() => lockFolder(folder)).toThrow(`is in use by process ${process.pid} (since 2`);
  });

  test('that somebody removed or replaced is noticed before the next save', () => {
    const first = lockFolder(folder);
    fs.rmSync(join(folder, 'lock'));
    expect(() => first.assertHeld()).toThrow(/somebody has removed it/);
    const second = lockFolder(folder);
    expect(() => first.assertHeld()).toThrow(/in use by process/);
    second.assertHeld();
  });

  test('of a dead process is not mistaken for that of a later one with its number', () => {
    lockFolder(folder);
    forge({ processStart: 'a boot long ago 12345' });
    lockFolder(folder).assertHeld();
  });

  test('from another computer is left alone, and the message says what to do', () => {
    lockFolder(folder);
    forge({ host: 'elsewhere', processStart: 'unknown' });
    expect(() => lockFolder(folder)).toThrow(/on elsewhere .* remove .*lock/);
  });

  test.each(['', '{', 'null', '17', '{"pid":1}', '\0\0\0', '[]'])(
    'with the content %j gives a clear error',
    (content) => {
      fs.writeFileSync(join(folder, 'lock'), content);
      expect(() => lockFolder(folder)).toThrow(corrupt);
      expect(() => lockFolder(folder)).toThrow(/remove it if no process uses the run/);
    },
  );

  test.each([
    { pid: 0 },
    { pid: -1 },
    { pid: 2 ** 40 },
    { nonce: '../../x' },
    { processStart: 7 },
    { host: null },
  ])('with the forged field %j gives a clear error', (field) => {
    lockFolder(folder);
    forge(field);
    expect(() => lockFolder(folder)).toThrow(corrupt);
  });
});

describe('between processes', { timeout: 60_000 }, () => {
  let racers: ChildProcess[] = [];
  let dead: object;
  beforeAll(async () => {
    racers = await Promise.all(Array.from({ length: 9 }, start));
    const victim = racers.pop()!;
    expect(await tell(victim, root)).toBe('won');
    await kill(victim);
    dead = JSON.parse(fs.readFileSync(join(root, 'lock'), 'utf8'));
  });
  afterAll(() => Promise.all(racers.map(kill)));

  const nonce = (digit: number) => `${digit}`.repeat(36);
  const leave = (name: string, digit: number) =>
    fs.writeFileSync(join(folder, name), JSON.stringify({ ...dead, nonce: nonce(digit) }));
  const scenes: { readonly [name: string]: () => void } = {
    'a free lock': () => {},
    'the lock of a dead process': () => leave('lock', 1),
    'the lock of a dead process whose heirs died on the way': () => {
      leave('lock', 1);
      leave(`.lock-${nonce(1)}`, 2);
      leave(`.lock-${nonce(2)}`, 3);
    },
  };

  test.each(Object.keys(scenes))(
    'of eight that race for %s exactly one wins, twenty times',
    async (scene) => {
      for (let round = 0; round < 20; round++) {
        folder = fs.mkdtempSync(join(root, 'race-'));
        scenes[scene]!();
        const outcomes = await Promise.all(racers.map((racer) => tell(racer, folder)));
        expect(outcomes.sort()).toEqual([...Array(7).fill('locked'), 'won']);
        await Promise.all(racers.map((racer) => tell(racer, null)));
        expect(fs.readdirSync(folder)).not.toContain('lock');
      }
    },
  );

  test('the lock passes on at once when its holder is killed', async () => {
    const holder = await start();
    expect(await tell(holder, folder)).toBe('won');
    expect(() => lockFolder(folder)).toThrow(`process ${holder.pid} `);
    await kill(holder);
    lockFolder(folder).assertHeld();
    expect(fs.readdirSync(folder)).toEqual(['lock']);
  });

  test.skipIf(process.platform !== 'linux')(
    'also when nobody has yet asked how the holder ended',
    async () => {
      // The shell starts the holder and becomes a sleep, which never waits for its child.
      const parent = spawn('sh', ['-c', '"$@" & echo $!; exec sleep 60', 'sh', process.execPath, ...CHILD], {
        env: { ...process.env, LOCK: folder },
      });
      const [pid] = await once(parent.stdout, 'data');
      await once(parent.stdout, 'data');
      expect(() => lockFolder(folder)).toThrow(locked);
      process.kill(Number(pid), 'SIGKILL');
      const state = () => fs.readFileSync(`/proc/${Number(pid)}/stat`, 'utf8');
      while (!/\) Z (\S+ ){16}1 /.test(state())) await new Promise(setImmediate); // all of its threads have ended
      lockFolder(folder).assertHeld();
      await kill(parent);
    },
  );
});

function forge(fields: object): void {
  const holder = JSON.parse(fs.readFileSync(join(folder, 'lock'), 'utf8'));
  fs.writeFileSync(join(folder, 'lock'), JSON.stringify({ ...holder, ...fields }));
}

/** A process that takes the lock of the folder it is told, and gives it back when told null. */
const CHILD = [
  ...['--import', 'tsx', '--input-type=module', '-e'],
  `import { lockFolder } from ${JSON.stringify(new URL('./lock.ts', import.meta.url).href)};
  let lock;
  const take = (folder) => {
    try {
      lock = lockFolder(folder);
      lock.assertHeld();
      return 'won';
    } catch (error) {
      return error.code ?? String(error);
    }
  };
  process.on('message', ({ folder, at }) => {
    if (folder === null) {
      lock?.release();
      lock = undefined;
      return process.send('released');
    }
    while (Date.now() < at); // all at the same moment
    process.send(take(folder));
  });
  if (process.env.LOCK) {
    console.log(take(process.env.LOCK));
    setTimeout(() => {}, 30_000); // or until killed
  } else process.send('up');`,
];

async function start(): Promise<ChildProcess> {
  const child = spawn(process.execPath, CHILD, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  await once(child, 'message');
  return child;
}

async function tell(child: ChildProcess, folder: string | null): Promise<string> {
  const reply = once(child, 'message');
  child.send({ folder, at: Date.now() + 5 });
  return (await reply)[0];
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
