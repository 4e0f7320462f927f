/** Those tests, too, that take longer (test/long.ts), and each command in a process of its own (test/command.ts). */

process.env.CAPSTAN_TESTS = 'long';
process.env.CAPSTAN_PROCESSES = 'yes';

export { default } from './vitest.config.ts';
