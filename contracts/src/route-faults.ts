import { jsonSchemaOf, schemasIn, type View } from './json-schema.ts';
import { textKinds } from './query.ts';
import { isSchema, type Route, type Routes, type Schema } from './route.ts';

const ID = /^[a-z][a-zA-Z]*(?:\.[a-z][a-zA-Z]*)+$/;
const PATH = /^(?:\/(?:[a-z0-9.][a-z0-9.-]*|\{[a-z][a-zA-Z]*\}))+$/;

/** Names of the `{…}` segments of a path, in order. */
export function pathParameters(path: string): string[] {
  return [...path.matchAll(/\{([a-zA-Z]+)\}/g)].map(([, name]) => name ?? '');
}

/**
 * Every breach of the rules that contracts keep, one sentence each: for a test over all contracts of the product.
 * Requests are strict (an unknown member is a caller's mistake), answers open (an old client reads a new server).
 */
export function contractFaults(routes: Routes): string[] {
  const faults: string[] = [];
  const ids = new Set<string>();
  const places = new Set<string>();
  for (const route of Object.values(routes)) {
    const place = `${route.method} ${route.path.replace(/\{[^}]*\}/g, '{}')}`;
    if (ids.has(route.id)) faults.push(`${route.id}: two routes have this id`);
    if (places.has(place)) faults.push(`${route.id}: another route has ${place}`);
    ids.add(route.id);
    places.add(place);
    faults.push(...routeFaults(route).map((fault) => `${route.id}: ${fault}`));
  }
  return faults;
}

function routeFaults(route: Route): string[] {
  return [
    ...formFaults(route),
    ...inputFaults(route),
    ...Object.entries(route.responses).flatMap(([status, body]) => {
      if (isSchema(body)) return schemaFaults(body, 'response', `response ${status}`);
      return body.kind === 'events' ? schemaFaults(body.item, 'response', `response ${status}`) : [];
    }),
    ...pagingFaults(route),
  ];
}

function formFaults(route: Route): string[] {
  const faults: string[] = [];
  const isRead = route.method === 'GET';
  const statuses = Object.keys(route.responses).map(Number);
  if (!ID.test(route.id)) faults.push('the id is not area.verb');
  if (!PATH.test(route.path)) faults.push('the path is not lower-case segments and {parameters}');
  if (statuses.length === 0) faults.push('no answer is declared');
  if (statuses.some((status) => (status < 200 || status > 299) && status !== 503)) {
    faults.push('answers are declared for 2xx and 503 only');
  }
  if (route.body !== undefined && (isRead || route.method === 'DELETE')) faults.push(`a ${route.method} has no body`);
  if (route.idempotent === true && isRead) faults.push('a GET is idempotent without a key');
  if (route.idempotent === true && route.body !== undefined && !isSchema(route.body)) {
    faults.push('an idempotent route takes JSON: streams are not compared');
  }
  if (route.auditsRead === true && !isRead) faults.push('auditsRead is for reads; changes are always recorded');
  if (route.ifMatch === true && isRead) faults.push('If-Match is for changes');
  return faults;
}

function inputFaults(route: Route): string[] {
  const faults: string[] = [];
  const declared = route.params === undefined ? [] : [...(textKinds(route.params)?.keys() ?? [])];
  if (declared.toSorted().join() !== pathParameters(route.path).toSorted().join()) {
    faults.push('params and the parameters of the path differ');
  }
  for (const [name, schema] of [
    ['params', route.params],
    ['query', route.query],
  ] as const) {
    if (schema === undefined) continue;
    faults.push(...schemaFaults(schema, 'request', name));
    if (textKinds(schema) === undefined) faults.push(`${name} is not an object`);
  }
  if (isSchema(route.body)) faults.push(...schemaFaults(route.body, 'request', 'body'));
  return faults;
}

function schemaFaults(schema: Schema, view: View, name: string): string[] {
  let made;
  try {
    // Always as sent: the other view leaves out whether unknown members are taken.
    made = jsonSchemaOf(schema, 'request');
  } catch (error) {
    return [`${name} is not wire-safe: ${error instanceof Error ? error.message : String(error)}`];
  }
  const faults: string[] = [];
  for (const [pointer, part] of schemasIn(made)) {
    if (part['type'] !== 'object' || part['properties'] === undefined) continue;
    const isStrict = part['additionalProperties'] === false;
    if (view === 'request' && !isStrict) faults.push(`${name}${pointer} takes unknown members; use z.strictObject`);
    if (view === 'response' && isStrict) faults.push(`${name}${pointer} refuses unknown members; use z.object`);
  }
  for (const [pointer] of schemasIn(made)) {
    if (/\/\$defs\/__schema\d+$/.test(pointer)) faults.push(`${name}${pointer} is recursive without an id`);
  }
  return faults;
}

function pagingFaults(route: Route): string[] {
  if (route.paging !== true) return [];
  const query = route.query === undefined ? undefined : textKinds(route.query);
  const ok = route.responses[200];
  const page = isSchema(ok) ? textKinds(ok) : undefined;
  const isPaged =
    query?.has('limit') === true && query.has('cursor') && page?.has('items') === true && page.has('next');
  return isPaged ? [] : ['a paged route has limit and cursor in its query, items and next in its answer'];
}

/** Routes that anybody can call without logging in, for a reviewer to read. */
export function publicRoutes(routes: Routes): string[] {
  return Object.values(routes)
    .filter((route) => route.scopes === 'public')
    .map((route) => `${route.method} ${route.path}`)
    .sort();
}

/** Routes that ask for no scope: public ones, and those that any logged-in caller of a tenant can call. */
export function routesWithoutScopes(routes: Routes): string[] {
  return Object.values(routes)
    .filter((route) => typeof route.scopes === 'string')
    .map((route) => `${route.method} ${route.path} (${String(route.scopes)})`)
    .sort();
}
