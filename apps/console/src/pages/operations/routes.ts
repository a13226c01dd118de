import type { PageRoute } from '../../page-route.ts';

export const OPERATIONS_PAGES: readonly PageRoute[] = [
  {
    path: '/targets',
    title: 'Targets',
    load: () => import('./targets-page.tsx'),
    scope: 'environment.read',
    nav: { group: 'Operations', icon: 'target', keys: 'g t' },
  },
  { path: '/targets/$targetId', title: 'Target', load: () => import('./target-page.tsx'), scope: 'environment.read' },
  {
    path: '/agents',
    title: 'Agents',
    load: () => import('./agents-page.tsx'),
    scope: 'environment.read',
    nav: { group: 'Operations', icon: 'agent' },
  },
  {
    path: '/audit',
    title: 'Audit trail',
    load: () => import('./audit-page.tsx'),
    scope: 'audit.read',
    nav: { group: 'Operations', icon: 'audit', keys: 'g u' },
  },
];
