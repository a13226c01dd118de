import { fail, type Principal, type Scope } from '@stella-ops/contracts';
import { SAMPLE_ROUTES } from '@stella-ops/contracts/testing';
import { AppError } from '@stella-ops/engine-kernel';
import * as z from 'zod';
import { systemIds } from '../../runtime/clock.ts';
import type { Verifier } from '../authentication.ts';
import { handle } from '../endpoint.ts';
import { etagOfVersion, requireMatch } from '../etag.ts';
import { resetEvent, resumeFrom } from '../event-stream.ts';
import { memoryIdempotency } from '../memory-idempotency.ts';
import { openPage } from '../paging.ts';
import { createPipeline, type PipelineOptions, type ServedRequest } from '../pipeline.ts';
import { streamCount, unlimited } from '../rate-limit.ts';
import { createHttpServer, type ServerOptions } from '../server.ts';

export const TENANT = '01890a5d-0000-7000-8000-000000000001';
const CRATE_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const ALL: readonly Scope[] = ['release.read', 'release.write', 'evidence.read'];

export function principalWith(scopes: readonly Scope[] = ALL): Principal {
  return { kind: 'user', id: 'u1', name: 'Ada', tenantId: TENANT, scopes: new Set(scopes) };
}

/** Takes `Bearer good` with every scope and `Bearer <scope>` with one; local callers as they say. */
export const sampleVerifier: Verifier = {
  verify(credentials) {
    if (credentials.kind === 'local') return Promise.resolve({ ok: true, principal: credentials.principal });
    const token = /^Bearer (.+)$/.exec(credentials.header('authorization') ?? '')?.[1];
    if (token === undefined) return Promise.resolve({ ok: false, error: fail('AUTH_REQUIRED', 'no token was sent') });
    if (token === 'forged')
      return Promise.resolve({ ok: false, error: fail('AUTH_INVALID', 'the signature is wrong') });
    return Promise.resolve({ ok: true, principal: principalWith(token === 'good' ? ALL : [token as Scope]) });
  },
};

export interface SampleState {
  /** Names that `createCrate` was called with, and those it is done with. */
  readonly begun: string[];
  readonly created: string[];
  readonly audited: string[];
  readonly served: ServedRequest[];
  readonly failures: unknown[];
  /** Positions of the event stream that are kept. */
  kept: { removedThrough: bigint; newest: bigint };
  version: number;
  /** Awaited by `createCrate` before it acts. */
  hold: Promise<void>;
  /** How the last event stream or handler learned that it should stop. */
  readonly stopped: string[];
}

interface Overrides {
  readonly pipeline?: Partial<PipelineOptions>;
  readonly times?: Partial<PipelineOptions['times']>;
  readonly limits?: Partial<ServerOptions['limits']>;
  readonly mounts?: NonNullable<ServerOptions['mounts']>;
  readonly tls?: NonNullable<ServerOptions['tls']>;
  readonly fallback?: NonNullable<ServerOptions['fallback']>;
}

const crate = (name: string, weight: number) => ({ id: CRATE_ID, name, weight, labels: {} });

function sampleEndpoints(state: SampleState) {
  return [
    handle(SAMPLE_ROUTES.createCrate, async ({ body }, { signal }) => {
      signal.addEventListener('abort', () => state.stopped.push('create'));
      state.begun.push(body.name);
      await state.hold;
      if (body.name === 'impatient') signal.throwIfAborted();
      if (body.name === 'taken') {
        throw new AppError('CRATE_EXISTS', SAMPLE_ROUTES.createCrate.errors.CRATE_EXISTS, 'there is a crate "taken"');
      }
      state.created.push(body.name);
      const secret = { passwordHash: 'x' };
      return { status: 201, body: { id: CRATE_ID, ...body, ...secret }, headers: { etag: etagOfVersion(1) } };
    }),
    handle(SAMPLE_ROUTES.getCrate, ({ params }) => {
      if (params.crateId === 'missing') throw fail('NOT_FOUND', 'there is no such crate');
      if (params.crateId === 'crash') throw new Error('password=hunter2');
      const body = params.crateId === 'broken' ? { id: 5 } : crate('box', 2);
      return Promise.resolve({
        status: 200,
        body: body as ReturnType<typeof crate>,
        headers: { etag: etagOfVersion(state.version) },
      });
    }),
    handle(SAMPLE_ROUTES.listCrates, ({ query }) => {
      const page = openPage(query, z.int());
      const start = page.after === undefined ? 0 : page.after + 1;
      const rows = Array.from({ length: 10 }, (_, n) => crate(`c${n}`, n)).filter(({ weight }) => weight >= start);
      return Promise.resolve({ status: 200, body: page.close(rows.slice(0, page.take), (row) => row.weight) });
    }),
    handle(SAMPLE_ROUTES.changeCrate, ({ body }, { ifMatch }) => {
      requireMatch(ifMatch, etagOfVersion(state.version));
      state.version++;
      return Promise.resolve({
        status: 200,
        body: crate('box', body.weight),
        headers: { etag: etagOfVersion(state.version) },
      });
    }),
    handle(SAMPLE_ROUTES.removeCrate, () => Promise.resolve({ status: 204, body: undefined })),
    handle(SAMPLE_ROUTES.uploadCrate, async ({ body }) => {
      let sizeBytes = 0;
      for await (const chunk of body.content) sizeBytes += chunk.length;
      return { status: 200, body: { sizeBytes } };
    }),
    handle(SAMPLE_ROUTES.downloadCrate, () => {
      async function* content(): AsyncGenerator<Uint8Array> {
        for (let n = 0; n < 3; n++) yield await Promise.resolve(Buffer.alloc(1000, n));
      }
      return Promise.resolve({ status: 200, body: { contentType: 'application/octet-stream', content: content() } });
    }),
    handle(SAMPLE_ROUTES.watchCrates, (_input, { lastEventId }) =>
      Promise.resolve({
        status: 200,
        body: async function* (signal) {
          signal.addEventListener('abort', () => state.stopped.push('watch'));
          const { after, isReset } = resumeFrom(lastEventId, state.kept);
          if (isReset) yield resetEvent(after);
          for (let at = after + 1n; at <= state.kept.newest; at++) {
            yield { id: String(at), event: 'crate.changed', data: { crate: `c${at}` } };
          }
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        },
      }),
    ),
    handle(SAMPLE_ROUTES.ping, () => Promise.resolve({ status: 200, body: { pong: true } })),
  ];
}

/** A server of {@link SAMPLE_ROUTES} with everything real but who may call. */
export function sampleApp(overrides: Overrides = {}) {
  const state: SampleState = {
    begun: [],
    created: [],
    audited: [],
    served: [],
    failures: [],
    stopped: [],
    kept: { removedThrough: 0n, newest: 3n },
    version: 1,
    hold: Promise.resolve(),
  };
  const endpoints = sampleEndpoints(state);
  let ms = 0;
  const pipeline = createPipeline({
    verifier: sampleVerifier,
    limiter: unlimited,
    streams: streamCount(100),
    idempotency: memoryIdempotency({ nowMs: () => ms }),
    audit: {
      record: ({ routeId, caller, params }) => {
        state.audited.push(`${routeId} ${caller.id} ${JSON.stringify(params)}`);
        return Promise.resolve();
      },
    },
    clock: { now: () => '2026-01-02T03:04:05.678Z', monotonicMs: () => ++ms },
    ids: systemIds,
    times: { jsonTimeoutMs: 5000, stallTimeoutMs: 5000, deadlineMs: 5000, heartbeatMs: 5000, ...overrides.times },
    served: (request) => state.served.push(request),
    failed: (error) => state.failures.push(error),
    ...overrides.pipeline,
  });
  const server = createHttpServer({
    endpoints,
    pipeline,
    ...(overrides.mounts === undefined ? {} : { mounts: overrides.mounts }),
    ...(overrides.tls === undefined ? {} : { tls: overrides.tls }),
    ...(overrides.fallback === undefined ? {} : { fallback: overrides.fallback }),
    limits: {
      headersTimeoutMs: 5000,
      keepAliveTimeoutMs: 5000,
      stallTimeoutMs: 5000,
      maxHeaderBytes: 16_384,
      maxConnections: 100,
      ...overrides.limits,
    },
    traceId: () => 'f'.repeat(32),
    failed: (error) => state.failures.push(error),
  });
  return { server, pipeline, endpoints, state };
}
