/** Curves as a picture that stands alone, an SVG on white: lines with intervals at a few places, their names beside. */

export interface Line {
  readonly name: string;
  readonly colour: string;
  readonly isDashed?: boolean;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly whiskers: readonly {
    readonly x: number;
    readonly value: number;
    readonly low: number;
    readonly high: number;
  }[];
}

export interface Picture {
  readonly title: string;
  /** In words, for who cannot see it. */
  readonly description: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly Line[];
  /** What stands along the x axis, where that is no share: places 0 … 1 with their labels. */
  readonly ticks?: Ticks;
  /** The same along the y axis. */
  readonly heights?: Ticks;
  /** Where the names are, at the right; where no curve is. */
  readonly names?: 'top' | 'bottom';
}

type Ticks = readonly (readonly [at: number, label: string])[];

const [WIDTH, HEIGHT] = [760, 440];
const [LEFT, TOP, RIGHT, BOTTOM] = [60, 46, 30, 56];
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];
const SHARES = TICKS.map((at) => [at, `${100 * at}`] as const);
const LEGEND_STEP = 20;
/** Of a line with many points so many are drawn. */
const POINTS = 200;

/** Both axes go from 0 to 1, and are shown in percent unless said otherwise. */
export function svg(picture: Picture): string {
  const { title, description, x, y, lines, ticks = SHARES, heights = SHARES, names = 'bottom' } = picture;
  const across = (value: number) => fix(LEFT + value * (WIDTH - LEFT - RIGHT));
  const down = (value: number) => fix(HEIGHT - BOTTOM - value * (HEIGHT - TOP - BOTTOM));
  const rules = heights.map(
    ([at, label]) =>
      `<path d="M${across(0)} ${down(at)}H${across(1)}" stroke="#ddd"/><text x="${LEFT - 8}" y="${down(at)}" dy="4" text-anchor="end">${escaped(label)}</text>`,
  );
  const along = ticks.map(
    ([at, label]) =>
      `<text x="${across(at)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">${escaped(label)}</text>`,
  );
  const drawn = lines.map(({ colour, isDashed, points, whiskers }) => {
    const every = Math.max(1, Math.floor(points.length / POINTS));
    const kept = points.filter((_, i) => i % every === 0 || i === points.length - 1);
    const path = kept.map(([px, py]) => `${across(px)} ${down(py)}`).join('L');
    const bars = whiskers.map(
      (one) =>
        `<path d="M${across(one.x)} ${down(one.low)}V${down(one.high)}" stroke="${colour}" stroke-width="1.2"/><circle cx="${across(one.x)}" cy="${down(one.value)}" r="3" fill="${colour}"/>`,
    );
    return `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="2"${isDashed ? ' stroke-dasharray="6 4"' : ''}/>${bars.join('')}`;
  });
  const legend = lines.map(({ name, colour, isDashed }, i) => {
    const at =
      names === 'top'
        ? TOP + 14 + i * LEGEND_STEP
        : HEIGHT - BOTTOM - 14 - (lines.length - 1 - i) * LEGEND_STEP;
    return `<path d="M${WIDTH - 290} ${at}h28" stroke="${colour}" stroke-width="2"${isDashed ? ' stroke-dasharray="6 4"' : ''}/><text x="${WIDTH - 254}" y="${at}" dy="4">${escaped(name)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="system-ui, sans-serif" font-size="13" fill="#222">
<title>${escaped(title)}</title><desc>${escaped(description)}</desc>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text x="${LEFT}" y="26" font-size="15" font-weight="600">${escaped(title)}</text>
${[...rules, ...along].join('\n')}
<text x="${across(0.5)}" y="${HEIGHT - 12}" text-anchor="middle">${escaped(x)}</text>
<text transform="translate(18 ${down(0.5)}) rotate(-90)" text-anchor="middle">${escaped(y)}</text>
${drawn.join('\n')}
${legend.join('\n')}
</svg>
`;
}

function fix(value: number): string {
  return String(Number(value.toFixed(1)));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
