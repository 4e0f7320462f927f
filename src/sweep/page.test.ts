/** The page of a sweep says what its record says, whatever that is called, and nothing of it is markup. */

import { describe, expect, test } from 'vitest';
import { DARK, LIGHT } from './colours.ts';
import { baselineFinal, compareLine, type Ended } from './compare.ts';
import { renderSweep } from './page.ts';
import type { GroupRecord, RunEntry, SweepRecord } from './record.ts';
import { runsOf, summariseSweep, summaryTable } from './summary.ts';

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onload='alert(1)",
  '</style><b>',
  '\u202egnp.exe',
];

function run(seed: number, line: number, state: RunEntry['state'] = 'finished'): RunEntry {
  const folder = `line-${line}-seed${seed}`;
  if (state !== 'finished')
    return { seed, folder, state, ...(state === 'failed' && { error: '<i>boom</i>' }) };
  const curve = [1, 2, 3, 4].map((look) => ({
    step: 25 * look,
    seconds: look * (1 + line / 10) + seed / 100,
    accuracy: 1 - 0.9 / (look + line / 5) + seed / 1000,
  }));
  const final = curve.at(-1)!.accuracy;
  return {
    seed,
    folder,
    state,
    figures: {
      steps: 100,
      seconds: 5 + line,
      operations: 2e9,
      decisions: 1200,
      final,
      perGrade: [1, final, null],
      fidelity: line === 1 ? 0.97 : null,
      curve,
    },
  };
}

function group(
  name: string,
  labels: readonly string[],
  states: readonly RunEntry['state'][] = [],
): GroupRecord {
  const runs = labels.map((_, line) =>
    [1, 2, 3].map((seed) => run(seed, line, line === labels.length - 1 ? states[seed - 1] : undefined)),
  );
  const ended = runs.map((entries): readonly Ended[] =>
    entries.flatMap(({ seed, figures }) => (figures ? [{ seed, figures }] : [])),
  );
  return {
    name,
    task: 'permutation-powering',
    grades: ['level 1', 'level 2', 'level 3'],
    baselineFinal: baselineFinal(ended[0]!) ?? null,
    lines: labels.map((label, i) => ({
      label,
      isBaseline: i === 0,
      runs: runs[i]!,
      ...compareLine(ended[i]!, ended[0], i === 0),
    })),
  };
}

function record(groups: readonly GroupRecord[], name = 'a sweep'): SweepRecord {
  const [version, command, machine] = ['0.1.0', 'capstan sweep x.json', '2 × a processor'];
  const [started, against] = ['2026-03-02T14:05:09.120Z', 'supervised'];
  return { name, started, version, command, machine, seeds: [1, 2, 3], against, groups };
}

const LABELS = ['supervised', 'IDA', 'IDA with H′'];

describe('the page', () => {
  test('names every label, group, seed and run, and is the same for the same record', () => {
    const one = record([group('small', LABELS), group('large', LABELS)]);
    const page = renderSweep(one);
    for (const said of [...LABELS, 'small', 'large']) expect(page).toContain(said);
    for (const { folder } of runsOf(one)) expect(page).toContain(`href="${folder}/report.html"`);
    expect(renderSweep(structuredClone(one))).toBe(page);
  });

  test('has a title and a description for each chart, and the figures behind it in tables', () => {
    const page = renderSweep(record([group('small', LABELS)]));
    const charts = [...page.matchAll(/<svg role="img" aria-labelledby="(\S+) (\S+)"/g)];
    expect(charts).toHaveLength(2);
    for (const [, title, description] of charts) {
      expect(page).toContain(`<title id="${title}">`);
      expect(page).toMatch(new RegExp(`<desc id="${description}">[^<]*IDA with H′: \\d`));
    }
    expect(page).toMatch(/aria-label="Accuracy by grade, small"/);
    expect(page).toMatch(/aria-label="Accuracy and speed, small"/);
  });

  test('loads nothing, runs nothing, and hostile words stay words', () => {
    for (const hostile of HOSTILE) {
      const labels = ['supervised', hostile];
      const one = record([group(hostile, labels, ['failed', 'finished', 'new'])], hostile);
      const page = renderSweep({ ...one, command: hostile, machine: hostile, against: hostile });
      const tags = page
        .replace(/"[^"]*"/g, '""')
        .match(/<[^>]*>/g)!
        .join('');
      expect(tags).not.toMatch(/<(script|img|iframe|object|i)\b|\bon\w+=|src=|<b>"/);
      expect(page).not.toMatch(/\u202e|url\(|@import|href="(?!#|line-|data:,)/);
      expect(page.match(/<\/style>/g)).toHaveLength(1);
    }
  });

  test('says which runs failed or have not ended', () => {
    const page = renderSweep(record([group('small', LABELS, ['failed', 'finished', 'unfinished'])]));
    expect(page).toContain('7 runs of them ended so far. 1 failed.');
    expect(page).toContain('&lt;i&gt;boom&lt;/i&gt;');
    expect(page).toContain('1 of 3');
  });

  test('stands without a baseline, without an ended run, and with one seed', () => {
    const { lines, ...others } = group('small', ['IDA'], ['new', 'new', 'new']);
    const page = renderSweep(record([{ ...others, grades: [], lines }]));
    expect(page).toContain('No run has been looked at and ended yet.');
    expect(page).not.toMatch(/NaN|Infinity|undefined|null/);
    expect(renderSweep(record([group('one', LABELS, ['finished', 'new', 'new'])]))).not.toMatch(
      /NaN|undefined/,
    );
  });

  test('has colours that can be read as text on their paper, light and dark (WCAG 2.2 §1.4.3)', () => {
    for (const [colours, paper] of [
      [LIGHT, '#fbfaf7'],
      [DARK, '#17181b'],
    ] as const)
      for (const colour of colours) expect(contrast(colour, paper), colour).toBeGreaterThanOrEqual(4.5);
  });
});

test('the table on stdout has a row for each label and says what the intervals are', () => {
  const text = summaryTable(record([group('small', LABELS), group('large', ['supervised'])]));
  expect(text.split('\n').filter((line) => /^(supervised \*|IDA) /.test(line))).toHaveLength(4);
  expect(text).toMatch(/\* baseline; intervals are 95 % over seeds/);
});

test('the summary counts runs and leaves the curves out', () => {
  const summary = summariseSweep(
    record([group('small', LABELS, ['failed', 'finished', 'new'])]),
    'x',
    'sweep.html',
  );
  expect(summary).toMatchObject({
    sweep: 'x',
    page: 'x/sweep.html',
    runs: { planned: 9, ended: 7, failed: 1 },
  });
  expect(JSON.stringify(summary)).not.toContain('curve');
});

function contrast(a: string, b: string): number {
  const luminance = (colour: string): number => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}
