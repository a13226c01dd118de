import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEntry } from '@stella-ops/contracts/authority';
import { type DockerRegistry, describeNeeding, freePort, has, startDockerRegistry } from '@stella-ops/testkit';
import { type ServerProcess, startServerProcess } from '@stella-ops/testkit/product';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMMANDS } from '../../../apps/cli/src/registry.ts';
import { type Story, tellStory } from './story.ts';

/** Commands that show one thing of a server, with what to ask them for. */
const SHOWS: Readonly<Record<string, (story: Story) => readonly string[]>> = {
  'advisories get': () => ['GHSA-35jh-r3h4-6jhm'],
  'capsule get': ({ capsuleDigest }) => [capsuleDigest, '--output', 'stolen.capsule.tar.zst'],
  'component show': ({ release }) => [release.components[0]?.component ?? ''],
  'decision input': ({ decisionId }) => [decisionId],
  'decision show': ({ decisionId }) => [decisionId],
  'decision verdict': ({ decisionId }) => [decisionId],
  'env show': ({ approved }) => [approved.environmentId],
  'evidence get': ({ packetId }) => [packetId],
  'exception show': ({ exceptions }) => [exceptions[0]?.id ?? ''],
  'findings show': ({ findingId }) => [findingId],
  'image inventory': ({ imageDigest }) => [imageDigest],
  'image sbom': ({ imageDigest }) => [imageDigest],
  'image show': ({ imageDigest }) => [imageDigest],
  'log entry': ({ logIndex }) => [String(logIndex)],
  'policy get': () => ['baseline'],
  'policy show': () => ['baseline'],
  'promotion show': ({ approved }) => [approved.id],
  'promotion watch': ({ approved }) => [approved.id],
  'promotion why': ({ approved }) => [approved.id],
  'release show': ({ release }) => [release.id],
  'vex get': ({ vexDigest }) => [vexDigest],
};
/** Commands with such names that need no server, or have no id. */
const OTHERS = ['advisories show', 'capsule show', 'events watch', 'trust get'];
/** Those of deployments are asked where something is deployed, in `main-job`. */
const DEPLOYED = ['agent show', 'deployment show', 'deployment watch', 'target show'];
const LISTS = [
  'advisories',
  'component',
  'decision',
  'env',
  'evidence',
  'exception',
  'findings',
  'image',
  'policy',
  'promotion',
  'release',
  'vex',
];
/** Words by which commands show one thing. */
const SHOWING = / (?:show|get|why|watch|inventory|sbom|input|verdict|entry)$/;

describeNeeding(['registry'], 'a release from the registry to its approval, over the command line', () => {
  let folder = '';
  let registry: DockerRegistry;
  let server: ServerProcess;
  let start: () => Promise<ServerProcess>;
  let story: Story;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stella-control-plane-'));
    registry = await startDockerRegistry(join(folder, 'registry'));
    const config = join(folder, 'stella.yaml');
    writeFileSync(config, JSON.stringify({ scanner: { registries: [{ host: registry.host, isPlainHttp: true }] } }));
    // Always the same port: logins are kept by the server's address, and it is started twice.
    const settings = { 'http.port': String(await freePort()) };
    const env = { STELLA_CONFIG: config, STELLA_DATA_DIR: undefined };
    start = () => startServerProcess({ dataDir: join(folder, 'data'), settings, env });
    server = await start();
    story = await tellStory(server, registry, folder);
  }, 600_000);

  afterAll(async () => {
    await server?.end();
    await registry?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the tag became a digest when the release was made, and stays it when the tag moves', () => {
    const { release, releaseAfterTheTagMoved, nextRelease, imageDigest, movedDigest } = story;
    expect(release.components[0]?.platforms.map(({ manifestDigest }) => manifestDigest)).toEqual([imageDigest]);
    expect(releaseAfterTheTagMoved).toEqual(release);
    expect(movedDigest).not.toBe(imageDigest);
    expect(nextRelease.digest).not.toBe(release.digest);
  });

  test('a vulnerable image is stopped, and the answer names the reason, the fix and who can help', () => {
    expect(story.blocked.state).toBe('pending_gate');
    const gate = story.why.gates.find(({ state }) => state === 'blocked');
    expect(gate).toMatchObject({ name: 'policy', component: 'web', imageDigest: story.imageDigest });
    const urllib3 = gate?.reasons.find(({ component }) => component?.includes('urllib3'));
    expect(urllib3).toMatchObject({ code: 'VULNERABLE_FIXABLE', vulnerability: expect.stringMatching(/^\w+-/) });
    expect(urllib3?.fix).toContain('1.26.5');
    expect(story.whyText).toContain(`- ${urllib3?.sentence}`);
    expect(story.whyText).toContain(`fix: ${urllib3?.fix}`);
    expect(story.whyText).toMatch(/who: \S/);
  });

  test('nobody approves an exception they asked for: not at another terminal, not with a token', () => {
    expect(story.ownException).toHaveLength(3);
    for (const run of story.ownException) {
      expect(run).toMatchObject({ exit: 3, stdout: '' });
      expect(run.stderr).toContain('error EXCEPTION_SELF_APPROVAL: ');
    }
    for (const exception of story.exceptions) {
      expect(exception).toMatchObject({
        state: 'approved',
        requestedBy: { name: 'rosa' },
        decidedBy: { name: 'sam' },
      });
    }
  });

  test('nobody approves a promotion they asked for: not at another terminal, not with a token', () => {
    expect(story.waiting).toMatchObject({ state: 'pending_approval', approvals: [] });
    expect(story.ownPromotion).toHaveLength(3);
    for (const run of story.ownPromotion) {
      expect(run).toMatchObject({ exit: 3, stdout: '' });
      expect(run.stderr).toContain('error SEPARATION_OF_DUTIES: ');
    }
    expect(story.approved).toMatchObject({
      state: 'approved',
      requestedBy: { name: 'rosa' },
      approvals: [{ person: { name: 'sam' }, verdict: 'approved', isValid: true, releaseDigest: story.release.digest }],
    });
  });

  test('the trail is intact and has every refused approval, each with its reason', async () => {
    const { admin } = story.people;
    expect(await admin.json(['audit', 'verify'])).toMatchObject({ isIntact: true, fault: null });
    const { items } = await admin.json<{ items: AuditEntry[] }>(['audit', 'list', '--outcome', 'refused']);
    const refused = (action: string) => items.filter((entry) => entry.action === action);
    const exceptions = refused('policy.exceptions.approve');
    const promotions = refused('releases.promotions.approve');
    expect(exceptions).toHaveLength(3);
    expect(promotions).toHaveLength(3);
    for (const entry of [...exceptions, ...promotions]) expect(entry.actor.name).toBe('rosa');
    for (const { details } of promotions) expect(details).toMatchObject({ code: 'SEPARATION_OF_DUTIES' });
    for (const { details } of exceptions) expect(details).toMatchObject({ code: 'EXCEPTION_SELF_APPROVAL' });
  });

  test('every command that shows one thing is asked here', () => {
    const named = COMMANDS.map(({ path }) => path).filter((path) => SHOWING.test(path));
    expect(named.sort()).toEqual([...Object.keys(SHOWS), ...OTHERS, ...DEPLOYED].sort());
  });

  test.each(Object.entries(SHOWS))('another tenant is told that there is no such thing: %s', async (path, wordsOf) => {
    const words = [...path.split(' '), ...wordsOf(story)];
    expect(words).not.toContain('');
    expect((await story.people.sam.run(words)).exit).toBe(0);
    const run = await story.people.stranger.run(words);
    expect(run).toMatchObject({ exit: 4, stdout: '' });
    expect(run.stderr).toMatch(/^error (?:NOT_FOUND|NAME_UNKNOWN): /);
  });

  test.each(LISTS)('another tenant sees nothing in its list: %s', async (name) => {
    const count = async (who: 'sam' | 'stranger') =>
      (await story.people[who].json<{ items: unknown[] }>([name, 'list'])).items.length;
    expect(await count('sam')).toBeGreaterThan(0);
    expect(await count('stranger')).toBe(0);
  });

  test('the capsule verifies and replays while the server is gone and there is no network; then the server goes on', async () => {
    const { sam, rosa } = story.people;
    const before = await rosa.json(['promotion', 'show', story.approved.id]);
    expect(await server.end()).toMatchObject({ exit: 0 });
    try {
      expect((await sam.run(['whoami'])).exit).toBe(10);
      const offline = has('namespaces') ? { prefix: ['unshare', '--net'] } : {};
      const trust = ['--trusted-root', story.trustFile, '--format', 'json'];
      const verified = await sam.run(['capsule', 'verify', story.capsuleFile, ...trust], offline);
      expect(verified, verified.stderr).toMatchObject({ exit: 0 });
      expect(JSON.parse(verified.stdout)).toMatchObject({ status: 'verified', outcome: 'allow' });
      const replayed = await sam.run(['capsule', 'replay', story.capsuleFile, ...trust], offline);
      expect(replayed, replayed.stderr).toMatchObject({ exit: 0 });
      expect(JSON.parse(replayed.stdout)).toMatchObject({ status: 'identical', outcome: 'allow' });
    } finally {
      server = await start();
    }
    expect(await rosa.json(['promotion', 'show', story.approved.id])).toEqual(before);
  });
});
