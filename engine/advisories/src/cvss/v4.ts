import { macroScore } from './macro-scores.ts';
import { metricTable, parseMetrics } from './vector.ts';

const TABLE = metricTable(
  'AV:N,A,L,P AC:L,H AT:N,P PR:N,L,H UI:N,P,A VC:H,L,N VI:H,L,N VA:H,L,N SC:H,L,N SI:H,L,N SA:H,L,N E:X,A,P,U ' +
    'CR:X,H,M,L IR:X,H,M,L AR:X,H,M,L MAV:X,N,A,L,P MAC:X,L,H MAT:X,N,P MPR:X,N,L,H MUI:X,N,P,A ' +
    'MVC:X,H,L,N MVI:X,H,L,N MVA:X,H,L,N MSC:X,H,L,N MSI:X,S,H,L,N MSA:X,S,H,L,N ' +
    'S:X,N,P AU:X,N,Y R:X,A,U,I V:X,D,C RE:X,L,M,H U:X,Clear,Green,Amber,Red',
);
const BASE = ['AV', 'AC', 'AT', 'PR', 'UI', 'VC', 'VI', 'VA', 'SC', 'SI', 'SA'];

/** Values of a metric from the most severe down; the distance of two values is that of their places. */
const LADDERS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    AV: 'NALP',
    PR: 'NLH',
    UI: 'NPA',
    AC: 'LH',
    AT: 'NP',
    VC: 'HLN',
    VI: 'HLN',
    VA: 'HLN',
    SC: 'SHLN',
    SI: 'SHLN',
    SA: 'SHLN',
    CR: 'HML',
    IR: 'HML',
    AR: 'HML',
  }),
);

/** Metrics of each equivalence set that has distances (EQ5 has one metric and none), EQ3 and EQ6 taken together. */
const SETS = [
  ['AV', 'PR', 'UI'],
  ['AC', 'AT'],
  ['VC', 'VI', 'VA', 'CR', 'IR', 'AR'],
  ['SC', 'SI', 'SA'],
] as const;

interface Level {
  /** Steps from its highest vector to its lowest. */
  readonly depth: number;
  /** Highest severity vectors: letters in the order of the set's metrics. */
  readonly highest: readonly string[];
}

/** Section 8, per set its levels; the third is keyed EQ3 EQ6. */
const LEVELS: readonly ReadonlyMap<string, Level>[] = [
  new Map([
    ['0', { depth: 1, highest: ['NNN'] }],
    ['1', { depth: 4, highest: ['ANN', 'NLN', 'NNP'] }],
    ['2', { depth: 5, highest: ['PNN', 'ALP'] }],
  ]),
  new Map([
    ['0', { depth: 1, highest: ['LN'] }],
    ['1', { depth: 2, highest: ['HN', 'LP'] }],
  ]),
  new Map([
    ['00', { depth: 7, highest: ['HHHHHH'] }],
    ['01', { depth: 6, highest: ['HHLMMH', 'HHHMMM'] }],
    ['10', { depth: 8, highest: ['LHHHHH', 'HLHHHH'] }],
    ['11', { depth: 8, highest: ['LHLHMH', 'LHHHMM', 'HLHMHM', 'HLLMHH', 'LLHHHM'] }],
    ['21', { depth: 10, highest: ['LLLHHH'] }],
  ]),
  new Map([
    ['0', { depth: 6, highest: ['HSS'] }],
    ['1', { depth: 5, highest: ['HHH'] }],
    ['2', { depth: 4, highest: ['LLL'] }],
  ]),
];

type Levels = readonly [number, number, number, number, number, number];
type Value = (metric: string) => string;

/**
 * Score of a CVSS v4.0 vector without its `CVSS:4.0/` prefix (specification, section 8): base, and threat and
 * environmental metrics where the vector has them; supplemental metrics do not count. Undefined when it is not one.
 */
export function scoreV4(body: string): number | undefined {
  const metrics = parseMetrics(body, TABLE, BASE);
  if (metrics === undefined) return undefined;
  const given = (metric: string) => {
    const value = metrics.get(metric);
    return value === 'X' ? undefined : value;
  };
  const value: Value = (metric) => given(`M${metric}`) ?? given(metric) ?? (metric === 'E' ? 'A' : 'H');
  if (['VC', 'VI', 'VA', 'SC', 'SI', 'SA'].every((metric) => value(metric) === 'N')) return 0;

  const levels = levelsOf(value);
  const tenths = macroScore(levels) ?? 0;
  const [eq1, eq2, eq3, eq4, eq5, eq6] = levels;
  const keys = [`${eq1}`, `${eq2}`, `${eq3}${eq6}`, `${eq4}`];
  const lower = [
    macroScore([eq1 + 1, eq2, eq3, eq4, eq5, eq6]),
    macroScore([eq1, eq2 + 1, eq3, eq4, eq5, eq6]),
    lowerOfThirdSet(levels),
    macroScore([eq1, eq2, eq3, eq4 + 1, eq5, eq6]),
    macroScore([eq1, eq2, eq3, eq4, eq5 + 1, eq6]),
  ];

  let steps = 0;
  let existing = 0;
  for (const [set, next] of lower.entries()) {
    if (next === undefined) continue;
    existing++;
    // EQ5 counts as a neighbour but has no distance of its own.
    const level = LEVELS[set]?.get(keys[set] ?? '');
    if (level !== undefined) steps += ((tenths - next) * distance(SETS[set] ?? [], level, value)) / level.depth;
  }
  const score = existing === 0 ? tenths : tenths - steps / existing;
  // The epsilon keeps halves that the division made a hair too small from rounding down.
  return Math.min(100, Math.max(0, Math.round(score + 1e-6))) / 10;
}

/** Section 8, tables of EQ1 to EQ6. */
function levelsOf(value: Value): Levels {
  const is = (metric: string, letter: string) => value(metric) === letter;
  const reach = [is('AV', 'N'), is('PR', 'N'), is('UI', 'N')];
  const eq1 = reach.every(Boolean) ? 0 : reach.some(Boolean) && !is('AV', 'P') ? 1 : 2;
  const eq2 = is('AC', 'L') && is('AT', 'N') ? 0 : 1;
  const eq3 = is('VC', 'H') && is('VI', 'H') ? 0 : is('VC', 'H') || is('VI', 'H') || is('VA', 'H') ? 1 : 2;
  const safety = is('SI', 'S') || is('SA', 'S');
  const eq4 = safety ? 0 : is('SC', 'H') || is('SI', 'H') || is('SA', 'H') ? 1 : 2;
  const eq5 = 'APU'.indexOf(value('E'));
  const required = ['C', 'I', 'A'].some((kind) => is(`${kind}R`, 'H') && is(`V${kind}`, 'H'));
  return [eq1, eq2, eq3, eq4, eq5, required ? 0 : 1];
}

/** EQ3 and EQ6 depend on each other: from 00 there are two ways down, and the smaller step counts. */
function lowerOfThirdSet([eq1, eq2, eq3, eq4, eq5, eq6]: Levels): number | undefined {
  const lowerEq3 = macroScore([eq1, eq2, eq3 + 1, eq4, eq5, eq6]);
  const lowerEq6 = macroScore([eq1, eq2, eq3, eq4, eq5, eq6 + 1]);
  if (eq3 === 1 && eq6 === 0) return lowerEq6;
  if (lowerEq3 === undefined || lowerEq6 === undefined) return lowerEq3 ?? lowerEq6;
  return Math.max(lowerEq3, lowerEq6);
}

/** Steps from the first highest vector of the level that no metric exceeds. */
function distance(metrics: readonly string[], level: Level, value: Value): number {
  for (const highest of level.highest) {
    const steps = metrics.map((metric, i) => {
      const ladder = LADDERS.get(metric) ?? '';
      return ladder.indexOf(value(metric)) - ladder.indexOf(highest.charAt(i));
    });
    if (steps.every((one) => one >= 0)) return steps.reduce((sum, one) => sum + one, 0);
  }
  return 0;
}
