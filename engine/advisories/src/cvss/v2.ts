import { type Metrics, metricTable, parseMetrics } from './vector.ts';

const TABLE = metricTable(
  'AV:L,A,N AC:H,M,L Au:M,S,N C:N,P,C I:N,P,C A:N,P,C E:U,POC,F,H,ND RL:OF,TF,W,U,ND RC:UC,UR,C,ND ' +
    'CDP:N,L,LM,MH,H,ND TD:N,L,M,H,ND CR:L,M,H,ND IR:L,M,H,ND AR:L,M,H,ND',
);
const BASE = ['AV', 'AC', 'Au', 'C', 'I', 'A'];

const WEIGHTS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    'AV:L': 0.395,
    'AV:A': 0.646,
    'AV:N': 1,
    'AC:H': 0.35,
    'AC:M': 0.61,
    'AC:L': 0.71,
    'Au:M': 0.45,
    'Au:S': 0.56,
    'Au:N': 0.704,
    'C:N': 0,
    'C:P': 0.275,
    'C:C': 0.66,
    'I:N': 0,
    'I:P': 0.275,
    'I:C': 0.66,
    'A:N': 0,
    'A:P': 0.275,
    'A:C': 0.66,
  }),
);

const weight = (metrics: Metrics, metric: string): number => WEIGHTS.get(`${metric}:${metrics.get(metric)}`) ?? 0;

/** Base score of a CVSS v2 vector (A Complete Guide to CVSS 2.0, section 3.2.1); undefined when it is not one. */
export function scoreV2(vector: string): number | undefined {
  // NVD wraps v2 vectors in brackets.
  const body = vector.startsWith('(') && vector.endsWith(')') ? vector.slice(1, -1) : vector;
  const metrics = parseMetrics(body, TABLE, BASE);
  if (metrics === undefined) return undefined;
  const of = (metric: string) => weight(metrics, metric);
  const impact = 10.41 * (1 - (1 - of('C')) * (1 - of('I')) * (1 - of('A')));
  const exploitability = 20 * of('AV') * of('AC') * of('Au');
  const score = (0.6 * impact + 0.4 * exploitability - 1.5) * (impact === 0 ? 0 : 1.176);
  return Math.round(score * 10) / 10;
}
