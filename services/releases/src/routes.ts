import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { type Endpoint, handle } from '@stella-ops/platform/http';
import { approvePromotion } from './commands/approve-promotion.ts';
import { cancelPromotion } from './commands/cancel-promotion.ts';
import { createComponent } from './commands/create-component.ts';
import { createEnvironment } from './commands/create-environment.ts';
import { createFreeze } from './commands/create-freeze.ts';
import { createRelease } from './commands/create-release.ts';
import { deleteFreeze } from './commands/delete-freeze.ts';
import { rejectPromotion } from './commands/reject-promotion.ts';
import { requestEvaluation } from './commands/request-evaluation.ts';
import { requestPromotion } from './commands/request-promotion.ts';
import { updateComponent } from './commands/update-component.ts';
import { updateEnvironment } from './commands/update-environment.ts';
import type { Deps } from './deps.ts';
import { getBoard } from './queries/board.ts';
import { getComponent, listComponents } from './queries/components.ts';
import { getEnvironment, listEnvironments } from './queries/environments.ts';
import { getPromotion, listPromotions } from './queries/promotions.ts';
import { getRelease, listReleases } from './queries/releases.ts';
import { watchPromotion } from './queries/watch-promotion.ts';
import { whereIs } from './queries/where-is.ts';

const R = RELEASES_ROUTES;
const D = DEPLOYMENTS_ROUTES;

export function releasesEndpoints(deps: Deps): Endpoint[] {
  return [
    handle(R.createComponent, (input, context) => createComponent(deps, input, context)),
    handle(R.listComponents, (input, context) => listComponents(deps, input, context)),
    handle(R.getComponent, (input, context) => getComponent(deps, input, context)),
    handle(R.updateComponent, (input, context) => updateComponent(deps, input, context)),
    handle(R.createEnvironment, (input, context) => createEnvironment(deps, input, context)),
    handle(R.listEnvironments, (input, context) => listEnvironments(deps, input, context)),
    handle(R.getEnvironment, (input, context) => getEnvironment(deps, input, context)),
    handle(R.updateEnvironment, (input, context) => updateEnvironment(deps, input, context)),
    handle(R.createFreeze, (input, context) => createFreeze(deps, input, context)),
    handle(R.deleteFreeze, (input, context) => deleteFreeze(deps, input, context)),
    handle(R.createRelease, (input, context) => createRelease(deps, input, context)),
    handle(R.listReleases, (input, context) => listReleases(deps, input, context)),
    handle(R.getRelease, (input, context) => getRelease(deps, input, context)),
    handle(R.requestPromotion, (input, context) => requestPromotion(deps, input, context)),
    handle(R.listPromotions, (input, context) => listPromotions(deps, input, context)),
    handle(R.getPromotion, (input, context) => getPromotion(deps, input, context)),
    handle(R.approvePromotion, (input, context) => approvePromotion(deps, input, context)),
    handle(R.rejectPromotion, (input, context) => rejectPromotion(deps, input, context)),
    handle(R.cancelPromotion, (input, context) => cancelPromotion(deps, input, context)),
    handle(R.evaluatePromotion, (input, context) => requestEvaluation(deps, input, context)),
    handle(R.watchPromotion, (input, context) => watchPromotion(deps, input, context)),
    handle(D.getBoard, (_input, context) => getBoard(deps, context)),
    handle(D.whereIs, (input, context) => whereIs(deps, input, context)),
  ];
}
