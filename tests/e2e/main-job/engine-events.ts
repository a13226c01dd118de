import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** One line of an Engine's own account. */
export interface EngineEntry {
  /** `container`, `image`, `network`, … */
  readonly type: string;
  readonly action: string;
  readonly id: string;
  /** Labels of the object among them. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly atMs: number;
}

/**
 * Writes down what an Engine tells of itself, also beyond its death: an Engine forgets its account when it dies, so whoever wants
 * it must have listened.
 */
export class EngineEvents {
  readonly #host: string;
  readonly #entries: EngineEntry[] = [];
  readonly #known = new Set<string>();
  readonly #waiting = new Set<() => void>();
  #child: ChildProcess | undefined;
  #isClosed = false;

  private constructor(host: string) {
    this.#host = host;
  }

  /** @param host `unix:///path` */
  static listen(host: string): EngineEvents {
    const events = new EngineEvents(host);
    events.#listen((Date.now() / 1000 - 1).toFixed(3));
    return events;
  }

  /** What happened so far, in the Engine's order. */
  get entries(): readonly EngineEntry[] {
    return this.#entries;
  }

  /** How often something was done to containers of a deployment. */
  count(action: string, deploymentId: string): number {
    return this.of(deploymentId).filter((entry) => entry.action === action).length;
  }

  of(deploymentId: string): readonly EngineEntry[] {
    return this.#entries.filter(({ attributes }) => attributes['stella.deployment.id'] === deploymentId);
  }

  /** The first entry that is as wanted, among those there are or to come. */
  async first(is: (entry: EngineEntry) => boolean, ms = 60_000): Promise<EngineEntry> {
    const endsAtMs = performance.now() + ms;
    for (;;) {
      const found = this.#entries.find(is);
      if (found !== undefined) return found;
      const leftMs = endsAtMs - performance.now();
      if (leftMs <= 0) throw new Error(`the Engine never told of it: ${JSON.stringify(this.#entries.slice(-20))}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#waiting.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#child?.kill('SIGKILL');
  }

  #listen(since: string): void {
    if (this.#isClosed) return;
    const words = ['--host', this.#host, 'events', '--since', since, '--format', '{{json .}}'];
    const child = spawn('docker', words, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#child = child;
    createInterface({ input: child.stdout }).on('line', (line) => this.#hear(line));
    child.once('close', () => setTimeout(() => this.#listen(since), 50));
  }

  #hear(line: string): void {
    const told = JSON.parse(line) as {
      readonly Type: string;
      readonly Action: string;
      readonly Actor: { readonly ID: string; readonly Attributes: Record<string, string> | null };
      readonly timeNano: number;
    };
    const { Type: type, Action: action, Actor, timeNano } = told;
    // Who listens anew is told again.
    const key = `${timeNano} ${type} ${action} ${Actor.ID}`;
    if (this.#known.has(key)) return;
    this.#known.add(key);
    this.#entries.push({ type, action, id: Actor.ID, attributes: Actor.Attributes ?? {}, atMs: timeNano / 1e6 });
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
