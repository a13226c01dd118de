import { page, table } from '../page.ts';
import { allMetrics } from '../services.ts';
import { type Alert, alertGroups } from './alerts.ts';
import { dashboard } from './dashboard.ts';
import { Queries } from './query.ts';

const queries = async (): Promise<Queries> => new Queries((await allMetrics()).map(({ catalogue }) => catalogue));

/** deploy/observability/grafana-dashboard.json */
export async function dashboardFile(): Promise<string> {
  return JSON.stringify(dashboard(await queries(), await allMetrics()));
}

/** deploy/observability/prometheus-alerts.yaml */
export async function alertFile(): Promise<string> {
  const groups = alertGroups(await queries()).map(({ name, alerts }) => {
    return [`  - name: ${name}`, '    rules:', ...alerts.flatMap(ruleLines)];
  });
  const head = '# Generated (`npm run generate`) from tools/generate/observability/alerts.ts; edit that.';
  return [head, 'groups:', ...groups.flat(), ''].join('\n');
}

/** Every text is a JSON string, which is one of YAML too, whatever stands in it. */
function ruleLines({ name, severity, when, forMinutes, summary, action }: Alert): readonly string[] {
  return [
    `      - alert: ${name}`,
    `        expr: ${JSON.stringify(when.text)}`,
    ...(forMinutes === 0 ? [] : [`        for: ${forMinutes}m`]),
    '        labels:',
    `          severity: ${severity}`,
    '        annotations:',
    `          summary: ${JSON.stringify(`${summary}.`)}`,
    `          description: ${JSON.stringify(action)}`,
  ];
}

/** docs/reference/alerts.md */
export async function alertReference(): Promise<string> {
  const sections = alertGroups(await queries()).map(({ name, alerts }) => {
    const rows = alerts.map(({ name: alert, severity, when, forMinutes, summary, action }) => [
      `\`${alert}\``,
      severity,
      summary
        .replaceAll(/\{\{ \$(?:labels\.)?(\w+) \}\}/g, '<$1>')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;'),
      `\`${when.text}\`${forMinutes === 0 ? '' : ` for ${forMinutes} min`}`,
      action,
    ]);
    return `## ${name}\n\n${table(['alert', 'severity', 'says', 'when', 'what to do'], rows)}`;
  });
  return page(
    'Alerts',
    'the alert rules in `tools/generate/observability/alerts.ts`',
    'For Prometheus in `deploy/observability/prometheus-alerts.yaml`. They watch the job `stella`. *critical* gets somebody up, *warning* is for today, *info* is to know.',
    ...sections,
  );
}
