/** The colours of the workbench can be read, in both schemes: WCAG 2.2, 1.4.3 for words, 1.4.11 for what can be acted on. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const css = readFileSync(new URL('../web/src/theme.css', import.meta.url), 'utf8');

function tokensIn(selector: string): { readonly [name: string]: string } {
  const block = css.slice(css.indexOf(`${selector} {`)).split('}')[0]!;
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name!, value!]),
  );
}

/** WCAG 2.2, «relative luminance». */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

const light = tokensIn(':root');
const schemes = { light, dark: { ...light, ...tokensIn(':root[data-scheme="dark"]') } };
const WORDS = ['ink', 'faint', 'accent', 'waiting', 'verified', 'rejected', 'uncertain'];

test('contrast is as WCAG has it: black on white is 21', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
});

test.each(Object.entries(schemes))('%s: words are at 4.5 or more on every ground', (_, tokens) => {
  for (const ground of ['paper', 'raised'])
    for (const word of WORDS)
      expect(contrast(tokens[word]!, tokens[ground]!), `${word} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  expect(contrast(tokens['on-accent']!, tokens.accent!)).toBeGreaterThanOrEqual(4.5);
  // As a mark in a text and as the line that says what has just happened.
  expect(contrast(tokens.paper!, tokens.faint!)).toBeGreaterThanOrEqual(4.5);
});

test.each(Object.entries(schemes))('%s: the edge of a field is at 3 or more', (_, tokens) => {
  expect(contrast(tokens.edge!, tokens.paper!)).toBeGreaterThanOrEqual(3);
});

test('dark has all colours of light but none more', () => {
  expect(Object.keys(tokensIn(':root[data-scheme="dark"]')).sort()).toEqual(Object.keys(light).sort());
});
