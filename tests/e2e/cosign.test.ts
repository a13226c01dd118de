import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditStatement } from '@stella-ops/engine-capsule';
import { digestOf } from '@stella-ops/engine-kernel';
import {
  generateKey,
  type KeySigner,
  PREDICATE_TYPES,
  publicKeyPem,
  readTrust,
  signArtifact,
  signerFromPem,
  signStatement,
  statementBytes,
  trustedLog,
  verifyBundle,
  writeCosignKey,
  writeTrustedRoot,
} from '@stella-ops/engine-envelope';
import { type LocalLog, openLocalLog } from '@stella-ops/engine-tlog';
import { describeNeeding } from '@stella-ops/testkit';
import { contentOf, exportOf, trailOf } from '../../engine/capsule/src/testing/audit.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';

describeNeeding(['cosign'], 'cosign', () => {
  let folder = '';
  const path = (name: string) => join(folder, name);
  const write = (name: string, content: string | Uint8Array) => writeFileSync(path(name), content);
  const password = 'correct horse';
  const artifact = Buffer.from('an artefact\n');
  const predicateType = PREDICATE_TYPES.verdict;
  const statement = statementBytes({
    subjects: [{ name: 'artefact', digest: digestOf(artifact) }],
    predicateType,
    predicate: { outcome: 'allow' },
  });
  let log: LocalLog;
  let key: KeySigner;

  /** Exit code and everything printed. Its home is the test's folder: nothing of the machine's is read. */
  function cosign(...args: string[]): Promise<{ code: number; output: string }> {
    const env = { PATH: process.env['PATH'], HOME: folder, TUF_ROOT: path('tuf'), COSIGN_PASSWORD: password };
    return new Promise((resolve) => {
      execFile('cosign', args, { cwd: folder, env, timeout: 120_000 }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : 1, output: `${stdout}${stderr}` }),
      );
    });
  }
  const accepted = { code: 0, output: expect.stringContaining('Verified OK') as unknown };
  const offline = ['--insecure-ignore-tlog=true'];
  const withLog = ['--trusted-root', 'trusted_root.json'];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'stella-cosign-'));
    key = generateKey('p256');
    // cosign takes the host of the log's URL for its name, so the origin of a log that it is to verify is a host.
    log = openLocalLog({ file: path('log'), origin: 'log.example.com', create: true });
    for (let i = 0; i < 6; i++) log.append(Buffer.from(`earlier ${i}`));
    write('artefact', artifact);
    write('other', 'another artefact\n');
    write('key.pub', publicKeyPem(key.publicKey));
    write('other.pub', publicKeyPem(generateKey('p256').publicKey));
    write('encrypted.key', writeCosignKey(key, password, randomBytes));
    write('trusted_root.json', writeTrustedRoot([trustedLog(log)]));
    write('file.sigstore.json', signArtifact(artifact, { signer: key, log }));
    write('statement.sigstore.json', signStatement(statement, { signer: key, log }));
    write('file.sig', key.sign(artifact).toString('base64'));
    write('no-services.json', JSON.stringify(NO_SERVICES));
  });
  afterAll(() => {
    log.close();
    rmSync(folder, { recursive: true });
  });

  test.each([
    ['without a look at the log', offline],
    ['with the entry in our log', withLog],
  ])('verify-blob accepts a file signed here, %s', async (_, trust) => {
    const args = ['verify-blob', '--key', 'key.pub', '--bundle', 'file.sigstore.json', ...trust];
    expect(await cosign(...args, 'artefact')).toMatchObject(accepted);
    expect((await cosign(...args, 'other')).code).toBe(1);
    expect((await cosign(...args.with(2, 'other.pub'), 'artefact')).code).toBe(1);
  });

  test.each([
    ['without a look at the log', offline],
    ['with the entry in our log', withLog],
  ])('verify-blob-attestation accepts a statement signed here, %s', async (_, trust) => {
    const bundle = ['--bundle', 'statement.sigstore.json', '--type', predicateType];
    const args = ['verify-blob-attestation', '--key', 'key.pub', ...bundle, ...trust];
    expect(await cosign(...args, 'artefact')).toMatchObject(accepted);
    expect((await cosign(...args, 'other')).code).toBe(1);
    expect((await cosign(...args.with(2, 'other.pub'), 'artefact')).code).toBe(1);
  });

  test('the entries of an exported audit trail are those that were signed', async () => {
    const content = contentOf(trailOf(5));
    const audit = exportOf(trailOf(5));
    write('audit.sigstore.json', signStatement(auditStatement(audit), { signer: key, log }));
    write('entries.jsonl', content);
    write('short.jsonl', contentOf(trailOf(4)));
    const bundle = ['--bundle', 'audit.sigstore.json', '--type', PREDICATE_TYPES.audit];
    const args = ['verify-blob-attestation', '--key', 'key.pub', ...bundle, ...withLog];
    expect(await cosign(...args, 'entries.jsonl')).toMatchObject(accepted);
    expect((await cosign(...args, 'short.jsonl')).code).toBe(1);
  });

  test('the log is really looked at: a trusted root with another log is refused', async () => {
    using second = openLocalLog({ file: path('second'), origin: 'second.example.com', create: true });
    write('second_root.json', writeTrustedRoot([trustedLog(second)]));
    const args = ['verify-blob', '--key', 'key.pub', '--bundle', 'file.sigstore.json'];
    expect((await cosign(...args, '--trusted-root', 'second_root.json', 'artefact')).code).toBe(1);
  });

  test('verify-blob accepts a detached signature in base64', async () => {
    const args = ['verify-blob', '--key', 'key.pub', '--signature', 'file.sig', ...offline];
    expect(await cosign(...args, 'artefact')).toMatchObject(accepted);
    expect((await cosign(...args, 'other')).code).toBe(1);
  });

  test('signs with a key that was encrypted here, and its bundles verify here', async () => {
    write('predicate.json', '{"outcome":"allow"}');
    const common = ['--key', 'encrypted.key', '--signing-config', 'no-services.json', '--yes'];
    const file = await cosign('sign-blob', ...common, '--bundle', 'theirs-file.json', 'artefact');
    expect(file.code, file.output).toBe(0);
    const predicate = ['--predicate', 'predicate.json', '--type', 'https://example.com/outcome/v1'];
    const attest = await cosign(
      'attest-blob',
      ...common,
      ...predicate,
      '--bundle',
      'theirs-statement.json',
      'artefact',
    );
    expect(attest.code, attest.output).toBe(0);

    const trust = readTrust(readFileSync(path('key.pub')), 'key.pub');
    const options = { trust, log: 'optional', artifact: { bytes: artifact } } as const;
    expect(verifyBundle(readFileSync(path('theirs-file.json')), options)).toMatchObject({ ok: true });
    const wanted = { predicateType: 'https://example.com/outcome/v1' };
    const result = verifyBundle(readFileSync(path('theirs-statement.json')), { ...options, expect: wanted });
    expect(result).toMatchObject({ ok: true, statement: { predicate: { outcome: 'allow' } } });
    const other = { ...options, artifact: { bytes: Buffer.from('other') } };
    expect(verifyBundle(readFileSync(path('theirs-statement.json')), other).ok).toBe(false);
  });

  test('makes a key that signs here, and verifies what it signed', async () => {
    const made = await cosign('generate-key-pair', '--output-key-prefix', 'made');
    expect(made.code, made.output).toBe(0);
    const signer = signerFromPem(readFileSync(path('made.key'), 'utf8'), password);
    expect(publicKeyPem(signer.publicKey)).toBe(readFileSync(path('made.pub'), 'utf8'));
    write('made.sigstore.json', signArtifact(artifact, { signer, log }));
    const args = ['verify-blob', '--key', 'made.pub', '--bundle', 'made.sigstore.json', ...withLog, 'artefact'];
    expect(await cosign(...args)).toMatchObject(accepted);
  });
});

/** Tells cosign to sign without any service. */
const NO_SERVICES = {
  mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
  rekorTlogConfig: {},
  tsaConfig: {},
};
