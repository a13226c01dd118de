import type { ComposePlan } from '@stella-ops/engine-compose';
import type { Step } from '../types.ts';

/**
 * The way back from a failure: for each service that was touched, last one first, the new container goes and the old one
 * runs again. Once an old container was removed all services were healthy, so there is no way back and none is needed.
 */
export function undoDeployment(plan: ComposePlan, begun: readonly Step[], planned: readonly Step[]): readonly Step[] {
  if (begun.some((step) => step.action === 'remove')) return [];
  const touched = (id: string): Step | undefined => begun.find((step) => step.id === id);
  const orphans = touched('orphans:stop');
  const services = plan.services.toReversed().flatMap(({ name }) => {
    const create = touched(`${name}:create`);
    const stop = touched(`${name}:stop`);
    const remove: Step[] =
      create?.subject === undefined
        ? []
        : [
            {
              id: `undo:${name}:remove`,
              service: name,
              action: 'remove',
              sentence: `Remove the new ${create.subject.name ?? name}`,
              cause: 'the deployment is taken back',
              subject: create.subject,
            },
          ];
    const start = stop === undefined ? [] : startAgain(stop);
    const isStartFirst = begun.findIndex((step) => step === create) < begun.findIndex((step) => step === stop);
    // What could run side by side may do so on the way back too, and nobody is away.
    return isStartFirst && create !== undefined ? [...start, ...remove] : [...remove, ...start];
  });
  const others = orphans === undefined ? [] : startAgain(orphans);
  const isFirst = begun.findIndex(({ action }) => action === 'create') > begun.findIndex((step) => step === orphans);
  // What had to go before the new ones came starts after they have gone.
  const back = isFirst ? [...services, ...others] : [...others, ...services];
  return back.length === 0 ? [] : [...back, ...keepRunning(planned)];
}

function startAgain(stop: Step): readonly Step[] {
  const containerIds = stop.subject?.before ?? [];
  if (containerIds.length === 0) return [];
  return [
    {
      id: `undo:${stop.id}`,
      service: stop.service,
      action: 'start',
      sentence: `Start what ran before${stop.service === null ? '' : ` as ${stop.service}`}`,
      cause: 'the deployment is taken back',
      subject: { containerIds, ...(stop.subject?.name === undefined ? {} : { name: stop.subject.name }) },
    },
  ];
}

/** Nobody stopped these, but an Engine that was killed meanwhile has let them die. */
function keepRunning(planned: readonly Step[]): readonly Step[] {
  const containerIds = planned.find(({ action }) => action === 'record')?.subject?.ranBefore ?? [];
  if (containerIds.length === 0) return [];
  return [
    {
      id: 'undo:keep',
      service: null,
      action: 'start',
      sentence: 'See that all that ran before runs',
      cause: 'the deployment is taken back',
      subject: { containerIds },
    },
  ];
}
