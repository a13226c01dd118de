import type { PageRoute } from '../../page-route.ts';

export const HOME_PAGES: readonly PageRoute[] = [
  {
    path: '/',
    title: 'Pipeline board',
    load: () => import('./home-page.tsx'),
    scope: 'release.read',
    nav: { group: 'Releases', icon: 'board', keys: 'g h' },
  },
];
