export type { ContainerEngine, DockerExecutorOptions } from './docker/container-engine.ts';
export { dockerExecutor } from './docker/docker-executor.ts';
export { planDeployment } from './docker/plan-deployment.ts';
export { driftOf } from './drift.ts';
export { DEPLOY_ERRORS } from './errors.ts';
export { executePlan } from './execute-plan.ts';
export { fileJournal } from './file-journal.ts';
export { observeTarget } from './observe-target.ts';
export type * from './types.ts';
