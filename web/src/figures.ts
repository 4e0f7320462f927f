/** Amounts as people read them, and what a server says as a sentence. */

const MS = 1000;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MICROS = 1_000_000;
/** Below it, a dollar amount needs more than two decimals to say anything. */
const CENT = 10_000;

/** «420 ms», «3.2 s», «4 min», «2 h 5 min», «3 d» */
export function duration(ms: number): string {
  if (ms < MS) return `${Math.round(ms)} ms`;
  const seconds = ms / MS;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < MINUTE) return `${Math.round(seconds)} s`;
  if (seconds < HOUR) return `${Math.round(seconds / MINUTE)} min`;
  if (seconds >= DAY) return `${Math.round(seconds / DAY)} d`;
  const minutes = Math.round((seconds % HOUR) / MINUTE);
  const hours = Math.floor(seconds / HOUR);
  return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`;
}

/** «just now», «3 min ago», «in 20 s» */
export function ago(time: string, now: number): string {
  const ms = now - Date.parse(time);
  if (Number.isNaN(ms)) return time;
  if (Math.abs(ms) < 5 * MS) return 'just now';
  return ms > 0 ? `${duration(ms)} ago` : `in ${duration(-ms)}`;
}

/** From millionths of a dollar. */
export function dollars(micros: number): string {
  const digits = micros !== 0 && Math.abs(micros) < CENT ? 4 : 2;
  return `$${(micros / MICROS).toFixed(digits)}`;
}

/** «1 question», «3 questions», «50,000 questions» */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}

/** With a full stop, and a capital unless it begins with the name of something. */
export function sentence(text: string): string {
  const [first = ''] = text;
  const begun = /^[a-z]+ /.test(text) ? first.toUpperCase() + text.slice(first.length) : text;
  return /[.?!:]$/.test(begun) ? begun : `${begun}.`;
}
