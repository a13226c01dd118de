import type { PageRoute } from '../../page-route.ts';

export const RELEASES_PAGES: readonly PageRoute[] = [];
