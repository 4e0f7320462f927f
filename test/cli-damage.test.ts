/** What becomes of a run whose files are damaged: it is noticed, named, and not made worse. */

import { appendFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { capstan, copyOf, fingerprint, flipByte, PATIENCE_MS, SCRATCH } from './command.ts';

const RUN = join(SCRATCH, 'finished');

beforeAll(async () => {
  const args = ['run', 'permutation-powering', '--size', '8', '--powers', '4', '--quiet', '--run', RUN];
  expect(await capstan(args)).toMatchObject({ status: 0 });
}, PATIENCE_MS);

/** Each: what happens to which file, what then notices, its exit status, what it says. */
interface Damage {
  readonly title: string;
  readonly file: (run: string) => string;
  readonly damage: (file: string) => void;
  readonly command: 'ask' | 'resume' | 'report';
  readonly status: number;
  readonly says: RegExp;
}

const checkpoint = (run: string): string => {
  const { hash } = JSON.parse(readFileSync(join(run, 'ida/promoted.json'), 'utf8'));
  return join(run, 'ida/checkpoints', `${hash}.safetensors`);
};
const vectors = (run: string): string => join(run, 'ida/states', readdirSync(join(run, 'ida/states'))[0]!);
const named = (name: string) => (run: string) => join(run, name);
const garbage = (file: string): void => writeFileSync(file, 'garbage');
const halved = (file: string): void => truncateSync(file, Math.floor(readFileSync(file).length / 2));

const replaced = (before: RegExp, after: string) => (file: string) => {
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(before);
  writeFileSync(file, text.replace(before, after));
};

const DAMAGES: readonly Damage[] = [
  {
    title: 'a checkpoint cut in half',
    file: checkpoint,
    damage: halved,
    command: 'ask',
    status: 6,
    says: /ida.*truncated: got \d+ bytes/,
  },
  {
    title: 'a checkpoint emptied',
    file: checkpoint,
    damage: (file) => truncateSync(file),
    command: 'ask',
    status: 6,
    says: /ida.*truncated: got 0 bytes/,
  },
  {
    title: 'a checkpoint with something added',
    file: checkpoint,
    damage: (file) => appendFileSync(file, 'x'),
    command: 'ask',
    status: 6,
    says: /ida.*expected \d+ bytes, got \d+/,
  },
  {
    title: 'one bit of a weight',
    file: checkpoint,
    damage: (file) => flipByte(file, readFileSync(file).length - 2),
    command: 'ask',
    status: 6,
    says: /ida.*expected hash [0-9a-f]{64}, got [0-9a-f]{64}/,
  },
  {
    title: 'one bit of the lineage',
    file: checkpoint,
    damage: (file) => flipByte(file, 60),
    command: 'ask',
    status: 6,
    says: /ida.*expected /,
  },
  {
    title: 'a checkpoint removed',
    file: checkpoint,
    damage: (file) => rmSync(file),
    command: 'ask',
    status: 3,
    says: /ida\/checkpoints\/[0-9a-f]{64}\.safetensors.*no such file/,
  },
  {
    title: 'the promotion replaced',
    file: named('ida/promoted.json'),
    damage: garbage,
    command: 'ask',
    status: 6,
    says: /ida.*promoted\.json.*got garbage/,
  },
  {
    title: 'a promotion that leads out of the folder',
    file: named('ida/promoted.json'),
    damage: (file) => writeFileSync(file, '{"hash":"../../../etc/passwd","iteration":1}'),
    command: 'ask',
    status: 2,
    says: /name of a file.*got «checkpoints\/\.\./,
  },
  {
    title: 'a checkpoint cut in half',
    file: checkpoint,
    damage: halved,
    command: 'resume',
    status: 6,
    says: /truncated/,
  },
  {
    title: 'the state replaced',
    file: named('ida/state.json'),
    damage: garbage,
    command: 'resume',
    status: 6,
    says: /ida\/state\.json/,
  },
  {
    title: 'the state cut in half',
    file: named('ida/state.json'),
    damage: halved,
    command: 'resume',
    status: 6,
    says: /ida\/state\.json/,
  },
  {
    title: 'the state of another format',
    file: named('ida/state.json'),
    damage: (file) => writeFileSync(file, '{"format":"capstan-arm-2"}'),
    command: 'resume',
    status: 6,
    says: /expected format «capstan-arm-1», got «capstan-arm-2»/,
  },
  {
    title: 'the vectors cut in half',
    file: vectors,
    damage: halved,
    command: 'resume',
    status: 6,
    says: /ida\/states\/[0-9a-f]{64}\.safetensors: expected content with hash [0-9a-f]{64}, got [0-9a-f]{64}/,
  },
  {
    title: 'one bit of the vectors',
    file: vectors,
    damage: (file) => flipByte(file, 1000),
    command: 'resume',
    status: 6,
    says: /ida\/states\/[0-9a-f]{64}\.safetensors: expected content with hash .* altered or cut short/,
  },
  {
    title: 'the vectors removed',
    file: vectors,
    damage: (file) => rmSync(file),
    command: 'resume',
    status: 6,
    says: /ida\/states\/[0-9a-f]{64}\.safetensors: expected the state of the student, it is missing/,
  },
  {
    title: 'the run file replaced',
    file: named('run.json'),
    damage: garbage,
    command: 'resume',
    status: 6,
    says: /run\.json/,
  },
  {
    title: 'the run file of another format',
    file: named('run.json'),
    damage: (file) => writeFileSync(file, '{"format":"capstan-run-9"}'),
    command: 'resume',
    status: 6,
    says: /run\.json: expected format/,
  },
  {
    title: 'the run file with a format and nothing else',
    file: named('run.json'),
    damage: (file) => writeFileSync(file, '{"format":"capstan-run-1"}'),
    command: 'resume',
    status: 6,
    says: /run\.json: expected /,
  },
  ...(['resume', 'ask', 'report'] as const).map((command) => ({
    title: 'another seed in the run file',
    file: named('run.json'),
    damage: replaced(/"seed": 1,/, '"seed": 2,'),
    command,
    status: 6,
    says: /run\.json: expected content with hash [0-9a-f]{64}, it was altered/,
  })),
  {
    title: 'another number of heads in the run file',
    file: named('run.json'),
    damage: replaced(/"heads": 4,/, '"heads": 2,'),
    command: 'ask',
    status: 6,
    says: /run\.json: expected content with hash [0-9a-f]{64}, it was altered/,
  },
  {
    title: 'a field less in the run file',
    file: named('run.json'),
    damage: replaced(/ *"baselines": .*\n/, ''),
    command: 'resume',
    status: 6,
    says: /run\.json: expected content with hash [0-9a-f]{64}, it was altered/,
  },
  {
    title: 'the state with a format and nothing else',
    file: named('ida/state.json'),
    damage: (file) => writeFileSync(file, '{"format":"capstan-arm-1"}'),
    command: 'resume',
    status: 6,
    says: /ida\/state\.json: expected /,
  },
  {
    title: 'another state of the run',
    file: named('ida/state.json'),
    damage: replaced(/"state": "finished"/, '"state": "running"'),
    command: 'resume',
    status: 6,
    says: /ida\/state\.json: expected content with hash [0-9a-f]{64}, it was altered/,
  },
  {
    title: 'a field less in the state',
    file: named('ida/state.json'),
    damage: replaced(/ *"operations": .*\n/, ''),
    command: 'resume',
    status: 6,
    says: /ida\/state\.json: expected content with hash [0-9a-f]{64}, it was altered/,
  },
  {
    title: 'the folder of vectors removed',
    file: named('ida/states'),
    damage: (folder) => rmSync(folder, { recursive: true }),
    command: 'resume',
    status: 6,
    says: /ida\/states\/[0-9a-f]{64}\.safetensors: expected the state of the student, it is missing/,
  },
  {
    title: 'the lock replaced',
    file: named('lock'),
    damage: garbage,
    command: 'resume',
    status: 6,
    says: /lock: expected the process that holds the lock/,
  },
  {
    title: 'the record replaced',
    file: named('record.json'),
    damage: garbage,
    command: 'report',
    status: 6,
    says: /record\.json: expected the record of a run.*run --resume/,
  },
  {
    title: 'the record emptied of what it says',
    file: named('record.json'),
    damage: (file) => writeFileSync(file, '{}'),
    command: 'report',
    status: 6,
    says: /record\.json: expected the record of a run/,
  },
  {
    title: 'the record removed',
    file: named('record.json'),
    damage: (file) => rmSync(file),
    command: 'report',
    status: 3,
    says: /no record yet; finish the run with: .*run --resume/,
  },
];

describe('damage is noticed, named, and not made worse', () => {
  test.each(DAMAGES.map((one) => [one.title, one.command, one.status, one] as const))(
    '%s: %s ends with %i',
    async (_, command, status, { file, damage, says }) => {
      const copy = copyOf(RUN);
      damage(file(copy));
      const before = fingerprint(copy);
      const args = {
        ask: ['ask', copy, 's^3(1)'],
        resume: ['run', '--resume', copy],
        report: ['report', copy],
      };
      const ended = await capstan(args[command]);
      expect(ended.stderr).toMatch(says);
      expect({ status: ended.status, stdout: ended.stdout }).toEqual({ status, stdout: '' });
      expect(fingerprint(copy)).toEqual(before);
    },
  );
});
