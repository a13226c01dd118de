import type { PageRoute } from '../../page-route.ts';

export const SECURITY_PAGES: readonly PageRoute[] = [];
