import { openDataFolder } from './data-folder.ts';
import { readIdentity } from './identity/identity.ts';
import { keepRenewed } from './identity/renewal.ts';
import { Link } from './link/link.ts';
import { takeLock } from './lock.ts';
import type { Log } from './log.ts';
import type { System } from './system.ts';
import { VERSION } from './version.ts';
import { Watches } from './watch/watches.ts';
import { openHosts, type HostOptions } from './tasks/open-hosts.ts';
import { Worker } from './tasks/worker.ts';

export interface AgentOptions extends HostOptions {
  readonly dataDir: string;
  /** `https://host:port`, where the server is not where it was at the enrolment. */
  readonly server?: string;
  readonly system: System;
  readonly log: Log;
}

export interface RunningAgent {
  readonly agentId: string;
  readonly name: string;
  /** Finishes the steps under way. */
  stop(): Promise<void>;
}

/**
 * Starts the agent of a data folder: it dials its server, takes tasks, and tells what runs.
 *
 * @throws AppError `AGENT_NOT_ENROLLED`, `AGENT_IDENTITY_UNREADABLE`, `AGENT_RUNS`; a server that is away is no error
 */
export async function runAgent(options: AgentOptions): Promise<RunningAgent> {
  const { system, log } = options;
  const folder = await openDataFolder(options.dataDir);
  const kept = await readIdentity(folder.identity);
  const identity = { ...kept, server: options.server ?? kept.server };
  const unlock = await takeLock(folder.lock);
  const stopping = new AbortController();
  const { signal } = stopping;
  const link = new Link(identity);
  const hosts = await openHosts(options, folder, system.clock);
  const watches = new Watches({ hosts, routes: link.routes, system, log });
  const worker = new Worker({
    folder,
    routes: link.routes,
    hosts,
    system,
    log,
    onTargets: (targets) => watches.set(targets),
    onWorked: (targetId) => watches.wake(targetId),
  });
  log.info('Agent started', { agent: identity.name, server: identity.server, version: VERSION });
  const working = Promise.all([worker.run(signal), keepRenewed(identity, { folder, link, system, log, signal })]);
  return {
    agentId: identity.agentId,
    name: identity.name,
    stop: async () => {
      stopping.abort(new Error('the agent stops'));
      try {
        await working;
        await watches.stop();
      } finally {
        link.close();
        await unlock();
      }
      log.info('Agent stopped', { agent: identity.name });
    },
  };
}
