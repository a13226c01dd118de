import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { digestOf } from '@stella-ops/engine-kernel';
import {
  generateKey,
  PREDICATE_TYPES,
  signArtifact,
  type Signer,
  signStatement,
  statementBytes,
  trustedLog,
  writeTrustedRoot,
} from '@stella-ops/engine-envelope';
import { type LocalLog, openLocalLog } from '@stella-ops/engine-tlog';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** A verifier that is not ours, on bundles that are. */
describe('the Sigstore JavaScript client', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stella-sigstore-'));
  const artifact = Buffer.from('artefact');
  const statement = statementBytes({
    subjects: [{ name: 'artefact', digest: digestOf(artifact) }],
    predicateType: PREDICATE_TYPES.verdict,
    predicate: { outcome: 'allow' },
  });
  let log: LocalLog;
  beforeAll(() => {
    log = openLocalLog({ file: join(folder, 'log'), origin: 'log.example.com', create: true });
    for (let i = 0; i < 10; i++) log.append(Buffer.from(`earlier ${i}`));
  });
  afterAll(() => {
    log.close();
    rmSync(folder, { recursive: true });
  });

  /** Managed keys have no certificate and our log no clock: one log entry is asked for, and nothing else. */
  function verify(bundle: Uint8Array, signer: Signer, file?: Buffer): void {
    const root: unknown = JSON.parse(writeTrustedRoot([trustedLog(log)]).toString('utf8'));
    const keys = { [signer.keyHint]: { rawBytes: signer.publicKey } } as never;
    const verifier = new Verifier(toTrustMaterial(TrustedRoot.fromJSON(root), keys), {
      tlogThreshold: 1,
      ctlogThreshold: 0,
      timestampThreshold: 0,
    });
    verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(Buffer.from(bundle).toString('utf8'))), file));
  }

  test.each(['p256', 'ed25519'] as const)('accepts a statement signed with a %s key and logged here', (type) => {
    const signer = generateKey(type);
    verify(signStatement(statement, { signer, log }), signer);
    const other = generateKey(type);
    expect(() =>
      verify(signStatement(statement, { signer, log }), { ...keyOf(other), keyHint: signer.keyHint }),
    ).toThrow('signature verification failed');
  });

  test('accepts a signature over a file', () => {
    const signer = generateKey('p256');
    verify(signArtifact(artifact, { signer, log }), signer, artifact);
    expect(() => verify(signArtifact(artifact, { signer, log }), signer, Buffer.from('other'))).toThrow(
      'signature verification failed',
    );
  });

  test('refuses a bundle of ours that is in no log', () => {
    const signer = generateKey('p256');
    expect(() => verify(signStatement(statement, { signer }), signer)).toThrow('expected 1 tlog entries');
  });
});

function keyOf({ keyHint, keyDetails, publicKey }: Signer): Signer {
  return { keyHint, keyDetails, publicKey, sign: () => Buffer.alloc(0) };
}
