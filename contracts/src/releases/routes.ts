import { COMPONENT_ROUTES } from './components.ts';
import { ENVIRONMENT_ROUTES } from './environments.ts';
import { PROMOTION_ROUTES } from './promotions.ts';
import { RELEASE_ROUTES } from './releases.ts';

/** What people and pipelines ask. */
export const RELEASES_ROUTES = {
  ...COMPONENT_ROUTES,
  ...ENVIRONMENT_ROUTES,
  ...RELEASE_ROUTES,
  ...PROMOTION_ROUTES,
} as const;
