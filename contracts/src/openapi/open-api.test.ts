import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { schemasIn } from '../json-schema.ts';
import { defineRoute, type Routes } from '../route.ts';
import { SYSTEM_ROUTES } from '../system-routes.ts';
import { SAMPLE_ROUTES } from '../testing/sample-routes.ts';
import { openApi } from './open-api.ts';

const routes: Routes = { ...SYSTEM_ROUTES, ...SAMPLE_ROUTES };
const info = { title: 'Test', version: '1' };
const document = openApi(routes, info);
const at = (...path: string[]): unknown =>
  path.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], document);

test('the same routes make the same bytes in any order', () => {
  const reversed = Object.fromEntries(Object.entries(routes).reverse());
  expect(JSON.stringify(openApi(reversed, info))).toBe(JSON.stringify(document));
});

test('a schema with an id is written once and referred to', () => {
  expect(Object.keys(at('components', 'schemas') as object)).toEqual(
    expect.arrayContaining(['Id', 'JsonValue', 'Problem', 'SampleCrate', 'Slug']),
  );
  expect(JSON.stringify(document).match(/"description":"UUIDv7/g)).toHaveLength(1);
});

test('every reference leads somewhere and every schema is JSON Schema 2020-12', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const schemas = at('components', 'schemas') as Record<string, object>;
  ajv.addSchema({ $id: 'doc', components: { schemas } });
  for (const [, part] of schemasIn(document)) {
    const ref = part['$ref'];
    if (typeof ref === 'string') expect(() => ajv.compile({ $ref: `doc${ref}` }), ref).not.toThrow();
  }
});

test('scopes, headers and errors of a route are told', () => {
  const create = at('paths', '/api/v1/crates', 'post') as Record<string, Record<string, { description: string }>>;
  expect(create['security']).toEqual([{ bearer: ['release.write'] }]);
  expect(create['responses']?.['409']?.description).toBe('CRATE_EXISTS, IDEMPOTENCY_IN_PROGRESS');
  expect(JSON.stringify(create['parameters'])).toContain('idempotency-key');
  expect(at('paths', '/api/v1/ping', 'get', 'security')).toEqual([]);
});

test('a default makes a query parameter optional', () => {
  const parameters = at('paths', '/api/v1/crates', 'get', 'parameters') as { name: string; required: boolean }[];
  expect(parameters.find(({ name }) => name === 'limit')).toMatchObject({ required: false, schema: { default: 50 } });
});

test('two different schemas with one id are refused', () => {
  const route = (id: string, schema: z.ZodType) =>
    defineRoute({ ...SAMPLE_ROUTES.ping, id, path: `/${id}`, responses: { 200: schema } });
  const make = () =>
    openApi(
      { a: route('a', z.string().meta({ id: 'TestTwin' })), b: route('b', z.int().meta({ id: 'TestTwin' })) },
      info,
    );
  expect(make).toThrow('two different schemas have the id TestTwin');
});
