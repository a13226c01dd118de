import type { PageRoute } from '../../page-route.ts';

export const SECURITY_PAGES: readonly PageRoute[] = [
  {
    path: '/images',
    title: 'Images',
    load: () => import('./images-page.tsx'),
    scope: 'scanner.read',
    nav: { group: 'Security', icon: 'image', keys: 'g i' },
  },
  { path: '/images/$imageDigest', title: 'Image', load: () => import('./image-page.tsx'), scope: 'scanner.read' },
  {
    path: '/findings',
    title: 'Findings',
    load: () => import('./findings-page.tsx'),
    scope: 'findings.read',
    nav: { group: 'Security', icon: 'finding', keys: 'g f' },
  },
  { path: '/findings/$findingId', title: 'Finding', load: () => import('./finding-page.tsx'), scope: 'findings.read' },
  {
    path: '/exceptions',
    title: 'Exceptions',
    load: () => import('./exceptions-page.tsx'),
    scope: 'exception.read',
    nav: { group: 'Security', icon: 'exception', keys: 'g x' },
  },
  {
    path: '/exceptions/$exceptionId',
    title: 'Exception',
    load: () => import('./exception-page.tsx'),
    scope: 'exception.read',
  },
  {
    path: '/policies',
    title: 'Policies',
    load: () => import('./policies-page.tsx'),
    scope: 'policy.read',
    nav: { group: 'Security', icon: 'policy' },
  },
  { path: '/policies/$policyDigest', title: 'Policy', load: () => import('./policy-page.tsx'), scope: 'policy.read' },
  {
    path: '/decisions',
    title: 'Decisions',
    load: () => import('./decisions-page.tsx'),
    scope: 'policy.read',
    nav: { group: 'Security', icon: 'check', keys: 'g d' },
  },
  {
    path: '/decisions/$decisionId',
    title: 'Decision',
    load: () => import('./decision-page.tsx'),
    scope: 'policy.read',
  },
  {
    path: '/advisories',
    title: 'Advisories',
    load: () => import('./advisories-page.tsx'),
    scope: 'advisory.read',
    nav: { group: 'Security', icon: 'alert' },
  },
  {
    path: '/advisories/$vulnerability',
    title: 'Advisory',
    load: () => import('./advisory-page.tsx'),
    scope: 'advisory.read',
  },
  {
    path: '/vex',
    title: 'VEX',
    load: () => import('./vex-page.tsx'),
    scope: 'vex.read',
    nav: { group: 'Security', icon: 'vex' },
  },
];
