import { createMetrics, type MetricCatalogue } from '@stella-ops/platform/runtime';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { allMetrics } from '../services.ts';
import { type Alert, alertGroups } from './alerts.ts';
import { alertFile, dashboardFile } from './files.ts';
import { above, AMBIENT, Queries } from './query.ts';

let parts: Awaited<ReturnType<typeof allMetrics>>;
let q: Queries;
let alerts: readonly Alert[];
/** As they stand in the files, read without the code that wrote them. */
let expressions: { readonly where: string; readonly text: string }[];

beforeAll(async () => {
  parts = await allMetrics();
  q = new Queries(parts.map(({ catalogue }) => catalogue));
  alerts = alertGroups(q).flatMap((group) => group.alerts);
  const rules = parse(await alertFile()) as { groups: { rules: { alert: string; expr: string }[] }[] };
  const board = JSON.parse(await dashboardFile()) as { panels: { title: string; targets?: { expr: string }[] }[] };
  expressions = [
    ...rules.groups.flatMap((group) => group.rules.map(({ alert, expr }) => ({ where: alert, text: expr }))),
    ...board.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ where: title, text: expr }))),
  ];
});

/** Words of PromQL that the expressions use; what else is a word is a metric, or a label in braces or after `by`. */
const WORDS = ['sum', 'max', 'min', 'by', 'and', 'or', 'unless', 'offset', 'rate', 'increase', 'changes', 'time'];
const FUNCTIONS = [...WORDS, 'histogram_quantile', 'le'];

function read(text: string): { readonly names: readonly string[]; readonly labels: readonly string[] } {
  const bare = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').replaceAll(/\[\d+[mhd]\]|offset \d+[mhd]/g, '');
  const groups = [...bare.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(', '));
  const matchers = [...bare.matchAll(/([a-z_]+)=~?""/g)].map(([, label = '']) => label);
  const rest = bare.replaceAll(/by \([^)]*\)|\{[^}]*\}/g, '');
  const words = [...rest.matchAll(/[a-zA-Z_]\w*/g)].map(([word]) => word);
  return { names: words.filter((word) => !FUNCTIONS.includes(word)), labels: [...groups, ...matchers] };
}

test('every name in a rule or a panel is a metric of the catalogue, and every label one that it has', () => {
  const specs = [...parts.map(({ catalogue }) => catalogue), AMBIENT].flatMap((all) => Object.values(all));
  expect(expressions.length).toBeGreaterThan(60);
  for (const { where, text } of expressions) {
    const { names, labels } = read(text);
    const found = names.map((name) => specs.find((spec) => [spec.name, `${spec.name}_bucket`].includes(name)));
    expect(found, `${where}: ${text}`).not.toContain(undefined);
    expect(names.length, `${where}: ${text}`).toBeGreaterThan(0);
    const known = [...found.flatMap((spec) => spec?.labels ?? []), 'le', 'job', 'instance'];
    expect(
      labels.filter((label) => !known.includes(label)),
      `${where}: ${text}`,
    ).toEqual([]);
  }
});

test('what a metric of the catalogue tells stands on the dashboard', () => {
  const shown = new Set(
    expressions.flatMap(({ text }) => read(text).names.map((name) => name.replace(/_bucket$/, ''))),
  );
  const all = parts.flatMap(({ catalogue }) => Object.values(catalogue).map(({ name }) => name));
  expect(all.filter((name) => !shown.has(name))).toEqual([]);
});

test('what stands beside the catalogue is what Node.js tells', async () => {
  const { text } = await createMetrics({}, { withProcessMetrics: true }).render();
  for (const { name, type } of Object.values(AMBIENT).filter((spec) => spec.name !== 'up'))
    expect(text).toContain(`# TYPE ${name} ${type}\n`);
});

test('each alert has a name of its own, a sentence, something to do, and labels that its expression keeps', () => {
  expect(new Set(alerts.map(({ name }) => name)).size).toBe(alerts.length);
  for (const { name, summary, action, when, forMinutes } of alerts) {
    expect(name).toMatch(/^Stella[A-Z][A-Za-z]+$/);
    expect(summary, name).toMatch(/^[A-Z{].*[^.]$/);
    expect(action, name).toMatch(/^[A-Z].*\.$/);
    expect(when.text, name).toMatch(/[<>=]=? [\d.]+\)?$/);
    expect(Number.isInteger(forMinutes), name).toBe(true);
    for (const [, label = ''] of summary.matchAll(/\$labels\.(\w+)/g)) {
      const isKept = /^(?:sum|max|min) \(/.test(when.text) ? false : label === 'instance';
      expect(isKept || when.text.includes(`by (${label})`), `${name} shows ${label}`).toBe(true);
    }
  }
});

test('parentheses and braces are closed in the order in which they were opened', () => {
  const pairs: Readonly<Record<string, string>> = { ')': '(', '}': '{', ']': '[' };
  for (const { where, text } of expressions) {
    const open: string[] = [];
    for (const [sign] of text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').matchAll(/[(){}[\]]/g)) {
      const opening = pairs[sign];
      if (opening === undefined) open.push(sign);
      else expect(open.pop(), `${where}: ${text}`).toBe(opening);
    }
    expect(open, `${where}: ${text}`).toEqual([]);
  }
});

describe('an expression breaks generation', () => {
  const catalogue: MetricCatalogue = {
    counter: { name: 'shop_orders_total', type: 'counter', help: 'x', labels: ['kind'] },
    gauge: { name: 'shop_open', type: 'gauge', help: 'x', labels: [] },
    histogram: { name: 'shop_wait_seconds', type: 'histogram', help: 'x', labels: [], buckets: [1, 10] },
  };
  const own = new Queries([catalogue]);

  test('when its metric was renamed, lost a label, or became of another type', () => {
    expect(() => own.rate('shop_sales_total', '5m')).toThrow('there is no metric shop_sales_total');
    expect(() => own.rate('shop_orders_total', '5m', { colour: 'red' })).toThrow(
      'shop_orders_total has no label colour',
    );
    expect(() => own.grew('shop_orders_total', '5m', ['colour'])).toThrow('shop_orders_total has no label colour');
    expect(() => own.rate('shop_open', '5m')).toThrow('shop_open is a gauge, not a counter');
    expect(() => own.gauge('shop_orders_total')).toThrow('shop_orders_total is a counter, not a gauge');
    expect(() => own.quantile('shop_open', 0.9, '5m')).toThrow('shop_open is a gauge, not a histogram');
  });

  test('when a quantile is compared with more than its last bucket', () => {
    const wait = own.quantile('shop_wait_seconds', 0.9, '5m');
    expect(() => above(wait, 10)).toThrow('never above 10');
    expect(above(wait, 5).text).toBe('histogram_quantile(0.9, sum by (le) (rate(shop_wait_seconds_bucket[5m]))) > 5');
  });

  test('values are quoted, so that none ends the expression', () => {
    expect(own.increase('shop_orders_total', '1h', { kind: 'a"} or x' }).text).toBe(
      String.raw`increase(shop_orders_total{kind="a\"} or x"}[1h])`,
    );
  });
});
