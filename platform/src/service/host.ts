import type { Client, Routes, Scope } from '@stella-ops/contracts';
import type { Json } from '@stella-ops/engine-kernel';
import type { Transaction } from 'kysely';
import type { Database } from '../database/index.ts';
import type { AnyReply, RequestContext } from '../http/index.ts';
import type { Jobs } from '../jobs/index.ts';
import type { Objects } from '../objects/index.ts';
import type { Change } from './change.ts';
import type { RecordTogether } from './record-together.ts';

/** For whom a service asks another one. */
export interface Acting {
  readonly tenantId: string;
  /** Id of the asking service. */
  readonly service: string;
  /** What it needs for this call and no more. */
  readonly scopes: readonly Scope[];
  /** The person or program in whose name it asks; left out for the service's own work. */
  readonly onBehalfOf?: string;
}

/** What a service finds in the process that runs it. */
export interface ServiceHost {
  readonly database: Database;
  readonly objects: Objects;
  readonly jobs: Pick<Jobs, 'enqueue'>;

  /**
   * The one way of a handler to change something: runs `run` in a transaction of the caller's tenant, and writes the audit
   * entry and the recorded answer of the idempotency key in the same one. So a change that is committed was audited and
   * is never made twice for one key.
   *
   * @throws Error when `run` returns without having said what it changed
   */
  change<Tables, Reply extends AnyReply>(
    context: RequestContext,
    run: (tx: Transaction<Tables>, change: Change) => Promise<Reply>,
  ): Promise<Reply>;

  /** The same for requests whose only rows are their audit entry and recorded answer: a crowd of them shares transactions. */
  readonly record: RecordTogether;

  /**
   * The same for work that no request asked for (jobs, consumers), in a transaction that is open already or will be: call
   * it last.
   */
  audit<Tables>(tx: Transaction<Tables>, done: ServiceDeed): Promise<void>;

  /** Calls another service, in this process or elsewhere. Throws inside a transaction. */
  client<const R extends Routes>(routes: R, acting: Acting): Client<R>;

  /** Calls back whenever events have got positions: an event stream then reads on. */
  onEvents(callback: () => void): Promise<{ close(): Promise<void> }>;
}

export interface ServiceDeed {
  readonly tenantId: string;
  readonly service: string;
  readonly onBehalfOf?: string;
  /** `service.what`. */
  readonly action: string;
  readonly target: { readonly type: string; readonly id: string };
  readonly details?: Readonly<Record<string, Json>>;
}
