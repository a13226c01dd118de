import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type TarMember, writeTar } from '@stella-ops/engine-archive';
import { modelOrThrow, readScriptTemplate, renderScript, type ScriptPlan } from '@stella-ops/engine-compose';
import { type Digest, digestOf, hexOf } from '@stella-ops/engine-kernel';
import { describe, expect, test } from 'vitest';
import { driftOf } from '../drift.ts';
import { executePlan } from '../execute-plan.ts';
import { fileJournal } from '../file-journal.ts';
import { FakeEngine, Killed } from '../testing/fake-engine.ts';
import { clock, imageOf, memoryJournal, temporaryFolder } from '../testing/world.ts';
import type { Journal } from '../types.ts';
import { pathInRoot } from './path-in-root.ts';
import { scriptExecutor } from './script-executor.ts';
import type { ArchiveImage } from './script-options.ts';
import { unpackImage } from './unpack-image.ts';

const HOOKS = `
kind: script
files:
  bin/note: {content: "#!/bin/sh\\necho $1 $STELLA_RELEASE_ID >> $STELLA_ROOT/log\\n", executable: true}
hooks:
  before: {argv: [bin/note, before]}
  install: {argv: [bin/note, install]}
  verify: {argv: [/bin/sh, -c, "test ! -e $STELLA_ROOT/broken"]}
  after: {argv: [bin/note, after]}
  rollback: {argv: [/bin/sh, -c, "echo rollback $(basename $STELLA_RELEASE_DIR) >> $STELLA_ROOT/log"]}
keep: 1
`;

function planOf(release: string, template = HOOKS): ScriptPlan {
  return renderScript(modelOrThrow(readScriptTemplate(Buffer.from(template), 'script.yaml')), {
    project: 'shop',
    images: { web: imageOf('web', release) },
    labels: { deploymentId: `deployment of ${release}`, releaseId: release, environment: 'production' },
  }).plan;
}

const run = (
  root: string,
  plan: ScriptPlan,
  journal: Journal = memoryJournal(new FakeEngine()),
  outputs: string[] = [],
) =>
  executePlan(plan, scriptExecutor({ root }), journal, {
    target: 'host',
    clock,
    signal: new AbortController().signal,
    onOutput: (text) => outputs.push(text),
  });
const logOf = (root: string): string => readFileSync(join(root, 'log'), 'utf8');
const current = (root: string): string => readlinkSync(join(root, 'current'));
const folder = (plan: ScriptPlan): string => join('releases', hexOf(plan.contentDigest));

describe('a deployment to a script host', () => {
  test('writes the files, runs the hooks in order, switches the link and says what is installed', async () => {
    const root = temporaryFolder();
    const plan = planOf('one');
    const result = await run(root, plan);
    expect(result.receipt).toMatchObject({ outcome: 'succeeded', error: null });
    expect(result.receipt.services).toEqual([
      {
        service: 'web',
        containerId: `script:${hexOf(plan.contentDigest).slice(0, 12)}:web`,
        imageId: imageOf('web', 'one').configDigest,
        manifestDigest: imageOf('web', 'one').manifestDigest,
        configDigest: imageOf('web', 'one').configDigest,
        startedAt: '2026-01-02T03:04:05.000Z',
      },
    ]);
    expect(current(root)).toBe(folder(plan));
    expect(logOf(root)).toBe('before one\ninstall one\nafter one\n');
    const seen = await scriptExecutor({ root }).observe(new AbortController().signal);
    expect(driftOf(plan, seen)).toEqual([]);
    expect(driftOf(planOf('two'), seen)).toMatchObject([{ kind: 'wrong_digest', service: 'web' }]);
  });

  test('the same again runs no hook', async () => {
    const root = temporaryFolder();
    await run(root, planOf('one'));
    const again = await run(root, { ...planOf('one'), deploymentId: 'another' });
    expect(again.steps.map((step) => step.id)).toEqual(['record']);
    expect(logOf(root)).toBe('before one\ninstall one\nafter one\n');
  });

  test('a change of hooks alone is carried out', async () => {
    const root = temporaryFolder();
    await run(root, planOf('one'));
    await run(root, planOf('one', HOOKS.replace('bin/note, after', 'bin/note, later')));
    expect(logOf(root)).toContain('later one\n');
  });

  test('folders beyond those that are kept are removed, those in use are not', async () => {
    const root = temporaryFolder();
    for (const release of ['one', 'two', 'three', 'four']) await run(root, planOf(release));
    const left = readdirSync(join(root, 'releases'));
    expect(left).toContain(hexOf(planOf('four').contentDigest));
    expect(left).toHaveLength(2);
  });

  test('a rollback switches back to the folder that is still there', async () => {
    const root = temporaryFolder();
    await run(root, planOf('one'));
    await run(root, planOf('two'));
    const result = await run(root, { ...planOf('one'), deploymentId: 'rollback' });
    expect(result.steps.map((step) => step.id)).not.toContain('unpack');
    expect(current(root)).toBe(folder(planOf('one')));
  });

  test('when verification fails the link points back, the hook rollback sees where, and the output is told', async () => {
    const root = temporaryFolder();
    const one = planOf('one');
    await run(root, one);
    writeFileSync(join(root, 'broken'), '');
    const result = await run(root, planOf('two'));
    expect(result.receipt).toMatchObject({ outcome: 'failed', error: { code: 'DEPLOY_HOOK_FAILED' } });
    expect(result.steps.find((step) => step.id === 'switch')?.state).toBe('undone');
    expect(current(root)).toBe(folder(one));
    expect(logOf(root)).toContain(`rollback ${hexOf(one.contentDigest)}\n`);
    expect(result.receipt.services[0]?.manifestDigest).toBe(imageOf('web', 'one').manifestDigest);
  });

  test('a first deployment that fails leaves no link', async () => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'broken'), '');
    expect((await run(root, planOf('one'))).outcome).toBe('failed');
    expect(existsSync(join(root, 'current'))).toBe(false);
  });

  test('a process that is killed between any two entries ends with the release in place', async () => {
    for (let points = 0; ; points++) {
      const root = temporaryFolder();
      const engine = new FakeEngine();
      const journal = memoryJournal(engine);
      engine.untilKill = points;
      const first = await run(root, planOf('one'), journal).catch((error: unknown) => error);
      if (!engine.isDead) break;
      expect(first).toBeInstanceOf(Killed);
      engine.revive();
      expect((await run(root, planOf('one'), journal)).outcome, `killed at ${points}`).toBe('succeeded');
      expect(current(root)).toBe(folder(planOf('one')));
      expect(readdirSync(join(root, 'releases'))).toHaveLength(1);
    }
  });
});

describe('a hook', () => {
  const withHook = (argv: string, more = '') => planOf('one', `kind: script\nhooks: {install: {argv: ${argv}${more}}}`);

  test('sees its own environment and nothing of this process', async () => {
    const outputs: string[] = [];
    process.env['STELLA_TEST_SECRET'] = 'secret';
    try {
      const plan = withHook('[/usr/bin/env]', ', environment: {MINE: "1"}');
      await run(temporaryFolder(), plan, undefined, outputs);
    } finally {
      delete process.env['STELLA_TEST_SECRET'];
    }
    const text = outputs.join('');
    expect(text).toContain('MINE=1\n');
    expect(text).toContain(`STELLA_IMAGE_WEB=${imageOf('web', 'one').repository}@`);
    expect(text).not.toContain('secret');
  });

  test('that does not end in time is ended with all that it started', async () => {
    const root = temporaryFolder();
    const plan = withHook('[/bin/sh, -c, "sleep 100 & echo $! > $STELLA_ROOT/pid; wait"]', ', timeoutSeconds: 1');
    const result = await run(root, plan);
    expect(result.receipt.error).toMatchObject({
      code: 'DEPLOY_HOOK_TIMEOUT',
      message: 'the hook install did not end within 1 s',
    });
    const pid = readFileSync(join(root, 'pid'), 'utf8').trim();
    const state = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[2] : 'gone';
    expect(['gone', 'Z']).toContain(state);
  });

  test('that leaves a program running does not wait for it', async () => {
    const root = temporaryFolder();
    const plan = withHook('[/bin/sh, -c, "sleep 5 & echo $! > $STELLA_ROOT/pid"]');
    const startedMs = performance.now();
    expect((await run(root, plan)).outcome).toBe('succeeded');
    expect(performance.now() - startedMs).toBeLessThan(4000);
    process.kill(Number(readFileSync(join(root, 'pid'), 'utf8')));
  });

  test.each([
    ['[/nonexistent/program]', 'could not run'],
    ['[/bin/sh, -c, "echo why >&2; exit 7"]', 'ended with code 7; it said: why'],
  ])('%s fails with the reason', async (argv, message) => {
    const result = await run(temporaryFolder(), withHook(argv));
    expect(result.receipt.error?.message).toContain(message);
  });

  test('keeps the end of a long output', async () => {
    const outputs: string[] = [];
    const plan = withHook('[/bin/sh, -c, "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done"]');
    await run(temporaryFolder(), plan, undefined, outputs);
    const text = outputs.find((one) => one.includes('line 19999')) ?? '';
    expect(text.length).toBeLessThanOrEqual(65_537);
    expect(text).not.toContain('line 1\n');
  });
});

describe('an archive', () => {
  async function imageWith(...layers: TarMember[][]): Promise<ArchiveImage> {
    const stored = await Promise.all(layers.map(async (members) => gzipSync(await buffer(writeTar(members)))));
    return {
      manifestDigest: imageOf('web', 'one').manifestDigest,
      configDigest: imageOf('web', 'one').configDigest as Digest,
      layers: stored.map((bytes) => ({
        digest: digestOf(bytes),
        compression: 'gzip' as const,
        isForeign: false,
        open: async function* () {
          await Promise.resolve();
          yield bytes;
        },
      })),
      close: () => Promise.resolve(),
    };
  }
  const planned = planOf('one').components[0]?.image as ScriptPlan['components'][number]['image'];
  const unpack = async (image: ArchiveImage): Promise<string> => {
    const root = join(temporaryFolder(), 'root');
    mkdirSync(root);
    await unpackImage(image, planned, root, new AbortController().signal);
    return root;
  };
  const file = (path: string, content: string, mode = 0o644): TarMember => ({
    path,
    content: Buffer.from(content),
    mode,
  });

  test('is unpacked layer over layer, with removals and links', async () => {
    const root = await unpack(
      await imageWith(
        [
          file('app/a', 'old'),
          file('app/gone', 'x'),
          file('dir/one', '1'),
          { path: 'link', type: 'symlink', linkTarget: 'app' },
        ],
        [file('app/a', 'new', 0o4755), file('app/.wh.gone', ''), file('dir/.wh..wh..opq', ''), file('dir/two', '2')],
        [file('link/b', 'through the link'), { path: 'hard', type: 'hardlink', linkTarget: 'app/a' }],
      ),
    );
    expect(readFileSync(join(root, 'app/a'), 'utf8')).toBe('new');
    expect(statSync(join(root, 'app/a')).mode & 0o7777).toBe(0o755);
    expect(readdirSync(join(root, 'app')).sort((a, b) => (a < b ? -1 : 1))).toEqual(['a', 'b']);
    expect(readdirSync(join(root, 'dir'))).toEqual(['two']);
    expect(readFileSync(join(root, 'hard'), 'utf8')).toBe('new');
  });

  test('cannot write outside its folder', async () => {
    const outside = temporaryFolder();
    const root = await unpack(
      await imageWith([
        { path: 'out', type: 'symlink', linkTarget: outside },
        { path: 'up', type: 'symlink', linkTarget: '../../../../../..' },
        file('out/x', 'inside'),
        file(`up${outside}/y`, 'inside'),
      ]),
    );
    expect(readdirSync(outside)).toEqual([]);
    expect(readFileSync(join(root, outside, 'x'), 'utf8')).toBe('inside');
    await expect(
      unpack(await imageWith([{ path: 'l', type: 'hardlink', linkTarget: 'etc/passwd' }])),
    ).rejects.toMatchObject({
      code: 'DEPLOY_ARCHIVE_INVALID',
    });
  });

  test('with other bytes, or of another image, is refused', async () => {
    const image = await imageWith([file('a', '1')]);
    const layers = image.layers.map((layer) => ({ ...layer, digest: digestOf('other') }));
    await expect(unpack({ ...image, layers })).rejects.toMatchObject({ code: 'DEPLOY_DIGEST_MISMATCH' });
    await expect(unpack({ ...image, configDigest: digestOf('other') })).rejects.toMatchObject({
      code: 'DEPLOY_DIGEST_MISMATCH',
    });
  });

  test('links that go round in circles end nowhere', () => {
    const root = temporaryFolder();
    symlinkSync('b', join(root, 'a'));
    symlinkSync('a', join(root, 'b'));
    expect(pathInRoot(root, 'a/x')).toBeUndefined();
    expect(pathInRoot(root, 'c/../../x')).toBe(join(root, 'x'));
  });

  test('of a component is fetched by digest and stands in the folder of the release', async () => {
    const root = temporaryFolder();
    const image = await imageWith([file('app/run', 'payload'), { path: 'etc', type: 'symlink', linkTarget: '/etc' }]);
    const plan = planOf('one', 'kind: script\narchive: component:web\nfiles: {etc/app.conf: x}\nhooks: {}');
    const executor = scriptExecutor({ root, openImage: () => Promise.resolve(image) });
    const result = await executePlan(plan, executor, fileJournal(join(root, 'journal')), {
      target: 'host',
      clock,
      signal: new AbortController().signal,
    });
    expect(result.outcome).toBe('succeeded');
    expect(readFileSync(join(root, 'current', 'app', 'run'), 'utf8')).toBe('payload');
    // A link of the image does not lead a file of the template out of the folder.
    expect(lstatSync(join(root, 'current', 'etc')).isDirectory()).toBe(true);
    expect(existsSync('/etc/app.conf')).toBe(false);
  });
});
