/** The page of an evaluation: all of the report is on it, what is missing too, and nothing that it quotes is markup. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { KPIS } from '../protocol/kpis.ts';
import type { EvaluationReport } from '../protocol/report.ts';
import { renderEvaluation } from './evaluation.ts';

const example = JSON.parse(readFileSync('docs/evaluation.example.json', 'utf8')) as EvaluationReport;
const page = renderEvaluation(example);

/** What a reader sees. */
const textIn = (html: string) =>
  html
    .replace(/<(style|title)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

describe('the page of an evaluation', () => {
  test('begins with the horizon, in a sentence and in one picture', () => {
    const text = textIn(page);
    expect(text).toContain('the horizon goes 0 → 2 → 3 → 4 of 4');
    const picture = page.indexOf('class="matrix first"');
    expect(picture).toBeGreaterThan(0);
    for (const { id } of KPIS) expect(page.indexOf(`id="${id}"`)).toBeGreaterThan(picture);
  });

  test('has a panel for each KPI, with what is missing for it', () => {
    const text = textIn(page);
    for (const { name, needs } of example.kpis) {
      expect(text).toContain(name);
      for (const need of needs) expect(page).toContain(escaped(need));
    }
  });

  test('has every mean over seeds with its interval, and every measured baseline beside', () => {
    const means = example.kpis.flatMap(({ figures }) => figures.filter(({ seed }) => seed === undefined));
    expect(means.length).toBeGreaterThan(100);
    for (const { name } of means) expect(page).toContain(escaped(name));
    for (const { name } of example.baselines) expect(page).toContain(escaped(name));
  });

  test('is the same for the same report, asks for nothing, and has no number that is none', () => {
    expect(renderEvaluation(example)).toBe(page);
    expect(page).not.toMatch(/\b(?:https?:)?\/\/|<script|@import|url\(/);
    expect(textIn(page)).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });

  test('quotes names of others as text', () => {
    const evil = '<img src=x onerror=alert(1)>';
    const changed: EvaluationReport = {
      ...example,
      subject: { ...example.subject, task: evil },
      kpis: example.kpis.map((kpi) => ({ ...kpi, name: evil, needs: [evil] })),
    };
    expect(renderEvaluation(changed)).not.toContain('<img');
  });

  test('of one seed it claims nothing; without figures it says so everywhere', () => {
    const bare: EvaluationReport = {
      ...example,
      seeds: [1],
      claims: [],
      kpis: example.kpis.map((kpi) => ({ ...kpi, status: 'missing', needs: ['time'], figures: [] })),
      baselines: example.baselines.map((one) => ({
        ...one,
        status: 'missing',
        needs: ['time'],
        figures: [],
      })),
    };
    const text = textIn(renderEvaluation(bare));
    expect(text).toContain('Nothing is claimed of 1 seed');
    expect(text).toContain('0 of 16 are measured');
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
  });
});

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
