import type { PageRoute } from '../../page-route.ts';

export const OPERATIONS_PAGES: readonly PageRoute[] = [];
