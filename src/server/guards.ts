/** What is asked of every request before an endpoint sees it, and what every response says of itself:
 *      Host → who asks → how often → Origin, token → size
 *  A page of somebody else's can have a browser send requests here, with the cookie where it is on the same machine. It
 *  cannot say what no page of theirs can say: our Origin, and the token that only our pages can read. */

import { bodyLimit } from 'hono/body-limit';
import { messageOf } from '../base/errors.ts';
import type { App, Context } from './endpoint.ts';
import { type Holder, LIMITS, LOOPBACK, type Place, type Site } from './place.ts';
import { RequestError } from './problem.ts';
import { Rates } from './rates.ts';
import { type Sessions, visitorOf } from './sessions.ts';

/** Whose key it is; undefined for nobody's. Throws «too-many» at whoever tries too many. A good one is let in all the same:
 *  no key can be guessed, and several people may share an address with one who tries. */
export type Door = (c: Context, key: string) => Holder | undefined;

export function doorOf(place: Place): Door {
  const { wrongKeys } = { ...LIMITS, ...place.limits };
  const wrong = new Rates(wrongKeys, place.now);
  return (c, key) => {
    const holder = place.whoHas(key);
    if (!holder) expectRate(wrong.take(addressOf(c, place.site)));
    return holder;
  };
}

export function addGuards(app: App, place: Place, sessions: Sessions, door: Door): void {
  const { site = LOOPBACK, now } = place;
  const { perKey, perAddress, bodyBytes } = { ...LIMITS, ...place.limits };
  // It is for all ports of a name, and others serve on this machine, too.
  const isStrict = site.isSecure && !site.hosts.some((host) => LOOPBACK.hosts.includes(host));
  const [ofKeys, ofAddresses] = [new Rates(perKey, now), new Rates(perAddress, now)];
  app.use('*', async (c, next) => {
    await next();
    const { headers } = c.res;
    for (const [name, value] of Object.entries(HEADERS)) if (!headers.has(name)) headers.set(name, value);
    if (isStrict) headers.set('strict-transport-security', `max-age=${YEAR_S}`);
  });
  app.use('*', async (c, next) => {
    expectHost(c, site);
    const visitor = visitorOf(c, sessions, door, site);
    expectRate(visitor ? ofKeys.take(visitor.key) : ofAddresses.take(addressOf(c, site)));
    if (visitor?.by !== 'bearer') expectOwn(c, site, visitor?.session.csrf);
    c.set('visitor', visitor);
    await next();
  });
  const limit = bodyLimit({
    maxSize: bodyBytes,
    onError: () => {
      throw new RequestError('too-large', `the body: expected at most ${bodyBytes} bytes, got more`);
    },
  });
  app.use('*', async (c, next) => {
    // Read before anything is done: a connection that is lost on the way is nobody's bug.
    try {
      await limit(c, async () => {});
      if (!SAFE.includes(c.req.method)) await c.req.arrayBuffer();
    } catch (error) {
      if (error instanceof RequestError) throw error;
      throw new RequestError('bad-request', `the body: expected all of it, got ${messageOf(error)}`);
    }
    await next();
  });
}

const YEAR_S = 31_536_000;

/** Scripts and styles come from files of ours, and data goes nowhere else. */
const HEADERS: { readonly [name: string]: string } = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    // No text becomes a script, whatever a page does with it.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'cache-control': 'no-store',
};

/** As the visitor's browser named it: «capstan.example:8443». */
function hostOf(c: Context, { isProxied }: Site): string {
  const forwarded = isProxied ? c.req.header('x-forwarded-host') : undefined;
  return forwarded ?? c.req.header('host') ?? new URL(c.req.url).host;
}

function expectHost(c: Context, site: Site): void {
  const asked = [hostOf(c, site), ...(site.isProxied ? [] : [new URL(c.req.url).host])];
  const other = asked.find((host) => !site.hosts.includes(nameIn(host)));
  if (other !== undefined)
    throw new RequestError('misdirected', `Host: expected one of ${site.hosts.join(', ')}, got «${other}»`);
}

/** Without the port. */
function nameIn(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase();
}

/** By cookie, and before anybody is signed in: what changes something comes from a page of ours, and names the token. */
function expectOwn(c: Context, site: Site, csrf: string | undefined): void {
  const isChange = !SAFE.includes(c.req.method);
  const from = c.req.header('sec-fetch-site');
  const isOurs = from === undefined || from === 'same-origin' || (from === 'none' && !isChange);
  if (!isOurs && (isChange || c.req.path.startsWith('/api/')))
    throw new RequestError('forbidden', `Sec-Fetch-Site: expected «same-origin», got «${from}»`);
  if (!isChange) return;
  const [origin, own] = [
    c.req.header('origin'),
    `${site.isSecure ? 'https' : 'http'}://${hostOf(c, site).toLowerCase()}`,
  ];
  if (origin !== undefined && origin !== own)
    throw new RequestError('forbidden', `Origin: expected «${own}», got «${origin}»`);
  if (csrf !== undefined && c.req.header(CSRF) !== csrf)
    throw new RequestError('forbidden', `${CSRF}: expected the token of the session, got another or none`);
}

const SAFE = ['GET', 'HEAD', 'OPTIONS'];
export const CSRF = 'x-csrf-token';

/** Who is at the other end, as far as rates go: of an IPv6 address the network, which is what one is given. */
function addressOf(c: Context, { isProxied }: Site = LOOPBACK): string {
  // The last is what our own proxy has seen; what comes before is hearsay.
  const forwarded = isProxied ? c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined;
  const address = forwarded ?? c.env?.address ?? '';
  const NETWORK = 4;
  return address.includes('.') ? address : address.split(':').slice(0, NETWORK).join(':');
}

function expectRate(seconds: number): void {
  if (seconds > 0)
    throw new RequestError('too-many', `expected fewer requests; try again in ${seconds} s`, seconds);
}
