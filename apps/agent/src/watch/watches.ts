import type { Client } from '@stella-ops/contracts';
import type { AGENT_ROUTES } from '@stella-ops/contracts/deployments';
import type { Log } from '../log.ts';
import type { System } from '../system.ts';
import type { Hosts } from '../tasks/host.ts';
import type { WatchedTarget } from '../tasks/task.ts';
import { TargetWatch } from './target-watch.ts';

export interface WatchesOptions {
  readonly hosts: Hosts;
  readonly routes: Client<typeof AGENT_ROUTES>;
  readonly system: System;
  readonly log: Log;
}

/** A watch for each target that the server names, no more and no fewer. */
export class Watches {
  readonly #options: WatchesOptions;
  readonly #watches = new Map<string, TargetWatch>();
  readonly #unreachable = new Set<string>();

  constructor(options: WatchesOptions) {
    this.#options = options;
  }

  set(targets: readonly WatchedTarget[]): void {
    const named = new Set(targets.map(({ id }) => id));
    for (const [id, watch] of this.#watches) {
      if (named.has(id)) continue;
      this.#watches.delete(id);
      void watch.stop();
    }
    for (const target of targets) this.#add(target);
  }

  wake(targetId: string): void {
    this.#watches.get(targetId)?.wake();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#watches.values()].map((watch) => watch.stop()));
    this.#watches.clear();
  }

  #add(target: WatchedTarget): void {
    if (this.#watches.has(target.id)) return;
    const host = this.#options.hosts[target.kind];
    if (host !== undefined) {
      this.#watches.set(target.id, new TargetWatch(target, { ...this.#options, host }));
    } else if (!this.#unreachable.has(target.id)) {
      this.#unreachable.add(target.id);
      this.#options.log.warn('This agent cannot reach a target that it was given', {
        target: target.name,
        kind: target.kind,
      });
    }
  }
}
