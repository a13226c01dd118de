import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeNeeding, stella, temporaryFolder } from '@stella-ops/testkit';
import { beforeAll, expect, test } from 'vitest';
import { writeDemoImage } from '../../tools/demo/demo-image.ts';

const root = join(import.meta.dirname, '..', '..');
const demo = join(root, 'demo');

// A namespace of its own has no route and not even a loopback: a program that asked anybody would fail here.
describeNeeding(['namespaces'], 'the command line in a network namespace without routes', () => {
  const folder = temporaryFolder('without-network');
  beforeAll(() => writeDemoImage(join(folder, 'shop')));

  async function run(exit: number, ...words: string[]): Promise<string> {
    const outcome = await stella(words, { cwd: folder, prefix: ['unshare', '--net'] });
    expect(outcome.exit, outcome.stderr).toBe(exit);
    return outcome.stdout;
  }

  test('scans, matches, decides, signs, verifies and replays', async () => {
    await run(0, 'key', 'create', '--no-password');
    await run(0, 'advisories', 'build', join(demo, 'advisories'), '--output', 'a.idx');
    writeFileSync(join(folder, 'shop.cdx.json'), await run(0, 'scan', 'oci-dir:shop', '--format', 'cyclonedx-json'));
    for (const source of ['oci-dir:shop', 'shop.cdx.json']) {
      const found = await run(6, 'findings', 'match', source, '--advisories', 'a.idx', '--fail-on', 'high');
      expect(found).toContain('CVE-2021-33503');
    }
    const judge = ['--advisories', 'a.idx', '--policy', join(root, 'policies', 'baseline.yaml'), '--key', 'stella.key'];
    expect(await run(6, 'decide', 'oci-dir:shop', ...judge, '--output', 'c.tar.zst')).toContain('CVE-2021-33503');
    const trust = ['--trusted-root', 'stella.trusted-root.json'];
    expect(await run(0, 'capsule', 'verify', 'c.tar.zst', ...trust)).toContain('VERIFIED');
    expect(await run(0, 'capsule', 'replay', 'c.tar.zst', ...trust)).toContain('IDENTICAL');
  });

  test('there is no interface but a loopback that is down', () => {
    const said = execFileSync('unshare', ['--net', 'cat', '/proc/net/dev', '/proc/net/route'], { encoding: 'utf8' });
    const interfaces = [...said.matchAll(/^ *(\S+): /gm)].map(([, name]) => name);
    expect(interfaces).toEqual(['lo']);
    expect(said.split('\n').filter((line) => /^(?!Inter|Iface)\S+\t/.test(line))).toEqual([]);
  });
});
