// `node tests/bench/engine.ts`: what the engine's READMEs say of its speed, in one process and warm. Ends with 1 when a promise
// is missed. Times are CPU time of this process, which other work on the machine disturbs least.
import type { Finding } from '@stella-ops/engine-advisories';
import { replayCapsule, verifyCapsule } from '@stella-ops/engine-capsule';
import { PREDICATE_TYPES, signStatement, statementBytes, verifyBundle } from '@stella-ops/engine-envelope';
import { assembleInventory, readSbom, toCycloneDx, toSpdx } from '@stella-ops/engine-inventory';
import { digestOf } from '@stella-ops/engine-kernel';
import { evaluate, NO_EXCEPTIONS, packOrThrow } from '@stella-ops/engine-policy';
import { DECIDED_AT, decideWith, newSeal } from '../../engine/capsule/src/testing/scenario.ts';
import { componentOf, partsOf } from '../../engine/inventory/src/testing/inventories.ts';

interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** Promised: at most this, or at least where the unit is a rate. */
  readonly goal?: number;
}
const rows: Row[] = [];

/** Median CPU milliseconds of some runs, the first ones left out. */
async function medianMs(run: () => unknown, rounds = 15): Promise<number> {
  const times: number[] = [];
  for (let round = -5; round < rounds; round++) {
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) times.push((user + system) / 1000);
  }
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? NaN;
}

// Ten rules, of which the last alone can match: `share` of the findings.
const pack = packOrThrow(
  Buffer.from(
    JSON.stringify({
      apiVersion: 'stella.ops/policy/v1',
      kind: 'PolicyPack',
      metadata: { name: 'bench', version: '1' },
      rules: Array.from({ length: 10 }, (_, at) => ({
        id: `rule-${at}`,
        on: 'finding',
        when:
          at === 9
            ? 'finding.severity.score >= 9.0 && finding.fixable'
            : `finding.package == "none-${at}" || finding.grade == "low"`,
        action: 'deny',
        code: `CODE_${at}`,
        message: '{finding.vulnerability} in {finding.package}',
      })),
      defaults: {
        finding: 'allow',
        unknownSeverity: 'pending',
        notEvaluated: 'pending',
        gap: 'deny',
        coverage: 'warn',
      },
    }),
  ),
  'bench.yaml',
);
const COUNT = 200_000;
for (const share of [0, 0.01, 0.1]) {
  const findings = Array.from({ length: COUNT }, (_, at): Finding => {
    const component = `pkg:npm/part-${at}@1.0.0`;
    const isSerious = share > 0 && at % (1 / share) === 0;
    return {
      vulnerability: `CVE-2026-${at}`,
      aliases: [],
      records: [`CVE-2026-${at}`],
      component,
      purl: component,
      package: `part-${at}`,
      installedVersion: '1.0.0',
      fixedVersions: ['1.0.1'],
      severity: isSerious ? { level: 'critical', score: 9.8 } : { level: 'medium', score: 5 },
      state: 'affected',
      reachability: 'unknown',
      grade: 'exact',
      trace: [],
    };
  });
  const input = {
    subject: { kind: 'image', name: 'bench', digest: digestOf('image') },
    findings: {
      format: 'stella.findings/v1',
      inventory: digestOf('inventory'),
      snapshot: digestOf('snapshot'),
      findings,
      coverage: [],
    },
    gaps: [],
    exceptions: NO_EXCEPTIONS,
    evaluatedAt: DECIDED_AT,
  } as const;
  const ms = await medianMs(() => evaluate(pack, input), 7);
  rows.push({
    what: `policy, ten rules, ${share * 100} % of ${COUNT} findings denied`,
    value: COUNT / ms / 1000,
    unit: 'M findings/s',
    ...(share === 0 ? { goal: 2 } : {}),
  });
}

const inventoryOf = (count: number) =>
  assembleInventory(
    partsOf({
      components: Array.from({ length: count }, (_, at) =>
        componentOf({
          ref: `pkg:npm/part-${at}@1.0.0`,
          name: `part-${at}`,
          version: '1.0.0',
          purl: `pkg:npm/part-${at}@1.0.0`,
        }),
      ),
    }),
  );
const OPTIONS = { toolVersion: '1.0.0', created: DECIDED_AT };
const forms = { CycloneDX: toCycloneDx, SPDX: toSpdx };
for (const [name, write] of Object.entries(forms)) {
  const [small, large] = [inventoryOf(1160), inventoryOf(5000)];
  const bytes = Buffer.from(JSON.stringify(write(small, OPTIONS)));
  rows.push({
    what: `read 1,160 components, ${name}`,
    value: await medianMs(() => readSbom(bytes, 'sbom.json')),
    unit: 'ms',
  });
  const ms = await medianMs(() => JSON.stringify(write(large, OPTIONS)));
  rows.push({ what: `write 5,000 components, ${name}`, value: ms, unit: 'ms' });
}

const { signer, log, trust, pack: seal } = newSeal();
const statement = statementBytes({
  subjects: [{ name: 'a', digest: digestOf('artefact') }],
  predicateType: PREDICATE_TYPES.verdict,
  predicate: { n: 1 },
});
const bundle = signStatement(statement, { signer, log });
const checkBundle = () => verifyBundle(bundle, { trust, log: 'required', strict: true });
if (!checkBundle().ok) throw new Error('the bundle does not verify');
rows.push({ what: 'verify a logged bundle', value: await medianMs(checkBundle, 101), unit: 'ms', goal: 5 });
const capsule = await seal(decideWith());
rows.push({
  what: 'verify a small capsule',
  value: await medianMs(() => verifyCapsule(capsule, { trust })),
  unit: 'ms',
});
rows.push({
  what: 'replay a small capsule',
  value: await medianMs(() => replayCapsule(capsule, { trust })),
  unit: 'ms',
});

let missed = 0;
for (const { what, value, unit, goal } of rows) {
  const isMet = goal === undefined || (unit.endsWith('/s') ? value >= goal : value <= goal);
  if (!isMet) missed++;
  const said = goal === undefined ? '' : `  ${isMet ? 'met' : 'MISSED'}: ${unit.endsWith('/s') ? '≥' : '≤'} ${goal}`;
  console.log(`  ${what.padEnd(58)}${value.toFixed(2).padStart(9)} ${unit}${said}`);
}
process.exitCode = missed === 0 ? 0 : 1;
