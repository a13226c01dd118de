import { expect, test } from 'vitest';
import { imagePurl } from './image-purl.ts';
import { imageDigest } from './testing/inventories.ts';

test.each([
  ['app', `pkg:oci/app@${imageDigest}`],
  ['app:1', `pkg:oci/app@${imageDigest}?tag=1`],
  ['localhost:5000/app', `pkg:oci/app@${imageDigest}?repository_url=localhost:5000%2Fapp`],
  [
    `docker.io/library/app:1@${imageDigest}`,
    `pkg:oci/app@${imageDigest}?repository_url=docker.io%2Flibrary%2Fapp&tag=1`,
  ],
  ['/tmp/My Image', undefined],
  ['', undefined],
])('%j is %s', (name, purl) => expect(imagePurl({ kind: 'image', name, digest: imageDigest })).toBe(purl));

test('what has no manifest digest or is no image has no image purl', () => {
  expect(imagePurl({ kind: 'image', name: 'app' })).toBeUndefined();
  expect(imagePurl({ kind: 'directory', name: 'app', digest: imageDigest })).toBeUndefined();
});
