/** What the ledger says of a run, as PROV-JSON (W3C Member Submission of 24 April 2013, of the data model PROV-DM):
 *      entities    checkpoints, examples, the configuration
 *      activities  trainings, gates, promotions, and what people did to models
 *      agents      people, programs, scripts, models; who acted on whose behalf are the lines of responsibility
 *  An export: what counts is the ledger. */

import type { Entry } from '../ledger/entry.ts';
import { type Life, subjectOf } from './life.ts';

type Attributes = { readonly [name: string]: string | number | Typed };
interface Typed {
  readonly $: string;
  readonly type: string;
}
type Section = { [id: string]: Attributes };

export interface ProvDocument {
  readonly prefix: { readonly [prefix: string]: string };
  readonly [section: string]: Section | { readonly [prefix: string]: string };
}

export function provOf(life: Life): ProvDocument {
  const document = new Writer();
  for (const entry of life.entries) WRITERS[entry.kind]?.(document, entry, life);
  return document.done();
}

/** The relations of PROV-JSON, and what each has to name: first what the statement is about. */
export const RELATIONS = {
  wasGeneratedBy: ['prov:entity', 'prov:activity'],
  used: ['prov:activity', 'prov:entity'],
  wasDerivedFrom: ['prov:generatedEntity', 'prov:usedEntity'],
  wasInformedBy: ['prov:informed', 'prov:informant'],
  wasAttributedTo: ['prov:entity', 'prov:agent'],
  wasAssociatedWith: ['prov:activity', 'prov:agent'],
  actedOnBehalfOf: ['prov:delegate', 'prov:responsible'],
} as const;

const PREFIX = { capstan: 'urn:capstan:' };

class Writer {
  readonly #sections = new Map<string, Section>();

  add(section: string, id: string, attributes: Attributes = {}): string {
    const held = this.#sections.get(section) ?? {};
    this.#sections.set(section, held);
    held[id] = { ...held[id], ...attributes };
    return id;
  }

  /** Said once, however often. */
  relate(relation: keyof typeof RELATIONS, subject: string, object: string, more: Attributes = {}): void {
    const [first, second] = RELATIONS[relation];
    const id = `_:${relation}-${subject}-${object}`.replaceAll('capstan:', '');
    this.add(relation, id, { [first]: subject, [second]: object, ...more });
  }

  done(): ProvDocument {
    return { prefix: PREFIX, ...Object.fromEntries(this.#sections) };
  }
}

/** A local name: what it may not hold is percent-encoded. */
function named(kind: string, what: string): string {
  const safe = encodeURIComponent(what).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `capstan:${kind}-${safe}`;
}

function entity(document: Writer, entry: Entry, subject: string, kind = subject): string | undefined {
  const sha256 = subjectOf(entry, subject);
  if (sha256 === undefined) return undefined;
  return document.add('entity', named(kind, sha256), { 'prov:label': kind, 'capstan:sha256': sha256 });
}

const TYPES = {
  person: 'prov:Person',
  program: 'prov:SoftwareAgent',
  script: 'prov:SoftwareAgent',
  model: 'prov:SoftwareAgent',
};

function agent(document: Writer, { id, kind, version }: Entry['actor']): string {
  const name = named('agent', kind === 'model' && version ? `${id}-${version}` : id);
  return document.add('agent', name, {
    'prov:label': id,
    'prov:type': { $: TYPES[kind], type: 'prov:QUALIFIED_NAME' },
    ...(version !== undefined && { 'capstan:version': version }),
  });
}

/** Who is only named: a person, or the script that H is. */
function responsible(document: Writer, id: string): string {
  return agent(document, { id, kind: id.startsWith('person:') ? 'person' : 'script' });
}

/** An activity that took no time but the moment of its entry, with who did it and on whose behalf. */
function moment(document: Writer, entry: Entry, label: string): string {
  const id = document.add('activity', named('entry', String(entry.seq)), {
    'prov:label': label,
    'prov:startTime': entry.time,
    'prov:endTime': entry.time,
    ...entryAttributes(entry),
  });
  associate(document, entry, id);
  return id;
}

function associate(document: Writer, entry: Entry, activity: string): void {
  const actor = agent(document, entry.actor);
  document.relate('wasAssociatedWith', activity, actor);
  if (entry.authority !== undefined)
    document.relate('actedOnBehalfOf', actor, responsible(document, entry.authority), {
      'prov:activity': activity,
    });
}

function entryAttributes({ seq, figures = {}, words = {} }: Entry): Attributes {
  const all = { entry: seq, ...figures, ...words };
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [`capstan:${name}`, value]));
}

type Write = (document: Writer, entry: Entry, life: Life) => void;

/** The training whose end this is. */
const trainingOf = (seq: number | undefined): string => named('entry', String(seq));

function begun(document: Writer, entry: Entry): void {
  const run = moment(document, entry, entry.kind);
  const configuration = entity(document, entry, 'run.json', 'configuration');
  if (configuration) document.relate('used', run, configuration);
}

function done(document: Writer, entry: Entry): void {
  const activity = moment(document, entry, entry.kind);
  const checkpoint = entity(document, entry, 'checkpoint');
  if (checkpoint) document.relate('used', activity, checkpoint);
  for (const parent of entry.parents ?? []) document.relate('wasInformedBy', activity, trainingOf(parent));
}

const WRITERS: { readonly [kind in Entry['kind']]?: Write } = {
  'run-started': begun,
  'run-resumed': begun,
  'training-started': (document, entry, life) => {
    const id = document.add('activity', trainingOf(entry.seq), {
      'prov:label': 'training',
      'prov:startTime': entry.time,
      ...entryAttributes(entry),
    });
    const began = life.entries.find(({ seq }) => seq === entry.parents?.[0]);
    // The program trains on behalf of whoever started the run.
    associate(
      document,
      { ...entry, ...(began?.authority !== undefined && { authority: began.authority }) },
      id,
    );
    const configuration = began && entity(document, began, 'run.json', 'configuration');
    if (configuration) document.relate('used', id, configuration);
    const parent = entity(document, entry, 'parent', 'checkpoint');
    if (parent) document.relate('used', id, parent);
    if (began) document.relate('wasInformedBy', id, trainingOf(began.seq));
  },
  'training-ended': (document, entry) => {
    document.add('activity', trainingOf(entry.ends), { 'prov:endTime': entry.time });
  },
  'examples-written': (document, entry, life) => {
    const examples = entity(document, entry, 'examples')!;
    const producer = agent(document, entry.actor);
    document.relate('wasAttributedTo', examples, producer);
    const ended = life.entries.find(({ seq }) => seq === entry.parents?.[0]);
    if (ended?.ends === undefined) return;
    const training = trainingOf(ended.ends);
    document.relate('wasGeneratedBy', examples, training, { 'prov:time': entry.time });
    document.relate('wasAssociatedWith', training, producer);
    if (entry.authority !== undefined)
      document.relate('actedOnBehalfOf', producer, responsible(document, entry.authority), {
        'prov:activity': training,
      });
  },
  'gate-decided': (document, entry, life) => {
    const gate = moment(document, entry, 'gate');
    const checkpoint = entity(document, entry, 'checkpoint')!;
    document.relate('used', gate, checkpoint);
    const examples = entity(document, entry, 'examples');
    if (examples) document.relate('wasDerivedFrom', checkpoint, examples);
    const parent = entity(document, entry, 'parent', 'checkpoint');
    if (parent) document.relate('wasDerivedFrom', checkpoint, parent);
    const written = life.entries.find(({ seq }) => seq === entry.parents?.[0]);
    const ended = life.entries.find(({ seq }) => seq === written?.parents?.[0]);
    if (ended?.ends === undefined) return;
    document.relate('wasGeneratedBy', checkpoint, trainingOf(ended.ends), { 'prov:time': ended.time });
    document.relate('wasInformedBy', gate, trainingOf(ended.ends));
  },
  'gate-looked': done,
  'norms-changed': done,
  'model-promoted': done,
  'model-served': done,
  'model-rolled-back': done,
  'model-revoked': done,
  'model-calibrated': done,
  'model-audited': done,
  'answer-corrected': done,
};
