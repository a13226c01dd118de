import type { ComposePlan } from '@stella-ops/engine-compose';
import type { Executor } from '@stella-ops/engine-deploy';
import { fail } from '../errors.ts';

/**
 * Refuses plans that would let others reach this machine: on a laptop nothing is opened to a network by trying something out.
 * Plans are refused, not changed, for what runs must be what was approved.
 */
export function loopbackOnly(executor: Executor<ComposePlan>): Executor<ComposePlan> {
  return {
    ...executor,
    prepare: async (plan, signal) => {
      for (const service of plan.services) {
        const { ports, networkMode } = service.settings;
        if (networkMode === 'host') throw refused(service.name, 'uses the network of the host');
        const open = ports.find(({ hostIp }) => !isLoopback(hostIp));
        if (open !== undefined) throw refused(service.name, `publishes port ${open.containerPort} on ${open.hostIp}`);
      }
      return executor.prepare(plan, signal);
    },
  };
}

const isLoopback = (address: string): boolean => /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(address) || address === '::1';

const refused = (service: string, what: string) =>
  fail('PORT_NOT_LOOPBACK', `${service} ${what}; this agent publishes on loopback only`);
