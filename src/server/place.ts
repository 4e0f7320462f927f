/** What the endpoints stand on: whose key it is, the clock, chance, who is told of changes, and where the server can be
 *  reached. */

import type { ProjectLog } from '../project/log.ts';
import type { Tending } from '../project/tender.ts';
import type { Turns } from '../project/turns.ts';
import type { Role } from '../wire/session.ts';
import type { Changes } from './changes.ts';

export interface Person {
  /** As on the ledger: «person:ada». */
  readonly id: string;
  readonly roles: readonly Role[];
}

/** Somebody who came with a key. */
export interface Holder extends Person {
  /** The name of the key, by which it is found again; the key itself is not kept. */
  readonly key: string;
}

export interface Place {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** 128 bits of chance, in hex. */
  readonly token: () => string;
  readonly changes: Changes;
  /** Of people, opened when they are asked for; undefined for none. */
  readonly turns?: () => Turns;
  /** Whose key it is. */
  readonly whoHas: (key: string) => Holder | undefined;
  /** Who has the key of that name, as things stand now: nobody once it or its person was withdrawn. */
  readonly holderOf: (name: string) => Holder | undefined;
  /** Whether nobody is enrolled and there are no keys, so that whoever is at this machine may do all there is. */
  readonly isAlone: () => boolean;
  /** The ledger of the project, where somebody else looks at it too. */
  readonly log?: ProjectLog;
  /** What it is called where it is shown. */
  readonly project?: string;
  /** The built pages, by their path: «/index.html»; undefined for none. */
  readonly pages?: Pages;
  /** Where sessions outlast the server; in its memory unless said otherwise. */
  readonly sessions?: SessionStore;
  /** Under which names it is reached; on loopback unless said otherwise. */
  readonly site?: Site;
  readonly limits?: Partial<Limits>;
  /** Told in one line what is broken. */
  readonly report?: (line: string) => void;
  /** Calls every so many milliseconds, until the function that it gives is called; without it streams have no signs of
   *  life. */
  readonly every?: (milliseconds: number, act: () => void) => () => void;
  /** Who lets question trees go on; without it, nobody does. */
  readonly tending?: Tending;
  /** When it stops, streams end. */
  readonly stopping?: AbortSignal;
}

export type Pages = (path: string) => PageFile | undefined;

export interface PageFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly gzip?: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** Of the bytes. */
  readonly etag: string;
  /** Whether its name changes with its content. */
  readonly isImmutable: boolean;
}

/** A session as it is kept: what its cookie holds is not in it, nor is the key. */
export interface KeptSession {
  /** SHA-256 of what the cookie holds. */
  readonly cookie: string;
  /** Name of the key. */
  readonly key: string;
  readonly started: number;
  readonly seen: number;
}

export interface SessionStore {
  readonly read: () => readonly KeptSession[];
  readonly write: (sessions: readonly KeptSession[]) => void;
}

export interface Site {
  /** Names that a request may be for, without ports: a page of somebody else's that has its own name lead here (DNS
   *  rebinding) is not served. */
  readonly hosts: readonly string[];
  /** Whether browsers reach it over TLS. */
  readonly isSecure: boolean;
  /** Whether somebody stands before it who says what came to them, in X-Forwarded-For and X-Forwarded-Host. */
  readonly isProxied: boolean;
}

export const LOOPBACK: Site = {
  hosts: ['localhost', '127.0.0.1', '[::1]'],
  isSecure: false,
  isProxied: false,
};

/** A rate is how many a second on average, and how many at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export interface Limits {
  readonly bodyBytes: number;
  /** Of whoever is signed in, by their key. */
  readonly perKey: Rate;
  /** Of all others, by their address. */
  readonly perAddress: Rate;
  /** Attempts with keys of nobody, by address. */
  readonly wrongKeys: Rate;
  /** Streams of events that a key may have open. */
  readonly streams: number;
  /** Between two signs of life on a stream. */
  readonly heartbeatMs: number;
  /** A session ends when it was not used for so long, */
  readonly idleMs: number;
  /** and in any case after so long. */
  readonly sessionMs: number;
}

const HOUR_MS = 3_600_000;

export const LIMITS: Limits = {
  // Twenty questions, some of them pages long; a text is at most 1 MiB.
  bodyBytes: 4 * 2 ** 20,
  perKey: { perSecond: 500, burst: 1000 },
  perAddress: { perSecond: 100, burst: 500 },
  wrongKeys: { perSecond: 0.2, burst: 10 },
  streams: 8,
  heartbeatMs: 15_000,
  idleMs: 24 * HOUR_MS,
  sessionMs: 7 * 24 * HOUR_MS,
};
