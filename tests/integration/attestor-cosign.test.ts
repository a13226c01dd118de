import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { generateKey, publicKeyPem, readTrust, writeTrustedRoot } from '@stella-ops/engine-envelope';
import { openDatabase } from '@stella-ops/platform/database';
import { service as attestor } from '@stella-ops/service-attestor';
import { service as signer } from '@stella-ops/service-signer';
import { describeNeeding } from '@stella-ops/testkit';
import { openServiceRig } from '@stella-ops/testkit/server';
import { entryRequest, statementAbout } from './attestor-entries.ts';

describeNeeding(['cosign'], 'cosign, on a bundle of the server', () => {
  let folder = '';
  const path = (name: string) => join(folder, name);
  const write = (name: string, content: string | Uint8Array) => writeFileSync(path(name), content);

  /** Exit code and everything printed. Its home is the test's folder: nothing of the machine's is read. */
  function cosign(...args: string[]): Promise<{ code: number; output: string }> {
    const env = { PATH: process.env['PATH'], HOME: folder, TUF_ROOT: path('tuf') };
    return new Promise((resolve) => {
      execFile('cosign', args, { cwd: folder, env, timeout: 120_000 }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : 1, output: `${stdout}${stderr}` }),
      );
    });
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stella-attestor-cosign-'));
    const database = await openDatabase({ kind: 'embedded' });
    const config = { secretsDir: path('secrets') };
    const rig = await openServiceRig({
      services: [signer, attestor],
      database,
      config: { signer: config, attestor: config },
    });
    const client = rig.as(ATTESTOR_ROUTES);
    for (let at = 0; at < 5; at++) await client.appendEntry({ body: entryRequest(generateKey('p256'), `${at}`) });
    const statement = statementAbout('artefact').toString('base64');
    const { bundle } = (await client.attest({ body: { statement } })).body;
    write('bundle.json', Buffer.from(bundle, 'base64'));
    const parts: Uint8Array[] = [];
    for await (const part of (await client.getTrust({})).body.content) parts.push(part);
    const trust = readTrust(Buffer.concat(parts), 'trust');
    write('trusted_root.json', writeTrustedRoot(trust.logs));
    write('other_root.json', writeTrustedRoot([]));
    write('key.pub', publicKeyPem(trust.keys[0]?.publicKey ?? Buffer.alloc(0)));
    write('other.pub', publicKeyPem(generateKey('p256').publicKey));
    write('artefact', 'artefact');
    write('other', 'another artefact');
    await rig.close();
    await database.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const args = [
    'verify-blob-attestation',
    '--key',
    'key.pub',
    '--bundle',
    'bundle.json',
    '--type',
    'https://example.com/outcome/v1',
    '--trusted-root',
    'trusted_root.json',
  ];

  test('accepts the attested artefact with its entry in the log', async () => {
    expect(await cosign(...args, 'artefact')).toMatchObject({
      code: 0,
      output: expect.stringContaining('Verified OK') as unknown,
    });
  });

  test.each([
    ['another artefact', args, 'other'],
    ['another key', args.with(2, 'other.pub'), 'artefact'],
    ['a trusted root without the log', args.with(8, 'other_root.json'), 'artefact'],
  ])('refuses %s', async (_, changed, artefact) => {
    expect((await cosign(...changed, artefact)).code).toBe(1);
  });
});
