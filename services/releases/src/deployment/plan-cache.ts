import type { Plan } from '@stella-ops/engine-compose';
import type { Digest } from '@stella-ops/engine-kernel';
import type { ServiceHost } from '@stella-ops/platform/service';

const MAX_PLANS = 200;

/** Plans that were read lately: each observation of a target is compared with one. */
export class PlanCache {
  readonly #host: Pick<ServiceHost, 'objects'>;
  readonly #plans = new Map<string, Plan>();

  constructor(host: Pick<ServiceHost, 'objects'>) {
    this.#host = host;
  }

  /** Not inside a transaction. @throws Error when the object is gone, AppError `BLOB_CORRUPT` */
  async read(tenantId: string, digest: string): Promise<Plan> {
    const key = `${tenantId} ${digest}`;
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const bytes = await this.#host.objects.tenant(tenantId, 'plans').get(digest as Digest);
    if (bytes === undefined) throw new Error(`the plan ${digest} is not kept any more`);
    // We rendered it, and the store verified its digest.
    const plan = JSON.parse(bytes.toString()) as Plan;
    if (this.#plans.size >= MAX_PLANS) this.#plans.delete(this.#plans.keys().next().value ?? '');
    this.#plans.set(key, plan);
    return plan;
  }
}
