import { join } from 'node:path';
import { LABELS, modelOrThrow, readScriptTemplate, renderScript } from '@stella-ops/engine-compose';
import { canonicalJson } from '@stella-ops/engine-kernel';
import { expect, test } from 'vitest';
import { observeEngine } from './docker/observe-engine.ts';
import { executePlan } from './execute-plan.ts';
import { fileJournal } from './file-journal.ts';
import { scriptExecutor } from './script/script-executor.ts';
import type { FakeEngine } from './testing/fake-engine.ts';
import { clock, deploy, engineWith, imageOf, planOf, temporaryFolder } from './testing/world.ts';

/** Images bring labels, and programs say what they like: neither keeps a host from telling what happens on it. */

const CUT = `${'x'.repeat(299)}\u{1F600} and more`;

test('labels that an image brings take no room from those that tell whose a container is', async () => {
  const engine = engineWith('one');
  await deploy(engine, planOf('one'), temporaryFolder());
  for (const one of engine.containers.values()) {
    const own = { ...one.labels };
    for (const name of Object.keys(own)) delete one.labels[name];
    Object.assign(one.labels, { [`stella.${'n'.repeat(100)}`]: 'x', 'stella.long': 'x'.repeat(301) });
    Object.assign(one.labels, {
      'stella.nul': 'a\0b',
      'stella.half': '\ud83d',
      'stella.\0': 'x',
      [LABELS.digest]: 'x',
    });
    for (let n = 0; n < 10_000; n++) one.labels[`stella.a${n}`] = 'x'.repeat(300);
    Object.assign(one.labels, own);
  }
  const seen = await observeEngine(engine.client);
  expect(new Set(seen.map(({ labels }) => labels[LABELS.service]))).toEqual(new Set(['api', 'web']));
  for (const { labels } of seen) {
    const entries = Object.entries(labels);
    expect(entries.length).toBeLessThanOrEqual(32);
    expect(labels).toMatchObject({ [LABELS.deployment]: 'deployment of one', 'stella.a0': 'x'.repeat(300) });
    for (const [name, value] of entries) {
      expect([name.length <= 100, value.length <= 300]).toEqual([true, true]);
      expect(`${name}${value}`.isWellFormed() && !`${name}${value}`.includes('\0')).toBe(true);
    }
  }
});

test('the last words of a container that failed can be told, wherever they are cut', async () => {
  const engine = engineWith('one');
  engine.behaviour.set(imageOf('web', 'one').manifestDigest, 'exits');
  const client = { ...engine.client, containerLogs: () => Promise.resolve(`${CUT}\n`) };
  const talking = Object.assign(Object.create(engine) as FakeEngine, { client });
  const { outcome, receipt } = await deploy(talking, planOf('one'), temporaryFolder());
  expect(outcome).toBe('failed');
  expect(receipt.error?.message).toContain('it said: xxx');
  expect(() => canonicalJson(receipt)).not.toThrow();
});

test('what a hook was called with and its last words can be told, wherever they are cut', async () => {
  const root = temporaryFolder();
  // "/bin/sh -c " and this make 199 characters: the sentence of the step ends within the next one.
  const script = `: ${'x'.repeat(186)}\u{1F600}; echo ${CUT}; exit 1`;
  const hook = { argv: ['/bin/sh', '-c', script] };
  const hooks = { install: hook, rollback: hook };
  const text = JSON.stringify({ kind: 'script', files: { a: { content: 'b' } }, hooks });
  const { plan } = renderScript(modelOrThrow(readScriptTemplate(Buffer.from(text), 'script.yaml')), {
    project: 'shop',
    images: { web: imageOf('web', 'one') },
    labels: { deploymentId: 'deployment of one', releaseId: 'one', environment: 'production' },
  });
  const options = { target: 'host', clock, signal: new AbortController().signal };
  const journal = fileJournal(join(root, 'journal'));
  const { outcome, receipt } = await executePlan(plan, scriptExecutor({ root }), journal, options);
  expect(outcome).toBe('failed');
  expect(receipt.error?.message).toContain('it said: xxx');
  expect(() => canonicalJson(receipt)).not.toThrow();
});
