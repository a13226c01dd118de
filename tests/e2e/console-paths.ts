import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Person } from '@stella-ops/app-server/demo';
import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { EVIDENCE_ROUTES } from '@stella-ops/contracts/evidence';
import { FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';

const ROUTE_TABLE = join(import.meta.dirname, '..', '..', 'apps', 'console', 'src', 'app', 'routes.ts');

/** Which thing of the shop stands for a parameter of a route. A route with another one has to be named here. */
const THINGS: Readonly<Record<string, (admin: Person) => Promise<string | undefined>>> = {
  // One that is blocked has the most to say.
  promotionId: async (admin) =>
    (await admin.client(RELEASES_ROUTES).listPromotions({ query: { state: 'pending_gate' } })).body.items[0]?.id,
  deploymentId: async (admin) => (await admin.client(DEPLOYMENTS_ROUTES).listDeployments({})).body.items[0]?.id,
  releaseId: async (admin) => (await admin.client(RELEASES_ROUTES).listReleases({})).body.items[0]?.id,
  componentId: async (admin) => (await admin.client(RELEASES_ROUTES).listComponents({})).body.items[0]?.id,
  environmentId: async (admin) => (await admin.client(RELEASES_ROUTES).listEnvironments({})).body.items[0]?.id,
  digest: async (admin) =>
    (await admin.client(RELEASES_ROUTES).listReleases({})).body.items[0]?.components[0]?.platforms[0]?.manifestDigest,
  imageDigest: async (admin) =>
    (await admin.client(SCANNER_ROUTES).listImages({})).body.items.find(({ name }) => name.includes('api:1.1.0'))
      ?.digest,
  findingId: async (admin) =>
    (await admin.client(FINDINGS_ROUTES).listFindings({ query: { status: 'open' } })).body.items[0]?.id,
  exceptionId: async (admin) => (await admin.client(POLICY_ROUTES).listExceptions({})).body.items[0]?.id,
  policyDigest: async (admin) => (await admin.client(POLICY_ROUTES).listPacks({})).body.items[0]?.digest,
  decisionId: async (admin) =>
    (await admin.client(POLICY_ROUTES).listDecisions({ query: { outcome: 'deny' } })).body.items[0]?.id,
  vulnerability: async (admin) =>
    (await admin.client(FINDINGS_ROUTES).listFindings({ query: { status: 'open' } })).body.items[0]?.vulnerability,
  packetId: async (admin) =>
    (await admin.client(EVIDENCE_ROUTES).listPackets({ query: { kind: 'decision' } })).body.items[0]?.id,
  approvedId: async (admin) =>
    (await admin.client(RELEASES_ROUTES).listPromotions({ query: { state: 'deployed' } })).body.items[0]?.id,
  deploymentPacketId: async (admin) =>
    (await admin.client(EVIDENCE_ROUTES).listPackets({ query: { kind: 'deployment' } })).body.items[0]?.id,
  agentId: async (admin) => (await admin.client(DEPLOYMENTS_ROUTES).listAgents({})).body.items[0]?.id,
  targetId: async (admin) => (await admin.client(DEPLOYMENTS_ROUTES).listTargets({})).body.items[0]?.id,
};

/** Beside the routes: drawers, and other kinds of things that one route shows. */
const MORE = [
  '/findings?finding=$findingId',
  '/agents?agent=$agentId',
  '/promotions/$approvedId',
  '/evidence/$deploymentPacketId',
];

const WAIT_MS = 120_000;

/** Findings and packets come from jobs that go on after the shop was filled. */
async function made(read: () => Promise<string | undefined>): Promise<string | undefined> {
  const deadlineMs = performance.now() + WAIT_MS;
  for (;;) {
    const thing = await read();
    if (thing !== undefined || performance.now() > deadlineMs) return thing;
    await delay(100);
  }
}

/**
 * Every route of the console, with an address that leads to something: parameters are filled in with things of the shop.
 *
 * @returns address by route
 * @throws Error when a route has a parameter that stands for nothing
 */
export async function consolePaths(admin: Person): Promise<Record<string, string>> {
  // Not a static import: the type checker of the tests knows no JSX.
  const table = (await import(pathToFileURL(ROUTE_TABLE).href)) as {
    readonly PAGES: readonly { readonly path: string }[];
  };
  const paths: Record<string, string> = {};
  for (const path of [...table.PAGES.map((page) => page.path), ...MORE]) {
    let address = path;
    for (const [word, name = ''] of path.matchAll(/\$(\w+)/g)) {
      const read = Object.hasOwn(THINGS, name) ? THINGS[name] : undefined;
      const thing = read === undefined ? undefined : await made(() => read(admin));
      if (thing === undefined) throw new Error(`${path}: nothing of the shop stands for ${word}`);
      address = address.replace(word, () => thing);
    }
    paths[path] = address;
  }
  return paths;
}
