import type { Output } from '@stella-ops/contracts';
import type { AGENT_ROUTES } from '@stella-ops/contracts/deployments';

type Answer = Output<(typeof AGENT_ROUTES)['takeTask']>['body'];

/** What the server asks to be done on one target. */
export type Task = NonNullable<Answer['task']>;
export type WatchedTarget = Answer['targets'][number];
