import { AGENT_IDENTITY_ROUTES } from './agents.ts';
import { BOARD_ROUTES } from './board.ts';
import { DEPLOYMENT_ROUTES } from './deployments.ts';
import { TARGET_ROUTES } from './targets.ts';
import { TEMPLATE_ROUTES } from './templates.ts';

/** What people and pipelines ask. */
export const DEPLOYMENTS_ROUTES = {
  ...BOARD_ROUTES,
  ...TEMPLATE_ROUTES,
  ...TARGET_ROUTES,
  ...AGENT_IDENTITY_ROUTES,
  ...DEPLOYMENT_ROUTES,
} as const;
