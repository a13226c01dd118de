import { AppError, digestOf } from '@stella-ops/engine-kernel';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseImageConfig } from './image-config.ts';
import { MAX_LAYERS, parseDocument } from './manifest.ts';
import { isForeignLayer, layerKind, OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST } from './media-types.ts';

const digest = digestOf('x');
const config = { mediaType: OCI_CONFIG, digest, size: 2 };
const layer = { mediaType: `${OCI_LAYER}+gzip`, digest, size: 9 };
const manifest = { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [layer] };
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const read = (value: unknown, named?: string) => parseDocument(bytes(value), named, 'doc');
const code = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
};

describe('manifest', () => {
  test('a manifest is read with what we use of it', () => {
    expect(read({ ...manifest, annotations: { a: 'b' }, other: 1 }, OCI_MANIFEST)).toEqual({
      kind: 'manifest',
      mediaType: OCI_MANIFEST,
      config,
      layers: [layer],
      annotations: { a: 'b' },
    });
  });

  test('null stands for empty, as Go programs write it', () => {
    expect(read({ ...manifest, layers: null, annotations: null, subject: null })).toMatchObject({ layers: [] });
    expect(read({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: null })).toMatchObject({ manifests: [] });
  });

  test('an index keeps platforms, without an empty variant', () => {
    const platform = { os: 'linux', architecture: 'amd64', variant: '', 'os.version': '1' };
    const index = read({ schemaVersion: 2, manifests: [{ ...config, mediaType: OCI_MANIFEST, platform }] });
    expect(index).toMatchObject({ kind: 'index', mediaType: OCI_INDEX });
    expect(index.kind === 'index' && index.manifests[0]?.platform).toEqual({ os: 'linux', architecture: 'amd64' });
  });

  test.each([
    ['a document that calls itself something else than it was named', manifest, OCI_INDEX, 'OCI_MANIFEST_AMBIGUOUS'],
    ['a manifest that is an index too', { ...manifest, manifests: [] }, undefined, 'OCI_MANIFEST_AMBIGUOUS'],
    ['an index with a config', { schemaVersion: 2, manifests: [], config }, undefined, 'OCI_MANIFEST_AMBIGUOUS'],
    ['a manifest with schema 1 layers', { ...manifest, fsLayers: [] }, undefined, 'OCI_MANIFEST_AMBIGUOUS'],
    ['schema 1', { schemaVersion: 1, fsLayers: [] }, undefined, 'OCI_SCHEMA1'],
    ['signed schema 1', {}, 'application/vnd.docker.distribution.manifest.v1+prettyjws', 'OCI_SCHEMA1'],
    ['an unknown media type', { ...manifest, mediaType: 'application/x' }, undefined, 'OCI_MEDIA_TYPE_UNKNOWN'],
    ['__proto__ as media type', { ...manifest, mediaType: '__proto__' }, undefined, 'OCI_MEDIA_TYPE_UNKNOWN'],
    ['no object', [], undefined, 'OCI_MANIFEST_INVALID'],
    [
      'another digest algorithm',
      { ...manifest, config: { ...config, digest: 'sha512:0' } },
      undefined,
      'SHAPE_INVALID',
    ],
    ['a negative size', { ...manifest, layers: [{ ...layer, size: -1 }] }, undefined, 'SHAPE_INVALID'],
    ['a size that no double holds', { ...manifest, layers: [{ ...layer, size: 2 ** 60 }] }, undefined, 'SHAPE_INVALID'],
  ])('%s is refused', (_, value, named, expected) => {
    expect(code(() => read(value, named))).toBe(expected);
  });

  test('too many layers have their own error', () => {
    const many = (count: number) => ({ ...manifest, layers: Array.from({ length: count }, () => layer) });
    expect(code(() => read(many(MAX_LAYERS + 1)))).toBe('OCI_TOO_MANY_LAYERS');
    expect(code(() => read(many(MAX_LAYERS)))).toBeUndefined();
  });

  test('a document over 10 MiB is refused before it is parsed', () => {
    const huge = Buffer.alloc(10 * 1024 * 1024 + 1, ' ');
    expect(code(() => parseDocument(huge, undefined, 'doc'))).toBe('JSON_TOO_LARGE');
  });

  test('any JSON is read or refused with an error of ours', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(OCI_MANIFEST, OCI_INDEX, undefined), (json, named) => {
        expect(code(() => parseDocument(Buffer.from(json), named, 'doc')) ?? 'OCI_').toMatch(/^(?:OCI|SHAPE|JSON)_/);
      }),
    );
  });
});

describe('layer media types', () => {
  test.each([
    [OCI_LAYER, 'none', false],
    [`${OCI_LAYER}+zstd`, 'zstd', false],
    ['application/vnd.docker.image.rootfs.diff.tar.gzip', 'gzip', false],
    ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', 'gzip', true],
    ['application/vnd.oci.image.layer.nondistributable.v1.tar+zstd', 'zstd', true],
  ])('%s', (type, compression, isForeign) => {
    expect(layerKind(type, 'doc', '/layers/0')).toEqual({ compression, isForeign });
    expect(isForeignLayer(type)).toBe(isForeign);
  });

  test.each([`${OCI_LAYER}+encrypted`, 'constructor', ''])('%j is refused with its place', (type) => {
    expect(() => layerKind(type, 'doc', '/layers/3/mediaType')).toThrow(
      expect.objectContaining({
        code: 'OCI_MEDIA_TYPE_UNKNOWN',
        place: { file: 'doc', pointer: '/layers/3/mediaType' },
      }),
    );
  });
});

describe('image config', () => {
  const image = { os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [digest] } };

  test('gives platform and diff ids', () => {
    expect(parseImageConfig(bytes({ ...image, variant: '' }), 1, 'config')).toEqual({
      platform: { os: 'linux', architecture: 'amd64' },
      diffIds: [digest],
    });
  });

  test('must name one diff id for each layer', () => {
    expect(code(() => parseImageConfig(bytes(image), 2, 'config'))).toBe('OCI_MANIFEST_INVALID');
  });
});
