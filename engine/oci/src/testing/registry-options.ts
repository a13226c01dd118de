import { fixedClock } from '@stella-ops/engine-kernel';
import { fakeRegistry, type FakeRegistry, type RegistryFaults } from '@stella-ops/testkit';
import { onTestFinished } from 'vitest';
import { registryClient } from '../registry/registry-client.ts';
import type { RegistryOptions } from '../registry/types.ts';

/** Options whose waits are only written down. */
export function testOptions(more: Partial<RegistryOptions> = {}): RegistryOptions & { readonly waits: number[] } {
  const waits: number[] = [];
  return {
    clock: fixedClock('2026-01-02T03:04:05.000Z'),
    sleep(milliseconds) {
      waits.push(milliseconds);
      return Promise.resolve();
    },
    idleTimeoutMs: 5000,
    ...more,
    waits,
  };
}

/** A fake registry that goes away with the test. */
export async function startRegistry(faults: RegistryFaults = {}, address?: string): Promise<FakeRegistry> {
  const registry = await fakeRegistry(faults, address);
  onTestFinished(() => registry.close());
  return registry;
}

/** A fake registry and a client of it. */
export async function registryAndClient(faults: RegistryFaults = {}, more: Partial<RegistryOptions> = {}) {
  const fake = await startRegistry(faults);
  const options = testOptions(more);
  const client = registryClient(fake.host, options);
  onTestFinished(() => client.close());
  return { fake, client, options };
}
