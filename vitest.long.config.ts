/** Those tests, too, that take longer: test/long.ts looks for this. */

process.env.CAPSTAN_TESTS = 'long';

export { default } from './vitest.config.ts';
