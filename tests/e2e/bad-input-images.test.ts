import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  descriptorOf,
  dockerArchiveOf,
  type LayoutOptions,
  stella,
  tarOf,
  temporaryFolder,
  type WrittenLayout,
  writeLayout,
} from '@stella-ops/testkit';
import { describe, expect, test } from 'vitest';
import { type BadInput, put, testBadInput } from './bad-input-case.ts';

const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

/** Scans a layout that was written with these options and then changed. */
const layout = (
  options: LayoutOptions,
  change: (written: WrittenLayout, folder: string) => void = () => undefined,
): BadInput['words'] => {
  return (folder) => {
    const image = join(folder, 'image');
    change(writeLayout(image, options), image);
    return ['scan', 'oci-dir:image'];
  };
};
const AT_DIGEST = /^ {2}at \S*[0-9a-f]{64}/m;
const tampered = (written: WrittenLayout, digest: string): void => {
  // The same length, so that only the digest can tell.
  writeFileSync(written.blob(digest), ' ', { flag: 'r+' });
};

describe('an image layout', () => {
  testBadInput([
    {
      title: 'whose manifest was changed',
      words: layout({}, (written) => tampered(written, written.manifest)),
      exit: 3,
      code: 'OCI_DIGEST_MISMATCH',
      says: [AT_DIGEST],
    },
    {
      title: 'whose config was changed',
      words: layout({}, (written) => tampered(written, written.config)),
      exit: 3,
      code: 'OCI_DIGEST_MISMATCH',
      says: [AT_DIGEST],
    },
    {
      title: 'whose layer was changed',
      words: layout({ layers: [{ bytes: tarOf([{ path: 'a', body: 'hello' }]) }] }, (written) =>
        tampered(written, written.layers[0] ?? ''),
      ),
      exit: 2,
      code: 'LAYER_DIGEST_MISMATCH',
      says: [AT_DIGEST],
    },
    {
      title: 'whose layer was cut short',
      words: layout({}, (written) => truncateSync(written.blob(written.layers[0] ?? ''), 512)),
      exit: 2,
      code: 'OCI_SIZE_MISMATCH',
      says: [AT_DIGEST],
    },
    {
      title: 'whose layer is not there',
      words: layout({}, (written) => rmSync(written.blob(written.layers[0] ?? ''))),
      exit: 4,
      code: 'OCI_BLOB_MISSING',
      says: [AT_DIGEST],
    },
    {
      title: 'whose config is not there',
      words: layout({}, (written) => rmSync(written.blob(written.config))),
      exit: 4,
      code: 'OCI_BLOB_MISSING',
      says: [AT_DIGEST],
    },
    {
      title: 'with a layer of unknown media type',
      words: layout({ layers: [{ bytes: tarOf([]), mediaType: 'application/x-evil' }] }),
      exit: 2,
      code: 'OCI_MEDIA_TYPE_UNKNOWN',
      says: [/#\/layers\/0\/mediaType$/m, 'application/x-evil'],
    },
    {
      title: 'with a manifest of unknown media type',
      words: layout({ descriptor: { mediaType: 'application/x-evil' } }),
      exit: 2,
      code: 'OCI_NOT_AN_IMAGE',
      says: [/at image:index\.json/],
    },
    {
      title: 'with a manifest that is an index too is not taken for either',
      words: layout({ manifest: { manifests: [] } }),
      exit: 3,
      code: 'OCI_MANIFEST_AMBIGUOUS',
    },
    {
      title: 'with a manifest of 10 MB',
      words: layout({ manifest: { annotations: { x: 'y'.repeat(10 << 20) } } }),
      exit: 2,
      code: 'OCI_TOO_LARGE',
      says: [AT_DIGEST],
    },
    {
      title: 'with a negative size',
      words: layout({ descriptor: { size: -1 } }),
      exit: 2,
      says: [/error \w+_INVALID: /, /at \S*index\.json#\/manifests\/0\/size/],
    },
    {
      title: 'with a digest that leads out of the folder',
      words: layout({ descriptor: { digest: 'sha256:../../../canary/file' } }),
      exit: 2,
      says: [/error \w+_INVALID: /, /at \S*index\.json#\/manifests\/0\/digest/],
    },
    {
      title: 'of indexes that lead to indexes without end',
      words: layout({}, (written, image) => {
        let inner: Record<string, unknown> = descriptorOf(Buffer.from(''), MANIFEST);
        for (let depth = 0; depth < 100; depth++) {
          const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [inner] }));
          inner = descriptorOf(bytes, INDEX);
          writeFileSync(written.blob(String(inner['digest'])), bytes);
        }
        writeFileSync(join(image, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [inner] }));
      }),
      exit: 2,
      code: 'OCI_INDEX_TOO_DEEP',
    },
    {
      title: 'whose index is not JSON',
      words: layout({}, (_, image) => writeFileSync(join(image, 'index.json'), '{\n]')),
      exit: 2,
      code: 'JSON_INVALID',
      says: [/at \S*index\.json:2:1/],
    },
    {
      title: 'whose index is empty',
      words: layout({ index: { schemaVersion: 2, manifests: [] } }),
      exit: 2,
      code: 'OCI_NOT_AN_IMAGE',
      says: [/at image:index\.json/],
    },
    {
      title: 'without its mark',
      words: layout({}, (_, image) => rmSync(join(image, 'oci-layout'))),
      exit: 2,
      code: 'OCI_LAYOUT_INVALID',
      says: [/at \S*image/],
    },
    {
      title: 'without the platform asked for',
      words: async (folder) => [...(await layout({})(folder)), '--platform', 'linux/s390x'],
      exit: 4,
      code: 'OCI_PLATFORM_NOT_FOUND',
      says: ['linux/amd64'],
    },
    {
      title: 'asked for a platform that is none',
      words: async (folder) => [...(await layout({})(folder)), '--platform', 'linux'],
      exit: 2,
      code: 'OCI_PLATFORM_INVALID',
    },
  ]);

  test('that is broken is not copied: what arrived before the fault is no image', async () => {
    const folder = temporaryFolder('copy');
    const written = writeLayout(join(folder, 'image'));
    tampered(written, written.layers[0] ?? '');
    const copy = await stella(['image', 'copy', 'oci-dir:image', 'oci-dir:copy:1'], { cwd: folder });
    expect(copy).toMatchObject({ exit: 3, stdout: '' });
    expect(copy.stderr).toMatch(/error OCI_DIGEST_MISMATCH: the bytes of sha256:[0-9a-f]{64} have/);
    const scan = await stella(['scan', 'oci-dir:copy'], { cwd: folder });
    expect(scan.exit).toBe(2);
    expect(scan.stderr).toContain('error OCI_NOT_AN_IMAGE: ');
  });
});

describe('a docker-archive', () => {
  const archive = (bytes: Uint8Array) => (folder: string) => ['scan', `docker-archive:${put(folder, 'a.tar', bytes)}`];
  const layer = tarOf([{ path: 'a', body: 'x' }]);
  const list = (members: object): unknown => [
    { Config: 'config.json', RepoTags: ['a:1'], Layers: ['layer.tar'], ...members },
  ];
  testBadInput([
    {
      title: 'without manifest.json',
      words: archive(dockerArchiveOf(layer, null)),
      exit: 2,
      code: 'OCI_ARCHIVE_INVALID',
      says: [/at \S*a\.tar/, 'manifest.json'],
    },
    {
      title: 'that is cut short',
      words: archive(dockerArchiveOf(layer).subarray(0, 1700)),
      exit: 2,
      says: [/error (?:TAR|OCI)_\w+: /, /at \S*a\.tar/],
    },
    {
      title: 'that is none',
      words: archive(Buffer.from('hello')),
      exit: 2,
      says: [/error (?:TAR|OCI)_\w+: /, /at \S*a\.tar/],
    },
    {
      title: 'that is empty',
      words: archive(Buffer.alloc(0)),
      exit: 2,
      says: [/error (?:TAR|OCI)_\w+: /, /at \S*a\.tar/],
    },
    {
      title: 'whose layer is not in it',
      words: archive(dockerArchiveOf(layer, list({ Layers: ['../../canary/file'] }))),
      exit: 4,
      code: 'OCI_BLOB_MISSING',
      says: [/at a\.tar:\.\.\/\.\.\/canary\/file/],
    },
    {
      title: 'whose manifest is of the wrong shape',
      words: archive(dockerArchiveOf(layer, list({ Layers: 7 }))),
      exit: 2,
      says: [/error \w+_INVALID: /, /at \S*a\.tar\S*#\/0\/Layers/],
    },
    {
      title: 'with more layers than its config knows',
      words: archive(dockerArchiveOf(layer, list({ Layers: ['layer.tar', 'layer.tar'] }))),
      exit: 2,
      says: [/error OCI_\w+: /, /at \S*a\.tar/],
    },
    {
      title: 'that is not there',
      words: () => ['scan', 'docker-archive:none.tar'],
      exit: 4,
      code: 'OCI_SOURCE_NOT_FOUND',
      says: [/at none\.tar/],
    },
  ]);
});
