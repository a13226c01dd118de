import { SCOPES } from '@stella-ops/contracts';
import { EVENTS, ROUTES_BY_SERVICE } from '@stella-ops/contracts/catalogue';
import { names, page, table } from './page.ts';

/** docs/reference/scopes.md: every permission, and what it opens. */
export function scopeReference(): string {
  const routes = Object.values(ROUTES_BY_SERVICE).flatMap((ofService) => Object.values(ofService));
  const rows = Object.entries(SCOPES).map(([scope, sentence]) => {
    const opened = routes.filter(({ scopes }) => typeof scopes !== 'string' && scopes.some((one) => one === scope));
    const seen = EVENTS.filter((event) => event.scope === scope).map(({ type }) => type);
    return [`\`${scope}\``, sentence, names(opened.map(({ id }) => id)), names(seen)];
  });
  return page(
    'Scopes',
    'the scope catalogue and the routes in `contracts`',
    'A token carries scopes; a route asks for all that it names. The colon style means the same: `release:read` is `release.read`. Paths of the routes: [api.md](api.md).',
    table(['scope', 'allows to', 'routes', 'events seen'], rows),
  );
}
