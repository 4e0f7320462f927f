import { expect, test } from 'vitest';
import { memoryPlace } from '../../test/place.ts';
import { server } from './server.ts';

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: object;
  }[];
  readonly responses: { readonly [status: string]: object };
}

test('the document names each operation once, who may ask, and what else may be said', async () => {
  const response = await server(memoryPlace({})).request('http://localhost:7411/api/openapi.json');
  const text = await response.text();
  const document = JSON.parse(text) as {
    readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
    readonly components: {
      readonly schemas: object;
      readonly securitySchemes: { readonly cookie: { readonly name: string } };
    };
  };
  expect(Object.keys(document.components.schemas)).toContain('Problem');
  expect(document.components.securitySchemes.cookie.name).toBe('capstan-7411');
  const operations = Object.values(document.paths).flatMap((one) => Object.values(one));
  const ids = operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(operations.length);
  expect(ids).toContain('getHealth');
  const { parameters: rows } = operations.find(({ operationId }) => operationId === 'getTreesByRunRows')!;
  expect(rows!.map(({ name, required }) => [name, required])).toEqual([
    ['run', true],
    ['from', true],
    ['to', true],
  ]);
  for (const { summary, responses, security, parameters = [] } of operations) {
    for (const one of parameters.filter((own) => own.in === 'path'))
      expect([one.required, JSON.stringify(one.schema).includes('null')]).toEqual([true, false]);
    expect(summary).toBeTruthy();
    expect(Object.keys(responses)).toContain('429');
    if (security) expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '403']));
  }
});
