/** Answers without an end of their own, so that a drain can end them. */
export class OpenStreams {
  readonly #controllers = new Set<AbortController>();
  #isClosed = false;

  add(controller: AbortController): void {
    if (this.#isClosed) controller.abort();
    else this.#controllers.add(controller);
  }

  delete(controller: AbortController): void {
    this.#controllers.delete(controller);
  }

  close(): void {
    this.#isClosed = true;
    for (const controller of this.#controllers) controller.abort();
  }
}
