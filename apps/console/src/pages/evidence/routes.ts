import type { PageRoute } from '../../page-route.ts';

export const EVIDENCE_PAGES: readonly PageRoute[] = [
  {
    path: '/evidence',
    title: 'Evidence',
    load: () => import('./evidence-page.tsx'),
    scope: 'evidence.read',
    nav: { group: 'Evidence', icon: 'evidence', keys: 'g v' },
  },
  {
    path: '/evidence/$packetId',
    title: 'Evidence packet',
    load: () => import('./packet-page.tsx'),
    scope: 'evidence.read',
  },
  {
    path: '/transparency-log',
    title: 'Transparency log',
    load: () => import('./log-page.tsx'),
    scope: 'evidence.read',
    nav: { group: 'Evidence', icon: 'sign' },
  },
  {
    path: '/signing-keys',
    title: 'Signing keys',
    load: () => import('./keys-page.tsx'),
    scope: 'evidence.read',
    nav: { group: 'Evidence', icon: 'key' },
  },
];
