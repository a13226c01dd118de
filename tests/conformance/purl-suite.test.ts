import { expect, test } from 'vitest';
import { canonicalJson } from '@stella-ops/engine-kernel';
import { buildPurl, formatPurl, parsePurl, type PurlParts, type PurlResult } from '@stella-ops/engine-versions';
import { corpusTar, describeNeeding } from '@stella-ops/testkit';

interface SuiteCase {
  readonly description: string;
  readonly test_type: 'parse' | 'build' | 'validate';
  readonly input: string | PurlParts;
  readonly expected_output: string | PurlParts | null;
  readonly expected_failure: boolean;
}

/** `test_type` of the suite: text to parts, parts to canonical text, text to canonical text. */
function run(one: SuiteCase): unknown {
  const result = typeof one.input === 'string' ? parsePurl(one.input) : buildPurl(one.input);
  if (!result.ok) return 'refused';
  return one.test_type === 'parse' ? parts(result) : formatPurl(result.purl);
}

function parts(result: PurlResult & { ok: true }): PurlParts {
  const { type, namespace = null, name, version = null, qualifiers = null, subpath = null } = result.purl;
  return { type, namespace, name, version, qualifiers: qualifiers === null ? null : { ...qualifiers }, subpath };
}

describeNeeding(['corpus'], 'package URL suite of purl-spec', () => {
  const files = [...corpusTar('tables/purl-suite.tar.zst')].filter(([path]) => path.endsWith('-test.json'));
  const cases = files.flatMap(([path, bytes]) =>
    (JSON.parse(bytes.toString('utf8')) as { tests: SuiteCase[] }).tests.map((one) => ({ path, ...one })),
  );

  test('every case of the suite is answered as wanted', () => {
    const wrong = cases.filter((one) => {
      const wanted = one.expected_failure ? 'refused' : one.expected_output;
      return canonicalJson(run(one)) !== canonicalJson(wanted);
    });
    expect(wrong.map((one) => ({ ...one, got: run(one) }))).toEqual([]);
    expect(cases.length).toBeGreaterThan(400);
    console.log(`purl suite: ${cases.length - wrong.length} of ${cases.length} cases in ${files.length} files`);
  });

  test('a canonical text is a fixed point of parse and format', () => {
    for (const one of cases) {
      const canonical = typeof one.expected_output === 'string' ? one.expected_output : undefined;
      if (canonical === undefined || one.expected_failure) continue;
      const again = parsePurl(canonical);
      expect(again.ok ? formatPurl(again.purl) : again.message).toBe(canonical);
    }
  });
});
