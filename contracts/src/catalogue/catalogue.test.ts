import { expect, test } from 'vitest';
import { contractFaults, routesWithoutScopes } from '../route-faults.ts';
import { SCOPES } from '../scopes.ts';
import { EVENTS, ROUTES_BY_SERVICE } from './index.ts';

const routes = Object.fromEntries(
  Object.values(ROUTES_BY_SERVICE).flatMap((table) => Object.values(table).map((route) => [route.id, route])),
);

test('every route keeps the rules of contracts', () => {
  expect(contractFaults(routes)).toEqual([]);
});

test('routes that need no scope are these', () => {
  expect(routesWithoutScopes(routes)).toEqual([
    'GET /api/v1/events (authenticated)',
    'GET /api/v1/whoami (authenticated)',
    'GET /capabilities (public)',
    'GET /health/liveness (public)',
    'GET /health/readiness (public)',
    'GET /metrics (public)',
    'GET /version (public)',
    'POST /agent/v1/enrol (public)',
    'POST /api/v1/password (authenticated)',
  ]);
});

test('every scope is asked for by a route', () => {
  const asked = new Set(Object.values(routes).flatMap(({ scopes }) => (typeof scopes === 'string' ? [] : scopes)));
  expect(Object.keys(SCOPES).filter((scope) => !(asked as Set<string>).has(scope))).toEqual([]);
});

test('events have unique types of area, thing and past tense', () => {
  const types = EVENTS.map(({ type }) => type);
  expect(new Set(types).size).toBe(types.length);
  for (const type of types) expect(type).toMatch(/^[a-z]+\.[a-z-]+\.[a-z-]+$/);
});
