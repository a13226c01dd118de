import { sql } from 'kysely';
import { afterAll, beforeAll } from 'vitest';
import type { Finding as EngineFinding, VexAnswer } from '@stella-ops/engine-advisories';
import { canonicalBytes, type Digest, digestOf } from '@stella-ops/engine-kernel';
import type { TraceRow, Verdict } from '@stella-ops/engine-policy';
import { FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import { POLICY_EVENTS } from '@stella-ops/contracts/policy';
import type { Database } from '@stella-ops/platform/database';
import { publishEvent } from '@stella-ops/platform/events';
import type { Objects } from '@stella-ops/platform/objects';
import { systemIds } from '@stella-ops/platform/runtime';
import { service as findings } from '@stella-ops/service-findings';
import { type Engine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';

export const IMAGE = digestOf('shop');
export const OTHER_IMAGE = digestOf('cart');
export const DAY = (n: number): string => `2026-06-${String(n).padStart(2, '0')}T12:00:00.000Z`;

/** A finding as a decision would have it; invented, like everything here. */
export function found(vulnerability: string, more: Partial<EngineFinding> = {}): EngineFinding {
  const record = more.aliases?.[0] ?? vulnerability;
  return {
    vulnerability,
    aliases: [],
    records: [record],
    component: 'pkg:npm/frobnicate@1.0.0',
    package: 'frobnicate',
    installedVersion: '1.0.0',
    fixedVersions: ['1.0.1'],
    severity: { level: 'high', score: 8.1 },
    state: 'affected',
    reachability: 'unknown',
    grade: 'exact',
    trace: [
      {
        key: 'npm/frobnicate',
        record,
        recordDigest: digestOf(record),
        decidedBy: 'range',
        introduced: '0',
        fixed: '1.0.1',
        comparator: 'semver',
        sentence: '1.0.0 is before 1.0.1 (semver)',
      },
    ],
    ...more,
  };
}

export const vexOf = (status: VexAnswer['status']): VexAnswer => ({
  status,
  justification: 'vulnerable_code_not_present',
  document: digestOf('vex'),
  timestamp: DAY(1),
  overruled: [],
});

type Action = TraceRow['action'];

export interface Made {
  readonly id: Digest;
  readonly fact: Record<
    'decisionId' | 'imageDigest' | 'verdictDigest' | 'findingsDigest' | 'advisorySnapshot',
    Digest
  > & {
    readonly evaluatedAt: string;
  };
}

/** Puts the documents of a decision where the policy service would. */
export async function storeDecision(
  objects: Objects,
  tenantId: string,
  day: number,
  list: readonly EngineFinding[],
  options: { readonly image?: Digest; readonly action?: Action; readonly excepted?: readonly string[] } = {},
): Promise<Made> {
  const { image = IMAGE, action = 'deny', excepted = [] } = options;
  const snapshot = digestOf(`snapshot ${day}`);
  const trace: TraceRow[] = list.map(({ vulnerability, component }) => {
    const isExcepted = excepted.includes(vulnerability);
    return {
      rule: 'block-high',
      on: 'finding',
      target: `${vulnerability} in ${component}`,
      action: isExcepted ? 'allow' : action,
      ...(isExcepted ? { exception: { id: 'ex-1', state: 'applied' as const } } : {}),
      values: { 'finding.severity.score': 8.1 },
    };
  });
  const verdict: Verdict = {
    format: 'stella.verdict/v1',
    subject: { kind: 'image', name: 'registry.test/shop/app:1', digest: image },
    outcome: 'deny',
    reasons: trace
      .filter((row) => row.action !== 'allow')
      .map(({ rule, action, target }) => {
        const [vulnerability = '', component = ''] = target.split(' in ');
        return {
          code: 'HIGH',
          rule,
          action,
          sentence: `${vulnerability} is high`,
          fix: 'upgrade frobnicate to 1.0.1',
          finding: { vulnerability, component },
        };
      }),
    counts: { findings: list.length },
    policy: {
      name: 'default',
      version: '1',
      digest: digestOf('policy'),
      params: {},
      defaults: { finding: 'allow', unknownSeverity: 'warn', notEvaluated: 'warn', gap: 'warn', coverage: 'warn' },
      rules: [],
    },
    exceptions: [],
    trace,
    evaluatedAt: DAY(day),
  };
  const document = {
    format: 'stella.findings/v1',
    inventory: digestOf('inventory'),
    snapshot,
    findings: list,
    coverage: [],
  };
  const store = objects.tenant(tenantId, 'decisions');
  const stored = await Promise.all([document, verdict].map((value) => store.put(canonicalBytes(value))));
  const [findingsDigest = image, verdictDigest = image] = stored.map((one) => one.digest);
  const decisionId = digestOf(`${tenantId} ${day} ${findingsDigest} ${verdictDigest}`);
  return {
    id: decisionId,
    fact: {
      decisionId,
      imageDigest: image,
      verdictDigest,
      findingsDigest,
      advisorySnapshot: snapshot,
      evaluatedAt: DAY(day),
    },
  };
}

export const announce = (
  database: Database,
  tenantId: string,
  { fact }: Made,
  purpose: 'continuous' | 'promotion' | 'request' = 'continuous',
): Promise<void> =>
  database.withTenant(tenantId, (tx) =>
    publishEvent(tx, POLICY_EVENTS.decisionRecorded, {
      id: systemIds.uuid(),
      tenantId,
      occurredAt: fact.evaluatedAt,
      data: { ...fact, environment: null, outcome: 'deny', purpose },
    }),
  );

/** The findings service on one engine. Call it in a suite: it opens before and closes after. @param wrap what the service gets in place of the database */
export function findingsKit(engine: Engine, wrap: (database: Database) => Database = (database) => database) {
  let database: Database;
  let rig: ServiceRig;

  beforeAll(async () => {
    database = await engine.database();
    rig = await openServiceRig({ services: [findings], database: wrap(database) });
  });
  afterAll(() => rig.close());

  const as = (tenantId: string) => rig.as(FINDINGS_ROUTES, { tenantId, scopes: ['findings.read'] });

  type Told = Parameters<typeof storeDecision> extends [unknown, ...infer Rest] ? Rest : never;
  const decision = (...told: Told): Promise<Made> => storeDecision(rig.host.objects, ...told);

  const progressOf = async (tenantId: string, image: Digest): Promise<string | undefined> => {
    const { rows } = await database.withTenant(tenantId, (tx) =>
      sql<{ decision_id: string }>`select decision_id from findings.image where image_digest = ${image}`.execute(tx),
    );
    return rows[0]?.decision_id;
  };

  const taken = (tenantId: string, made: Made): Promise<unknown> =>
    rig.eventually(
      'the decision is projected',
      async () => (await progressOf(tenantId, made.fact.imageDigest)) === made.id,
    );

  /** A decision, from its documents to its projection. */
  async function decided(...[tenantId, ...rest]: Told): Promise<Made> {
    const made = await decision(tenantId, ...rest);
    await announce(database, tenantId, made);
    await taken(tenantId, made);
    return made;
  }

  const list = async (tenantId: string, query: Parameters<ReturnType<typeof as>['listFindings']>[0]['query'] = {}) =>
    (await as(tenantId).listFindings({ query })).body.items;
  const only = async (tenantId: string) => {
    const [first, ...others] = await list(tenantId);
    if (first === undefined || others.length > 0) throw new Error('there should be one finding');
    return first;
  };
  const historyOf = async (tenantId: string, findingId: string) =>
    (await as(tenantId).getHistory({ params: { findingId }, query: {} })).body.items;
  const ledger = async (tenantId: string) => (await as(tenantId).verifyLedger({})).body;

  return {
    as,
    decision,
    progressOf,
    taken,
    decided,
    list,
    only,
    historyOf,
    ledger,
    get database() {
      return database;
    },
    get rig() {
      return rig;
    },
  };
}
