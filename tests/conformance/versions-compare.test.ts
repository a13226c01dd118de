import { expect, test } from 'vitest';
import { comparatorFor, type Comparator, type Order } from '@stella-ops/engine-versions';
import { corpusLines, describeNeeding } from '@stella-ops/testkit';

/** Name of an ecosystem in the table → name under which we know its order. */
const ECOSYSTEMS = new Map([
  ['deb', 'Debian:12'],
  ['npm', 'npm'],
  ['npm-loose', 'npm'],
  ['semver', 'semver'],
  ['pypi', 'PyPI'],
  ['go', 'Go'],
]);

/** Rows that are no statement about an order, with the reason. */
const EXCEPTIONS = new Map([
  [
    '// 1.0.0+local > 1.0.0 False',
    'a comment of the source file; the table also has the same pair with "<", and only one of the two can hold',
  ],
]);

const HOLDS: Readonly<Record<string, (order: Order) => boolean>> = {
  '<': (order) => order < 0,
  '>': (order) => order > 0,
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<=': (order) => order <= 0,
  '>=': (order) => order >= 0,
};

interface Row {
  readonly ecosystem: string;
  readonly a: string;
  readonly op: string;
  readonly b: string;
}

function comparatorOf(name: string): Comparator {
  const comparator = comparatorFor(name);
  if (comparator === undefined) throw new Error(`no comparator for ${name}`);
  return comparator;
}

describeNeeding(['corpus'], 'version tables', () => {
  const rows: Row[] = corpusLines('tables/version-compare.tsv.zst')
    .slice(1)
    .map((line) => line.split('\t'))
    .map(([ecosystem = '', a = '', op = '', b = '']) => ({ ecosystem, a, op, b }))
    .filter(({ ecosystem }) => ECOSYSTEMS.has(ecosystem));

  test.for([...ECOSYSTEMS])('every row of %s holds', ([ecosystem, name]) => {
    const comparator = comparatorOf(name);
    const mine = rows.filter((row) => row.ecosystem === ecosystem);
    const wrong = mine
      .filter(({ a, op, b }) => HOLDS[op]?.(comparator.compare(a, b)) !== true)
      .map(({ a, op, b }) => `${a} ${op} ${b}`);
    expect(wrong.filter((row) => !EXCEPTIONS.has(row))).toEqual([]);
    expect(mine.length).toBeGreaterThan(10);
    console.log(`version table ${ecosystem}: ${mine.length - wrong.length} of ${mine.length} rows`);
  });

  test.for(['deb', 'npm', 'pypi', 'go'])('sort keys and laws hold for every version of the %s tables', (name) => {
    const comparator = comparatorOf(ECOSYSTEMS.get(name) ?? '');
    const versions = [
      ...new Set(
        rows
          .filter(({ ecosystem }) => comparatorOf(ECOSYSTEMS.get(ecosystem) ?? '').id === comparator.id)
          .flatMap(({ a, b }) => [a, b]),
      ),
    ];
    // Sorted once by the comparator, so that a broken law shows as a neighbour out of order.
    versions.sort((a, b) => comparator.compare(a, b));
    for (let i = 1; i < versions.length; i++) {
      const [a = '', b = '', c = ''] = [versions[i - 1], versions[i], versions[(i * 31) % versions.length]];
      expect(comparator.compare(a, b)).toBeLessThanOrEqual(0);
      for (const other of [b, c]) {
        const order = comparator.compare(a, other);
        expect(Buffer.compare(comparator.sortKey(a), comparator.sortKey(other))).toBe(order);
        expect(comparator.compare(other, a)).toBe(order === 0 ? 0 : -order);
      }
    }
    expect(versions.length).toBeGreaterThan(15);
  });

  test('Go versions that the Go tool knows are valid, others are not', () => {
    // `v1-pre`: the Go tool refuses a pre-release behind a short form; we read it, for it has one meaning only.
    const lenient = new Set(['v1-pre', 'v1+meta', 'v1-pre+meta', 'v1.2+meta']);
    const comparator = comparatorOf('Go');
    const wrong = corpusLines('tables/version-range.tsv.zst')
      .map((line) => line.split('\t'))
      .filter(([kind, , version = '']) => kind === 'go-valid' && !lenient.has(version))
      .filter(([, , version = '', result = '']) => {
        const canonical = /^canonical (.*)$/.exec(result)?.[1];
        return canonical === undefined
          ? comparator.isValid(version)
          : !comparator.isValid(version) || comparator.compare(version, canonical) !== 0;
      });
    expect(wrong).toEqual([]);
  });
});
