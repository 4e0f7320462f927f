import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    setupFiles: ['test/seed.ts'],
    testTimeout: 60_000,
    // The training tests use native threads of their own, and those of the command line wait for processes.
    maxWorkers: 3,
  },
});
