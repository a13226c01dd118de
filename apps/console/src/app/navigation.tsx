import { useCan } from '../api/me.ts';
import { NAV_GROUPS } from '../page-route.ts';
import { Icon } from '../ui/icon.tsx';
import { AppLink } from '../ui/link.tsx';
import { useUrlText } from '../ui/url-state.ts';
import { PAGES } from './routes.ts';

/** Pages in five groups. The filter of the environment goes along. */
export function Navigation() {
  const can = useCan();
  const [environment] = useUrlText('environment');
  const query = environment === undefined ? '' : `?environment=${environment}`;
  return (
    <nav aria-label="Pages" className="navigation">
      {NAV_GROUPS.map((group) => {
        const pages = PAGES.filter(({ nav, scope }) => nav?.group === group && (scope === undefined || can(scope)));
        if (pages.length === 0) return null;
        return (
          <section key={group} aria-labelledby={`nav-${group}`}>
            <h2 id={`nav-${group}`}>{group}</h2>
            <ul>
              {pages.map(({ path, title, nav }) => (
                <li key={path}>
                  <AppLink to={`${path}${query}`} className="nav-link">
                    <Icon name={nav?.icon ?? 'circle'} />
                    <span>{title}</span>
                  </AppLink>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </nav>
  );
}
