import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useCan, useMe } from '../api/me.ts';
import { useApi } from '../api/use-api.ts';
import { Icon } from '../ui/icon.tsx';
import { IconButton } from '../ui/button.tsx';
import { AppLink } from '../ui/link.tsx';
import { useUrlText } from '../ui/url-state.ts';
import { ConnectionState } from './connection-state.tsx';
import { overlay } from './overlay.ts';
import { UserMenu } from './user-menu.tsx';

/** Tenant, environment filter, search, connection, person. */
export function TopBar({ isMenuOpen, onMenu }: { readonly isMenuOpen: boolean; readonly onMenu: () => void }) {
  const me = useMe();
  return (
    <header className="top-bar">
      <span className="top-menu">
        <IconButton icon="menu" label="Pages" onPress={onMenu} isExpanded={isMenuOpen} />
      </span>
      <AppLink to="/" className="brand">
        <Mark />
        <span>Stella Ops</span>
      </AppLink>
      {me === undefined ? null : (
        <span className="tenant" title={`Tenant ${me.tenant.name}`}>
          <span className="unseen">Tenant </span>
          {me.tenant.name}
        </span>
      )}
      <EnvironmentFilter />
      <button
        type="button"
        className="search-button"
        aria-keyshortcuts="Control+K"
        onClick={() => overlay.set('palette')}
      >
        <Icon name="search" />
        <span className="search-words">Search and commands</span>
        <kbd>Ctrl K</kbd>
      </button>
      <ConnectionState />
      <UserMenu />
    </header>
  );
}

function EnvironmentFilter() {
  const can = useCan();
  const [environment, choose] = useUrlText('environment');
  const query = { limit: 200 };
  const list = useApi(RELEASES_ROUTES.listEnvironments, { query }, { isEnabled: can('environment.read') });
  const environments = list.data?.body.items ?? [];
  if (environments.length === 0) return null;
  // The browser's own list: it is quick, and right on every device and with every aid.
  return (
    <label className="environment-filter">
      <span className="unseen">Environment</span>
      <select value={environment ?? ''} onChange={(event) => choose(event.target.value)}>
        <option value="">All environments</option>
        {environments.map(({ id, name }) => (
          <option key={id} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Mark() {
  return (
    <svg width="24" height="24" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="var(--accent)" />
      <path d="M16 5l2.9 8.1L27 16l-8.1 2.9L16 27l-2.9-8.1L5 16l8.1-2.9z" fill="var(--accent-ink)" />
    </svg>
  );
}
