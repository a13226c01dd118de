import type { PageRoute } from '../../page-route.ts';

export const SETTINGS_PAGES: readonly PageRoute[] = [
  {
    path: '/settings/account',
    title: 'Your account',
    load: () => import('./account-page.tsx'),
    nav: { group: 'Settings', icon: 'person' },
  },
  {
    path: '/settings/tokens',
    title: 'API tokens',
    load: () => import('./tokens-page.tsx'),
    scope: 'token.read',
    nav: { group: 'Settings', icon: 'key' },
  },
  {
    path: '/settings/users',
    title: 'Users',
    load: () => import('./users-page.tsx'),
    scope: 'user.read',
    nav: { group: 'Settings', icon: 'users' },
  },
  {
    path: '/settings/roles',
    title: 'Roles',
    load: () => import('./roles-page.tsx'),
    scope: 'role.read',
    nav: { group: 'Settings', icon: 'lock' },
  },
  {
    path: '/settings/clients',
    title: 'Clients',
    load: () => import('./clients-page.tsx'),
    scope: 'client.read',
    nav: { group: 'Settings', icon: 'agent' },
  },
  {
    path: '/settings/tenants',
    title: 'Tenants',
    load: () => import('./tenants-page.tsx'),
    scope: 'tenant.read',
    nav: { group: 'Settings', icon: 'settings' },
  },
];
