import { arch } from 'node:os';
import type { Clock } from '@stella-ops/engine-kernel';

/** What the agent takes from its surroundings; tests make their own. */
export interface System {
  readonly clock: Clock;
  /** Milliseconds since some fixed moment; never goes back. */
  monotonicMs(): number;
  /** 0 ≤ x < 1, for spreading out retries; guards nothing. */
  random(): number;
}

export const system: System = {
  clock: { now: () => new Date().toISOString() },
  monotonicMs: () => performance.now(),
  random: () => Math.random(),
};

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', arm: 'arm' };

/** The host's own platform, `linux/amd64`: what scripts run on. */
export function hostPlatform(): string {
  const name = arch();
  const architecture = Object.hasOwn(ARCHITECTURES, name) ? ARCHITECTURES[name] : name;
  return `${process.platform === 'win32' ? 'windows' : process.platform}/${architecture}`;
}
