/** Whether work goes on, and what waits for more people. */

import { z } from 'zod';
import { mayAct, nameOf, peopleNeeded, type Request, standing } from '../authority/authority.ts';
import { CapstanError } from '../base/errors.ts';
import { doerFor } from '../project/doer.ts';
import { LEDGER } from '../project/home.ts';
import type { ProjectLog } from '../project/log.ts';
import { approveNumbered, type DoerFor, goOn, haltAside } from '../project/office.ts';
import { latch, ledgerFree } from '../project/recorder.ts';
import { type Outcome, waiting } from '../record/acts.ts';
import { hindered } from '../record/control.ts';
import { lostText } from '../record/latch.ts';
import { ActOutcome, ActReason, Controls, type RequestRow } from '../wire/model.ts';
import type { Session } from '../wire/session.ts';
import { type App, addEndpoint } from './endpoint.ts';
import type { Place } from './place.ts';

const KINDS = { pause: 'work-paused', stop: 'work-stopped' } as const;

export function addControls(app: App, place: Place, log: ProjectLog): void {
  const controls = (session: Session) => ({
    ...haltedNow(log),
    may: (['pause', 'stop', 'resume'] as const).filter((act) => isAllowed(log, session, act)),
    requests: waiting({ replay: log.replay }, new Date(place.now()).toISOString()).map((one) =>
      requestRow(log, session, one),
    ),
  });
  addEndpoint(
    app,
    {
      method: 'get',
      path: '/api/controls',
      access: 'look',
      summary: 'Whether work is halted, by whom, and what waits for more people',
      gives: Controls,
    },
    ({ session }) => controls(session),
  );
  for (const act of ['pause', 'stop'] as const)
    addEndpoint(
      app,
      {
        method: 'post',
        path: `/api/controls/${act}`,
        access: 'operate',
        summary: `Halt all work of the project: ${act}`,
        body: ActReason,
        gives: ActOutcome,
      },
      async ({ body: { reason }, session }) => {
        // Before anything: it halts at once, and only then goes on the ledger.
        if (!isAllowed(log, session, act))
          throw new CapstanError(
            'refused',
            `expected somebody whom the policy lets ${act}, got ${session.person}`,
          );
        return told(place, await haltAside(KINDS[act], actor(session, reason, `capstan ${act} --reason …`)));
      },
    );
  addEndpoint(
    app,
    {
      method: 'post',
      path: '/api/controls/resume',
      access: 'operate',
      summary: 'Let work go on',
      body: ActReason,
      gives: ActOutcome,
    },
    async ({ body: { reason }, session }) => {
      await ledgerFree();
      return told(place, goOn(actor(session, reason, 'capstan resume --reason …')));
    },
  );
  addEndpoint(
    app,
    {
      method: 'post',
      path: '/api/requests/{number}/approve',
      access: 'operate',
      summary: 'Approve what somebody else has requested',
      params: z.object({ number: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER) }),
      body: ActReason,
      gives: ActOutcome,
    },
    async ({ params: { number }, body: { reason }, session }) => {
      await ledgerFree();
      return told(place, approveNumbered(number, actor(session, reason, `capstan approve ${number}`)));
    },
  );
}

/** Whoever is signed in; `instead`: the command for where their key is. */
export function actor({ person }: Session, reason: string, instead: string): DoerFor {
  return (authority) => doerFor(authority, person, { reason, instead });
}

export function told(place: Place, outcome: Outcome): ActOutcome {
  for (const topic of ['controls', 'models', 'ledger'] as const) place.changes.tell({ topic });
  if (outcome.kind === 'done') return { kind: 'done', entry: outcome.entry };
  const { request, people, needed } = outcome;
  return { kind: 'waits', request, people: [...people], needed };
}

/** Whether the policy lets whoever is signed in do that. */
export function isAllowed(log: ProjectLog, { person }: Session, act: Parameters<typeof mayAct>[2]): boolean {
  const { authority } = log.replay;
  if (authority.people.size === 0) return true;
  const own = authority.people.get(nameOf({ actor: { id: person, kind: 'person' } }) ?? '');
  return own !== undefined && mayAct(authority, own, act);
}

function haltedNow(log: ProjectLog): Pick<Controls, 'halted'> {
  const { halted, lost } = hindered(log.replay, LEDGER, latch());
  if (lost) return { halted: { kind: 'refused', by: lostText(lost) } };
  if (!halted) return {};
  const kind = halted.kind === 'work-paused' ? 'paused' : 'stopped';
  const { entry } = halted;
  if (!entry) return { halted: { kind, by: `the file ${LEDGER}/halt` } };
  return { halted: { kind, by: entry.actor.id, time: entry.time, entry: entry.seq } };
}

function requestRow(log: ProjectLog, session: Session, request: Request): RequestRow {
  const { authority } = log.replay;
  const { entry, act, expires } = request;
  const about = [
    entry.run ?? '',
    ...(entry.subjects ?? []).map(({ name, sha256 }) => `${name} ${sha256.slice(0, SHOWN)}`),
    entry.words?.name ?? '',
  ];
  const people = standing(authority, request);
  return {
    ...{ number: entry.seq, act, expires },
    about: about.filter(Boolean).join(', '),
    people: [...people],
    needed: peopleNeeded(authority, act),
    isMine: !people.includes(session.person) && isAllowed(log, session, act),
  };
}

/** Digits of a hash that tell one from another by eye. */
const SHOWN = 8;
