import type { PageRoute } from '../../page-route.ts';

export const SETTINGS_PAGES: readonly PageRoute[] = [];
