import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeTar } from '@stella-ops/engine-archive';
import { canonicalBytes, digestOf } from '@stella-ops/engine-kernel';
import { createLayout, OCI_CONFIG, OCI_LAYER, OCI_MANIFEST } from '@stella-ops/engine-oci';
import type { PolicyException as Exception } from '@stella-ops/contracts/policy';
import type { Promotion, Release } from '@stella-ops/contracts/releases';
import { until } from '../main-job/until.ts';
import { Person } from './person.ts';
import type { CliRun, DockerRegistry } from '@stella-ops/testkit';
import type { ServerProcess } from '@stella-ops/testkit/product';
import { writeDemoImage } from '../../../tools/demo/demo-image.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const PASSWORD = 'correct horse battery staple';

type Why = Pick<Promotion, 'id' | 'state' | 'sentence' | 'gates'>;

/** What happened on the way of one release, for tests to look at. */
export interface Story {
  readonly people: { readonly admin: Person; readonly rosa: Person; readonly sam: Person; readonly stranger: Person };
  readonly imageDigest: string;
  readonly movedDigest: string;
  readonly release: Release;
  readonly releaseAfterTheTagMoved: Release;
  readonly nextRelease: Release;
  readonly blocked: Promotion;
  readonly why: Why;
  readonly whyText: string;
  /** Exceptions after their approval. */
  readonly exceptions: readonly Exception[];
  /** What the person who asked got when trying to approve it: at a second terminal, and with an API token. */
  readonly ownException: readonly CliRun[];
  readonly ownPromotion: readonly CliRun[];
  readonly waiting: Promotion;
  readonly approved: Promotion;
  readonly packetId: string;
  readonly capsuleDigest: string;
  readonly decisionId: string;
  readonly logIndex: number;
  readonly vexDigest: string;
  readonly findingId: string;
  readonly capsuleFile: string;
  readonly trustFile: string;
}

/**
 * One release from the registry to an approval, by commands alone. Rosa asks; Sam decides. Rosa has every role that Sam has,
 * so that nothing but the person stands in the way of her own approval.
 */
export async function tellStory(server: ServerProcess, registry: DockerRegistry, folder: string): Promise<Story> {
  const { admin, rosa, sam, stranger, rosaAgain } = await meetPeople(server, folder);
  const repository = `${registry.host}/shop/web`;

  // The world: an image in the registry, advisories, a policy, places to go.
  await writeDemoImage(join(folder, 'shop'));
  await writeOtherImage(join(folder, 'other'));
  await admin.json(['image', 'copy', `oci-dir:${folder}/shop:1.0.0`, `registry:${repository}:1.0.0`]);
  const records = readdirSync(join(ROOT, 'demo', 'advisories')).map((name) => join(ROOT, 'demo', 'advisories', name));
  await sam.json(['advisories', 'import', ...records, '--source', 'demo']);
  await sam.json(['advisories', 'snapshot']);
  await sam.json(['policy', 'publish', join(ROOT, 'policies', 'baseline.yaml')]);
  await admin.json(['component', 'create', 'web', repository]);
  await admin.json(['env', 'create', 'stage', '--order', '1', '--approvals', '1', '--policy', 'baseline']);
  const scan = await rosa.json<{ imageDigest: string }>(['image', 'scan', `${repository}:1.0.0`]);

  // A release keeps its digests when the tag moves on.
  const release = await rosa.json<Release>(['release', 'create', 'shop', '1.0.0', '--component', 'web=1.0.0']);
  await admin.json(['image', 'copy', `oci-dir:${folder}/other:1.0.0`, `registry:${repository}:1.0.0`]);
  const releaseAfterTheTagMoved = await rosa.json<Release>(['release', 'show', 'shop@1.0.0']);
  const nextRelease = await rosa.json<Release>(['release', 'create', 'shop', '1.0.1', '--component', 'web=1.0.0']);

  // Blocked, with the reason and the fix.
  const blocked = await rosa.json<Promotion>(['promotion', 'request', 'shop@1.0.0', 'stage', '--reason', 'first'], 6);
  const why = await rosa.json<Why>(['promotion', 'why', 'shop@1.0.0:stage'], 6);
  const whyText = (await rosa.run(['promotion', 'why', blocked.id])).stdout;

  // An exception for each thing that stops it; the other person approves.
  const scopes = ['exception.approve', 'promotion.approve', 'release.read', 'promotion.read'];
  const words = ['token', 'create', 'laptop', '--expires', '1d', ...scopes.flatMap((one) => ['--scope', one])];
  const { secret } = await rosa.json<{ secret: string }>(words);
  const rosaByToken = new Person(join(folder, 'rosa-token'), { STELLA_SERVER: server.url, STELLA_TOKEN: secret });
  const everyRosa = [rosa, rosaAgain, rosaByToken];
  const exceptions: Exception[] = [];
  const ownException: CliRun[] = [];
  for (const vulnerability of stoppers(why)) {
    const { id } = await rosa.json<Exception>(['exception', 'request', vulnerability, '--reason', 'not reachable']);
    if (exceptions.length === 0)
      for (const one of everyRosa) ownException.push(await one.run(['exception', 'approve', id, '--reason', 'mine']));
    exceptions.push(await sam.json<Exception>(['exception', 'approve', id, '--reason', 'agreed']));
  }

  // The gates open by themselves; the other person approves.
  const waiting = await until(
    () => rosa.json<Promotion>(['promotion', 'show', blocked.id]),
    ({ state }) => state === 'pending_approval',
  );
  const ownPromotion: CliRun[] = [];
  for (const one of everyRosa)
    ownPromotion.push(await one.run(['promotion', 'approve', 'shop@1.0.0:stage', '--reason', 'mine']));
  await sam.approve('shop@1.0.0:stage', 'looked at');
  const approved = await until(
    () => sam.json<Promotion>(['promotion', 'show', blocked.id]),
    ({ state, packetId }) => state === 'approved' && packetId !== null,
  );

  // Evidence to take away.
  const decisionId = approved.gates
    .find(({ name }) => name === 'policy')
    ?.evidence.find(({ kind }) => kind === 'decision')?.id;
  const about = ['evidence', 'list', '--subject', decisionId ?? 'none'];
  const packets = await sam.json<{ items: { id: string; capsuleDigest: string; logIndex: number }[] }>(about);
  // Findings follow from the decision on the image as it was scanned: nothing above waits for them.
  const findings = await until(
    () => sam.json<{ items: { id: string }[] }>(['findings', 'list', '--image', scan.imageDigest]),
    ({ items }) => items.length > 0,
  );
  await sam.json(['capsule', 'get', decisionId ?? '', '--output', 'shop.capsule.tar.zst']);
  await sam.run(['trust', 'get', '--output', 'shop.trusted-root.json']);
  // Only now: what it says of lodash changes no gate, and nothing above has to wait for it.
  const vexFile = join(ROOT, 'demo', 'vex', 'shop.openvex.json');
  const vex = await sam.json<{ documents: { document: { digest: string } }[] }>(['vex', 'import', vexFile]);

  return {
    people: { admin, rosa, sam, stranger },
    imageDigest: scan.imageDigest,
    movedDigest: nextRelease.components[0]?.platforms[0]?.manifestDigest ?? '',
    release,
    releaseAfterTheTagMoved,
    nextRelease,
    blocked,
    why,
    whyText,
    exceptions,
    ownException,
    ownPromotion,
    waiting,
    approved,
    packetId: packets.items[0]?.id ?? '',
    capsuleDigest: packets.items[0]?.capsuleDigest ?? '',
    decisionId: decisionId ?? '',
    logIndex: packets.items[0]?.logIndex ?? -1,
    vexDigest: vex.documents[0]?.document.digest ?? '',
    findingId: findings.items[0]?.id ?? '',
    capsuleFile: sam.file('shop.capsule.tar.zst'),
    trustFile: sam.file('shop.trusted-root.json'),
  };
}

async function meetPeople(server: ServerProcess, folder: string) {
  const person = (name: string) => new Person(join(folder, name));
  const operator = person('operator');
  await operator.logIn(server.url, 'demo', 'admin', server.adminPassword);
  writeFileSync(operator.file('new'), PASSWORD);
  for (const tenant of ['acme', 'globex']) {
    await operator.json(['tenant', 'create', tenant, '--admin', 'ada', '--password-file', 'new']);
  }
  const admin = person('admin');
  await admin.logIn(server.url, 'acme', 'ada', PASSWORD);
  writeFileSync(admin.file('new'), PASSWORD);
  const roles = {
    rosa: ['release-manager', 'approver', 'security-engineer'],
    sam: ['approver', 'security-engineer'],
  };
  for (const [name, has] of Object.entries(roles)) {
    const words = ['user', 'create', name, '--password-file', 'new', ...has.flatMap((role) => ['--role', role])];
    await admin.json(words);
  }
  const [rosa, rosaAgain, sam] = [person('rosa'), person('rosa-again'), person('sam')];
  for (const one of [rosa, rosaAgain]) await one.logIn(server.url, 'acme', 'rosa', PASSWORD);
  await sam.logIn(server.url, 'acme', 'sam', PASSWORD);
  const stranger = person('stranger');
  await stranger.logIn(server.url, 'globex', 'ada', PASSWORD);
  return { admin, rosa, rosaAgain, sam, stranger };
}

/** Vulnerabilities of the reasons that block. */
function stoppers({ gates }: Why): string[] {
  const names = gates
    .filter(({ state }) => state === 'blocked')
    .flatMap(({ reasons }) => reasons.map(({ vulnerability }) => vulnerability));
  return [...new Set(names)].filter((name): name is string => name !== null);
}

/** Another image, for a tag to move to. */
async function writeOtherImage(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const layout = await createLayout(folder);
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeTar([{ path: 'etc/motd', content: Buffer.from('another one\n') }]))
    chunks.push(Uint8Array.from(chunk));
  const tar = Buffer.concat(chunks);
  const layer = { mediaType: OCI_LAYER, ...(await layout.putBytes(tar)) };
  const config = await layout.putBytes(
    canonicalBytes({
      architecture: 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
    }),
  );
  const manifest = canonicalBytes({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: OCI_CONFIG, ...config },
    layers: [layer],
  });
  await layout.putManifest(manifest, OCI_MANIFEST, { tag: '1.0.0', platform: { os: 'linux', architecture: 'amd64' } });
}
