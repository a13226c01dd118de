import { type Metrics, metricTable, parseMetrics } from './vector.ts';

const TABLE = metricTable(
  'AV:N,A,L,P AC:L,H PR:N,L,H UI:N,R S:U,C C:H,L,N I:H,L,N A:H,L,N E:X,H,F,P,U RL:X,U,W,T,O RC:X,C,R,U ' +
    'CR:X,H,M,L IR:X,H,M,L AR:X,H,M,L MAV:X,N,A,L,P MAC:X,L,H MPR:X,N,L,H MUI:X,N,R MS:X,U,C MC:X,H,L,N MI:X,H,L,N MA:X,H,L,N',
);
const BASE = ['AV', 'AC', 'PR', 'UI', 'S', 'C', 'I', 'A'];

const WEIGHTS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    'AV:N': 0.85,
    'AV:A': 0.62,
    'AV:L': 0.55,
    'AV:P': 0.2,
    'AC:L': 0.77,
    'AC:H': 0.44,
    'PR:N': 0.85,
    'PR:L': 0.62,
    'PR:H': 0.27,
    'UI:N': 0.85,
    'UI:R': 0.62,
    'C:H': 0.56,
    'C:L': 0.22,
    'C:N': 0,
    'I:H': 0.56,
    'I:L': 0.22,
    'I:N': 0,
    'A:H': 0.56,
    'A:L': 0.22,
    'A:N': 0,
  }),
);

/** With a changed scope, privileges weigh less (table in section 7.4). */
const PRIVILEGES_CHANGED_SCOPE: ReadonlyMap<string | undefined, number> = new Map([
  ['N', 0.85],
  ['L', 0.68],
  ['H', 0.5],
]);

/**
 * Base score of a CVSS v3.0 or v3.1 vector without its `CVSS:3.x/` prefix (specification, section 7.1); undefined
 * when it is not one. The two versions differ in the environmental score only.
 */
export function scoreV3(body: string): number | undefined {
  const metrics = parseMetrics(body, TABLE, BASE);
  if (metrics === undefined) return undefined;
  const of = (metric: string) => WEIGHTS.get(`${metric}:${metrics.get(metric)}`) ?? 0;
  const impactBase = 1 - (1 - of('C')) * (1 - of('I')) * (1 - of('A'));
  const changed = metrics.get('S') === 'C';
  const impact = changed ? 7.52 * (impactBase - 0.029) - 3.25 * (impactBase - 0.02) ** 15 : 6.42 * impactBase;
  if (impact <= 0) return 0;
  const exploitability = 8.22 * of('AV') * of('AC') * privileges(metrics, changed) * of('UI');
  return roundUp(Math.min(10, (impact + exploitability) * (changed ? 1.08 : 1)));
}

function privileges(metrics: Metrics, changed: boolean): number {
  const value = metrics.get('PR');
  return (changed ? PRIVILEGES_CHANGED_SCOPE.get(value) : WEIGHTS.get(`PR:${value}`)) ?? 0;
}

/** v3.1, appendix A: up to one decimal, on integers, so that 4.000000000000001 stays 4.0. */
function roundUp(score: number): number {
  const scaled = Math.round(score * 100_000);
  return scaled % 10_000 === 0 ? scaled / 100_000 : (Math.floor(scaled / 10_000) + 1) / 10;
}
