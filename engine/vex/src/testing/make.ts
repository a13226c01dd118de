import type { Digest } from '@stella-ops/engine-kernel';
import type { Finding, Findings } from '@stella-ops/engine-advisories';
import type { Subject } from '@stella-ops/engine-inventory';
import { readOpenVex } from '../openvex/read-openvex.ts';
import type { VexDocument } from '../types.ts';

export const digestWith = (digit: string): Digest => `sha256:${digit.repeat(64)}`;

export const IMAGE: Subject = {
  kind: 'image',
  name: 'registry.example/team/app:1.0',
  digest: digestWith('a'),
  configDigest: digestWith('c'),
  indexDigest: digestWith('1'),
  platform: { os: 'linux', architecture: 'amd64' },
};

export function makeFinding(given: Partial<Finding> = {}): Finding {
  const purl = 'pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12&upstream=openssl';
  return {
    vulnerability: 'CVE-2024-0001',
    aliases: ['GHSA-aaaa-bbbb-cccc', 'PYSEC-2024-1'],
    records: ['CVE-2024-0001'],
    component: given.purl ?? purl,
    purl,
    package: 'libssl3',
    installedVersion: '3.0.11-1',
    fixedVersions: [],
    severity: { level: 'high' },
    state: 'affected',
    reachability: 'unknown',
    grade: 'exact',
    trace: [],
    ...given,
  };
}

export function makeFindings(findings: readonly Finding[]): Findings {
  return {
    format: 'stella.findings/v1',
    inventory: digestWith('d'),
    snapshot: digestWith('e'),
    findings,
    coverage: [],
  };
}

/** An OpenVEX 0.2.0 document whose statements say `not_affected` of CVE-2024-0001 unless told otherwise. */
export function openVex(statements: readonly object[], given: object = {}): Buffer {
  return Buffer.from(
    JSON.stringify({
      '@context': 'https://openvex.dev/ns/v0.2.0',
      '@id': 'https://example.test/vex/1',
      author: 'Example',
      timestamp: '2024-01-01T00:00:00Z',
      version: 1,
      ...given,
      statements: statements.map((one) => ({
        vulnerability: { name: 'CVE-2024-0001' },
        status: 'not_affected',
        justification: 'component_not_present',
        ...one,
      })),
    }),
  );
}

export function makeDocument(statements: readonly object[], given: object = {}): VexDocument {
  const reading = readOpenVex(openVex(statements, given), 'vex.json');
  if (!reading.ok) throw new Error(JSON.stringify(reading.violations));
  return reading.document;
}
