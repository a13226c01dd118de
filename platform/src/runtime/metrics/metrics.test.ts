import { expect, test } from 'vitest';
import { HTTP_METRICS, recordServed } from './http-metrics.ts';
import { createMetrics, metricFaults, type MetricSpec } from './metrics.ts';

const spec = (over: Partial<MetricSpec>): MetricSpec => ({
  name: 'a_total',
  type: 'counter',
  help: 'A',
  labels: [],
  ...over,
});

test('the catalogue keeps the naming rules', () => {
  expect(metricFaults(HTTP_METRICS)).toEqual([]);
  expect(metricFaults({ a: spec({ name: 'downloads.export_total' }) })[0]).toContain('joined by _');
  expect(metricFaults({ a: spec({ name: 'requests_count' }) })[0]).toContain('end in _total');
  expect(metricFaults({ a: spec({ name: 'size_total', type: 'gauge' }) })[0]).toContain('end in _total');
  expect(metricFaults({ a: spec({ name: 'export_duration', type: 'histogram' }) })[0]).toContain('ends in its unit');
  expect(metricFaults({ a: spec({}), b: spec({}) })).toEqual(['a_total: given twice']);
  expect(() => createMetrics({ a: spec({ help: '' }) }, { withProcessMetrics: false })).toThrow('no help');
});

test('a served request is counted and timed under its route, not under its address', async () => {
  const metrics = createMetrics(HTTP_METRICS, { withProcessMetrics: false });
  recordServed(metrics, { routeId: 'sample.get', method: 'GET', status: 200, code: undefined, durationMs: 15 });
  const { text, contentType } = await metrics.render();
  expect(contentType).toContain('text/plain');
  expect(text).toContain('http_requests_total{route="sample.get",method="GET",status="200"} 1');
  expect(text).toContain('http_request_duration_seconds_bucket{le="0.02",route="sample.get"} 1');
  expect(text).toContain('http_request_duration_seconds_bucket{le="0.01",route="sample.get"} 0');
});

test('labels that strangers choose cannot fill the memory', async () => {
  const metrics = createMetrics({ a: spec({ labels: ['name'] }) }, { withProcessMetrics: false });
  for (let n = 0; n < 5000; n++) metrics.record.a(1, { name: `n${n}` });
  metrics.record.a(1, { name: 'n0' });
  const { text } = await metrics.render();
  expect(text.match(/^a_total\{/gm)).toHaveLength(2001);
  expect(text).toContain('a_total{name="other"} 3000');
  expect(text).toContain('a_total{name="n0"} 2');
});

test('two registries of one process do not mix', async () => {
  const first = createMetrics({ a: spec({}) }, { withProcessMetrics: false });
  const second = createMetrics({ a: spec({}) }, { withProcessMetrics: true });
  first.record.a(5, {});
  expect((await second.render()).text).toContain('a_total 0');
  expect((await second.render()).text).toContain('process_cpu_seconds_total');
});
