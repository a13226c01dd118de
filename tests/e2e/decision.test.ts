import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Findings } from '@stella-ops/engine-advisories';
import type { Verdict } from '@stella-ops/engine-policy';
import {
  type CliRun,
  corpusPath,
  describeNeeding,
  type RealImages,
  realImages,
  stella,
  temporaryFolder,
} from '@stella-ops/testkit';
import { beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const baseline = join(root, 'policies', 'baseline.yaml');
const AT = '2026-06-01T12:00:00Z';
const A_YEAR_ON = '2027-06-01T12:00:00Z';

describeNeeding(
  ['docker', 'debootstrap', 'python', 'go', 'corpus', 'namespaces', 'zstd', 'faketime'],
  'a decision, from a blocked image to a proof',
  () => {
    const folder = temporaryFolder('decision');
    const file = (name: string): string => join(folder, name);
    const trust = ['--trusted-root', file('release.trusted-root.json')];
    let images: RealImages;
    let blocking: Verdict;

    beforeAll(async () => {
      images = realImages();
      const sources = readdirSync(corpusPath('advisories'))
        .filter((name) => /^osv-(pypa|go)\.jsonl\.zst$/.test(name))
        .map((name) => corpusPath(join('advisories', name)));
      await ok(['advisories', 'build', ...sources, '--output', file('advisories.idx')]);
      await ok(['key', 'create', '--prefix', file('release')], { STELLA_KEY_PASSWORD: 'correct horse' });
      const run = await decide('vulnerable', 'blocked', AT);
      expect(run.exit, run.stderr).toBe(6);
      blocking = verdictOf(run);
    });

    async function ok(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
      const run = await stella(args, { env });
      expect(run, run.stderr).toMatchObject({ exit: 0 });
      return run.stdout;
    }

    function decide(image: 'vulnerable' | 'fixed', name: string, at: string, ...more: string[]): Promise<CliRun> {
      const args = [
        'decide',
        `docker-archive:${images[image]}`,
        '--advisories',
        file('advisories.idx'),
        '--policy',
        baseline,
        '--at',
        at,
      ];
      const output = ['--key', file('release.key'), '--output', file(`${name}.capsule.tar.zst`), '--format', 'json'];
      return stella([...args, ...output, ...more], { env: { STELLA_KEY_PASSWORD: 'correct horse' } });
    }

    const verdictOf = (run: CliRun): Verdict => (JSON.parse(run.stdout) as { verdict: Verdict }).verdict;
    const digestOf = (run: CliRun): string => (JSON.parse(run.stdout) as { verdictDigest: string }).verdictDigest;
    const stopping = (): Verdict['reasons'] =>
      blocking.reasons.filter((reason) => reason.action === 'deny' || reason.action === 'pending');

    test('the vulnerable image is denied, with the reason and the fix', () => {
      expect(blocking.outcome).toBe('deny');
      const reason = blocking.reasons.find((one) => one.finding?.vulnerability === 'CVE-2023-43804');
      expect(reason).toMatchObject({ action: 'deny', code: 'VULNERABLE_FIXABLE' });
      expect(reason?.fix).toContain('1.26.17');
    });

    test('VEX statements on what stops it make it allowed', async () => {
      const statements = stopping().map((reason) => ({
        vulnerability: { name: reason.finding?.vulnerability },
        products: [{ '@id': reason.finding?.component }],
        status: 'not_affected',
        justification: 'vulnerable_code_not_in_execute_path',
      }));
      const head = {
        '@context': 'https://openvex.dev/ns/v0.2.0',
        '@id': 'https://shop.example/vex/1',
        author: 'shop',
        version: 1,
      };
      writeFileSync(
        file('shop.openvex.json'),
        JSON.stringify({ ...head, timestamp: '2026-05-01T00:00:00Z', statements }),
      );
      const run = await decide('vulnerable', 'by-vex', AT, '--vex', file('shop.openvex.json'));
      expect(run, run.stderr).toMatchObject({ exit: 0 });
      expect(verdictOf(run).outcome).toBe('allow');
    });

    test('exceptions on what stops it make it allowed until they end; a replay after that still gives the same verdict', async () => {
      const exceptions = stopping().map((reason, index) => ({
        id: `EX-${index}`,
        vulnerability: reason.finding?.vulnerability,
        package: reason.finding?.component,
        reason: 'known, planned for the next release',
        approvedBy: 'head of security',
        createdAt: '2026-05-01T00:00:00Z',
        expiresAt: '2026-12-31T00:00:00Z',
      }));
      writeFileSync(file('exceptions.json'), JSON.stringify({ format: 'stella.exceptions/v1', exceptions }));
      const allowed = await decide('vulnerable', 'by-exception', AT, '--exceptions', file('exceptions.json'));
      expect(allowed, allowed.stderr).toMatchObject({ exit: 0 });

      const replay = await stella(
        ['capsule', 'replay', file('by-exception.capsule.tar.zst'), ...trust, '--format', 'json'],
        { prefix: ['faketime', A_YEAR_ON.slice(0, 10)] },
      );
      expect(JSON.parse(replay.stdout)).toMatchObject({
        status: 'identical',
        outcome: 'allow',
        verdictDigest: digestOf(allowed),
      });

      const later = await decide('vulnerable', 'a-year-on', A_YEAR_ON, '--exceptions', file('exceptions.json'));
      expect(later.exit).toBe(6);
      expect(verdictOf(later).exceptions.every((one) => one.state === 'expired')).toBe(true);
    });

    test('the fixed packages make it allowed, but for what no record settles', async () => {
      const run = await decide('fixed', 'by-upgrade', AT);
      const left = verdictOf(run).reasons.filter((reason) => reason.action === 'deny' || reason.action === 'pending');
      expect(left).toEqual([]);
      expect(run, run.stderr).toMatchObject({ exit: 0 });
    });

    test('the capsule verifies with the trusted root alone, and is unverifiable without it', async () => {
      const capsule = file('blocked.capsule.tar.zst');
      expect(JSON.parse(await ok(['capsule', 'verify', capsule, ...trust, '--format', 'json']))).toMatchObject({
        status: 'verified',
        outcome: 'deny',
      });
      const without = await stella(['capsule', 'verify', capsule, '--format', 'json']);
      expect(without.exit).toBe(3);
      expect(JSON.parse(without.stdout)).toMatchObject({ status: 'unverifiable' });
    });

    test('show and diff refuse a capsule that the named trust does not verify', async () => {
      const capsule = file('blocked.capsule.tar.zst');
      await ok(['key', 'create', '--prefix', file('stranger'), '--no-password']);
      const stranger = ['--trusted-root', file('stranger.trusted-root.json')];
      for (const words of [
        ['capsule', 'show', capsule],
        ['capsule', 'diff', capsule, capsule],
      ]) {
        await ok(words);
        await ok([...words, ...trust]);
        const refused = await stella([...words, ...stranger]);
        expect(refused).toMatchObject({ exit: 3, stdout: '' });
        expect(refused.stderr).toContain('error CAPSULE_NOT_VERIFIED: the capsule is unverifiable');
      }
    });

    test('without its verdict, in a network namespace without routes and with an empty home, it replays to the same verdict', async () => {
      const stripped = file('stripped.capsule.tar.zst');
      const unpacked = temporaryFolder('unpacked');
      const tar = file('blocked.tar');
      execFileSync('zstd', ['-dqf', file('blocked.capsule.tar.zst'), '-o', tar]);
      execFileSync('tar', ['-xf', tar, '-C', unpacked]);
      const members = execFileSync('tar', ['-tf', tar], { encoding: 'utf8' }).trim().split('\n');
      expect(members).toContain('verdict.json');
      execFileSync('tar', [
        '-cf',
        `${tar}.stripped`,
        '-C',
        unpacked,
        ...members.filter((name) => name !== 'verdict.json'),
      ]);
      execFileSync('zstd', ['-qf', `${tar}.stripped`, '-o', stripped]);

      const recorded = JSON.parse(
        await ok(['capsule', 'verify', file('blocked.capsule.tar.zst'), ...trust, '--format', 'json']),
      ) as { decision: string };
      expect(recorded.decision).toMatch(/^sha256:/);
      const bare = {
        HOME: temporaryFolder('home'),
        XDG_CACHE_HOME: undefined,
        STELLA_CACHE_DIR: undefined,
        NODE_COMPILE_CACHE: undefined,
      };
      const run = await stella(['capsule', 'replay', stripped, ...trust, '--format', 'json'], {
        prefix: ['unshare', '--net'],
        env: bare,
      });
      const replay = JSON.parse(run.stdout) as { status: string; verdictDigest: string; recordedDigest: string };
      expect(replay.verdictDigest).toBe(replay.recordedDigest);
      expect(replay.status).toBe('identical');
      expect(run.exit).toBe(0);
      expect((await stella(['capsule', 'verify', stripped, ...trust])).exit).toBe(3);
    });

    test('the findings in a report judged apart give the outcome that the decision gave', async () => {
      const report = await ok([
        'findings',
        'match',
        `docker-archive:${images.vulnerable}`,
        '--advisories',
        file('advisories.idx'),
        '--format',
        'json',
      ]);
      writeFileSync(file('findings.json'), report);
      expect((JSON.parse(report) as Findings).findings.length).toBeGreaterThan(5);
      const run = await stella([
        'policy',
        'check',
        baseline,
        '--findings',
        file('findings.json'),
        '--at',
        AT,
        '--format',
        'json',
      ]);
      expect(run.exit).toBe(6);
      expect((JSON.parse(run.stdout) as Verdict).reasons).toEqual(blocking.reasons);
    });

    test('the difference between the blocked and the upgraded image is named', async () => {
      expect((await decide('fixed', 'upgraded', AT)).exit).toBe(0);
      const text = await ok(['capsule', 'diff', file('blocked.capsule.tar.zst'), file('upgraded.capsule.tar.zst')]);
      expect(text).toContain('deny → allow');
      expect(text).toMatch(/- finding +CVE-2021-33503/);
      expect(readFileSync(file('blocked.capsule.tar.zst')).length).toBeLessThan(5 << 20);
    });
  },
);
