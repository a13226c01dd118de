import type { PageRoute } from '../../page-route.ts';

export const RELEASES_PAGES: readonly PageRoute[] = [
  {
    path: '/approvals',
    title: 'Approvals',
    load: () => import('./approvals-page.tsx'),
    scope: 'promotion.read',
    nav: { group: 'Releases', icon: 'inbox', keys: 'g a' },
  },
  {
    path: '/promotions',
    title: 'Promotions',
    load: () => import('./promotions-page.tsx'),
    scope: 'promotion.read',
    nav: { group: 'Releases', icon: 'promotion', keys: 'g p' },
  },
  {
    path: '/promotions/$promotionId',
    title: 'Promotion',
    load: () => import('./promotion-page.tsx'),
    scope: 'promotion.read',
  },
  {
    path: '/deployments',
    title: 'Deployments',
    load: () => import('./deployments-page.tsx'),
    scope: 'promotion.read',
    nav: { group: 'Releases', icon: 'deploy', keys: 'g o' },
  },
  {
    path: '/deployments/$deploymentId',
    title: 'Deployment',
    load: () => import('./deployment-page.tsx'),
    scope: 'promotion.read',
  },
  {
    path: '/releases',
    title: 'Releases',
    load: () => import('./releases-page.tsx'),
    scope: 'release.read',
    nav: { group: 'Releases', icon: 'release', keys: 'g r' },
  },
  {
    path: '/releases/$releaseId',
    title: 'Release',
    load: () => import('./release-page.tsx'),
    scope: 'release.read',
  },
  {
    path: '/components',
    title: 'Components',
    load: () => import('./components-page.tsx'),
    scope: 'component.read',
    nav: { group: 'Releases', icon: 'box', keys: 'g c' },
  },
  {
    path: '/components/$componentId',
    title: 'Component',
    load: () => import('./component-page.tsx'),
    scope: 'component.read',
  },
  {
    path: '/environments',
    title: 'Environments',
    load: () => import('./environments-page.tsx'),
    scope: 'environment.read',
    nav: { group: 'Releases', icon: 'environment', keys: 'g e' },
  },
  {
    path: '/environments/$environmentId',
    title: 'Environment',
    load: () => import('./environment-page.tsx'),
    scope: 'environment.read',
  },
  {
    path: '/digests/$digest',
    title: 'What is where',
    load: () => import('./digest-page.tsx'),
    scope: 'release.read',
  },
];
