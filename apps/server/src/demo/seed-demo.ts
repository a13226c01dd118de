import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { canonicalBytes } from '@stella-ops/engine-kernel';
import type { ByteStream } from '@stella-ops/contracts';
import { CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { EXCITITOR_ROUTES } from '@stella-ops/contracts/excititor';
import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { type Promotion, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { systemClock } from '@stella-ops/platform/runtime';
import type { RunningServer } from '../run-server.ts';
import { shopTemplate } from './shop-template.ts';
import { SHOP_ENVIRONMENTS, SHOP_IMAGES, shopSbom } from './shop.ts';
import { passwordFile } from '../password-file.ts';
import { type Person, signIn } from './sign-in.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const TENANT = 'demo';
const REGISTRY = 'registry.shop.example';
const WAIT_MS = 120_000;

/**
 * Fills the demo tenant through the public API, as three people would: administrator, release manager, approver. Every
 * step has an idempotency key, so a start that was killed goes on where it was.
 */
export async function seedDemo(
  server: RunningServer,
  say: (line: string) => void,
  options: ShopOptions = {},
): Promise<void> {
  const mark = join(server.dataDir, 'demo-is-complete');
  if (existsSync(mark)) return;
  const logIn = (name: string): Promise<Person> =>
    signIn(server.url, TENANT, name, readFileSync(passwordFile(server.dataDir, name), 'utf8').trim());
  const people = { admin: await logIn('admin'), rosa: await logIn('rosa'), sam: await logIn('sam') };
  const images = await fillShop(people, options);
  writeFileSync(mark, `${systemClock.now()}\n`, { mode: 0o600 });
  say(`  demo      a shop with ${images} images and 3 environments; rosa asks, sam approves`);
}

export interface ShopPeople {
  /** Administrator. */
  readonly admin: Person;
  /** Release manager: asks. */
  readonly rosa: Person;
  /** Approver and security engineer: decides. */
  readonly sam: Person;
}

export interface ShopOptions {
  /** Name of an agent for script targets: releases are deployed to them. Without one they end as approved. */
  readonly agent?: string | undefined;
}

/**
 * The shop in any tenant: advisories, VEX, policies, images, environments, and releases in several states.
 *
 * @returns how many images there are
 */
export async function fillShop(people: ShopPeople, options: ShopOptions = {}): Promise<number> {
  await knowledge(people.sam);
  const images = await inventories(people.rosa);
  await places(people.admin);
  if (options.agent !== undefined) await targets(people.admin, options.agent);
  await history(people, images, options.agent !== undefined);
  return images.size;
}

/** Advisories, a supplier's statement, and two policy packs. */
async function knowledge(sam: Person): Promise<void> {
  const advisories = sam.client(CONCELIER_ROUTES);
  const folder = join(ROOT, 'demo', 'advisories');
  const records = readdirSync(folder)
    .sort()
    .map((name) => JSON.stringify(JSON.parse(readFileSync(join(folder, name), 'utf8'))));
  await advisories.importAdvisories({
    query: { source: 'demo' },
    body: bytes('application/x-ndjson', `${records.join('\n')}\n`),
  });
  await advisories.createSnapshot({ body: {} }, { idempotencyKey: 'demo-snapshot' });
  const vex = readFileSync(join(ROOT, 'demo', 'vex', 'shop.openvex.json'));
  await sam.client(EXCITITOR_ROUTES).importVex({ query: { provider: 'shop' }, body: bytes('application/json', vex) });
  for (const pack of ['development', 'baseline']) {
    const source = readFileSync(join(ROOT, 'policies', `${pack}.yaml`));
    await sam.client(POLICY_ROUTES).publishPack({ body: bytes('application/yaml', source) });
  }
}

/** @returns digest by component and version */
async function inventories(rosa: Person): Promise<Map<string, string>> {
  const scanner = rosa.client(SCANNER_ROUTES);
  const digests = new Map<string, string>();
  for (const image of SHOP_IMAGES) {
    const { body } = await scanner.importSbom({
      query: { name: `${REGISTRY}/shop/${image.component}:${image.version}`, platform: 'linux/amd64' },
      body: bytes('application/vnd.cyclonedx+json', canonicalBytes(shopSbom(image))),
    });
    digests.set(`${image.component} ${image.version}`, body.digest);
  }
  return digests;
}

async function places(admin: Person): Promise<void> {
  const releases = admin.client(RELEASES_ROUTES);
  for (const name of ['web', 'api']) {
    const body = { name, repository: `${REGISTRY}/shop/${name}`, description: `The ${name} part of the shop` };
    await releases.createComponent({ body }, { idempotencyKey: `demo-component-${name}` });
  }
  for (const body of SHOP_ENVIRONMENTS) {
    await releases.createEnvironment({ body }, { idempotencyKey: `demo-environment-${body.name}` });
  }
}

/** A folder for each environment, and how the shop is installed there. */
async function targets(admin: Person, agent: string): Promise<void> {
  const deployments = admin.client(DEPLOYMENTS_ROUTES);
  const { body: environments } = await admin.client(RELEASES_ROUTES).listEnvironments({ query: { limit: 200 } });
  const template = shopTemplate(process.execPath);
  for (const { name } of SHOP_ENVIRONMENTS) {
    const environmentId = environments.items.find((one) => one.name === name)?.id ?? '';
    await deployments.createTarget(
      { body: { name: `shop-${name}`, environment: name, kind: 'script', agent } },
      { idempotencyKey: `demo-target-${name}` },
    );
    await deployments.setTemplate({
      params: { environmentId },
      query: { kind: 'script' },
      body: bytes('application/yaml', template),
    });
  }
}

/** Three releases: one in production, one blocked, one that waits for an approval. */
async function history(people: ShopPeople, images: ReadonlyMap<string, string>, isDeployed: boolean): Promise<void> {
  const rosa = people.rosa.client(RELEASES_ROUTES);
  const sam = people.sam.client(RELEASES_ROUTES);

  const release = async (version: string, notes: string): Promise<string> => {
    const components = ['web', 'api'].map((component) => ({
      component,
      image: images.get(`${component} ${version}`) ?? '',
    }));
    const { body } = await rosa.createRelease(
      { body: { name: 'shop', version, notes, components } },
      { idempotencyKey: `demo-release-${version}` },
    );
    return body.id;
  };
  const promote = async (releaseId: string, environment: string, reason: string): Promise<Promotion> => {
    const { body } = await rosa.requestPromotion(
      { body: { releaseId, environment, reason } },
      { idempotencyKey: `demo-promotion-${releaseId}-${environment}` },
    );
    return settled(rosa, body.id, { isDeployed, isApproved: false });
  };
  const approve = async (promotion: Promotion, reason: string): Promise<void> => {
    if (promotion.state === 'pending_approval') {
      const params = { promotionId: promotion.id };
      await sam.approvePromotion({ params, body: { reason } }, { idempotencyKey: `demo-approval-${promotion.id}` });
    }
    await settled(rosa, promotion.id, { isDeployed, isApproved: true });
  };

  const first = await release('1.0.0', 'The first release of the shop.');
  await promote(first, 'dev', 'First run');
  await approve(await promote(first, 'stage', 'Tested in dev'), 'Looks right');
  await approve(await promote(first, 'prod', 'Opening day'), 'Checked with sales');

  const vulnerable = await release('1.1.0', 'Search in the catalogue.');
  await promote(vulnerable, 'dev', 'New search');
  await promote(vulnerable, 'stage', 'Search is ready for testers');
  await people.rosa.client(POLICY_ROUTES).requestException(
    {
      body: {
        vulnerability: 'CVE-2021-33503',
        package: 'pkg:pypi/urllib3',
        reason: 'URLs come from our own configuration only; the upgrade is in 1.2.0.',
        expiresAt: new Date(Date.parse(systemClock.now()) + 30 * 86_400_000).toISOString(),
      },
    },
    { idempotencyKey: 'demo-exception' },
  );

  const fixed = await release('1.2.0', 'Search in the catalogue, with urllib3 and lodash upgraded.');
  await promote(fixed, 'dev', 'Upgrades');
  await promote(fixed, 'stage', 'Replaces 1.1.0');
}

/**
 * Waits until nothing waits for the server itself any more: gates were looked at, what was approved is deployed.
 *
 * @param isApproved its approval was given just now, and is yet to be followed
 */
async function settled(
  rosa: ReturnType<typeof clientOf>,
  promotionId: string,
  { isDeployed, isApproved }: { readonly isDeployed: boolean; readonly isApproved: boolean },
): Promise<Promotion> {
  const deadlineMs = performance.now() + WAIT_MS;
  for (;;) {
    const { body } = await rosa.getPromotion({ params: { promotionId } });
    const isUnderWay =
      (isDeployed && (body.state === 'approved' || body.state === 'deploying')) ||
      (isApproved && body.state === 'pending_approval');
    const isDone =
      (body.state !== 'pending_gate' && !isUnderWay) ||
      (body.state === 'pending_gate' && body.gates.length > 0 && body.gates.some(({ state }) => state === 'blocked'));
    if (isDone || performance.now() > deadlineMs) return body;
    await delay(100);
  }
}

const clientOf = (person: Person) => person.client(RELEASES_ROUTES);

function bytes(contentType: string, content: string | Uint8Array): ByteStream {
  const chunk = Buffer.from(content);
  return {
    contentType,
    content: (async function* () {
      yield await Promise.resolve(chunk);
    })(),
  };
}
