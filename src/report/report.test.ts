import { describe, expect, test } from 'vitest';
import {
  deepRecord,
  failedRecord,
  gradedRecord,
  noisyRecord,
  runningRecord,
  runRecord,
  supervisedRecord,
} from '../../test/fixtures/run-record.ts';
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

  const others: readonly (readonly [name: string, record: RunRecord])[] = [
    ['of grades and one level', gradedRecord()],
    ['of grades and many levels', deepRecord()],
    ['supervised alone', supervisedRecord()],
    ['of a run with mistakes', noisyRecord('systematic')],
    ['of a run with mistakes that are not numbers', spoilt(noisyRecord('random'), null)],
    ['of grades, with figures that are not numbers', spoilt(gradedRecord(), null)],
    ['of grades, with figures that are NaN', spoilt(deepRecord(), Number.NaN)],
  ];
  const all = [...records, ...others];

  test.each(records)('%s: every section is there, in order', (_, record) => {
    expect(sectionsOf(renderReport(record))).toEqual(SECTIONS);
  });

  test.each(all)('%s: nothing unmeasured is printed as a number', (_, record) => {
    const page = renderReport(record).replace(SCRIPT, '').replace(STYLE, '');
    expect(excerpts(page, /NaN|undefined|Infinity|\[object|\bnull\b/)).toEqual([]);
  });

  test.each(all)('%s: the page asks nothing of anybody', (_, record) => {
    const page = renderReport(record);
    expect(excerpts(page, /https?:|url\(|\bsrc\s*=|@import|<(?:iframe|object|embed|base|form)\b/i)).toEqual(
      [],
    );
    expect(
      [...page.matchAll(/href="([^"]*)"/g)].every(([, to]) => to === 'data:,' || to!.startsWith('#')),
    ).toBe(true);
    expect(page.includes(`content="${POLICY}`)).toBe(true);
  });

  test.each(all)('%s: every tag that opens closes', (_, record) => {
    expect(unclosed(renderReport(record))).toEqual([]);
  });
});

describe('a hostile record', () => {
  const hostile = `</script><script>alert(1)</script></style>"' onload=x <img src=x> &amp; \u202e\u0000`;
  const page = renderReport(poisoned(runRecord(), hostile));

  test.each([
    ['levels', runRecord()],
    ['grades', { ...deepRecord(), example: runRecord().example! }],
  ])('of %s adds no tag and no attribute', (_, record) => {
    const dirty = renderReport(poisoned(record, hostile));
    const clean = renderReport(poisoned(record, 'text'));
    const shape = (html: string) => [...html.matchAll(/<\/?([a-z]\w*)/gi)].map(([, tag]) => tag).join(' ');
    expect(shape(dirty)).toBe(shape(clean));
    expect(dirty.match(/<script/g)).toHaveLength(1);
    expect(excerpts(dirty.replace(/"[^"]*"/g, '""'), /<img|<[^>]* onload/)).toEqual([]);
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

describe('a record whose accuracy is told apart by grades', () => {
  const page = renderReport(gradedRecord());

  test('shows their names where others have levels, and all questions as they are asked first', () => {
    const plots = [...page.matchAll(/<figcaption><b>([^<]*)<\/b>/g)].map(([, name]) => name);
    const names = ['All questions', ...gradedRecord().grades!.map((name) => name.replace('d', 'D'))];
    expect(plots).toEqual([...names, ...names]); // by steps and by seconds
    expect(page.includes('accuracy in %, by distance')).toBe(true);
    expect(page.includes('Accuracy by distance over time')).toBe(true);
    expect(excerpts(page, /over the levels|level 2/)).toEqual([]);
  });

  test('takes as the accuracy that of the questions as they are asked', () => {
    const { accuracy } = gradedRecord().arms[0]!.iterations[0]!;
    const right = accuracy!.reduce((sum, { value, n }) => sum + value * n, 0);
    const n = accuracy!.reduce((sum, figure) => sum + figure.n, 0);
    const share = ((100 * right) / n).toFixed(1);
    expect(page.includes(`came to ${share}\u202f% of the questions as they are asked`)).toBe(true);
  });

  test('with one level has no ladder, no controls, and one line on the horizon', () => {
    expect(sectionsOf(page)).toEqual(
      SECTIONS.flatMap((id) => (id === 'gain' ? [] : id === 'agreement' ? [id, 'teacher'] : [id])),
    );
    expect(page.includes('class="matrix"')).toBe(false);
    expect(/one level, so there is no ladder to climb\. .*the horizon is 0 of 1\./.test(page)).toBe(true);
  });

  test('says who made the targets, and what that means', () => {
    expect(/learned from 2\u202f345 of them/.test(page)).toBe(true);
    expect(/Same final answer.*?99\.2.*?98\.4–99\.6.*?1\u202f000/s.test(page)).toBe(true);
    expect(/Same next action.*?98\.7.*?98\.4–99\.0.*?5\u202f123/s.test(page)).toBe(true);
    expect(page.includes('X was taught something that H would not have said')).toBe(true);
    expect(renderReport(runRecord()).includes('H′')).toBe(false);
  });

  test('with many levels has its grades in the rows and the levels in the horizon', () => {
    const deep = renderReport(deepRecord());
    const rows = [...deep.matchAll(/<tr><th scope="row">(depth \d) /g)].map(([, name]) => name);
    expect(rows).toEqual(deepRecord().grades!.toReversed());
    expect(deep.includes('16 of 16')).toBe(true);
    expect(
      excerpts(deep.slice(deep.indexOf('class="matrix"')), /<td class="[^"]*(top|riser|trained)/),
    ).toEqual([]);
  });

  test('is compared with the network that learned only what H answers alone', () => {
    const deep = renderReport(deepRecord());
    expect(deep.includes('trained up to level 1 only, what H answers alone')).toBe(true);
    expect(deep.includes('trained up to the level before')).toBe(false);
    expect(/The largest step is at depth \d/.test(deep)).toBe(true);
  });

  test('leaves out what no question was of', () => {
    const whole = gradedRecord();
    const ida = whole.arms[0]!;
    const iterations = ida.iterations.map((one) => ({
      ...one,
      accuracy: one.accuracy!.map((figure, i) => (i === 4 ? { value: 0, low: 0, high: 1, n: 0 } : figure)),
    }));
    const rare = renderReport({ ...whole, arms: [{ ...ida, iterations }] });
    expect(rare.includes('<b>Distance 5–8</b>')).toBe(false);
    expect(rare.includes('<b>Distance ∞</b>')).toBe(true);
  });
});

describe('a run whose only network was told the truth', () => {
  const page = renderReport(supervisedRecord());

  test('is said to be a yardstick, and nothing on the page says otherwise', () => {
    expect(page.includes('this network was trained on ground truth')).toBe(true);
    expect(page.match(/class="truth"/g)).toHaveLength(1);
    expect(
      excerpts(
        page,
        /training never saw it|who taught it|trained by IDA|Nobody’s ground truth|H decisions<\/dt|level agrees with Amplify/,
      ),
    ).toEqual([]);
  });

  test('has no controls and no example', () => {
    expect(sectionsOf(page)).toEqual(SECTIONS.filter((id) => id !== 'gain' && id !== 'example'));
  });
});

function sectionsOf(page: string): readonly string[] {
  return [...page.matchAll(/<section id="(\w+)"/g)].map(([, id]) => id!);
}

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
    ...(record.grades && { grades: record.grades.map(() => text) }),
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
