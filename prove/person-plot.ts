/** Shares against decisions as an SVG: a line and a band for each. */

export interface Series {
  readonly name: string;
  readonly points: readonly {
    readonly x: number;
    readonly value: number;
    readonly low: number;
    readonly high: number;
  }[];
}

const [WIDTH, HEIGHT] = [720, 400];
const [LEFT, RIGHT, TOP, BOTTOM] = [56, 140, 20, 48];
const COLOURS = ['#1b1b1b', '#0072b2', '#009e73', '#e69f00', '#d55e00', '#cc79a7'];
const GRID = [0, 0.25, 0.5, 0.75, 1];
const LABEL = 18;

export function drawn(all: readonly Series[]): string {
  const most = Math.max(1, ...all.flatMap(({ points }) => points.map(({ x }) => x)));
  const x = (value: number) => (LEFT + ((WIDTH - LEFT - RIGHT) * value) / most).toFixed(1);
  const y = (value: number) => (TOP + (HEIGHT - TOP - BOTTOM) * (1 - value)).toFixed(1);
  const grid = GRID.map(
    (share) =>
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(share)}" y2="${y(share)}" stroke="#ddd"/><text x="${LEFT - 8}" y="${Number(y(share)) + 4}" text-anchor="end">${100 * share} %</text>`,
  );
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = Math.round(share * most);
    return `<text x="${x(at)}" y="${HEIGHT - BOTTOM + LABEL}" text-anchor="middle">${at}</text>`;
  });
  const lines = all.map(({ name, points }, i) => {
    const colour = COLOURS[i % COLOURS.length]!;
    const bounded = points.filter(({ high }) => Number.isFinite(high));
    const band = [
      ...bounded.map((one) => `${x(one.x)},${y(one.high)}`),
      ...bounded.toReversed().map((one) => `${x(one.x)},${y(one.low)}`),
    ].join(' ');
    const line = points.map((one) => `${x(one.x)},${y(one.value)}`).join(' ');
    const label = `<text x="${WIDTH - RIGHT + 12}" y="${TOP + LABEL * (i + 1)}" fill="${colour}">${name}</text>`;
    const dash = i === 0 ? ' stroke-dasharray="6 3"' : '';
    return `<polygon points="${band}" fill="${colour}" opacity=".1"/><polyline points="${line}" fill="none" stroke="${colour}" stroke-width="2"${dash}/>${label}`;
  });
  const title = `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">decisions of a (played) person</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13"><title>Decisions of a played person against the fidelity of H′ and the accuracy of X</title><rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>${[...grid, ...ticks, ...lines, title].join('\n')}</svg>\n`;
}
