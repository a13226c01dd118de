import type { Slice } from '@stella-ops/engine-advisories';
import { generateKey, signStatement, type TrustMaterial, trustedLog } from '@stella-ops/engine-envelope';
import {
  assembleInventory,
  type Component,
  type Gap,
  type Inventory,
  inventoryDigest,
} from '@stella-ops/engine-inventory';
import { canonicalBytes, digestOf } from '@stella-ops/engine-kernel';
import { type Exception, type ExceptionSet, NO_EXCEPTIONS } from '@stella-ops/engine-policy';
import type { VexSet } from '@stella-ops/engine-vex';
import { memoryLog } from '@stella-ops/testkit';
import { decide, type Decision, type DecisionRequest } from '../decide.ts';
import { packCapsule } from '../pack-capsule.ts';

/** An image with one vulnerable package, and what can be done about it. All records here were written for these tests. */
export const IMAGE = digestOf('an image');
export const DECIDED_AT = '2026-06-01T12:00:00.000Z';

export function inventoryOf(version = '1.0.0', gaps: readonly Gap[] = []): Inventory {
  const purl = `pkg:npm/frobnicate@${version}`;
  const component: Component = {
    ref: purl,
    kind: 'library',
    type: 'npm',
    name: 'frobnicate',
    version,
    purl,
    locations: [{ path: 'app/node_modules/frobnicate/package.json' }],
    evidence: { analyzer: 'npm', grade: 'exact' },
  };
  return assembleInventory({
    subject: { kind: 'image', name: 'registry.test/shop/cart:1', digest: IMAGE },
    layers: [],
    components: [component],
    relations: [],
    gaps,
    analyzers: { npm: 1 },
  });
}

const RECORD = JSON.stringify({
  id: 'CVE-2026-90001',
  modified: '2026-01-02T03:04:05Z',
  aliases: ['GHSA-test-test-test'],
  summary: 'frobnicate can be frobnicated',
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
  affected: [
    {
      package: { ecosystem: 'npm', name: 'frobnicate' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.2.0' }] }],
    },
  ],
});

export function sliceFor(inventory: Inventory): Slice {
  return {
    format: 'stella.slice/v1',
    inventory: inventoryDigest(inventory),
    snapshot: digestOf('a snapshot'),
    records: [{ id: 'CVE-2026-90001', digest: digestOf(RECORD), raw: RECORD }],
    coverage: [
      { ecosystem: 'npm', components: 1, records: 1, state: 'evaluated', sentence: '1 component against 1 record' },
    ],
  };
}

export const NO_VEX: VexSet = { format: 'stella.vex/v1', documents: [] };

export function notAffected(): VexSet {
  const raw = JSON.stringify({
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://vendor.test/vex/1',
    author: 'vendor',
    timestamp: '2026-05-01T00:00:00Z',
    version: 1,
    statements: [
      {
        vulnerability: { name: 'CVE-2026-90001' },
        products: [{ '@id': 'pkg:npm/frobnicate' }],
        status: 'not_affected',
        justification: 'vulnerable_code_not_in_execute_path',
      },
    ],
  });
  return { format: 'stella.vex/v1', documents: [{ digest: digestOf(raw), raw }] };
}

export function excepted(init: Partial<Exception> = {}): ExceptionSet {
  const exception: Exception = {
    id: 'EX-1',
    vulnerability: 'CVE-2026-90001',
    package: 'pkg:npm/frobnicate',
    reason: 'an upgrade is under way',
    approvedBy: 'security@shop.test',
    createdAt: '2026-05-15T00:00:00.000Z',
    expiresAt: '2026-07-01T00:00:00.000Z',
    ...init,
  };
  return { ...NO_EXCEPTIONS, exceptions: [exception] };
}

/** A pack that denies from a severity on, unless VEX answers. */
export const policyOf = (threshold: number, { name = 'test', version = '1' } = {}): Buffer =>
  Buffer.from(`apiVersion: stella.ops/policy/v1
kind: PolicyPack
metadata: {name: ${name}, version: "${version}"}
params: {threshold: ${threshold}}
rules:
  - id: not-affected
    on: finding
    when: finding.vex.status == "not_affected"
    action: allow
    code: VEX_NOT_AFFECTED
    message: "{finding.vulnerability} does not affect"
  - id: serious
    on: finding
    when: finding.severity.score >= params.threshold
    action: deny
    code: SERIOUS
    message: "{finding.vulnerability} in {finding.package}"
defaults: {finding: allow, unknownSeverity: pending, notEvaluated: pending, gap: deny, coverage: warn}
`);

export function decideWith(init: Partial<DecisionRequest> = {}): Decision {
  const inventory = init.inventory ?? inventoryOf();
  return decide({
    inventory,
    slice: sliceFor(inventory),
    vexSet: NO_VEX,
    policyBytes: policyOf(7),
    exceptions: NO_EXCEPTIONS,
    evaluatedAt: DECIDED_AT,
    ...init,
  });
}

/** A signer whose key is trusted, and a log that is. */
export function newSeal() {
  const signer = generateKey('p256');
  const log = memoryLog();
  const { keyHint: hint, keyDetails, publicKey } = signer;
  const trust: TrustMaterial = { keys: [{ hint, keyDetails, publicKey }], logs: [trustedLog(log)] };
  const pack = (decision: Decision) =>
    packCapsule(decision, { attest: (statement) => signStatement(statement, { signer, log }), created: DECIDED_AT });
  return { signer, log, trust, pack };
}

/** A decision whose input was changed after it was made: what a forger with a trusted key would sign. */
export function forged(decision: Decision, policy: Buffer, options: { readonly updateInput: boolean }): Decision {
  const digest = digestOf(policy);
  const input = options.updateInput ? { ...decision.input, policy: digest } : decision.input;
  const blobs = new Map(decision.blobs);
  blobs.set(input.policy, policy);
  return { ...decision, input, inputDigest: digestOf(canonicalBytes(input)), blobs };
}
