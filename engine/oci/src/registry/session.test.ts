import { buffer } from 'node:stream/consumers';
import { fixedClock } from '@stella-ops/engine-kernel';
import { describe, expect, test } from 'vitest';
import { registryAndClient, startRegistry, testOptions } from '../testing/registry-options.ts';
import { describeBytes } from '../testing/sample-image.ts';
import type { AddressClass } from './address.ts';
import { registryClient } from './registry-client.ts';
import type { Credentials } from './types.ts';

const BLOB = Buffer.from('blob');
const DESCRIPTOR = describeBytes(BLOB, 'x/y');
const USER: Credentials = { kind: 'basic', username: 'user', password: 'hunter2' };
const auth = { username: 'user', password: 'hunter2' };

describe('tokens', () => {
  test('are asked for once per set of scopes, with the scopes needed', async () => {
    const { client, fake } = await registryAndClient({ auth }, { credentials: () => USER });
    fake.blobs.set(DESCRIPTOR.digest, BLOB);
    await client.readBlob('team/app', DESCRIPTOR);
    await client.hasBlob('team/app', DESCRIPTOR.digest);
    const asked = fake.seen.filter((one) => one.path.startsWith('/token'));
    expect(asked).toHaveLength(1);
    const query = new URL(asked[0]?.path ?? '', 'http://x').searchParams;
    expect(Object.fromEntries(query)).toEqual({
      service: 'fake, registry',
      account: 'user',
      scope: 'repository:team/app:pull',
    });
  });

  test('a push asks for the right to push', async () => {
    const { client, fake } = await registryAndClient({ auth }, { credentials: () => USER });
    const open = async function* () {
      yield BLOB;
    };
    await client.putBlob({ repository: 'team/app', descriptor: DESCRIPTOR, open });
    expect(fake.blobs.size).toBe(1);
    expect(fake.seen.find((one) => one.path.startsWith('/token'))?.path).toContain(
      encodeURIComponent('repository:team/app:pull,push'),
    );
  });

  test('that expired are asked for again; the password never goes to the registry', async () => {
    let now = '2026-01-02T03:00:00Z';
    const clock = { now: () => fixedClock(now).now() };
    const { client, fake } = await registryAndClient(
      { auth: { ...auth, expiresIn: 300 } },
      { credentials: () => USER, clock },
    );
    const tokens = () => fake.seen.filter((one) => one.path.startsWith('/token')).length;
    await client.ping();
    now = '2026-01-02T03:04:00Z';
    await client.ping();
    expect(tokens()).toBe(1);
    now = '2026-01-02T03:05:00Z';
    await client.ping();
    expect(tokens()).toBe(2);
    for (const { path, headers } of fake.seen) {
      if (!path.startsWith('/token')) expect(headers.authorization ?? 'Bearer').toMatch(/^Bearer/);
    }
  });

  test('that the registry no longer takes are replaced once', async () => {
    const { client, fake } = await registryAndClient({ auth }, { credentials: () => USER });
    await client.ping();
    // Another client gets a token, and the fake keeps only the last one valid.
    await registryClient(fake.host, testOptions({ credentials: () => USER })).ping();
    await client.ping();
    expect(fake.seen.filter((one) => one.path.startsWith('/token'))).toHaveLength(3);
  });

  test('anonymous tokens are enough for what is public', async () => {
    const { client } = await registryAndClient({ auth: {} });
    await expect(client.ping()).resolves.toBeUndefined();
  });

  test('a refresh token is exchanged', async () => {
    const credentials = (): Credentials => ({ kind: 'identity', token: 'refresh' });
    const { client, fake } = await registryAndClient({ auth: { ...auth, refreshToken: 'refresh' } }, { credentials });
    await client.ping();
    expect(fake.seen.some((one) => one.method === 'POST' && one.path === '/token')).toBe(true);
  });

  test('a registry that wants Basic gets it', async () => {
    const { client } = await registryAndClient({ auth: { ...auth, scheme: 'basic' } }, { credentials: () => USER });
    await expect(client.ping()).resolves.toBeUndefined();
  });

  test('wrong credentials end as unauthorized, without the password in the error', async () => {
    const wrong: Credentials = { kind: 'basic', username: 'user', password: 'secret-guess' };
    for (const scheme of ['basic', 'bearer'] as const) {
      const { client } = await registryAndClient({ auth: { ...auth, scheme } }, { credentials: () => wrong });
      const error: unknown = await client.ping().catch((cause: unknown) => cause);
      expect(error).toMatchObject({ code: 'REGISTRY_UNAUTHORIZED', exit: 3 });
      expect(JSON.stringify(error) + String(error)).not.toContain('secret-guess');
    }
  });

  test('a helper is named when the registry refuses without it', async () => {
    const credentials = (): Credentials => ({ kind: 'helper', helper: 'desktop' });
    const { client } = await registryAndClient({ auth }, { credentials });
    await expect(client.ping()).rejects.toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
      hint: expect.stringContaining('"desktop"') as string,
    });
  });
});

describe('redirects', () => {
  test('are followed for blobs, without the credentials', async () => {
    const store = await startRegistry();
    store.blobs.set(DESCRIPTOR.digest, BLOB);
    const { client, fake } = await registryAndClient(
      { auth, redirectBlobsTo: `http://${store.host}` },
      { credentials: () => USER },
    );
    fake.blobs.set(DESCRIPTOR.digest, BLOB);
    expect(await buffer(client.streamBlob('team/app', DESCRIPTOR))).toEqual(BLOB);
    expect(fake.seen.at(-1)?.headers.authorization).toMatch(/^Bearer/);
    expect(store.seen.map((one) => one.headers.authorization)).toEqual([undefined]);
  });

  test.each(['basic', 'bearer'] as const)('a store that asks for %s credentials does not get them', async (scheme) => {
    const thief = await startRegistry();
    const store = await startRegistry({ auth: { scheme, username: 'x', realm: `http://${thief.host}/token` } });
    const faults = { redirectBlobsTo: `http://${store.host}` };
    const { client, fake } = await registryAndClient(faults, { credentials: () => USER });
    fake.blobs.set(DESCRIPTOR.digest, BLOB);
    await expect(buffer(client.streamBlob('team/app', DESCRIPTOR))).rejects.toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
    });
    const sent = [...fake.seen, ...store.seen, ...thief.seen].map((one) => one.headers.authorization);
    expect(sent).toEqual([undefined, undefined]);
  });

  test('in a circle are given up', async () => {
    const { client, fake } = await registryAndClient();
    fake.faults.redirectBlobsTo = `http://${fake.host}`;
    fake.blobs.set(DESCRIPTOR.digest, BLOB);
    await expect(buffer(client.streamBlob('team/app', DESCRIPTOR))).rejects.toMatchObject({
      code: 'REGISTRY_REDIRECT_REFUSED',
      message: 'more than 5 redirects',
    });
    expect(fake.seen).toHaveLength(6);
  });

  // 127.0.0.2 plays the public registry: it answers on this machine, and is told apart only by the classifier.
  const split = (narrow: AddressClass) => (address: string) => (address === '127.0.0.2' ? 'public' : narrow);

  test.each(['private', 'loopback', 'link-local'] as const)(
    'from a public registry to a %s address are refused before a connection is made',
    async (narrow) => {
      const inside = await startRegistry();
      inside.blobs.set(DESCRIPTOR.digest, BLOB);
      const outside = await startRegistry({}, '127.0.0.2');
      outside.blobs.set(DESCRIPTOR.digest, BLOB);
      const client = registryClient(outside.host, testOptions({ classify: split(narrow) }));
      for (const host of [inside.host, inside.host.replace('127.0.0.1', 'localhost')]) {
        outside.faults.redirectBlobsTo = `http://${host}`;
        await expect(buffer(client.streamBlob('team/app', DESCRIPTOR))).rejects.toMatchObject({
          code: 'REGISTRY_REDIRECT_REFUSED',
        });
      }
      expect(inside.seen).toEqual([]);
      client.close();
    },
  );

  test('a public registry that names a private token endpoint gets no credentials there', async () => {
    const inside = await startRegistry();
    const outside = await startRegistry({ auth: { ...auth, realm: `http://${inside.host}/token` } }, '127.0.0.2');
    const options = testOptions({ classify: split('private'), credentials: () => USER });
    await expect(registryClient(outside.host, options).ping()).rejects.toMatchObject({
      code: 'REGISTRY_REDIRECT_REFUSED',
    });
    expect(inside.seen).toEqual([]);
  });

  test.each(['http://plain.example/token', 'file:///token', ''])('the token endpoint %j is refused', async (realm) => {
    const { client } = await registryAndClient({ auth: { ...auth, realm } }, { credentials: () => USER });
    await expect(client.ping()).rejects.toMatchObject({
      code: expect.stringMatching(/^REGISTRY_(?:REDIRECT_REFUSED|ANSWER_INVALID)$/) as string,
    });
  });

  test.each(['http://plain.example/blob', 'file:///etc/passwd', 'ftp://host.example/x', 'http://'])(
    'to %s are refused',
    async (target) => {
      const { client, fake } = await registryAndClient({ redirectBlobsTo: target });
      fake.blobs.set(DESCRIPTOR.digest, BLOB);
      await expect(buffer(client.streamBlob('team/app', DESCRIPTOR))).rejects.toMatchObject({
        code: 'REGISTRY_REDIRECT_REFUSED',
      });
    },
  );
});

describe('a registry that a stranger named', () => {
  const named = { namedBy: 'public' } as const;

  test.each(['private', 'loopback', 'link-local'] as const)(
    'is not spoken to at a %s address, by number or name',
    async (narrow) => {
      const fake = await startRegistry();
      for (const host of [fake.host, fake.host.replace('127.0.0.1', 'localhost')]) {
        const client = registryClient(host, testOptions({ ...named, classify: () => narrow }));
        await expect(client.ping()).rejects.toMatchObject({
          code: 'REGISTRY_REDIRECT_REFUSED',
          details: { network: narrow },
        });
        client.close();
      }
      expect(fake.seen).toEqual([]);
    },
  );

  test('is spoken to at a public address', async () => {
    const fake = await startRegistry();
    const client = registryClient(fake.host, testOptions({ ...named, classify: () => 'public' }));
    await client.ping();
    client.close();
    expect(fake.seen).toHaveLength(1);
  });
});
