import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { carryOutTiny, createTiny, entriesOf, PATIENCE_MS, recorderIn } from '../../test/tiny-run.ts';
import type { Entry } from '../ledger/entry.ts';
import { modelServed } from '../run/chronicle.ts';
import { runHash } from '../run/folder.ts';
import { Folder } from '../storage/folder.ts';
import { lifeOf } from './life.ts';
import { provOf, RELATIONS } from './prov.ts';
import { statementOf } from './statement.ts';
import { whyModel } from './why.ts';

const home = fs.mkdtempSync(join(tmpdir(), 'capstan-exports-'));
const ledger = join(home, 'ledger');
const one = { path: join(home, 'one'), ledger };
let entries: readonly Entry[];
let hashes: readonly string[];

beforeAll(async () => {
  createTiny(one);
  const { record } = await carryOutTiny(one);
  hashes = record.arms[0]!.iterations.map(({ checkpoint }) => checkpoint);
  modelServed(recorderIn(ledger), 'one', hashes[1]!, 'person:bob');
  entries = entriesOf(ledger);
}, PATIENCE_MS);
afterAll(() => fs.rmSync(home, { recursive: true, force: true }));

/** What the specifications require, by hand: in-toto spec/v1/statement.md, resource_descriptor.md and digest_set.md, and
 *  slsa.dev/provenance/v1. */
const URI = '^[A-Za-z][A-Za-z0-9+.-]*:\\S+$';
const TIME = '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$';
const digest = {
  type: 'object',
  minProperties: 1,
  additionalProperties: { type: 'string', pattern: '^[0-9a-f]+$' },
};
const resource = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    uri: { type: 'string', pattern: URI },
    digest,
    annotations: { type: 'object' },
  },
  anyOf: [{ required: ['uri'] }, { required: ['digest'] }, { required: ['content'] }],
  additionalProperties: false,
};
const STATEMENT = {
  type: 'object',
  required: ['_type', 'subject', 'predicateType', 'predicate'],
  properties: {
    _type: { const: 'https://in-toto.io/Statement/v1' },
    subject: { type: 'array', minItems: 1, items: { ...resource, required: ['digest'] } },
    predicateType: { const: 'https://slsa.dev/provenance/v1' },
    predicate: {
      type: 'object',
      required: ['buildDefinition', 'runDetails'],
      properties: {
        buildDefinition: {
          type: 'object',
          required: ['buildType', 'externalParameters'],
          properties: {
            buildType: { type: 'string', pattern: URI },
            externalParameters: { type: 'object' },
            internalParameters: { type: 'object' },
            resolvedDependencies: { type: 'array', items: resource },
          },
          additionalProperties: false,
        },
        runDetails: {
          type: 'object',
          required: ['builder'],
          properties: {
            builder: {
              type: 'object',
              required: ['id'],
              properties: {
                id: { type: 'string', pattern: URI },
                version: { type: 'object', additionalProperties: { type: 'string' } },
              },
              additionalProperties: false,
            },
            metadata: {
              type: 'object',
              properties: {
                invocationId: { type: 'string' },
                startedOn: { type: 'string', pattern: TIME },
                finishedOn: { type: 'string', pattern: TIME },
              },
              additionalProperties: false,
            },
            byproducts: { type: 'array', items: resource },
          },
          additionalProperties: false,
        },
      },
      additionalProperties: false,
    },
  },
  additionalProperties: false,
};

describe('a statement about a model', () => {
  const of = (hash: string) =>
    JSON.parse(Buffer.from(statementOf(whyModel(entries, hash)[0]!, 'a-test')).toString());

  test('has what in-toto and SLSA require of one, and nothing else', () => {
    const validate = new Ajv({ strict: false }).compile(STATEMENT);
    for (const hash of hashes) {
      const statement = of(hash);
      expect(validate(statement), JSON.stringify(validate.errors)).toBe(true);
      for (const member of ['_type', 'subject', 'predicate']) {
        const { [member]: _, ...rest } = statement;
        expect(validate(rest)).toBe(false);
      }
    }
  });

  test('names the model, its examples, its parent, its configuration and who started it', () => {
    const { subject, predicate } = of(hashes[1]!);
    expect(subject[0].digest.sha256).toBe(hashes[1]);
    const written = entries.filter(({ kind }) => kind === 'examples-written')[1]!;
    const dependencies = predicate.buildDefinition.resolvedDependencies;
    expect(dependencies.map(({ name }: { name: string }) => name)).toEqual([
      'run.json',
      'examples',
      'parent',
    ]);
    expect(dependencies[0].digest.sha256).toBe(runHash(new Folder(one.path)));
    expect(dependencies[1].digest).toEqual({ merkleRfc6962Sha256: written.subjects![0]!.sha256 });
    expect(dependencies[2].digest.sha256).toBe(hashes[0]);
    expect(predicate.buildDefinition.externalParameters).toMatchObject({ startedBy: 'person:ada', seed: 1 });
    expect(predicate.runDetails.metadata.invocationId).toBe('capstan:ledger/a-test#1');
    expect(predicate.runDetails.byproducts[0].annotations).toMatchObject({ passed: 1 });
    expect(of(hashes[0]!).predicate.buildDefinition.resolvedDependencies.length).toBe(2); // no parent
  });
});

describe('the provenance of a run', () => {
  const document = () => JSON.parse(JSON.stringify(provOf(lifeOf(entries, runHash(new Folder(one.path)))!)));

  test('has the structure of PROV-JSON: what a relation names is there, and of its kind', () => {
    const { prefix, ...sections } = document();
    expect(Object.values(prefix)).toEqual(['urn:capstan:']);
    const kinds = ['entity', 'activity', 'agent'];
    const known = [...kinds, ...Object.keys(RELATIONS)];
    expect(known).toEqual(expect.arrayContaining(Object.keys(sections)));
    for (const kind of kinds)
      for (const [id, attributes] of Object.entries<Record<string, unknown>>(sections[kind])) {
        expect(id).toMatch(/^capstan:(?:[\w.-]|%[0-9A-F]{2})+$/);
        for (const [name, value] of Object.entries(attributes)) {
          expect(name).toMatch(/^(prov|capstan):[\w-]+$/);
          if (typeof value === 'object')
            expect(value).toEqual({ $: expect.any(String), type: 'prov:QUALIFIED_NAME' });
          if (/Time$/.test(name)) expect(value).toMatch(new RegExp(TIME));
        }
      }
    // PROV-DM's own table: of which kind the two ends of a relation are.
    const ENDS: { readonly [relation: string]: readonly [string, string] } = {
      wasGeneratedBy: ['entity', 'activity'],
      used: ['activity', 'entity'],
      wasDerivedFrom: ['entity', 'entity'],
      wasInformedBy: ['activity', 'activity'],
      wasAttributedTo: ['entity', 'agent'],
      wasAssociatedWith: ['activity', 'agent'],
      actedOnBehalfOf: ['agent', 'agent'],
    };
    for (const [relation, keys] of Object.entries(RELATIONS)) {
      expect(Object.keys(sections[relation]).length, relation).toBeGreaterThan(0);
      for (const [id, statement] of Object.entries<Record<string, string>>(sections[relation])) {
        expect(id).toMatch(/^_:/);
        keys.forEach((key, end) => {
          expect(sections[ENDS[relation]![end]!]).toHaveProperty([statement[key]!]);
        });
      }
    }
  });

  test('leads from the model to its data, and from the program to the person on whose behalf it acted', () => {
    const { entity, wasDerivedFrom, actedOnBehalfOf, agent, wasAttributedTo } = document();
    const model = `capstan:checkpoint-${hashes[1]}`;
    expect(entity).toHaveProperty([model]);
    const sources = Object.values<Record<string, string>>(wasDerivedFrom)
      .filter((one) => one['prov:generatedEntity'] === model)
      .map((one) => one['prov:usedEntity']!);
    expect(sources.sort()).toEqual([
      `capstan:checkpoint-${hashes[0]}`,
      expect.stringMatching(/^capstan:examples-/),
    ]);
    const label = (id: string) => agent[id]['prov:label'];
    const behalf = Object.values<Record<string, string>>(actedOnBehalfOf).map((one) => [
      label(one['prov:delegate']!),
      label(one['prov:responsible']!),
    ]);
    expect(behalf).toContainEqual(['program:capstan', 'person:ada']);
    expect(behalf).toContainEqual(['program:capstan', 'person:bob']);
    const makers = Object.values<Record<string, string>>(wasAttributedTo).map((one) =>
      label(one['prov:agent']!),
    );
    expect(new Set(makers)).toEqual(new Set(['script:H']));
  });
});
