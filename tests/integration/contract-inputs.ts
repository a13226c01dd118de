import { isSchema, type Route } from '@stella-ops/contracts';
import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { EVIDENCE_ROUTES } from '@stella-ops/contracts/evidence';
import { EXCITITOR_ROUTES } from '@stella-ops/contracts/excititor';
import { FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import type { Person } from '@stella-ops/app-server/demo';
import type { Database } from '@stella-ops/platform/database';
import { digestOf } from '@stella-ops/engine-kernel';
import { sql } from 'kysely';
import { setTimeout as delay } from 'node:timers/promises';
import { makeRequest } from './scripted-agent.ts';
import { shownBy, tlsClient } from './tls-client.ts';

const ID = '01990000-0000-7000-8000-000000000009';
const DIGEST = digestOf('nothing has this digest');
const SOON = '2099-01-01T00:00:00.000Z';

/** Bodies that pass the schema, so that a refusal comes from what the route looks up. By route id. */
const BODIES: Readonly<Record<string, unknown>> = {
  'scanner.scans.create': { source: 'registry.example/shop/web:1' },
  'scanner.images.resolve': { reference: 'registry.example/shop/web:1' },
  'policy.decisions.create': { imageDigest: DIGEST },
  'policy.decisions.simulate': { imageDigest: DIGEST },
  'policy.exceptions.create': { vulnerability: 'CVE-2020-1', reason: 'probe', expiresAt: SOON },
  'policy.exceptions.approve': { reason: 'probe' },
  'policy.exceptions.reject': { reason: 'probe' },
  'policy.exceptions.revoke': { reason: 'probe' },
  'signer.sign': { payloadType: 'text/plain', payload: 'eA==' },
  'signer.keys.rotate': { retire: 'no-such-key' },
  'attestor.attest': { statement: 'e30=' },
  'attestor.entries.append': {
    hashedRekordRequestV002: {
      digest: 'eA==',
      signature: { content: 'eA==', verifier: { publicKey: { rawBytes: 'eA==' }, keyDetails: 'x' } },
    },
  },
  'evidence.capsules.create': { decisionId: DIGEST },
  'evidence.audit.export': { first: 999_999_999 },
  'releases.components.create': { name: 'probe', repository: 'registry.example/probe' },
  'releases.environments.create': { name: 'probe', order: 999 },
  'releases.freezes.create': { startsAt: SOON, endsAt: '2099-01-02T00:00:00.000Z', reason: 'probe' },
  'releases.releases.create': { name: 'probe', version: '1.0.0', components: [{ component: 'none', image: '1' }] },
  'releases.promotions.create': { releaseId: ID, environment: 'none' },
  'releases.promotions.approve': { reason: 'probe' },
  'releases.promotions.reject': { reason: 'probe' },
  'releases.promotions.cancel': { reason: 'probe' },
  'deployments.targets.create': { name: 'probe', environment: 'none', kind: 'docker', agent: 'none' },
  'deployments.enrolments.create': { name: 'probe' },
  'deployments.deployments.cancel': { reason: 'probe' },
  'deployments.rollbacks.create': { reason: 'probe' },
  'authority.tenants.create': { name: 'probe', displayName: 'p', administrator: { name: 'p', password: 'x' } },
  'authority.users.create': { name: 'probe', displayName: 'p', password: 'x' },
  'authority.users.password': { password: 'a long enough password for anybody' },
  'authority.password.change': { present: 'x', password: 'y' },
  'authority.tokens.create': { name: 'probe', scopes: ['audit.read'], expiresAt: SOON },
  'authority.clients.create': { name: 'probe', scopes: ['audit.read'] },
};

export function bodyFor(route: Route): { readonly body?: string; readonly contentType?: string } {
  if (route.body === undefined) return {};
  if (isSchema(route.body)) return { body: JSON.stringify(BODIES[route.id] ?? {}), contentType: 'application/json' };
  return { body: '{}', contentType: 'kind' in route.body ? (route.body.mediaTypes[0] ?? '') : '' };
}

/** Well-formed ids of nothing. */
export function missingIds(): ReadonlyMap<string, string> {
  return new Map([
    ...['scanId', 'snapshotId', 'exceptionId', 'findingId', 'packetId', 'componentId', 'environmentId', 'freezeId'].map(
      (name) => [name, ID] as const,
    ),
    ...['releaseId', 'promotionId', 'tenantId', 'userId', 'tokenId', 'clientId', 'targetId'].map(
      (name) => [name, ID] as const,
    ),
    ...['agentId', 'deploymentId', 'exportId'].map((name) => [name, ID] as const),
    ...['imageDigest', 'digest', 'policyDigest', 'decisionId', 'capsuleDigest'].map((name) => [name, DIGEST] as const),
    ['vulnerability', 'CVE-1999-99999'],
    ['logIndex', '999999999'],
  ]);
}

type People = Record<'admin' | 'rosa' | 'sam', Person>;

/** One id for each parameter of a path, of a thing that exists in the tenant; makes what the shop does not have. */
export async function collectIds({ admin, rosa, sam }: People, agentUrl: string): Promise<ReadonlyMap<string, string>> {
  const scanner = rosa.client(SCANNER_ROUTES);
  const policy = sam.client(POLICY_ROUTES);
  const releases = admin.client(RELEASES_ROUTES);
  const authority = admin.client(AUTHORITY_ROUTES);
  const query = { limit: 5 };
  const scan = await scanner.createScan({ body: { source: 'registry.example.invalid/shop/web:1' } });
  const [image] = (await scanner.listImages({ query })).body.items;
  const [snapshot] = (await sam.client(CONCELIER_ROUTES).listSnapshots({ query })).body.items;
  const [vex] = (await sam.client(EXCITITOR_ROUTES).listDocuments({ query })).body.items;
  const [pack] = (await policy.listPacks({ query })).body.items;
  const [exception] = (await policy.listExceptions({ query })).body.items;
  const evidence = sam.client(EVIDENCE_ROUTES);
  const packet = await until(async () => {
    const { body } = await evidence.listPackets({ query: { ...query, kind: 'decision' } });
    return body.items[0];
  });
  const finding = await until(async () => (await sam.client(FINDINGS_ROUTES).listFindings({ query })).body.items[0]);
  const [component] = (await releases.listComponents({ query })).body.items;
  const [environment] = (await releases.listEnvironments({ query })).body.items;
  const frozen = await releases.createFreeze({
    params: { environmentId: environment?.id ?? '' },
    body: { startsAt: '2098-01-01T00:00:00.000Z', endsAt: '2098-01-02T00:00:00.000Z', reason: 'far away' },
  });
  const [promotion] = (await releases.listPromotions({ query })).body.items;
  const [user] = (await authority.listUsers({ query })).body.items;
  const who = await authority.whoami({});
  const token = await authority.createToken({
    body: { name: 'probe', scopes: ['audit.read'], expiresAt: new Date(Date.now() + 3_600_000).toISOString() },
  });
  const client = await authority.createClient({ body: { name: 'probe', scopes: ['audit.read'] } });
  const audit = await admin.client(EVIDENCE_ROUTES).exportAudit({ body: { last: 2 } });
  const deployment = await deploySomething(admin, environment?.name ?? '', environment?.id ?? '', agentUrl);
  return new Map(
    Object.entries({
      ...deployment,
      scanId: scan.body.id,
      imageDigest: image?.digest,
      // Documents of Excititor and records of Concelier are both named by `digest`.
      digest: vex?.digest,
      vulnerability: finding.vulnerability,
      snapshotId: snapshot?.id,
      policyDigest: pack?.digest,
      decisionId: packet.subjectId,
      exceptionId: exception?.id,
      findingId: finding.id,
      logIndex: String(packet.logIndex),
      packetId: packet.id,
      exportId: audit.body.id,
      capsuleDigest: packet.capsuleDigest ?? undefined,
      componentId: component?.id,
      environmentId: environment?.id,
      freezeId: frozen.body.freezes[0]?.id,
      releaseId: promotion?.releaseId,
      promotionId: promotion?.id,
      tenantId: who.body.tenant.id,
      userId: user?.id,
      tokenId: token.body.token.id,
      clientId: client.body.client.id,
    }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

const SERVICES = 'services:\n  web:\n    image: component:web\n';

/** An agent with a target, to which what the environment runs is being deployed. */
export async function deploySomething(
  admin: Person,
  environment: string,
  environmentId: string,
  agentUrl: string,
): Promise<{ readonly agentId: string; readonly targetId: string; readonly deploymentId: string }> {
  const deployments = admin.client(DEPLOYMENTS_ROUTES);
  const { token } = (await deployments.createEnrolment({ body: { name: 'probe' } })).body;
  const authority = (await shownBy(agentUrl)).at(-1)?.pem ?? '';
  const { csr } = await makeRequest();
  const body = { token, csr, softwareVersion: '1.0.0', platform: 'linux/amd64' };
  const { agentId } = (await tlsClient(agentUrl, { authority }).enrol({ body })).body;
  const content = (async function* () {
    yield await Promise.resolve(Buffer.from(SERVICES));
  })();
  await deployments.setTemplate({
    params: { environmentId },
    query: {},
    body: { contentType: 'application/yaml', content },
  });
  const target = await deployments.createTarget({
    body: { name: 'probe', environment, kind: 'docker', agent: 'probe' },
  });
  const found = (await admin.client(RELEASES_ROUTES).getEnvironment({ params: { environmentId } })).body;
  const promotionId = found.current?.promotionId ?? '';
  // Where it was approved only just now it may have begun by itself.
  const deploymentId = await deployments.startDeployment({ params: { promotionId }, body: {} }).then(
    ({ body: begun }) => begun.id,
    async (error: unknown) => {
      const [begun] = (await deployments.listDeployments({ query: { environment } })).body.items;
      if (begun === undefined) throw error;
      return begun.id;
    },
  );
  return { agentId, targetId: target.body.id, deploymentId };
}

async function until<T>(read: () => Promise<T | undefined>): Promise<T> {
  const endsAtMs = performance.now() + 120_000;
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    if (performance.now() > endsAtMs) throw new Error('it did not come about within two minutes');
    await delay(100);
  }
}

/** `schema.table` of every table with a tenant. */
export async function tenantTables(database: Database): Promise<readonly string[]> {
  const { rows } = await database.withOwner((tx) =>
    sql<{ name: string }>`
      select format('%I.%I', n.nspname, c.relname) as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
        and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
        and has_table_privilege('stella_app', c.oid, 'select')
      order by 1`.execute(tx),
  );
  return rows.map(({ name }) => name);
}
