import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { contractFaults, publicRoutes, routesWithoutScopes } from './route-faults.ts';
import { bytes, defineRoute, empty, type Route } from './route.ts';
import { SYSTEM_ROUTES } from './system-routes.ts';
import { SAMPLE_ROUTES } from './testing/sample-routes.ts';

const base = {
  id: 'sample.one',
  method: 'POST',
  path: '/api/v1/one',
  summary: 'One',
  scopes: ['release.read'],
  responses: { 204: empty },
  errors: {},
} as const satisfies Route;
const faultsOf = (route: Partial<Route>) => contractFaults({ one: defineRoute({ ...base, ...route }) });

describe('contracts', () => {
  test('the contracts of the product keep every rule', () => {
    expect(contractFaults({ ...SYSTEM_ROUTES, ...SAMPLE_ROUTES })).toEqual([]);
  });

  test('a schema is wire-safe: no dates, bigints, maps, transforms or coercion, in either direction', () => {
    const unsafe = [
      z.date(),
      z.bigint(),
      z.map(z.string(), z.string()),
      z.string().transform((text) => text.length),
      z.preprocess((value) => value, z.string()),
      z.coerce.number(),
      z.string().catch(''),
      z.symbol(),
      z.custom<string>(() => true),
    ];
    for (const schema of unsafe) {
      const [sent] = faultsOf({ body: z.strictObject({ a: z.array(schema).optional() }) });
      const [answered] = faultsOf({ responses: { 200: z.object({ a: schema }) } });
      expect(sent, schema._zod.def.type).toMatch(/body is not wire-safe/);
      expect(answered, schema._zod.def.type).toMatch(/response 200 is not wire-safe/);
    }
  });

  test('a request refuses unknown members at every depth, an answer bears them', () => {
    expect(faultsOf({ body: z.strictObject({ deep: z.array(z.object({ a: z.string() })) }) })).toEqual([
      'sample.one: body/properties/deep/items takes unknown members; use z.strictObject',
    ]);
    expect(faultsOf({ responses: { 200: z.object({ deep: z.strictObject({ a: z.string() }) }) } })).toEqual([
      'sample.one: response 200/properties/deep refuses unknown members; use z.object',
    ]);
  });

  test('path and params name the same parameters', () => {
    expect(faultsOf({ path: '/api/v1/one/{a}' })).toEqual(['sample.one: params and the parameters of the path differ']);
    expect(faultsOf({ path: '/api/v1/one/{a}', params: z.strictObject({ a: z.string() }) })).toEqual([]);
  });

  test('ids and places are given once, whatever the parameters are called', () => {
    const params = z.strictObject({ a: z.string() });
    const other = z.strictObject({ b: z.string() });
    expect(
      contractFaults({
        one: { ...base, path: '/one/{a}', params },
        two: { ...base, path: '/one/{b}', params: other },
      }),
    ).toEqual(['sample.one: two routes have this id', 'sample.one: another route has POST /one/{}']);
  });

  test.each<[string, Partial<Route>]>([
    ['a GET has no body', { method: 'GET', body: z.strictObject({}) }],
    ['a GET is idempotent without a key', { method: 'GET', idempotent: true }],
    ['an idempotent route takes JSON: streams are not compared', { idempotent: true, body: bytes('a/b') }],
    ['auditsRead is for reads; changes are always recorded', { auditsRead: true }],
    ['If-Match is for changes', { method: 'GET', ifMatch: true }],
    ['no answer is declared', { responses: {} }],
    ['answers are declared for 2xx and 503 only', { responses: { 404: empty } }],
    ['the id is not area.verb', { id: 'one' }],
    ['the path is not lower-case segments and {parameters}', { path: '/api/:id' }],
    ['query is not an object', { query: z.array(z.string()) }],
    ['a paged route has limit and cursor in its query, items and next in its answer', { method: 'GET', paging: true }],
  ])('%s', (sentence, route) => {
    expect(faultsOf(route).join('\n')).toContain(sentence);
  });

  test('routes without authentication or scope can be listed for a reviewer', () => {
    expect(publicRoutes(SAMPLE_ROUTES)).toEqual(['GET /api/v1/ping']);
    expect(routesWithoutScopes(SAMPLE_ROUTES)).toEqual([
      'GET /api/v1/crates/events (authenticated)',
      'GET /api/v1/ping (public)',
    ]);
  });
});
