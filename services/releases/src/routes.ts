import { AGENT_ROUTES, DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { type Endpoint, handle } from '@stella-ops/platform/http';
import { approvePromotion } from './commands/approve-promotion.ts';
import { cancelDeployment } from './commands/cancel-deployment.ts';
import { cancelPromotion } from './commands/cancel-promotion.ts';
import { createComponent } from './commands/create-component.ts';
import { createEnrolment } from './commands/create-enrolment.ts';
import { createEnvironment } from './commands/create-environment.ts';
import { createFreeze } from './commands/create-freeze.ts';
import { createRelease } from './commands/create-release.ts';
import { createTarget } from './commands/create-target.ts';
import { deleteFreeze } from './commands/delete-freeze.ts';
import { deleteTarget } from './commands/delete-target.ts';
import { enrolAgent } from './commands/enrol-agent.ts';
import { finishTask } from './commands/finish-task.ts';
import { observeTarget } from './commands/observe-target.ts';
import { rejectPromotion } from './commands/reject-promotion.ts';
import { renewCertificate } from './commands/renew-certificate.ts';
import { reportProgress } from './commands/report-progress.ts';
import { requestEvaluation } from './commands/request-evaluation.ts';
import { requestPromotion } from './commands/request-promotion.ts';
import { resumeDeployment } from './commands/resume-deployment.ts';
import { revokeAgent } from './commands/revoke-agent.ts';
import { rollBack } from './commands/roll-back.ts';
import { setTemplate } from './commands/set-template.ts';
import { startDeployment } from './commands/start-deployment.ts';
import { takeTask } from './commands/take-task.ts';
import { updateComponent } from './commands/update-component.ts';
import { updateEnvironment } from './commands/update-environment.ts';
import type { Deps } from './deps.ts';
import { getAgent, listAgents } from './queries/agents.ts';
import { getBoard } from './queries/board.ts';
import { getComponent, listComponents } from './queries/components.ts';
import { getDeployment, getDeploymentBundle, listDeployments } from './queries/deployments.ts';
import { getEnvironment, listEnvironments } from './queries/environments.ts';
import { getPromotion, listPromotions } from './queries/promotions.ts';
import { getRelease, listReleases } from './queries/releases.ts';
import { getTarget, listTargets } from './queries/targets.ts';
import { getTemplate } from './queries/templates.ts';
import { watchDeployment } from './queries/watch-deployment.ts';
import { watchPromotion } from './queries/watch-promotion.ts';
import { whereIs } from './queries/where-is.ts';

const R = RELEASES_ROUTES;
const D = DEPLOYMENTS_ROUTES;
const A = AGENT_ROUTES;

export function releasesEndpoints(deps: Deps): Endpoint[] {
  return [...promotionEndpoints(deps), ...deploymentEndpoints(deps), ...agentEndpoints(deps)];
}

function promotionEndpoints(deps: Deps): Endpoint[] {
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
  ];
}

function deploymentEndpoints(deps: Deps): Endpoint[] {
  return [
    handle(D.getBoard, (_input, context) => getBoard(deps, context)),
    handle(D.whereIs, (input, context) => whereIs(deps, input, context)),
    handle(D.setTemplate, (input, context) => setTemplate(deps, input, context)),
    handle(D.getTemplate, (input, context) => getTemplate(deps, input, context)),
    handle(D.createTarget, (input, context) => createTarget(deps, input, context)),
    handle(D.listTargets, (input, context) => listTargets(deps, input, context)),
    handle(D.getTarget, (input, context) => getTarget(deps, input, context)),
    handle(D.deleteTarget, (input, context) => deleteTarget(deps, input, context)),
    handle(D.createEnrolment, (input, context) => createEnrolment(deps, input, context)),
    handle(D.listAgents, (input, context) => listAgents(deps, input, context)),
    handle(D.getAgent, (input, context) => getAgent(deps, input, context)),
    handle(D.revokeAgent, (input, context) => revokeAgent(deps, input, context)),
    handle(D.listDeployments, (input, context) => listDeployments(deps, input, context)),
    handle(D.getDeployment, (input, context) => getDeployment(deps, input, context)),
    handle(D.watchDeployment, (input, context) => watchDeployment(deps, input, context)),
    handle(D.startDeployment, (input, context) => startDeployment(deps, input, context)),
    handle(D.resumeDeployment, (input, context) => resumeDeployment(deps, input, context)),
    handle(D.cancelDeployment, (input, context) => cancelDeployment(deps, input, context)),
    handle(D.rollBack, (input, context) => rollBack(deps, input, context)),
    handle(D.getDeploymentBundle, (input, context) => getDeploymentBundle(deps, input, context)),
  ];
}

/** Answered on the port with mutual TLS only. */
function agentEndpoints(deps: Deps): Endpoint[] {
  return [
    handle(A.enrol, (input) => enrolAgent(deps, input)),
    handle(A.renew, (input, context) => renewCertificate(deps, input, context)),
    handle(A.takeTask, (input, context) => takeTask(deps, input, context)),
    handle(A.reportProgress, (input, context) => reportProgress(deps, input, context)),
    handle(A.finishTask, (input, context) => finishTask(deps, input, context)),
    handle(A.observe, (input, context) => observeTarget(deps, input, context)),
  ];
}
