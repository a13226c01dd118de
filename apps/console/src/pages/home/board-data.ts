import type { Output } from '@stella-ops/contracts';
import type { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';

export type BoardData = Output<typeof DEPLOYMENTS_ROUTES.getBoard>['body'];
