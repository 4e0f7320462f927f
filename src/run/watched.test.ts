import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { carryOutTiny, createTiny, entriesOf, PATIENCE_MS, tiny } from '../../test/tiny-run.ts';
import { hch } from '../amplify/hch.ts';
import { memo } from '../amplify/memo.ts';
import { hashText, Random } from '../base/random.ts';
import { known } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { configure } from './configuration.ts';
import { heldBy, UNWATCHED, type WatchState, watch, watchingWith } from './watched.ts';

const root = mkdtempSync(join(tmpdir(), 'capstan-watched-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const task = permutationPowering({ elements: 8, powers: 16 });
const right = memo(hch(task.overseer, task.environment, task.levels - task.levelsOfPrimitives), task.key);
const OPTIONS = watchingWith(400, [2, 3, 4]);

/** H but for that share of the questions of some levels. */
function wrongAt(share: (level: number) => number): Assistant<PowerQuestion, number> {
  return {
    origin: { name: 'X', groundTruth: false },
    answer: async (questions, scope) => {
      const answers = await right.answer(questions, scope);
      return questions.map((question, i) => {
        const answer = answers[i]!;
        const isWrong = hashText(task.key(question))[0] < share(task.level(question)) * 2 ** 32;
        return isWrong && answer.kind === 'known' ? known((answer.value + 1) % 8) : answer;
      });
    },
  };
}

const watched = (candidate: Assistant<PowerQuestion, number>, iteration: number, state: WatchState) =>
  watch({ task, candidate, level: iteration + 1, iteration }, OPTIONS, state, Random.seeded(1));

describe('a run that watches itself', () => {
  test('promotes what H agrees with, and alarms when a level that was promoted is forgotten', async () => {
    const first = await watched(right, 1, UNWATCHED);
    expect(first.audited).toMatchObject({ passed: true, alarm: '', exceeds: 0.85 });
    expect(first.record.verdict).toBe('passed');
    expect(heldBy(first.audited)).toBeUndefined();
    const state = first.next(true);
    // 6 % fewer at level 2 are too few for the gate to refuse.
    const second = await watched(
      wrongAt((level) => (level === 2 ? 0.06 : 0)),
      2,
      state,
    );
    expect(second.record.verdict).toBe('passed');
    expect(second.record.alarm).toMatchObject({ sign: 'worse', iteration: 2, action: 'hold' });
    expect(heldBy(second.audited)).toMatch(/drift alarm \(worse\) .* the one before is served on/);
    // Whoever raised it is not what later ones are held against.
    const third = await watched(right, 2, second.next(false));
    expect([third.audited.passed, third.record.anchors.worse]).toEqual([true, 0]);
  });

  test('holds back what H would not say, whatever came before', async () => {
    const { audited, record, next } = await watched(
      wrongAt((level) => (level === 1 ? 0.5 : 0)),
      1,
      UNWATCHED,
    );
    expect([audited.passed, audited.level, record.verdict]).toEqual([false, 1, 'refused']);
    expect(heldBy(audited)).toMatch(/not shown to answer as H does in more than 85\.0 % .* at level 1/);
    expect(next(false).anchors.map(({ first }) => first)).toEqual([[], []]);
  });

  test('goes on from what was written down as if it had not been', async () => {
    const { next } = await watched(right, 1, UNWATCHED);
    const kept: WatchState = JSON.parse(JSON.stringify(next(true)));
    const candidate = wrongAt(() => 0.05);
    const [live, resumed] = [await watched(candidate, 2, next(true)), await watched(candidate, 2, kept)];
    expect([resumed.audited, resumed.record, resumed.next(true)]).toEqual([
      live.audited,
      live.record,
      live.next(true),
    ]);
  });

  test(
    'ends in the same bytes stopped or not, with its audits on the record and the ledger, and trains as without them',
    async () => {
      const run = async (name: string, audits: number, stopAt?: number) => {
        const path = join(root, name, 'run');
        const ledger = join(root, name, 'ledger');
        const { watch: watching, ...configuration } = tiny({ audits });
        const few = watching && { watch: { ...watching, anchors: 8 } };
        createTiny({ path, configuration: { ...configuration, ...few } });
        if (stopAt !== undefined) {
          const stop = new AbortController();
          const tell: Parameters<typeof carryOutTiny>[1] = {
            signal: stop.signal,
            tell: (event) => {
              if (event.kind === 'trained' && event.arm.steps === stopAt) stop.abort();
            },
          };
          await expect(carryOutTiny({ path, ledger }, tell)).rejects.toThrow('stopped after training step');
        }
        const { record } = await carryOutTiny({ path, ledger });
        return { record: record.arms[0]!, arm: filesIn(join(path, 'ida')), entries: entriesOf(ledger) };
      };
      const [plain, whole, resumed] = [
        await run('plain', 0),
        await run('whole', 64),
        await run('stopped', 64, 7),
      ];
      expect(resumed.arm).toEqual(whole.arm);
      expect(resumed.record).toEqual(whole.record);
      // What it says is nonsense, so nothing is promoted; the weights are those of a run without audits.
      expect(whole.record.iterations.map(({ passed }) => passed)).toEqual([false, false]);
      expect(whole.record.iterations.map(({ audits }) => audits!.verdict)).toEqual(['refused', 'refused']);
      expect(plain.record.iterations.map(({ audits }) => audits)).toEqual([undefined, undefined]);
      expect(whole.record.iterations.map(({ dataRoot }) => dataRoot)).toEqual(
        plain.record.iterations.map(({ dataRoot }) => dataRoot),
      );
      const decided = whole.entries
        .filter(({ kind }) => kind === 'gate-decided')
        .map(({ figures }) => figures!);
      for (const figures of decided)
        expect(figures).toMatchObject({ passed: 0, 'audited-passed': 0, 'audited-exceeds-ppm': 850_000 });
      expect(whole.entries.some(({ kind }) => kind === 'model-promoted')).toBe(false);
      const unwatched = plain.entries.filter(({ kind }) => kind === 'gate-decided');
      for (const { figures } of unwatched) expect(figures).not.toHaveProperty('audited-passed');
    },
    5 * PATIENCE_MS,
  );

  test('is told how many audits there are, enough to pass at all; without them it is configured as ever', () => {
    const choices = { task: 'permutation-powering', size: 8 };
    expect(configure(choices)).not.toHaveProperty('watch');
    expect(configure({ ...choices, audits: 0 })).toEqual(configure(choices));
    expect(configure({ ...choices, audits: 64 }).watch!.monitor).toMatchObject({
      iterations: 3,
      audits: 576,
    });
    expect(() => configure({ ...choices, audits: 10 })).toThrow('audits: expected an integer from');
    expect(() => configure({ ...choices, audits: 64, overseer: 'person' })).toThrow('--audits: expected the');
    expect(() => configure({ task: 'union-find', audits: 64 })).toThrow(
      '--audits: expected a task with levels',
    );
  });
});

/** All bytes, by the file's name. */
function filesIn(path: string): Readonly<Record<string, string>> {
  const names = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    names.map(({ parentPath, name }) => [
      join(parentPath, name).slice(path.length),
      readFileSync(join(parentPath, name), 'latin1'),
    ]),
  );
}
