import { bundleBytes, type PackOptions } from '../bundle-pack.ts';

export const SEAL = 'manifest.sigstore.json';
export const LONG_PATH = `evidence/${'very-'.repeat(30)}long.json`;

/** A small bundle with every kind of member: seal, empty file, long path, path that is not ASCII, content of many sizes. */
export function sampleBundle(compression: PackOptions['compression'] = 'none'): PackOptions {
  return {
    kind: 'capsule',
    created: '2026-01-02T03:04:05Z',
    annotations: { subject: 'demo' },
    files: [
      bundleBytes('verdict.json', Buffer.from('{"verdict":"allow"}')),
      bundleBytes('blobs/empty', Buffer.alloc(0)),
      bundleBytes('blobs/block', Buffer.alloc(512, 'b')),
      bundleBytes('blobs/long', Buffer.from('0123456789'.repeat(130))),
      bundleBytes('docs/ő.txt', Buffer.from('names are UTF-8')),
      bundleBytes(LONG_PATH, Buffer.from('{}')),
    ],
    seal: (manifest) => Promise.resolve([{ path: SEAL, content: Buffer.from(`{"signs":${manifest.length}}`) }]),
    compression,
  };
}
