import type { SystemClock } from './clock.ts';

/** Something a process needs in order to serve. */
export interface HealthCheck {
  readonly name: string;
  /** Throws when it is not there; answers `degraded` when it serves and somebody should look at it all the same. */
  run(signal: AbortSignal): Promise<'degraded' | void>;
}

export interface Readiness {
  readonly status: 'ready' | 'failing' | 'draining';
  readonly checks: { name: string; status: 'ok' | 'degraded' | 'failing'; durationMs: number }[];
}

export interface HealthOptions {
  readonly checks: readonly HealthCheck[];
  readonly isDraining: () => boolean;
  readonly clock: SystemClock;
  /** For each check; default 2 s. */
  readonly timeoutMs?: number;
  /** Answers are kept this long, so that a flood of probes does not become a flood of checks; default 1 s. */
  readonly keepMs?: number;
  failed(name: string, error: unknown): void;
}

/** Whether the process should get requests. While draining the checks are not run: the answer is known. */
export function createReadiness(options: HealthOptions): () => Promise<Readiness> {
  const keepMs = options.keepMs ?? 1000;
  let last: { readonly atMs: number; readonly checks: Promise<Readiness['checks']> } | undefined;
  return async () => {
    if (options.isDraining()) return { status: 'draining', checks: [] };
    const nowMs = options.clock.monotonicMs();
    if (last === undefined || nowMs - last.atMs >= keepMs) {
      last = { atMs: nowMs, checks: Promise.all(options.checks.map((check) => runCheck(check, options))) };
    }
    const checks = await last.checks;
    return { status: checks.some(({ status }) => status === 'failing') ? 'failing' : 'ready', checks };
  };
}

async function runCheck(check: HealthCheck, options: HealthOptions): Promise<Readiness['checks'][number]> {
  const startedMs = options.clock.monotonicMs();
  const timeoutMs = options.timeoutMs ?? 2000;
  const controller = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Error(`no answer within ${timeoutMs} ms`));
    controller.abort();
  }, timeoutMs);
  let status: Readiness['checks'][number]['status'] = 'ok';
  try {
    status = (await Promise.race([check.run(controller.signal), late.promise])) ?? 'ok';
  } catch (error) {
    status = 'failing';
    options.failed(check.name, error);
  } finally {
    clearTimeout(timer);
  }
  return { name: check.name, status, durationMs: Math.round(options.clock.monotonicMs() - startedMs) };
}
