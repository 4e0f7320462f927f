/** How dark a share is, in both themes: a mix of paper and ink, and black or white text, whichever reads better on it.
 *  With pure black and white one of the two always has a contrast of at least 4.58 (WCAG 2.2 §1.4.3 asks 4.5). */

import { type Html, raw } from './escape.ts';

type Colour = readonly [red: number, green: number, blue: number];

const LIGHT: readonly [paper: Colour, ink: Colour] = [
  [240, 238, 233],
  [18, 84, 156],
];
const DARK: readonly [paper: Colour, ink: Colour] = [
  [35, 37, 41],
  [70, 137, 205],
];

/** Below this both black and white text fall short of the other. */
const LUMINANCE_OF_EQUAL_CONTRAST = 0.179;

/** Declarations for a style attribute: ground and text, light and dark. */
export function inkOf(share: number): Html {
  const [light, dark] = [mixed(LIGHT, share), mixed(DARK, share)];
  return raw(`--l:${hex(light)};--lt:${textOn(light)};--d:${hex(dark)};--dt:${textOn(dark)}`);
}

function mixed([paper, ink]: readonly [Colour, Colour], share: number): Colour {
  // The eye compares high accuracies, so most of the ink goes there.
  const amount = Math.min(1, Math.max(0, share)) ** 1.8;
  const channel = (i: 0 | 1 | 2) => Math.round(paper[i] + (ink[i] - paper[i]) * amount);
  return [channel(0), channel(1), channel(2)];
}

function textOn(colour: Colour): string {
  return luminance(colour) > LUMINANCE_OF_EQUAL_CONTRAST ? '#000' : '#fff';
}

/** Relative luminance, WCAG 2.2. */
function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function hex(colour: Colour): string {
  return `#${colour.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}
