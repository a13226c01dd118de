import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** One metric as plain data: the catalogue makes the registry and the reference page. */
export interface MetricSpec {
  /** Prometheus name: a counter ends in `_total`, a histogram in its unit. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram; default {@link DURATION_BUCKETS}. */
  readonly buckets?: readonly number[];
}

/** Seconds. Fine around the promise of 20 ms for reads. */
export const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Distinct label sets of one metric; more share the label value `other`. Labels can hold what strangers send. */
const MAX_SERIES = 2000;

export type MetricCatalogue = Readonly<Record<string, MetricSpec>>;

/** Counters count up by the value, gauges take it, histograms observe it. */
export type Instrument<M extends MetricSpec> = (
  value: number,
  labels: Readonly<Record<M['labels'][number], string>>,
) => void;

export interface Metrics<C extends MetricCatalogue> {
  readonly record: { readonly [K in keyof C]: Instrument<C[K]> };
  /** The Prometheus text format. */
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Breaches of the naming rules, one sentence each. */
export function metricFaults(catalogue: MetricCatalogue): string[] {
  const faults: string[] = [];
  const names = new Set<string>();
  for (const { name, type, labels, help } of Object.values(catalogue)) {
    if (!/^[a-z][a-z0-9]*(?:_[a-z0-9]+)+$/.test(name)) faults.push(`${name}: names are lower-case words joined by _`);
    if ((type === 'counter') !== name.endsWith('_total'))
      faults.push(`${name}: counters, and only they, end in _total`);
    if (type === 'histogram' && !/_(?:seconds|bytes)$/.test(name)) faults.push(`${name}: a histogram ends in its unit`);
    if (labels.some((label) => !/^[a-z][a-z_]*$/.test(label))) faults.push(`${name}: labels are lower-case words`);
    if (help === '') faults.push(`${name}: no help`);
    if (names.has(name)) faults.push(`${name}: given twice`);
    names.add(name);
  }
  return faults;
}

/**
 * The instruments of a catalogue, in a registry of their own.
 *
 * @throws Error when the catalogue breaks a rule of {@link metricFaults}
 */
export function createMetrics<const C extends MetricCatalogue>(
  catalogue: C,
  options: { readonly withProcessMetrics: boolean },
): Metrics<C> {
  const faults = metricFaults(catalogue);
  if (faults.length > 0) throw new Error(faults.join('; '));
  const registry = new Registry();
  if (options.withProcessMetrics) collectDefaultMetrics({ register: registry });
  const entries = Object.entries(catalogue).map(([key, spec]) => [key, instrumentOf(spec, registry)]);
  return {
    record: Object.fromEntries(entries) as Metrics<C>['record'],
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

function instrumentOf(spec: MetricSpec, registry: Registry): Instrument<MetricSpec> {
  const common = { name: spec.name, help: spec.help, labelNames: spec.labels, registers: [registry] };
  const put = recorderOf(spec, common);
  const seen = new Set<string>();
  return (value, labels) => {
    const series = spec.labels.map((label) => labels[label]).join('\0');
    if (seen.has(series) || seen.size < MAX_SERIES) {
      seen.add(series);
      put(value, labels);
    } else {
      put(value, Object.fromEntries(spec.labels.map((label) => [label, 'other'])));
    }
  };
}

function recorderOf(
  spec: MetricSpec,
  common: { name: string; help: string; labelNames: readonly string[]; registers: Registry[] },
): (value: number, labels: Readonly<Record<string, string>>) => void {
  switch (spec.type) {
    case 'counter': {
      const counter = new Counter(common);
      return (value, labels) => counter.inc(labels, value);
    }
    case 'gauge': {
      const gauge = new Gauge(common);
      return (value, labels) => gauge.set(labels, value);
    }
    case 'histogram': {
      const histogram = new Histogram({ ...common, buckets: [...(spec.buckets ?? DURATION_BUCKETS)] });
      return (value, labels) => histogram.observe(labels, value);
    }
  }
}
