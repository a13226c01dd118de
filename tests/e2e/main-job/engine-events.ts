import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const execute = promisify(execFile);

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
 * Writes down what an Engine tells of itself, also beyond its death and beyond the last 256 entries: an Engine keeps no more of its
 * account, and forgets it when it dies, so whoever wants it must have listened.
 */
export class EngineEvents {
  readonly #where: readonly string[];
  readonly #since = (Date.now() / 1000 - 1).toFixed(3);
  readonly #entries: EngineEntry[] = [];
  readonly #known = new Set<string>();
  readonly #waiting = new Set<() => void>();
  #child: ChildProcess | undefined;
  #isClosed = false;

  private constructor(host: string | undefined) {
    this.#where = host === undefined ? [] : ['--host', host];
  }

  /** @param host `unix:///path`; by default the Engine that `DOCKER_HOST` names, or the machine's */
  static listen(host?: string): EngineEvents {
    const events = new EngineEvents(host);
    events.#listen();
    return events;
  }

  /** Asks the Engine for what it has told until now: whoever only listens may be behind. */
  async upToNow(): Promise<void> {
    const until = (Date.now() / 1000 + 0.001).toFixed(3);
    const { stdout } = await execute('docker', [...this.#words(), '--until', until], { maxBuffer: 1 << 28 });
    for (const line of stdout.split('\n')) if (line !== '') this.#hear(line);
    this.#entries.sort((one, other) => one.atMs - other.atMs);
  }

  /** What was heard so far, in the Engine's order after {@link upToNow}. */
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
  async first(is: (entry: EngineEntry) => boolean, ms = 180_000): Promise<EngineEntry> {
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

  #words(): string[] {
    return [...this.#where, 'events', '--since', this.#since, '--format', '{{json .}}'];
  }

  #listen(): void {
    if (this.#isClosed) return;
    const child = spawn('docker', this.#words(), { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#child = child;
    createInterface({ input: child.stdout }).on('line', (line) => this.#hear(line));
    child.once('close', () => setTimeout(() => this.#listen(), 50));
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
