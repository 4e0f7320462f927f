/** What somebody wrote, as a terminal may show it. */

/** Columns that a line of it may take. */
const LINE = 100;
/** Digits of a hash that tell one from another by eye. */
const SHOWN = 8;

export function brief(hash: string): string {
  return hash.slice(0, SHOWN);
}

/** Without what would steer the terminal. */
export function printable(text: string): string {
  return text.replace(/(?![\n\t])\p{Cc}/gu, '·');
}

/** Its beginning, on one line. */
export function oneLine(text: string, columns = LINE): string {
  const line = printable(text.replace(/\s+/g, ' ').trim());
  return line.length > columns ? `${line.slice(0, columns)}…` : line;
}
