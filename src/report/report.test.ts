import { describe, expect, test } from 'vitest';
import { failedRecord, runningRecord, runRecord } from '../../test/fixtures/run-record.ts';
import type { ArmRecord, ExampleNode, RunRecord } from './record.ts';
import { renderReport } from './report.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

const SECTIONS = [
  'horizon',
  'accuracy',
  'agreement',
  'gain',
  'baselines',
  'iterations',
  'example',
  'origin',
  'terms',
];

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

const NOTHING: RunRecord = { ...runRecord(), arms: [] };

const BARE: RunRecord = (() => {
  const { example: _, ...whole } = runRecord();
  const ida: ArmRecord = {
    ...whole.arms[0]!,
    state: 'running',
    points: [],
    iterations: [],
    steps: 0,
    seconds: 0,
    decisions: 0,
  };
  return { ...whole, arms: [ida] };
})();

describe('any record', () => {
  const records: readonly (readonly [name: string, record: RunRecord])[] = [
    ['finished', runRecord()],
    ['failed at a gate', failedRecord()],
    ['running', runningRecord()],
    ['interrupted', { ...runningRecord(), arms: [{ ...runningRecord().arms[0]!, state: 'interrupted' }] }],
    ['one arm and no look yet', BARE],
    ['no arm at all', NOTHING],
    ['of another task', { ...runRecord(), task: 'union-find', parameters: {} }],
    ['with figures that are not numbers', spoilt(runRecord(), null)],
    ['with figures that are NaN', spoilt(runRecord(), Number.NaN)],
  ];

  test.each(records)('%s: every section is there, in order', (_, record) => {
    const page = renderReport(record);
    expect([...page.matchAll(/<section id="(\w+)"/g)].map(([, id]) => id)).toEqual(SECTIONS);
  });

  test.each(records)('%s: nothing unmeasured is printed as a number', (_, record) => {
    const page = renderReport(record).replace(SCRIPT, '').replace(STYLE, '');
    expect(excerpts(page, /NaN|undefined|Infinity|\[object|\bnull\b/)).toEqual([]);
  });

  test.each(records)('%s: the page asks nothing of anybody', (_, record) => {
    const page = renderReport(record);
    expect(excerpts(page, /https?:|url\(|\bsrc\s*=|@import|<(?:iframe|object|embed|base|form)\b/i)).toEqual(
      [],
    );
    expect(
      [...page.matchAll(/href="([^"]*)"/g)].every(([, to]) => to === 'data:,' || to!.startsWith('#')),
    ).toBe(true);
    expect(page.includes(`content="${POLICY}`)).toBe(true);
  });

  test.each(records)('%s: every tag that opens closes', (_, record) => {
    expect(unclosed(renderReport(record))).toEqual([]);
  });
});

describe('a hostile record', () => {
  const hostile = `</script><script>alert(1)</script></style>"' onload=x <img src=x> &amp; \u202e\u0000`;
  const page = renderReport(poisoned(runRecord(), hostile));

  test('adds no tag and no attribute', () => {
    const clean = renderReport(poisoned(runRecord(), 'text'));
    const shape = (html: string) => [...html.matchAll(/<\/?([a-z]\w*)/gi)].map(([, tag]) => tag).join(' ');
    expect(shape(page)).toBe(shape(clean));
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(excerpts(page.replace(/"[^"]*"/g, '""'), /<img|<[^>]* onload/)).toEqual([]);
  });

  test('is shown as it was written, but for marks that hide or turn text', () => {
    const written = '&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;/style&gt;&quot;&#39; onload=x';
    expect(page.includes(written)).toBe(true);
    expect(page.includes('&amp;amp;')).toBe(true);
    expect([...'\u0000\u202e'].filter((mark) => page.includes(mark))).toEqual([]);
  });

  test('cannot pass an object for markup', () => {
    const forged = JSON.parse('{"html":"<b id=forged>","Symbol(markup)":"<b id=forged>"}');
    expect(renderReport({ ...runRecord(), machine: forged, command: 'x' }).includes('<b id=forged>')).toBe(
      false,
    );
  });
});

describe('what the page says', () => {
  const page = renderReport(runRecord());

  test('accuracy is said to be measured for the page only', () => {
    expect(page.includes('for this page only; training never saw it')).toBe(true);
  });

  test('the headline follows from the record', () => {
    expect(
      /In 6 iterations and 33.s a network of 109.k parameters learned to answer powers up to 63/.test(page),
    ).toBe(true);
    expect(
      /came as far as the gate of level 4 and did not pass it: .*61\.4/.test(renderReport(failedRecord())),
    ).toBe(true);
    expect(
      renderReport(runningRecord()).includes(
        'still learning: its horizon stands at level 3 of 6, powers up to 7',
      ),
    ).toBe(true);
  });

  test('an arm that saw the truth is marked, and no other', () => {
    expect(page.match(/class="truth"/g)).toHaveLength(1);
    expect(/Supervised on ground truth.{0,60}trained on ground truth/.test(page)).toBe(true);
  });

  test('a fall of the horizon is told in the words of the record', () => {
    expect(
      renderReport(failedRecord()).includes('the horizon fell from 2 to 1: level 2 agrees on 88.1 %'),
    ).toBe(true);
  });

  test('a fall that the record is silent about is told all the same', () => {
    const whole = runRecord();
    const ida = whole.arms[0]!;
    const iterations = ida.iterations.map((one, i) => (i === 4 ? { ...one, horizon: 2 } : one));
    expect(
      renderReport({ ...whole, arms: [{ ...ida, iterations }] }).includes('the horizon fell from 4 to 2'),
    ).toBe(true);
  });

  test('without controls it names the command that adds them', () => {
    expect(
      renderReport(runningRecord()).includes('capstan run permutation-powering --baselines</code>'),
    ).toBe(true);
    expect(page.includes('no controls beside it')).toBe(false);
  });

  test('hashes show eight characters and carry all', () => {
    const { checkpoint } = runRecord().arms[0]!.iterations[0]!;
    expect(
      page.includes(
        `data-copy="${checkpoint}">${checkpoint.slice(0, 8)}<span class="rest">${checkpoint.slice(8)}`,
      ),
    ).toBe(true);
  });

  test('a share that is not quite all never reads 100', () => {
    const whole = runRecord();
    const ida = whole.arms[0]!;
    const iterations = ida.iterations.map((one) => ({
      ...one,
      agreement: { value: 0.999996, low: 0.9, high: 1, n: 9 },
    }));
    expect(renderReport({ ...whole, arms: [{ ...ida, iterations }] }).includes('99.99')).toBe(true);
  });

  test('the same record gives the same bytes', () => {
    expect(renderReport(runRecord())).toBe(page);
  });
});

/** What is not wanted, with a little of what stands around it; the page itself is too long to print. */
function excerpts(page: string, unwanted: RegExp): string[] {
  return [...page.matchAll(new RegExp(unwanted, 'gi'))].map(({ index }) =>
    page.slice(Math.max(0, index - 40), index + 40),
  );
}

/** Every text of the record replaced. */
function poisoned(record: RunRecord, text: string): RunRecord {
  const node = (one: ExampleNode): ExampleNode => ({
    ...one,
    question: text,
    answer: text,
    direct: text,
    children: one.children.map(node),
  });
  return {
    ...record,
    task: text,
    started: text,
    version: text,
    command: text,
    machine: text,
    parameters: { [text]: 1 },
    arms: record.arms.map((arm) => ({
      ...arm,
      name: text,
      iterations: arm.iterations.map((one) => ({
        ...one,
        checkpoint: text,
        dataRoot: text,
        violation: text,
      })),
    })),
    example: node(record.example!),
  };
}

/** Every measured figure replaced, as by a record that was written by something else. */
function spoilt(record: RunRecord, by: number | null): RunRecord {
  const text = JSON.stringify(record, (name, value) =>
    typeof value === 'number' && !KEPT.has(name) ? 'spoilt' : value,
  );
  return JSON.parse(text, (_, value) => (value === 'spoilt' ? by : value));
}

const KEPT = new Set(['levels', 'levelsOfPrimitives', 'iteration', 'level', 'levelMax']);

const VOID = new Set(['meta', 'link', 'input', 'br']);

/** Tags left open or closed out of order; foreign content closes itself with «/>». */
function unclosed(page: string): string[] {
  const open: string[] = [];
  const body = page.replace(SCRIPT, '').replace(STYLE, '').replace('<!doctype html>', '');
  for (const [, end, tag, own] of body.matchAll(/<(\/?)([a-z]\w*)(?:"[^"]*"|[^>"])*?(\/?)>/gi)) {
    if (own || VOID.has(tag!)) continue;
    if (!end) open.push(tag!);
    else if (open.at(-1) === tag) open.pop();
    else return [...open, `</${tag}>`];
  }
  return open;
}
