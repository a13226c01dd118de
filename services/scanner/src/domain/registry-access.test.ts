import { AppError } from '@stella-ops/engine-kernel';
import { registryClient } from '@stella-ops/engine-oci';
import { systemClock } from '@stella-ops/platform/runtime';
import { fakeRegistry } from '@stella-ops/testkit';
import { expect, test } from 'vitest';
import { SCANNER_CONFIG, type ScannerConfig } from '../config.ts';
import { readReference, registryOptions } from './registry-access.ts';

const configOf = (given: object = {}): ScannerConfig => SCANNER_CONFIG.schema.parse(given);
const calling = { clock: systemClock, signal: new AbortController().signal };

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return 'allowed';
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
};

test.each<[string, object, string]>([
  ['registry.example/shop/app:1', {}, 'allowed'],
  ['shop/app', {}, 'allowed'],
  ['8.8.8.8/shop/app', {}, 'allowed'],
  ['192.168.1.1/shop/app', {}, 'REGISTRY_FORBIDDEN'],
  ['[fd00::1]/shop/app', {}, 'REGISTRY_FORBIDDEN'],
  ['[::ffff:10.0.0.1]:443/shop/app', {}, 'REGISTRY_FORBIDDEN'],
  ['192.168.1.1/shop/app', { registries: [{ host: '192.168.1.1' }] }, 'allowed'],
  ['192.168.1.1:5000/shop/app', { registries: [{ host: '192.168.1.1' }] }, 'REGISTRY_FORBIDDEN'],
  ['REGISTRY.example/shop/app', { allowAnyRegistry: false, registries: [{ host: 'registry.example' }] }, 'allowed'],
  ['registry.example/shop/app', { allowAnyRegistry: false }, 'REGISTRY_FORBIDDEN'],
  ['shop/app', { allowAnyRegistry: false, registries: [{ host: 'docker.io' }] }, 'allowed'],
  ['registry.example/shop/app:', {}, 'SOURCE_INVALID'],
  ['user:secret@registry.example/app', {}, 'SOURCE_INVALID'],
])('%s with %j is %s', (source, config, outcome) => {
  expect(codeOf(() => readReference(source, configOf(config)))).toBe(outcome);
});

test('an unlisted name that turns out to be inside is refused at the look-up, and nothing is sent', async () => {
  const fake = await fakeRegistry();
  const host = fake.host.replace('127.0.0.1', 'localhost');
  const pinged = async (config: ScannerConfig): Promise<unknown> => {
    const client = registryClient(host, registryOptions(host, config, calling));
    return client.ping().then(
      () => 'answered',
      (error: unknown) => (error as AppError).details,
    );
  };
  expect(await pinged(configOf())).toEqual({ network: 'loopback' });
  expect(fake.seen).toEqual([]);
  expect(await pinged(configOf({ registries: [{ host }] }))).toBe('answered');
  await fake.close();
});

test('credentials go to the registry they are listed for and to no other', () => {
  const config = configOf({ registries: [{ host: 'a.example', username: 'u', password: 'p' }, { host: 'b.example' }] });
  const credentialsFor = (host: string) => registryOptions(host, config, calling).credentials?.(host, 'shop/app');
  expect(credentialsFor('a.example')).toEqual({ kind: 'basic', username: 'u', password: 'p' });
  for (const host of ['b.example', 'a.example:443', 'c.example']) {
    expect(credentialsFor(host)).toEqual({ kind: 'anonymous' });
  }
});
