import type { Question } from '../layer/answer.ts';

/** Questions are cheap to ask and dear to answer: a hostile image must not turn them into a flood. */
const MAX_QUESTIONS = 200_000;

/** Questions by layer. Asking twice is asking once. */
export class Questions {
  readonly #layers = new Map<number, Map<string, Set<string>>>();
  #count = 0;

  ask(layer: number, path: string, analyzer?: string): void {
    let paths = this.#layers.get(layer);
    if (paths === undefined) this.#layers.set(layer, (paths = new Map()));
    let analyzers = paths.get(path);
    if (analyzers === undefined) {
      if (this.#count >= MAX_QUESTIONS) return;
      this.#count++;
      paths.set(path, (analyzers = new Set()));
    }
    if (analyzer !== undefined) analyzers.add(analyzer);
  }

  /** All questions, in an order that does not depend on the order of asking; they are then forgotten. */
  take(): { readonly layer: number; readonly questions: readonly Question[] }[] {
    const taken = [...this.#layers]
      .sort(([a], [b]) => a - b)
      .map(([layer, paths]) => ({
        layer,
        questions: [...paths]
          .map(([path, analyzers]) => ({ path, analyzers: [...analyzers].sort() }))
          .sort((a, b) => (a.path < b.path ? -1 : 1)),
      }));
    this.#layers.clear();
    this.#count = 0;
    return taken;
  }
}
