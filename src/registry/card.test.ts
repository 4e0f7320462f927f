import { describe, expect, test } from 'vitest';
import { modelCard } from './card.ts';
import type { Lineage } from './checkpoint.ts';

const lineage: Lineage = {
  task: 'shortest-path',
  parameters: { vertices: 8, rounds: 6 },
  iteration: 2,
  level: 3,
  parent: 'a'.repeat(64),
  seed: 7,
  configuration: {},
  configurationHash: 'c'.repeat(64),
  step: 321,
  dataRoot: 'd'.repeat(64),
  dataCount: 12_345,
  teacher: 'Amplify^H(X_ema)',
  groundTruth: false,
  gate: {
    agreement: 0.987,
    low: 0.97,
    high: 0.995,
    n: 1024,
    threshold: 0.9,
    passed: true,
    comparison: {
      with: 'a'.repeat(64),
      passed: true,
      contexts: 211,
      errorRate: 0.01,
      margin: 0.05,
      level: 1,
      difference: -0.002,
      wealth: 130,
    },
  },
  figures: { horizon: 3, decisions: 4000 },
  version: '0.1.0',
};
const first: Lineage = {
  ...lineage,
  iteration: 1,
  level: 2,
  parent: null,
  step: 100,
  gate: { ...lineage.gate!, comparison: null },
};
const card = (own: Lineage, state = 'serving') =>
  modelCard({ hash: 'e'.repeat(64), run: 'my-run', state, ancestry: [own, first], parameterCount: 55_488 });

describe('a model card', () => {
  test('says what the lineage says', () => {
    const text = card(lineage);
    for (const said of [
      '# shortest-path, version 1.1.0',
      'e'.repeat(64),
      'Serving. Iteration 2 of run `my-run`',
      '55,488 parameters',
      'vertices 8, rounds 6',
      'up to level 3',
      '12,345 examples',
      'd'.repeat(64),
      'It has seen no ground truth.',
      '98.7 % (95 % interval 97.0 % to 99.5 %)',
      '**Passed.**',
      'on 211 contexts: shown to be less than 5.0 % worse',
      '| 1.0.0 | 1 | 2 | 100 | 12,345 | 98.7 % | passed |',
      '| decisions | 4,000 |',
    ])
      expect(text).toContain(said);
  });

  test('hides nothing that speaks against it', () => {
    const { gate } = lineage;
    const failed = card(
      { ...lineage, gate: { ...gate!, passed: false, comparison: { ...gate!.comparison!, passed: false } } },
      'candidate',
    );
    expect(failed).toContain('1.1.0-candidate');
    expect(failed).toContain('**Not passed.**');
    expect(failed).toContain('not shown to be less than 5.0 % worse');
    expect(card({ ...lineage, gate: null })).toContain('It has been through no gate.');
    expect(card({ ...lineage, groundTruth: true })).toContain(
      '**It has seen the ground truth, and is never served.**',
    );
  });
});
