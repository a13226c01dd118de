import { SYSTEM_ROUTES } from '@stella-ops/contracts';
import { type Endpoint, handle } from '../http/endpoint.ts';
import type { Readiness } from './health.ts';

/** Which release is running; written into the image when it is built. */
export interface BuildInfo {
  readonly service: string;
  readonly version: string;
  readonly channel: string;
  readonly gitCommit: string;
  readonly buildDate: string;
}

export interface SystemOptions {
  readonly build: BuildInfo;
  readonly readiness: () => Promise<Readiness>;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  readonly capabilities: Readonly<Record<string, unknown>>;
}

/** Liveness, readiness, version, metrics and capabilities: what every process serves. */
export function systemEndpoints(options: SystemOptions): Endpoint[] {
  const { build } = options;
  return [
    handle(SYSTEM_ROUTES.liveness, () => Promise.resolve({ status: 200, body: { status: 'alive' } })),
    handle(SYSTEM_ROUTES.readiness, async () => {
      const readiness = await options.readiness();
      return { status: readiness.status === 'ready' ? 200 : 503, body: readiness };
    }),
    handle(SYSTEM_ROUTES.version, () =>
      Promise.resolve({ status: 200, body: { ...build, commit: build.gitCommit, buildTimestamp: build.buildDate } }),
    ),
    handle(SYSTEM_ROUTES.metrics, async () => {
      const { contentType, text } = await options.metrics();
      return { status: 200, body: { contentType, content: one(text) } };
    }),
    handle(SYSTEM_ROUTES.capabilities, () => Promise.resolve({ status: 200, body: { ...options.capabilities } })),
  ];
}

async function* one(text: string): AsyncGenerator<Uint8Array, void> {
  yield await Promise.resolve(Buffer.from(text));
}
