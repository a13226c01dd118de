import type { MetricCatalogue, MetricSpec } from '@stella-ops/platform/runtime';
import { JOB } from './alerts.ts';
import { max, over, type Queries, type Query, sum } from './query.ts';

interface Line {
  readonly query: Query;
  readonly legend: string;
}

interface Panel {
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly lines: readonly Line[];
}

const COLUMNS = 3;
const WIDTH = 24 / COLUMNS;
const HEIGHT = 7;

/** Of metrics with more labels than a graph can show: those that matter. */
const BY: Readonly<Record<string, readonly string[]>> = {
  http_requests_total: ['status'],
  http_request_duration_seconds: [],
};

/**
 * The dashboard for Grafana: what the process does, then each part of the product with all of its metrics.
 *
 * @param parts each part's catalogue, in the order of rows
 */
export function dashboard(
  q: Queries,
  parts: readonly { readonly name: string; readonly catalogue: MetricCatalogue }[],
): unknown {
  const rows = [
    { name: 'process', panels: processPanels(q) },
    ...parts.map(({ name, catalogue }) => ({
      name,
      panels: Object.values(catalogue).map((spec) => panelOf(q, spec)),
    })),
  ];
  const panels: unknown[] = [];
  let y = 0;
  for (const { name, panels: own } of rows.filter((row) => row.panels.length > 0)) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: name,
      collapsed: false,
      gridPos: { h: 1, w: 24, x: 0, y },
    });
    y += 1;
    own.forEach((panel, at) => {
      const gridPos = { h: HEIGHT, w: WIDTH, x: (at % COLUMNS) * WIDTH, y: y + Math.floor(at / COLUMNS) * HEIGHT };
      panels.push(timeSeries(panels.length + 1, panel, gridPos));
    });
    y += Math.ceil(own.length / COLUMNS) * HEIGHT;
  }
  return {
    uid: 'stella-ops',
    title: 'Stella Ops',
    tags: ['stella-ops'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    refresh: '30s',
    timezone: 'browser',
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [{ name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' }] },
    annotations: { list: [] },
    panels,
  };
}

function processPanels(q: Queries): readonly Panel[] {
  const here = { job: JOB };
  const each = (query: Query): readonly Line[] => [{ query, legend: '{{instance}}' }];
  const used = over(q.gauge('server_disk_free_bytes'), q.gauge('server_disk_size_bytes'));
  return [
    { title: 'Up', description: q.spec('up').help, unit: 'none', lines: each(q.gauge('up', here)) },
    {
      title: 'Processor',
      description: 'Cores in use',
      unit: 'none',
      lines: each(q.rate('process_cpu_seconds_total', '5m', here)),
    },
    {
      title: 'Memory',
      description: q.spec('process_resident_memory_bytes').help,
      unit: 'bytes',
      lines: each(q.gauge('process_resident_memory_bytes', here)),
    },
    {
      title: 'Event loop delay, P99',
      description: 'How long everybody waits for what keeps the process busy',
      unit: 's',
      lines: each(q.gauge('nodejs_eventloop_lag_p99_seconds', here)),
    },
    {
      title: 'Disk that is free',
      description: 'Share of the disk of the data folder',
      unit: 'percentunit',
      lines: each(used),
    },
  ];
}

/** A counter is shown as its rate, a histogram by three quantiles, a time as its age. */
function panelOf(q: Queries, { name, type, labels, help }: MetricSpec): Panel {
  const by = BY[name] ?? labels;
  const legend = by.length === 0 ? name : by.map((label) => `{{${label}}}`).join(' ');
  const panel = { title: name, description: help };
  if (type === 'counter')
    return { ...panel, unit: 'cpm', lines: [{ query: perMinute(sum(q.rate(name, '5m'), by)), legend }] };
  if (type === 'histogram') {
    const lines = [0.5, 0.95, 0.99].map((share) => ({
      query: q.quantile(name, share, '5m'),
      legend: `P${share * 100}`,
    }));
    return { ...panel, unit: unitOf(name), lines };
  }
  if (name.endsWith('_time_seconds'))
    return { ...panel, title: `age of ${name}`, unit: 's', lines: [{ query: q.age(name, by), legend }] };
  return { ...panel, unit: unitOf(name), lines: [{ query: max(q.gauge(name), by), legend }] };
}

const perMinute = ({ text, metrics }: Query): Query => ({ text: `${text} * 60`, metrics });

function unitOf(name: string): string {
  if (name.endsWith('_seconds')) return 's';
  if (name.endsWith('_bytes')) return 'bytes';
  return name.endsWith('_ratio') ? 'percentunit' : 'none';
}

function timeSeries(id: number, { title, description, unit, lines }: Panel, gridPos: unknown): unknown {
  const datasource = { type: 'prometheus', uid: '${datasource}' };
  return {
    id,
    type: 'timeseries',
    title,
    description,
    datasource,
    gridPos,
    fieldConfig: { defaults: { unit, min: 0, custom: { lineWidth: 1, fillOpacity: 5 } }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
    targets: lines.map(({ query, legend }, at) => ({
      refId: String.fromCodePoint(65 + at),
      datasource,
      expr: query.text,
      legendFormat: legend,
    })),
  };
}
