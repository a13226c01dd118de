import type { PageRoute } from '../page-route.ts';
import { EVIDENCE_PAGES } from '../pages/evidence/routes.ts';
import { HOME_PAGES } from '../pages/home/routes.ts';
import { OPERATIONS_PAGES } from '../pages/operations/routes.ts';
import { RELEASES_PAGES } from '../pages/releases/routes.ts';
import { SECURITY_PAGES } from '../pages/security/routes.ts';
import { SETTINGS_PAGES } from '../pages/settings/routes.ts';

/** Every page of the console. */
export const PAGES: readonly PageRoute[] = [
  ...HOME_PAGES,
  ...RELEASES_PAGES,
  ...SECURITY_PAGES,
  ...EVIDENCE_PAGES,
  ...OPERATIONS_PAGES,
  ...SETTINGS_PAGES,
];
