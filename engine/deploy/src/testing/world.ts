import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ComposePlan,
  modelOrThrow,
  readCompose,
  type ReleaseImage,
  renderCompose,
} from '@stella-ops/engine-compose';
import { digestOf, fixedClock } from '@stella-ops/engine-kernel';
import { onTestFinished } from 'vitest';
import { dockerExecutor } from '../docker/docker-executor.ts';
import { executePlan } from '../execute-plan.ts';
import type { ExecuteResult, Journal, JournalEntry } from '../types.ts';
import { FakeEngine } from './fake-engine.ts';

export const clock = fixedClock('2026-01-02T03:04:05.000Z');

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stella-deploy-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A journal in memory that dies with the process of an engine; its entries outlive both. */
export function memoryJournal(engine: FakeEngine): Journal & { readonly entries: JournalEntry[] } {
  const entries: JournalEntry[] = [];
  return {
    entries,
    read: () => Promise.resolve([...entries]),
    append: async (entry) => {
      await Promise.resolve();
      engine.point();
      entries.push(structuredClone(entry));
      engine.point();
    },
  };
}

export const TWO_SERVICES = `
services:
  web:
    image: component:web
    ports: ["8080:80"]
    depends_on: [api]
  api:
    image: component:api
    healthcheck: {test: [CMD, /check], interval: 1ms, timeout: 1ms}
`;

export const imageOf = (component: string, release: string): ReleaseImage => ({
  repository: `registry.example/shop/${component}`,
  manifestDigest: digestOf(`${component} ${release} manifest`),
  configDigest: digestOf(`${component} ${release} config`),
  platform: { os: 'linux', architecture: 'amd64' },
});

/** The six digits by which events name the image of a component. */
export const mark = (component: string, release: string): string =>
  digestOf(`${component} ${release} config`).slice(7, 13);

export function planOf(release: string, template = TWO_SERVICES, deployment = `deployment of ${release}`): ComposePlan {
  return renderCompose(modelOrThrow(readCompose(Buffer.from(template), 'compose.yaml')), {
    project: 'shop',
    images: { web: imageOf('web', release), api: imageOf('api', release) },
    labels: { deploymentId: deployment, releaseId: release, environment: 'production' },
  }).plan;
}

/** An engine whose registry has both components of some releases. */
export function engineWith(...releases: string[]): FakeEngine {
  const engine = new FakeEngine();
  for (const release of releases) {
    for (const component of ['web', 'api']) {
      const image = imageOf(component, release);
      engine.publish(image.repository, image.manifestDigest, image.configDigest ?? image.manifestDigest);
    }
  }
  return engine;
}

export function deploy(
  engine: FakeEngine,
  plan: ComposePlan,
  folder: string,
  journal: Journal = memoryJournal(engine),
  signal = new AbortController().signal,
): Promise<ExecuteResult> {
  const executor = dockerExecutor({ docker: engine.client, folder, pollMs: 1, settleMs: 2 });
  return executePlan(plan, executor, journal, { target: 'host-1', clock, signal, retryPausesMs: [1, 1] });
}
