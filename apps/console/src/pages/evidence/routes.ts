import type { PageRoute } from '../../page-route.ts';

export const EVIDENCE_PAGES: readonly PageRoute[] = [];
