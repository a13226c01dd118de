import { compareText, sortedBy, sortedUnique } from '@stella-ops/engine-kernel/order';
import { API_ERRORS, type ErrorTable } from '../errors.ts';
import { HEADERS } from '../headers.ts';
import { type JsonSchema } from '../json-schema.ts';
import { Problem, PROBLEM_MEDIA_TYPE } from '../problem.ts';
import { isSchema, type ResponseBody, type Route, type Routes } from '../route.ts';
import { SCOPES } from '../scopes.ts';
import { Components } from './components.ts';

export interface ApiInfo {
  readonly title: string;
  readonly version: string;
}

/**
 * The OpenAPI 3.1 document of some routes: same routes, same bytes, whatever their order.
 *
 * @throws Error when a schema is not wire-safe, or two schemas share an id
 */
export function openApi(routes: Routes, info: ApiInfo): JsonSchema {
  const components = new Components();
  const problem = components.schemaOf(Problem, 'response');
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of sortedBy(
    Object.values(routes),
    (route) => route.path,
    (route) => route.method,
  )) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route, components, problem);
  }
  return {
    openapi: '3.1.0',
    info,
    paths,
    components: {
      schemas: components.schemas(),
      securitySchemes: {
        bearer: {
          type: 'openIdConnect',
          openIdConnectUrl: '/oidc/.well-known/openid-configuration',
          description: Object.entries(SCOPES)
            .map(([scope, summary]) => `${scope}: ${summary}`)
            .join('\n'),
        },
      },
    },
  };
}

function operationOf(route: Route, components: Components, problem: JsonSchema): JsonSchema {
  const errors: ErrorTable = { ...errorsOf(route), ...route.errors };
  const byStatus = Map.groupBy(Object.entries(errors), ([, row]) => row.status);
  const responses: Record<string, unknown> = {};
  for (const [status, body] of Object.entries(route.responses)) {
    responses[status] = { description: 'Success', ...contentOf(body, components) };
  }
  for (const [status, rows] of byStatus) {
    responses[status] = {
      description: sortedUnique(rows.map(([code]) => code)).join(', '),
      content: { [PROBLEM_MEDIA_TYPE]: { schema: problem } },
    };
  }
  return {
    operationId: route.id,
    summary: route.summary,
    tags: [route.id.split('.')[0]],
    security: route.scopes === 'public' ? [] : [{ bearer: scopesOf(route) }],
    parameters: [
      ...parametersOf(route, 'path', components),
      ...parametersOf(route, 'query', components),
      ...headerParametersOf(route),
    ],
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, ...requestContentOf(route.body, components) } }),
    responses,
    ...(route.auditsRead === true ? { 'x-stella-audits-read': true } : {}),
  };
}

function scopesOf(route: Route): string[] {
  return typeof route.scopes === 'string' ? [] : [...route.scopes].sort(compareText);
}

/** The common errors that this route can really answer with. */
function errorsOf(route: Route): ErrorTable {
  const codes: (keyof typeof API_ERRORS)[] = ['INTERNAL', 'RATE_LIMITED', 'REQUEST_INVALID', 'DEADLINE_EXCEEDED'];
  if (route.scopes !== 'public') codes.push('AUTH_REQUIRED', 'AUTH_INVALID', 'TENANT_MISMATCH');
  if (Array.isArray(route.scopes)) codes.push('SCOPE_MISSING');
  if (route.params !== undefined) codes.push('NOT_FOUND');
  if (route.body !== undefined) codes.push('BODY_TOO_LARGE', 'BODY_TOO_SLOW', 'MEDIA_TYPE_UNSUPPORTED');
  if (route.paging === true) codes.push('CURSOR_INVALID');
  if (route.ifMatch === true) codes.push('PRECONDITION_REQUIRED', 'PRECONDITION_FAILED');
  if (route.idempotent === true) {
    codes.push('IDEMPOTENCY_KEY_INVALID', 'IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_IN_PROGRESS');
  }
  return Object.fromEntries(codes.map((code) => [code, API_ERRORS[code]]));
}

function parametersOf(route: Route, place: 'path' | 'query', components: Components): JsonSchema[] {
  const source = place === 'path' ? route.params : route.query;
  if (source === undefined) return [];
  const object = components.inline(source, 'request');
  const required = new Set((object['required'] as string[] | undefined) ?? []);
  return Object.entries((object['properties'] as Record<string, unknown> | undefined) ?? {}).map(([name, schema]) => ({
    name,
    in: place,
    required: place === 'path' || required.has(name),
    schema,
  }));
}

function headerParametersOf(route: Route): JsonSchema[] {
  const header = (name: string, required = false): JsonSchema => ({
    name,
    in: 'header',
    required,
    schema: { type: 'string' },
  });
  return [
    ...(route.scopes === 'public' ? [] : [header(HEADERS.tenant)]),
    ...(route.idempotent === true ? [header(HEADERS.idempotencyKey)] : []),
    ...(route.ifMatch === true ? [header('if-match', true)] : []),
    ...(Object.values(route.responses).some((body) => !isSchema(body) && body.kind === 'events')
      ? [header(HEADERS.lastEventId)]
      : []),
  ];
}

function requestContentOf(body: NonNullable<Route['body']>, components: Components): JsonSchema {
  if (!isSchema(body)) return bytesContent(body.mediaTypes);
  return { content: { 'application/json': { schema: components.schemaOf(body, 'request') } } };
}

function contentOf(body: ResponseBody, components: Components): JsonSchema {
  if (isSchema(body)) return { content: { 'application/json': { schema: components.schemaOf(body, 'response') } } };
  if (body.kind === 'empty') return {};
  if (body.kind === 'bytes') return bytesContent(body.mediaTypes);
  return {
    content: {
      'text/event-stream': { schema: { type: 'string' }, 'x-stella-data': components.schemaOf(body.item, 'response') },
    },
  };
}

function bytesContent(mediaTypes: readonly string[]): JsonSchema {
  return { content: Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, {}])) };
}
