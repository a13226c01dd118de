import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { canonicalBytes, digestOf } from '@stella-ops/engine-kernel';
import { describe, expect, onTestFinished, test } from 'vitest';
import { OCI_INDEX, OCI_MANIFEST } from '../media-types.ts';
import { registryAndClient, startRegistry, testOptions } from '../testing/registry-options.ts';
import { describeBytes, referrerOf, sampleImage, type SampleImage } from '../testing/sample-image.ts';
import { registryClient } from './registry-client.ts';
import type { RegistryClient } from './types.ts';

const BLOB = Buffer.from('0123456789'.repeat(1000));
const DESCRIPTOR = describeBytes(BLOB, 'application/octet-stream');
const put = (client: RegistryClient, repository = 'team/app', bytes: Uint8Array = BLOB) =>
  client.putBlob({
    repository,
    descriptor: describeBytes(bytes, 'x/y'),
    open: async function* () {
      yield bytes.subarray(0, 3);
      yield bytes.subarray(3);
    },
  });
async function pushImage(client: RegistryClient, image: SampleImage, tag = 'v1') {
  for (const bytes of [image.config, ...image.layers]) await put(client, 'team/app', bytes);
  return client.putManifest('team/app', tag, image.manifest, OCI_MANIFEST);
}
const methods = (seen: readonly { method: string; path: string }[]) =>
  seen.map(({ method, path }) => `${method} ${path}`);

describe('manifests and blobs', () => {
  test('what was pushed comes back with the same digest', async () => {
    const { client } = await registryAndClient();
    const image = await sampleImage();
    await client.ping();
    expect(await pushImage(client, image)).toBe(image.descriptor.digest);
    expect(await client.getManifest('team/app', 'v1')).toEqual({
      bytes: image.manifest,
      digest: image.descriptor.digest,
      mediaType: OCI_MANIFEST,
    });
    expect(await client.headManifest('team/app', 'v1')).toBe(image.descriptor.digest);
    expect(await client.headManifest('team/app', 'v2')).toBeUndefined();
    const config = describeBytes(image.config, 'x/y');
    expect(await client.hasBlob('team/app', config.digest)).toBe(true);
    expect(await client.readBlob('team/app', config)).toEqual(image.config);
  });

  test('a registry that says one digest and sends another is not believed', async () => {
    const { client, fake } = await registryAndClient();
    const image = await sampleImage();
    await pushImage(client, image);
    fake.faults.digestHeader = digestOf('other');
    await expect(client.getManifest('team/app', 'v1')).rejects.toMatchObject({ code: 'OCI_DIGEST_MISMATCH' });
    delete fake.faults.digestHeader;
    fake.faults.tampered = true;
    await expect(client.getManifest('team/app', image.descriptor.digest)).rejects.toMatchObject({
      code: 'OCI_DIGEST_MISMATCH',
    });
    await expect(client.readBlob('team/app', describeBytes(image.config, 'x/y'))).rejects.toMatchObject({
      code: 'OCI_DIGEST_MISMATCH',
    });
  });

  test('a registry that sends another manifest for a digest, consistently, is not believed', async () => {
    const { client, fake } = await registryAndClient();
    const asked = digestOf('asked');
    const bytes = canonicalBytes({ schemaVersion: 2, manifests: [] });
    fake.manifests.set(`team/app@${asked}`, { bytes, mediaType: OCI_INDEX });
    fake.faults.digestHeader = digestOf(bytes);
    await expect(client.getManifest('team/app', asked)).rejects.toMatchObject({ code: 'OCI_DIGEST_MISMATCH' });
  });

  test('a registry that stores a manifest under another digest is not believed', async () => {
    const { client } = await registryAndClient({ digestHeader: digestOf('other') });
    const index = canonicalBytes({ schemaVersion: 2, manifests: [] });
    await expect(client.putManifest('team/app', 'v1', index, OCI_INDEX)).rejects.toMatchObject({
      code: 'OCI_DIGEST_MISMATCH',
    });
  });

  test('an endless manifest is given up at 10 MiB', async () => {
    const { client, fake } = await registryAndClient();
    await pushImage(client, await sampleImage());
    fake.faults.endless = true;
    await expect(client.getManifest('team/app', 'v1')).rejects.toMatchObject({ code: 'OCI_TOO_LARGE' });
  });

  test('what is not there is not found, with the code of the registry', async () => {
    const { client } = await registryAndClient();
    await expect(client.getManifest('team/app', 'v1')).rejects.toMatchObject({
      code: 'REGISTRY_NOT_FOUND',
      exit: 4,
      message: 'the registry answered 404: manifest unknown',
      details: { registryCode: 'MANIFEST_UNKNOWN' },
    });
    await expect(buffer(client.streamBlob('team/app', DESCRIPTOR))).rejects.toMatchObject({
      details: { registryCode: 'BLOB_UNKNOWN' },
    });
  });
});

describe('download', () => {
  test('a torn blob is resumed where it broke', async () => {
    const { client, fake, options } = await registryAndClient({ tornBlobs: 3 });
    fake.blobs.set(DESCRIPTOR.digest, BLOB);
    expect(await buffer(client.streamBlob('team/app', DESCRIPTOR))).toEqual(BLOB);
    expect(fake.seen.map((one) => one.headers.range)).toEqual([undefined, 'bytes=5000-', 'bytes=7500-', 'bytes=8750-']);
    expect(options.waits).toEqual([500, 500, 500]);
  });

  test('a registry without ranges is read again from the start', async () => {
    const { client, fake } = await registryAndClient({ tornBlobs: 1, ignoreRange: true });
    fake.blobs.set(DESCRIPTOR.digest, BLOB);
    expect(await buffer(client.streamBlob('team/app', DESCRIPTOR))).toEqual(BLOB);
  });

  test('a line without progress is given up', async () => {
    const { client, fake, options } = await registryAndClient({ tornBlobs: 100, ignoreRange: true });
    fake.blobs.set(DESCRIPTOR.digest, BLOB);
    await expect(buffer(client.streamBlob('team/app', DESCRIPTOR))).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
    });
    expect(options.waits.length).toBeLessThan(10);
  });

  test.each([-1, 1])('a blob that is %i byte off its size is refused', async (off) => {
    const { client, fake } = await registryAndClient();
    fake.blobs.set(DESCRIPTOR.digest, BLOB);
    const wrong = { ...DESCRIPTOR, size: BLOB.length + off };
    await expect(buffer(client.streamBlob('team/app', wrong))).rejects.toMatchObject({ code: 'OCI_SIZE_MISMATCH' });
  });
});

describe('upload', () => {
  test('in one piece and in chunks', async () => {
    for (const chunkBytes of [undefined, 4000]) {
      const { client, fake } = await registryAndClient({}, chunkBytes === undefined ? {} : { chunkBytes });
      await put(client);
      expect(fake.blobs.get(DESCRIPTOR.digest)).toEqual(BLOB);
      const ranges = fake.seen.filter((one) => one.method === 'PATCH').map((one) => one.headers['content-range']);
      expect(ranges).toEqual(chunkBytes === undefined ? [] : ['0-3999', '4000-7999', '8000-9999']);
    }
  });

  test('a torn upload starts over', async () => {
    const { client, fake, options } = await registryAndClient({ tornUploads: 2 });
    await put(client);
    expect(fake.blobs.get(DESCRIPTOR.digest)).toEqual(BLOB);
    expect(options.waits).toEqual([500, 1000]);
  });

  test('bytes that are not the announced ones never arrive whole', async () => {
    const { client, fake } = await registryAndClient();
    const upload = client.putBlob({
      repository: 'team/app',
      descriptor: DESCRIPTOR,
      open: async function* () {
        yield Buffer.alloc(5000);
        yield Buffer.alloc(5000);
      },
    });
    await expect(upload).rejects.toMatchObject({ code: 'OCI_DIGEST_MISMATCH' });
    expect(fake.blobs.size).toBe(0);
  });

  test('a blob of another repository is mounted, and sent when that fails', async () => {
    const { client, fake } = await registryAndClient();
    await put(client, 'base/image');
    fake.seen.length = 0;
    const unused = () => {
      throw new Error('not to be read');
    };
    const mount = { repository: 'team/app', mountFrom: 'base/image' };
    await client.putBlob({ ...mount, descriptor: DESCRIPTOR, open: unused });
    expect(methods(fake.seen)).toEqual([`POST /v2/team/app/blobs/uploads/?mount=${DESCRIPTOR.digest}&from=base/image`]);
    const other = Buffer.from('other');
    await client.putBlob({
      ...mount,
      descriptor: describeBytes(other, 'x/y'),
      open: async function* () {
        yield other;
      },
    });
    expect(fake.blobs.get(digestOf(other))).toEqual(other);
  });
});

describe('patience', () => {
  test('429 and 5xx are tried again with growing delays, and Retry-After is kept', async () => {
    const { client, fake, options } = await registryAndClient({ failing: 3 });
    await client.ping();
    expect(options.waits).toEqual([500, 1000, 2000]);
    fake.faults.busy = { times: 1, retryAfter: '7' };
    await client.ping();
    fake.faults.busy = { times: 1, retryAfter: 'Fri, 02 Jan 2026 03:04:35 GMT' };
    await client.ping();
    expect(options.waits.slice(3)).toEqual([7000, 30_000]);
  });

  test('what does not pass is given up, and says that a retry may help', async () => {
    const { client, options } = await registryAndClient({ failing: 100 });
    await expect(client.ping()).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE', exit: 10, retryable: true });
    expect(options.waits).toHaveLength(4);
  });

  test('a registry that wants to be left alone for an hour is left alone', async () => {
    const { client, options } = await registryAndClient({ busy: { times: 1, retryAfter: '3600' } });
    await expect(client.ping()).rejects.toMatchObject({ code: 'REGISTRY_BUSY' });
    expect(options.waits).toEqual([]);
  });

  test('a silent registry is given up after the idle timeout', async () => {
    const server = createServer(() => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const client = registryClient(`127.0.0.1:${port}`, testOptions({ idleTimeoutMs: 30, attempts: 2 }));
    await expect(client.ping()).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE', message: 'no byte for 30 ms' });
  });

  test('a caller who gives up is not made to wait', async () => {
    const stop = new AbortController();
    const { client, fake, options } = await registryAndClient({ endless: true }, { signal: stop.signal });
    fake.tags.set('team/app:v1', DESCRIPTOR.digest);
    fake.manifests.set(`team/app@${DESCRIPTOR.digest}`, { bytes: BLOB, mediaType: OCI_MANIFEST });
    const reading = client.getManifest('team/app', 'v1');
    stop.abort();
    await expect(reading).rejects.toMatchObject({ message: 'the request was given up' });
    await expect(client.ping()).rejects.toMatchObject({ message: 'the request was given up' });
    expect(options.waits).toEqual([]);
  });

  test('a closed port is not tried again', async () => {
    const fake = await startRegistry();
    await fake.close();
    const options = testOptions();
    await expect(registryClient(fake.host, options).ping()).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
    expect(options.waits).toEqual([]);
  });
});

describe('lists', () => {
  test('tags come page by page', async () => {
    const { client, fake } = await registryAndClient({ pageSize: 2 });
    for (const tag of ['a', 'b', 'c', 'd', 'e']) fake.tags.set(`team/app:${tag}`, digestOf(tag));
    expect(await client.listTags('team/app')).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test.each([
    ['goes in circles', '/v2/team/app/tags/list?start=0'],
    ['goes on at another host', 'http://localhost:1/v2/team/app/tags/list'],
  ])('a list that %s is refused', async (sentence, nextPage) => {
    const { client, fake } = await registryAndClient({ nextPage });
    fake.tags.set('team/app:v1', DESCRIPTOR.digest);
    await expect(client.listTags('team/app')).rejects.toMatchObject({
      code: 'REGISTRY_ANSWER_INVALID',
      message: `a list ${sentence}`,
    });
    expect(fake.seen.length).toBeLessThan(4);
  });

  test.each([
    ['the API', {}],
    ['the API, page by page', { pageSize: 1 }],
    ['the fallback tag', { noReferrersApi: true }],
    [
      'the fallback tag, although the registry claims to know the subject',
      { noReferrersApi: true, claimsSubject: true },
    ],
  ])('referrers are found by %s', async (_, faults) => {
    const { client, fake } = await registryAndClient(faults);
    const image = await sampleImage();
    await pushImage(client, image);
    await put(client, 'team/app', Buffer.from('{}'));
    for (const kind of ['example/sbom', 'example/signature', 'example/sbom']) {
      const payload = Buffer.from(`"${kind}"`);
      await put(client, 'team/app', payload);
      const referrer = referrerOf(image.descriptor, kind, payload);
      await client.putManifest('team/app', digestOf(referrer), referrer, OCI_MANIFEST);
    }
    const { digest } = image.descriptor;
    const all = await client.referrers('team/app', digest);
    expect(all.map((one) => one.artifactType)).toEqual(['example/sbom', 'example/signature']);
    expect(await client.referrers('team/app', digest, 'example/signature')).toEqual([all[1]]);
    expect(all[1]?.annotations).toEqual({ 'example.kind': 'example/signature' });
    expect(await client.referrers('team/app', digestOf('other'))).toEqual([]);
    expect([...fake.tags.keys()].some((tag) => tag.includes('sha256-'))).toBe('noReferrersApi' in faults);
  });
});
