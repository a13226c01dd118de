/** Lets work of one tenant wait for the work before it; that of other tenants goes on meanwhile. */
export class TenantTurns {
  readonly #last = new Map<string, Promise<unknown>>();

  async take<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(tenantId) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.#last.set(tenantId, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(tenantId) === turn) this.#last.delete(tenantId);
    }
  }
}
