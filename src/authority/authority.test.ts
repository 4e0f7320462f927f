import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signAct } from '../ledger/act.ts';
import { type Entry, encodeEntry, type Kind } from '../ledger/entry.ts';
import { formatVerifierKey, type SignerKey, signerKey } from '../ledger/key.ts';
import { Replay } from '../record/replay.ts';
import { personOf } from './authority.ts';
import {
  ACTS,
  adoptedIn,
  adoption,
  DEFAULT_POLICY,
  formatPolicy,
  type Policy,
  parsePolicy,
} from './policy.ts';
import { completionOf, requestOf, type Said } from './request.ts';

const keyOf = (name: string, number = 0): SignerKey =>
  signerKey('note', name, new Uint8Array(32).fill(name.charCodeAt(0) + number * 7));
const vkeyOf = (name: string, number = 0) => formatVerifierKey(keyOf(name, number));
const CHECKPOINT = 'ab'.repeat(32);
const LATER = '2026-11-28T12:15:00.000Z';
const at = (minute: number) => `2026-11-28T12:${String(minute).padStart(2, '0')}:00.000Z`;

/** A log in memory. */
class Log {
  replay = new Replay();
  entries: Uint8Array[] = [];
  minute = 0;

  constructor(origin = 'example.org/log') {
    this.add({
      kind: 'ledger-started',
      actor: { id: 'program:capstan', kind: 'program' },
      words: { origin },
    });
  }

  add(draft: Said & Pick<Entry, 'kind' | 'actor'>, signers: readonly SignerKey[] = []): number {
    const unsigned: Entry = { v: 1, seq: this.replay.size, time: at(this.minute), ...draft };
    return this.put(signers.length > 0 ? signAct(this.replay.place, unsigned, signers) : unsigned);
  }

  put(entry: Entry): number {
    const bytes = encodeEntry(entry);
    const next = this.replay.copy();
    next.take(bytes);
    this.replay = next;
    this.entries.push(bytes);
    return entry.seq;
  }

  by(name: string, kind: Kind, said: Said = {}, keys = [keyOf(name)]): number {
    return this.add({ kind, actor: personOf(name), ...said }, keys);
  }

  ask(name: string, kind: Kind, said: Said = {}): number {
    return this.by(name, 'act-requested', requestOf(kind, said, LATER));
  }

  complete(name: string, request: number): number {
    const { entry, kind } = this.replay.authority.requests.get(request)!;
    return this.by(name, kind, completionOf(entry));
  }
}

const enrolment = (name: string, roles: string): Said => ({ words: { name, roles, key: vkeyOf(name) } });

/** Ada and Bob are operators, Eve an auditor, Oda an overseer. */
function office(): Log {
  const log = new Log();
  log.by('ada', 'principal-enrolled', enrolment('ada', 'operator'));
  log.by('ada', 'principal-enrolled', enrolment('bob', 'operator'));
  for (const [name, roles] of [
    ['eve', 'auditor'],
    ['oda', 'overseer'],
  ] as const)
    log.complete('bob', log.ask('ada', 'principal-enrolled', enrolment(name, roles)));
  return log;
}

describe('where nobody is enrolled', () => {
  test('whoever is at the terminal acts as before, and signatures and requests mean nothing', () => {
    const log = new Log();
    log.by('root', 'work-stopped', {}, []);
    log.by('root', 'work-resumed', {}, []);
    expect(() => log.by('root', 'work-stopped')).toThrow('expected no signature, got one of root+');
    expect(() => log.ask('root', 'work-resumed')).toThrow('expected somebody who is enrolled, got nobody');
  });

  test('the first enrols themselves, by their own key, in a role that can enrol others', () => {
    const log = new Log();
    const refused = (said: Said, by = 'ada', keys = [keyOf('ada')]) =>
      expect(() => log.by(by, 'principal-enrolled', said, keys));
    refused(enrolment('ada', 'operator'), 'ada', []).toThrow('expected a signature of ada+');
    refused(enrolment('ada', 'operator'), 'bob').toThrow('the first person to enrol themselves');
    refused(enrolment('ada', 'auditor')).toThrow('expected somebody left for «people»');
    refused(enrolment('ada', 'king')).toThrow('expected roles of overseer, operator, auditor');
    refused(enrolment('Ada', 'operator')).toThrow('expected a name');
    refused({ words: { name: 'ada', roles: 'operator', key: vkeyOf('bob') } }).toThrow(
      'expected a key of «ada»',
    );
    log.by('ada', 'principal-enrolled', enrolment('ada', 'operator'));
    expect([...log.replay.authority.people.keys()]).toEqual(['ada']);
  });
});

describe('once somebody is enrolled', () => {
  test('what is restricted needs an enrolled key with the role, and is refused to everybody else', () => {
    const log = office();
    expect(() => log.by('root', 'work-stopped', {}, [])).toThrow('somebody who is enrolled, got person:root');
    expect(() => log.by('ada', 'work-stopped', {}, [])).toThrow('expected a signature of ada+');
    expect(() => log.by('ada', 'work-stopped', {}, [keyOf('bob')])).toThrow('got one of bob+');
    expect(() => log.by('ada', 'work-stopped', {}, [keyOf('ada'), keyOf('bob')])).toThrow('got one of ada+');
    expect(() => log.by('ada', 'work-stopped', {}, [keyOf('ada', 1)])).toThrow(
      'expected a signature of ada+',
    );
    expect(() => log.by('eve', 'answer-corrected')).toThrow(
      'expected one of overseer, operator for «correct»',
    );
    expect(() => log.add({ kind: 'work-stopped', actor: { id: 'person:ada', kind: 'script' } })).toThrow();
    log.by('eve', 'work-stopped');
  });

  test('resuming needs two people, of whom each has the role, and the stop that is in force', () => {
    const log = office();
    const stop = log.by('eve', 'work-stopped');
    const program = { actor: { id: 'program:capstan', kind: 'program' } } as const;
    expect(() => log.add({ kind: 'run-started', ...program })).toThrow('while work is stopped');
    expect(() => log.by('ada', 'work-resumed', { parents: [stop] })).toThrow('expected 2 different people');
    expect(() => log.ask('eve', 'work-resumed', { parents: [stop] })).toThrow('expected one of operator');
    expect(() => log.ask('ada', 'work-resumed')).toThrow(`expected entry ${stop}`);
    const request = log.ask('ada', 'work-resumed', { parents: [stop] });
    expect(() => log.complete('ada', request)).toThrow('expected 2 different people');
    expect(() => log.complete('eve', request)).toThrow('expected one of operator');
    expect(() => log.by('bob', 'work-resumed', { run: 'x', parents: [request, stop] })).toThrow(
      'other things',
    );
    expect(() => log.by('bob', 'content-erased', { parents: [request, stop] })).toThrow('other things');
    // Another stop is another reason: what was asked before does not lift it.
    const again = log.by('oda', 'work-stopped');
    expect(() => log.complete('bob', request)).toThrow(`expected entry ${again}`);
    const fresh = log.ask('ada', 'work-resumed', { parents: [again] });
    log.complete('bob', fresh);
    expect(log.replay.authority.halt).toBeUndefined();
    expect(() => log.by('bob', 'work-resumed', { parents: [fresh, again] })).toThrow('2 different people');
  });

  test('a request expires, and is worth nothing once who asked was withdrawn', () => {
    const log = office();
    const stop = log.by('ada', 'work-stopped');
    const request = log.ask('ada', 'work-resumed', { parents: [stop] });
    log.minute = 16;
    expect(() => log.complete('bob', request)).toThrow(`expected an act until ${LATER}`);
    log.minute = 1;
    const withdrawal = log.ask('bob', 'principal-withdrawn', { words: { name: 'ada' } });
    expect(() => log.complete('bob', withdrawal)).toThrow('2 different people');
    log.complete('ada', withdrawal); // she goes
    expect(() => log.by('ada', 'work-stopped')).toThrow('somebody who is enrolled, got person:ada');
    // With one operator left one is enough, by his own act.
    expect(() => log.by('bob', 'principal-withdrawn', { words: { name: 'bob' } })).toThrow('somebody left');
    expect(() => log.by('bob', 'principal-enrolled', enrolment('ada', 'operator'))).toThrow('a fresh key');
    log.by('bob', 'work-resumed', { parents: [stop] });
  });

  test('three where the policy says three, each of them another', () => {
    const log = office();
    log.complete('ada', log.ask('bob', 'principal-enrolled', enrolment('cyd', 'operator')));
    const resume = { roles: ['operator'], people: 3 } as const;
    const policy: Policy = { promotion: 'people', acts: { ...DEFAULT_POLICY.acts, resume } };
    expect(() => log.by('ada', 'policy-adopted', adoption(policy))).toThrow('2 different people');
    log.complete('bob', log.ask('ada', 'policy-adopted', adoption(policy)));
    expect(log.replay.authority.policy).toEqual(policy);
    const stop = log.by('ada', 'work-stopped');
    const request = log.ask('ada', 'work-resumed', { parents: [stop] });
    expect(() => log.complete('bob', request)).toThrow('expected 3 different people');
    expect(() => log.by('ada', 'act-approved', { parents: [request] })).toThrow('somebody other than ada');
    log.by('bob', 'act-approved', { parents: [request] });
    expect(() => log.complete('bob', request)).toThrow('expected 3 different people for «resume», got 2');
    log.complete('cyd', request);
  });

  describe('what they decide', () => {
    const action = (log: Log, name: string, keys = [keyOf(name)]) =>
      log.by(name, 'action-taken', { words: { action: 'reply' } }, keys);

    test('is signed from the first that is, or from an enrolment that says so; what is older stays valid', () => {
      for (const begin of [
        (log: Log) => action(log, 'oda'),
        (log: Log) => {
          const { words } = enrolment('cyd', 'auditor');
          const said = { words: { ...words, actions: 'signed' } };
          log.complete('bob', log.ask('ada', 'principal-enrolled', said));
        },
      ]) {
        const log = office();
        action(log, 'oda', []);
        action(log, 'eve', []); // whatever the roles: nobody asked
        begin(log);
        expect(() => action(log, 'oda', [])).toThrow('expected a signature of oda+');
        expect(() => action(log, 'root', [])).toThrow('somebody who is enrolled, got person:root');
        expect(() => action(log, 'eve')).toThrow('expected one of overseer, operator for «correct»');
        expect(() => action(log, 'oda', [keyOf('bob')])).toThrow('got one of bob+');
        expect(() => log.add({ kind: 'action-taken', actor: { id: 'person:oda', kind: 'script' } })).toThrow(
          'somebody who is enrolled, got person:oda',
        );
        action(log, 'oda');
        action(log, 'ada');
        log.add({ kind: 'action-taken', actor: { id: 'script:h', kind: 'script' } });
      }
    });

    test('is not signed by a program, nor by a stranger even before', () => {
      const log = office();
      const actor = { id: 'script:h', kind: 'script' } as const;
      expect(() => log.add({ kind: 'action-taken', actor }, [keyOf('ada')])).toThrow('expected no signature');
      expect(() => action(log, 'zoe')).toThrow('somebody who is enrolled, got person:zoe');
      expect(() => action(log, 'eve')).toThrow('expected one of overseer, operator for «correct»');
      expect(log.replay.authority.signsActions).toBe(false);
    });
  });

  test('what a person says of how right a model is, is signed by them; what a program measured is not', () => {
    const log = office();
    for (const kind of ['model-calibrated', 'model-audited'] as const) {
      log.by('oda', kind, {}, [keyOf('oda')]);
      expect(() => log.by('oda', kind, {}, [])).toThrow('expected a signature of oda+');
      expect(() => log.by('eve', kind, {}, [keyOf('eve')])).toThrow(
        'expected one of overseer, operator for «correct»',
      );
      expect(() => log.by('zoe', kind, {}, [])).toThrow('somebody who is enrolled, got person:zoe');
      const program = { id: 'program:capstan', kind: 'program' } as const;
      log.add({ kind, actor: program });
      expect(() => log.add({ kind, actor: program }, [keyOf('ada')])).toThrow('expected no signature');
    }
  });

  test('keys are rotated by the old and the new one; the old one is worth nothing then and never comes back', () => {
    const log = office();
    const words = { name: 'ada', key: vkeyOf('ada', 1) };
    const [old, fresh] = [keyOf('ada'), keyOf('ada', 1)];
    expect(() => log.by('ada', 'key-rotated', { words }, [old])).toThrow('expected a signature of');
    expect(() => log.by('ada', 'key-rotated', { words }, [fresh])).toThrow('expected a signature of');
    expect(() => log.by('bob', 'key-rotated', { words }, [keyOf('bob'), fresh])).toThrow(
      'a key of person:bob',
    );
    log.by('ada', 'key-rotated', { words }, [old, fresh]);
    expect(() => log.by('ada', 'work-stopped', {}, [old])).toThrow('expected a signature of');
    log.by('ada', 'work-stopped', {}, [fresh]);
    const back = { words: { name: 'ada', key: vkeyOf('ada') } };
    expect(() => log.by('ada', 'key-rotated', back, [fresh, old])).toThrow('a fresh key');
  });

  test('a promotion needs the gate that its checkpoint passed, and people where the policy says so', () => {
    const log = office();
    const program = { actor: { id: 'program:capstan', kind: 'program' } } as const;
    const subjects = [{ name: 'checkpoint', sha256: CHECKPOINT }];
    const gate = (passed: number) =>
      log.add({ kind: 'gate-decided', ...program, subjects, figures: { passed } });
    const failed = gate(0);
    const promote = (parents: number[]) => log.add({ kind: 'model-promoted', ...program, subjects, parents });
    expect(() => promote([failed])).toThrow('expected the gate that the checkpoint passed');
    const passed = gate(1);
    promote([passed]);
    const policy: Policy = { ...DEFAULT_POLICY, promotion: 'people' };
    log.complete('bob', log.ask('ada', 'policy-adopted', adoption(policy)));
    expect(() => promote([passed])).toThrow('somebody who is enrolled, got program:capstan');
    expect(() => log.ask('ada', 'model-promoted', { subjects, parents: [failed] })).toThrow('the gate that');
    log.complete('bob', log.ask('ada', 'model-promoted', { subjects, parents: [passed] }));
    log.by('eve', 'model-revoked', { subjects });
    expect(() => log.ask('ada', 'model-promoted', { subjects, parents: [passed] })).toThrow('not revoked');
  });
});

describe('a signed entry', () => {
  const log = office();
  const before = log.replay.copy();
  log.by('ada', 'work-stopped', { words: { state: 'x' }, figures: { seen: 3 } });
  const entry = JSON.parse(Buffer.from(log.entries.at(-1)!).toString()) as Entry;

  test('is refused where anything of it was changed', () => {
    const changes: readonly ((one: { -readonly [K in keyof Entry]: Entry[K] }) => unknown)[] = [
      (one) => (one.kind = 'work-paused'),
      (one) => (one.time = at(59)),
      (one) => (one.run = 'x'),
      (one) => (one.authority = 'x'),
      (one) => (one.parents = [0]),
      (one) => (one.subjects = [{ name: 'x', sha256: CHECKPOINT }]),
      (one) => (one.content = [{ field: 'reason', commitment: CHECKPOINT, bytes: 1 }]),
      (one) => (one.figures = { seen: 4 }),
      (one) => (one.words = { state: 'y' }),
      (one) => (one.actor = { ...one.actor, version: 'x' }),
      (one) => (one.actor = personOf('bob')),
      (one) => delete one.words,
      (one) => delete one.signed,
    ];
    expect(() => before.copy().take(encodeEntry(entry))).not.toThrow();
    for (const change of changes) {
      const other = structuredClone(entry);
      change(other);
      expect(() => before.copy().take(encodeEntry(other)), change.toString()).toThrow(/^entry \d+, work-/);
    }
  });

  test('is refused with any bit of its signature flipped', () => {
    fc.assert(
      fc.property(fc.nat({ max: 511 }), (bit) => {
        const bytes = Buffer.from(entry.signed![0]!.signature, 'base64');
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        const signed = [{ ...entry.signed![0]!, signature: bytes.toString('base64') }];
        expect(() => before.copy().take(encodeEntry({ ...entry, signed }))).toThrow('does not verify here');
      }),
      { numRuns: 50 },
    );
  });

  test('is refused at any other place: later, in another history, in another log', () => {
    const later = { ...entry, seq: log.replay.size };
    expect(() => log.put(later)).toThrow('does not verify here');
    const history = new Log();
    history.minute = 1;
    history.by('ada', 'principal-enrolled', enrolment('ada', 'operator'));
    while (history.replay.size < entry.seq) history.by('root', 'action-taken', {}, []);
    expect(history.replay.size).toBe(entry.seq);
    expect(() => history.put(entry)).toThrow('does not verify here');
  });
});

describe('a policy', () => {
  const rule = fc.record({
    roles: fc.subarray(['overseer', 'operator', 'auditor'] as const, { minLength: 1 }),
    people: fc.integer({ min: 1, max: 9 }),
  });
  const policies = fc
    .record({
      promotion: fc.constantFrom('gate' as const, 'people' as const),
      acts: fc.record(Object.fromEntries(ACTS.map((act) => [act, rule]))),
    })
    .map(({ promotion, acts }) => {
      const reducing = ['pause', 'stop', 'rollback', 'revoke', 'correct'];
      const fixed = Object.entries(acts).map(([act, one]) => [
        act,
        reducing.includes(act) ? { ...one, people: 1 } : one,
      ]);
      return { promotion, acts: Object.fromEntries(fixed) } as Policy;
    });

  test('comes back from its file, and from the entry that adopts it', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        expect(parsePolicy(formatPolicy(policy))).toEqual(policy);
        expect(adoptedIn(adoption(policy))).toEqual(policy);
      }),
      { numRuns: 100 },
    );
  });

  test('that says anything else is refused, and the thing is named', () => {
    const text = formatPolicy(DEFAULT_POLICY);
    const refused = (from: string | RegExp, to: string) => expect(() => parsePolicy(text.replace(from, to)));
    refused('{', '').toThrow('the policy: expected JSON');
    refused('capstan-policy-1', 'capstan-policy-2').toThrow('«format»: expected «capstan-policy-1»');
    refused('"gate"', '"nobody"').toThrow('«promotion»: expected «gate» or «people», got «"nobody"»');
    refused('"erase"', '"eraze"').toThrow('got «"eraze"»');
    refused(/"auditor"\], "people": 1/, '"auditor"], "people": 2').toThrow(
      '«people» of «pause»: expected 1, since one person may always reduce activity, got «2»',
    );
    refused('"operator"], "people": 2', '"king"], "people": 2').toThrow('«roles» of «resume»');
    refused('"people": 2', '"people": 2.5').toThrow('expected an integer from 1 to 9, got «2.5»');
    refused('"people": 2', '"people": 2, "x": 1').toThrow('expected only roles, people, got «"x"»');
    expect(() => parsePolicy('{}')).toThrow('expected «format», got nothing');
    expect(() => adoptedIn({ ...adoption(DEFAULT_POLICY), subjects: [] })).toThrow('expected the hash');
  });
});
