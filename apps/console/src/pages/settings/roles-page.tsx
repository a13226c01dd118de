import './settings.css';
import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { useApi, useMe } from '../../api/index.ts';
import { Loaded, Page, Section, StateBadge } from '../../ui/index.ts';
import { ScopeList } from './scope-list.tsx';
import { counted } from '../shared/words.ts';

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
          <div className="stack">
            {body.roles.map((role) => (
              <Section
                key={role.name}
                title={role.name}
                sentence={`${role.summary}.`}
                actions={own.includes(role.name) ? <StateBadge tone="running" word="Yours" icon="person" /> : undefined}
              >
                <details>
                  <summary>{counted(role.scopes.length, 'permission')}</summary>
                  <ScopeList scopes={role.scopes} />
                </details>
              </Section>
            ))}
          </div>
        )}
      </Loaded>
    </Page>
  );
}
