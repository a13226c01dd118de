/** Metric → value of a CVSS vector. */
export type Metrics = ReadonlyMap<string, string>;

/** Metric → its permitted values, one letter group each. */
export type MetricTable = ReadonlyMap<string, ReadonlySet<string>>;

/** Reads a table written as `AV:N,A,L,P AC:L,H`. */
export function metricTable(text: string): MetricTable {
  return new Map(
    text.split(' ').map((row) => {
      const [metric = '', values = ''] = row.split(':');
      return [metric, new Set(values.split(','))];
    }),
  );
}

const MAX_METRICS = 64;

/**
 * Splits `AV:N/AC:L/…` into metrics.
 *
 * @returns undefined for an unknown metric or value, a metric given twice, or a missing mandatory one: the
 *   specifications leave no score for such a vector
 */
export function parseMetrics(body: string, table: MetricTable, mandatory: readonly string[]): Metrics | undefined {
  const metrics = new Map<string, string>();
  const fields = body.split('/', MAX_METRICS + 1);
  if (fields.length > MAX_METRICS) return undefined;
  for (const field of fields) {
    const colon = field.indexOf(':');
    const metric = field.slice(0, colon);
    const value = field.slice(colon + 1);
    if (colon < 0 || metrics.has(metric) || table.get(metric)?.has(value) !== true) return undefined;
    metrics.set(metric, value);
  }
  return mandatory.every((metric) => metrics.has(metric)) ? metrics : undefined;
}
