import '../common/layout.css';
import './settings.css';
import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { useApi, useMe } from '../../api/index.ts';
import { Loaded, Page, StateBadge } from '../../ui/index.ts';
import { ScopeDetails } from './scope-list.tsx';
import { counted } from '../common/words.ts';

export function Component() {
  const roles = useApi(AUTHORITY_ROUTES.listRoles, {});
  const own = useMe()?.roles ?? [];
  return (
    <Page
      title="Roles"
      sentence="What each role may do. Roles are part of the product: they change with a release, never by hand."
      command="stella user roles"
      asOfMs={roles.data?.asOfMs}
    >
      <Loaded query={roles} lines={10}>
        {({ body }) => (
          <ul className="role-list">
            {body.roles.map((role) => (
              <li key={role.name}>
                <div className="row">
                  <h2>{role.name}</h2>
                  {own.includes(role.name) ? <StateBadge tone="running" word="Yours" icon="person" /> : null}
                </div>
                <p className="quiet">{role.summary}.</p>
                <ScopeDetails summary={counted(role.scopes.length, 'permission')} scopes={role.scopes} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Page>
  );
}
