import { names, page, table } from './page.ts';
import { allMetrics } from './services.ts';

/** docs/reference/metrics.md: what `GET /metrics` answers, beside the process metrics of Node.js. */
export async function metricReference(): Promise<string> {
  const catalogues = await allMetrics();
  const sections = catalogues
    .filter(({ catalogue }) => Object.keys(catalogue).length > 0)
    .map(({ name, catalogue }) => {
      const rows = Object.values(catalogue).map(({ name: metric, type, labels, help }) => {
        return [`\`${metric}\``, type, names(labels), help];
      });
      return `## ${name}\n\n${table(['metric', 'type', 'labels', 'meaning'], rows)}`;
    });
  return page(
    'Metrics',
    'the metric catalogues of the server and its services',
    'In the Prometheus text format at `GET /metrics`, of those services that the process runs. A metric has at most 2,000 label sets; more share the value `other`.',
    ...sections,
  );
}
