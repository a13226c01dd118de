import type { CoverageRow, Finding } from '@stella-ops/engine-advisories';
import type { Gap, Subject } from '@stella-ops/engine-inventory';

export type FieldType = 'string' | 'bool' | 'int' | 'double' | 'list<string>';
export type Value = string | number | boolean | readonly string[];

/** What a condition runs on. One object serves a whole evaluation; only `row` changes. */
export interface Scope<R> {
  row: R;
  readonly subject: Subject;
  readonly environment: string;
}

/**
 * A name that conditions and messages can use. `read` answers in the declared type for every row, so that no
 * condition can fail; a double that is not known is NaN, and what is compared with it is neither true nor false.
 */
export interface Field<R> {
  readonly type: FieldType;
  /** Set where the value is the same for every row and evaluation. */
  readonly constant?: string | number | boolean;
  readonly read: (scope: Scope<R>) => Value;
}
export type Fields<R> = ReadonlyMap<string, Field<R>>;

type Table<R> = readonly (readonly [path: string, type: FieldType, read: Field<R>['read']])[];

function toFields<R>(...tables: readonly Table<R>[]): Fields<R> {
  return new Map(tables.flat().map(([path, type, read]) => [path, { type, read }]));
}

/**
 * Low end of each word of the CVSS qualitative scale (CVSS v3.1, section 5): what is known of a score when a source
 * publishes only the word.
 */
const LOW_END = { none: 0, low: 0.1, medium: 4, high: 7, critical: 9, unknown: Number.NaN } as const;

const FINDING: Table<Finding> = [
  ['finding.vulnerability', 'string', ({ row: f }) => f.vulnerability],
  ['finding.aliases', 'list<string>', ({ row: f }) => f.aliases],
  ['finding.records', 'list<string>', ({ row: f }) => f.records],
  ['finding.component', 'string', ({ row: f }) => f.component],
  ['finding.purl', 'string', ({ row: f }) => f.purl ?? ''],
  ['finding.type', 'string', ({ row: f }) => purlType(f.purl)],
  ['finding.package', 'string', ({ row: f }) => f.package],
  ['finding.installedVersion', 'string', ({ row: f }) => f.installedVersion],
  ['finding.fixedVersions', 'list<string>', ({ row: f }) => f.fixedVersions],
  ['finding.fixable', 'bool', ({ row: f }) => f.fixedVersions.length > 0],
  ['finding.severity.level', 'string', ({ row: f }) => f.severity.level],
  ['finding.severity.score', 'double', ({ row: f }) => f.severity.score ?? LOW_END[f.severity.level]],
  ['finding.severity.known', 'bool', ({ row: f }) => f.severity.level !== 'unknown' || f.severity.score !== undefined],
  ['finding.state', 'string', ({ row: f }) => f.state],
  ['finding.vex.status', 'string', ({ row: f }) => f.vex?.status ?? 'none'],
  ['finding.vex.justification', 'string', ({ row: f }) => f.vex?.justification ?? ''],
  ['finding.vex.author', 'string', ({ row: f }) => f.vex?.author ?? ''],
  [
    'finding.vex.contested',
    'bool',
    ({ row: f }) => f.vex?.overruled.some((one) => one.status !== f.vex?.status) ?? false,
  ],
  ['finding.reachability', 'string', ({ row: f }) => f.reachability],
  ['finding.grade', 'string', ({ row: f }) => f.grade],
  ['finding.file', 'string', ({ row: f }) => f.file ?? ''],
];

const GAP: Table<Gap> = [
  ['gap.code', 'string', ({ row: gap }) => gap.code],
  ['gap.path', 'string', ({ row: gap }) => gap.path ?? ''],
  ['gap.detail', 'string', ({ row: gap }) => gap.detail],
];

const COVERAGE: Table<CoverageRow> = [
  ['coverage.ecosystem', 'string', ({ row }) => row.ecosystem],
  ['coverage.components', 'int', ({ row }) => row.components],
  ['coverage.records', 'int', ({ row }) => row.records],
  ['coverage.state', 'string', ({ row }) => row.state],
];

/** Names that every kind of rule can read. */
const COMMON: Table<unknown> = [
  ['subject.kind', 'string', ({ subject }) => subject.kind],
  ['subject.name', 'string', ({ subject }) => subject.name],
  ['subject.digest', 'string', ({ subject }) => subject.digest ?? ''],
  ['subject.os', 'string', ({ subject }) => subject.platform?.os ?? ''],
  ['subject.architecture', 'string', ({ subject }) => subject.platform?.architecture ?? ''],
  ['environment', 'string', ({ environment }) => environment],
];

export const FINDING_FIELDS: Fields<Finding> = toFields(FINDING, COMMON);
export const GAP_FIELDS: Fields<Gap> = toFields(GAP, COMMON);
export const COVERAGE_FIELDS: Fields<CoverageRow> = toFields(COVERAGE, COMMON);
export const SUBJECT_FIELDS: Fields<Subject> = toFields<Subject>(COMMON);

export type Params = Readonly<Record<string, string | number | boolean>>;

export function paramFields<R>(params: Params): [string, Field<R>][] {
  return Object.entries(params).map(([name, value]) => {
    const type = typeof value === 'number' ? 'double' : typeof value === 'boolean' ? 'bool' : 'string';
    return [`params.${name}`, { type, constant: value, read: () => value }];
  });
}

function purlType(purl: string | undefined): string {
  if (purl === undefined) return '';
  const end = purl.indexOf('/');
  return end === -1 ? '' : purl.slice('pkg:'.length, end);
}

/** As the trace shows it: lists joined, an unknown number as null. */
export function shown(value: Value): string | number | boolean | null {
  if (typeof value === 'number') return Number.isNaN(value) ? null : value;
  return typeof value === 'string' || typeof value === 'boolean' ? value : value.join(', ');
}
