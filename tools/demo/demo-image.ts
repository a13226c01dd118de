import { compressGzip, type TarMember, writeTar } from '@stella-ops/engine-archive';
import { canonicalBytes, digestOf } from '@stella-ops/engine-kernel';
import { createLayout, OCI_CONFIG, OCI_LAYER, OCI_MANIFEST } from '@stella-ops/engine-oci';

/** Writes an image of a small shop into an OCI layout folder: two layers of package records, the same bytes every time. */
export async function writeDemoImage(folder: string): Promise<void> {
  const layout = await createLayout(folder);
  const layers = [];
  const diffIds = [];
  for (const files of [SYSTEM, APPLICATION]) {
    const plain = await collect(writeTar(files.map(member)));
    const packed = await collect(compressGzip(chunks(plain), { level: 6 }));
    diffIds.push(digestOf(plain));
    layers.push({ mediaType: `${OCI_LAYER}+gzip`, ...(await layout.putBytes(packed)) });
  }
  const config = await layout.putBytes(
    canonicalBytes({ architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: diffIds } }),
  );
  const manifest = canonicalBytes({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: OCI_CONFIG, ...config },
    layers,
  });
  await layout.putManifest(manifest, OCI_MANIFEST, { tag: '1.0.0', platform: { os: 'linux', architecture: 'amd64' } });
}

type File = readonly [path: string, content: string];

const deb = (name: string, version: string, source: string): string =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nSource: ${source}\nVersion: ${version}\nMaintainer: Demo <demo@shop.example>\n\n`;

const npm = (name: string, version: string): File => [
  `srv/shop/node_modules/${name}/package.json`,
  `${JSON.stringify({ name, version, license: 'MIT' })}\n`,
];

const wheel = (name: string, version: string): File => [
  `usr/lib/python3.11/site-packages/${name}-${version}.dist-info/METADATA`,
  `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\nLicense: MIT\n\n`,
];

const SYSTEM: readonly File[] = [
  [
    'etc/os-release',
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n',
  ],
  ['var/lib/dpkg/status', deb('libssl3', '3.0.13-1~deb12u1', 'openssl') + deb('zlib1g', '1:1.2.13.dfsg-1', 'zlib')],
];

const APPLICATION: readonly File[] = [
  npm('lodash', '4.17.20'),
  npm('express', '4.21.2'),
  wheel('urllib3', '1.26.4'),
  wheel('idna', '3.10'),
];

const member = ([path, content]: File): TarMember => ({
  path,
  type: 'file',
  size: Buffer.byteLength(content),
  content: Buffer.from(content),
});

async function* chunks(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes);
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(Uint8Array.from(part));
  return Buffer.concat(parts);
}
