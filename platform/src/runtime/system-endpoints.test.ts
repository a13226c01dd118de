import { createClient, SYSTEM_ROUTES } from '@stella-ops/contracts';
import { expect, test } from 'vitest';
import { localTransport } from '../http/local-transport.ts';
import { principalWith, sampleApp } from '../http/testing/sample-app.ts';
import type { Readiness } from './health.ts';
import { HTTP_METRICS } from './metrics/http-metrics.ts';
import { createMetrics } from './metrics/metrics.ts';
import { systemEndpoints } from './system-endpoints.ts';

const { pipeline } = sampleApp();
const metrics = createMetrics(HTTP_METRICS, { withProcessMetrics: false });
const build = { service: 'server', version: '1.2.3', channel: 'edge', gitCommit: 'abc', buildDate: '2026-01-02' };
const clientOf = (status: Readiness['status']) => {
  const readiness = () => Promise.resolve({ status, checks: [] });
  const endpoints = systemEndpoints({
    build,
    readiness,
    metrics: () => metrics.render(),
    capabilities: { merge: false },
  });
  return createClient(SYSTEM_ROUTES, localTransport(endpoints, pipeline, principalWith([])));
};

test('every process says that it lives, which release it is, and what it refuses to do', async () => {
  const client = clientOf('ready');
  expect((await client.liveness({})).body).toEqual({ status: 'alive' });
  expect((await client.version({})).body).toEqual({ ...build, commit: 'abc', buildTimestamp: '2026-01-02' });
  expect((await client.capabilities({})).body).toEqual({ merge: false });
});

test('readiness is 200 when ready, 503 with the checks otherwise', async () => {
  expect((await clientOf('ready').readiness({})).status).toBe(200);
  for (const status of ['failing', 'draining'] as const) {
    expect(await clientOf(status).readiness({})).toMatchObject({ status: 503, body: { status } });
  }
});

test('metrics are text for Prometheus', async () => {
  const { body } = await clientOf('ready').metrics({});
  let text = '';
  for await (const chunk of body.content) text += Buffer.from(chunk).toString();
  expect(body.contentType).toContain('text/plain; version=0.0.4');
  expect(text).toContain('# TYPE http_requests_total counter');
});
