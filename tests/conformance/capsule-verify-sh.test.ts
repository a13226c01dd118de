import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKey, publicKeyPem, signStatement } from '@stella-ops/engine-envelope';
import { packCapsule } from '@stella-ops/engine-capsule';
import { describeNeeding, memoryLog } from '@stella-ops/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DECIDED_AT, decideWith } from '../../engine/capsule/src/testing/scenario.ts';
import { spansOf, unpacked } from '../../engine/capsule/src/testing/tar-edits.ts';

// The script in a capsule is for people without this product, so it is run here by a plain shell.
describeNeeding(['openssl'], 'verify.sh of a capsule', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'capsule-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function unpackSignedBy(type: 'p256' | 'ed25519'): Promise<void> {
    const signer = generateKey(type);
    const log = memoryLog();
    const attest = (statement: Uint8Array) => signStatement(statement, { signer, log });
    const tar = unpacked(await packCapsule(decideWith(), { attest, created: DECIDED_AT }));
    for (const { path, start } of spansOf(tar)) {
      const size = Number.parseInt(tar.toString('latin1', start + 124, start + 135), 8);
      writeFileSync(join(folder, path), tar.subarray(start + 512, start + 512 + size));
    }
    writeFileSync(join(folder, 'signer.pub'), publicKeyPem(signer.publicKey));
  }

  /** What it printed, or that it refused. */
  function run(): string {
    try {
      return execFileSync('sh', ['verify.sh', 'signer.pub'], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    } catch {
      return 'refused';
    }
  }

  test.each(['p256', 'ed25519'] as const)('accepts a capsule that a %s key signed', async (type) => {
    await unpackSignedBy(type);
    expect(run().split('\n')).toEqual([
      'manifest.json: digest and signature are right',
      'verdict.json: digest and signature are right',
      '',
    ]);
  });

  test.each(['p256', 'ed25519'] as const)('refuses another key than the %s key that signed', async (type) => {
    await unpackSignedBy(type);
    writeFileSync(join(folder, 'signer.pub'), publicKeyPem(generateKey(type).publicKey));
    expect(run()).toBe('refused');
  });

  test('refuses a changed document, also when its checksum was changed with it', async () => {
    await unpackSignedBy('p256');
    writeFileSync(join(folder, 'verdict.json'), '{"outcome":"allow"}');
    expect(run()).toBe('refused');
    const sums = execFileSync('sha256sum', ['manifest.json', 'verdict.json'], { cwd: folder, encoding: 'utf8' });
    writeFileSync(join(folder, 'checksums.txt'), `root of nothing\n${sums}`);
    expect(run()).toBe('refused');
  });
});
