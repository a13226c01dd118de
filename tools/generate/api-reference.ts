import { openApi, type Route } from '@stella-ops/contracts';
import { ROUTES_BY_SERVICE } from '@stella-ops/contracts/catalogue';
import { VERSION } from '../../apps/cli/src/version.ts';
import { names, page, table } from './page.ts';

/** docs/reference/openapi.json: every route, for programs. */
export function openApiDocument(): string {
  const routes = Object.fromEntries(
    Object.values(ROUTES_BY_SERVICE).flatMap((ofService) => Object.values(ofService).map((route) => [route.id, route])),
  );
  return JSON.stringify(openApi(routes, { title: 'Stella Ops', version: VERSION }));
}

/** docs/reference/api.md: the same for people. */
export function apiReference(): string {
  const sections = Object.entries(ROUTES_BY_SERVICE).map(([service, routes]) => {
    const rows = Object.values(routes).map((route) => [
      route.method,
      `\`${route.path}\``,
      typeof route.scopes === 'string' ? route.scopes : names(route.scopes),
      summaryOf(route),
      names(Object.keys(route.errors)),
    ]);
    return `## ${service}\n\n${table(['method', 'path', 'scopes', 'summary', 'errors'], rows)}`;
  });
  return page(
    'API',
    'the routes in `contracts`',
    'Schemas of parameters, bodies and answers: [openapi.json](openapi.json). What the scopes mean: [scopes.md](scopes.md). Errors are problems (RFC 9457) with a stable `code`: [errors.md](errors.md). The column names those of the route itself; any route can also answer `REQUEST_INVALID`, `AUTH_REQUIRED`, `AUTH_INVALID`, `SCOPE_MISSING`, `TENANT_MISMATCH`, `RATE_LIMITED`, `DEADLINE_EXCEEDED` and `INTERNAL`, and one with an id in its path `NOT_FOUND`.',
    '*authenticated*: any caller of a tenant. *public*: no authentication. **pages**: `limit` and `cursor`, answered with `items` and `next`. **once**: takes an `Idempotency-Key`. **if-match**: needs the ETag that was read. **audited**: each read is recorded before the answer leaves.',
    ...sections,
  );
}

function summaryOf(route: Route): string {
  const marks = [
    ...(route.paging === true ? ['pages'] : []),
    ...(route.idempotent === true ? ['once'] : []),
    ...(route.ifMatch === true ? ['if-match'] : []),
    ...(route.auditsRead === true ? ['audited'] : []),
  ];
  return [route.summary, ...marks.map((mark) => `**${mark}**`)].join(' · ');
}
