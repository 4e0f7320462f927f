import { defineConfig } from 'vitest/config';

/** Tests that go to another folder or set the environment, so that each file needs a process of its own. */
const MOVING = 'src/{server,project,desk,cli}/**/*.test.ts';

export default defineConfig({
  test: {
    setupFiles: ['test/seed.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What another process or a browser is to come to takes longer where much else is done.
    expect: { poll: { timeout: 20_000 } },
    // The training tests use native threads of their own, and those of the command line wait for processes.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        // A process takes one file after the other: to begin one anew costs as much as most of them take.
        test: { name: 'src', include: ['src/**/*.test.ts'], exclude: [MOVING], isolate: false },
      },
      { extends: true, test: { name: 'test', include: [MOVING, 'test/**/*.test.ts'] } },
    ],
  },
});
