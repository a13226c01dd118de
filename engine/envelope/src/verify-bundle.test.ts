import { canonicalBytes, digestOf } from '@stella-ops/engine-kernel';
import { formatCheckpoint, signNote } from '@stella-ops/engine-tlog';
import { memoryLog } from '@stella-ops/testkit';
import { expect, test } from 'vitest';
import { signArtifact, signStatement } from './attest.ts';
import { bundleBytes, type Bundle } from './bundle.ts';
import type { CheckName } from './checks.ts';
import { signEnvelope } from './dsse.ts';
import { hashedRekordBytes } from './hashedrekord.ts';
import { logEntry } from './log-entry.ts';
import { PREDICATE_TYPES } from './predicate-types.ts';
import { readBundle } from './read-bundle.ts';
import { generateKey } from './signer.ts';
import { statementBytes } from './statement.ts';
import { trustedKey, trustedLog, type TrustMaterial } from './trust.ts';
import { type Verification, verifyBundle, type VerifyOptions } from './verify-bundle.ts';

const signer = generateKey('p256');
const log = memoryLog('log.example.com', ['a', 'b', 'c', 'd', 'e']);
const trust: TrustMaterial = { keys: [trustedKey(signer, { name: 'release' })], logs: [trustedLog(log)] };
const artifact = Buffer.from('artefact');
const digest = digestOf(artifact);
const predicateType = PREDICATE_TYPES.verdict;
const statement = statementBytes({ subjects: [{ name: 'a', digest }], predicateType, predicate: { n: 1 } });
const attested = signStatement(statement, { signer, log });
const signed = signArtifact(artifact, { signer, log });
const required: VerifyOptions = { trust, log: 'required' };
const strict: VerifyOptions = { ...required, strict: true };

const outcome = (result: Verification): 'ok' | [string, CheckName] =>
  result.ok ? 'ok' : [result.status, result.failed.name];

/** The bundle with something else in it, written as a bundle of ours is written. */
function changed(bytes: Uint8Array, change: (bundle: Bundle) => Partial<Bundle>): Buffer {
  const read = readBundle(bytes);
  if (!read.ok) throw new Error(read.detail);
  return bundleBytes({ ...read.value, ...change(read.value) });
}

test('a statement of ours passes every check and gives the statement', () => {
  const result = verifyBundle(attested, { ...strict, artifact: { digest }, expect: { predicateType } });
  expect(result).toMatchObject({
    ok: true,
    keyHint: signer.keyHint,
    keyName: 'release',
    payload: statement,
    statement: { predicateType, predicate: { n: 1 } },
    log: { origin: 'log.example.com', index: 5n, treeSize: 6n },
  });
  expect(result.checks.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'format passed',
    'form passed',
    'key passed',
    'signature passed',
    'log passed',
    'log-checkpoint passed',
    'log-inclusion passed',
    'log-entry passed',
    'statement passed',
    'subject passed',
    'predicate-type passed',
  ]);
});

test('a signature over a file passes with the file', () => {
  const result = verifyBundle(signed, { ...strict, artifact: { bytes: artifact } });
  expect(result).toMatchObject({ ok: true, log: { index: 6n, treeSize: 7n } });
  expect(result).not.toHaveProperty('statement');
});

test('an Ed25519 key serves as well', () => {
  const other = generateKey('ed25519');
  const options = { ...strict, trust: { ...trust, keys: [trustedKey(other)] } };
  expect(verifyBundle(signStatement(statement, { signer: other, log }), options).ok).toBe(true);
  const file = { ...options, artifact: { bytes: artifact } };
  expect(verifyBundle(signArtifact(artifact, { signer: other, log }), file).ok).toBe(true);
});

test('each lack makes a bundle unverifiable, and names what is lacking', () => {
  const noKeys = { ...trust, keys: [] };
  const noLogs = { ...trust, logs: [] };
  const unlogged = signStatement(statement, { signer });
  expect(outcome(verifyBundle(attested, { ...required, trust: noKeys }))).toEqual(['unverifiable', 'key']);
  expect(outcome(verifyBundle(attested, { ...required, trust: noLogs }))).toEqual(['unverifiable', 'log']);
  expect(outcome(verifyBundle(unlogged, required))).toEqual(['unverifiable', 'log']);
  expect(outcome(verifyBundle(signed, required))).toEqual(['unverifiable', 'signature']);
  expect(outcome(verifyBundle(signed, { ...required, artifact: { digest } }))).toEqual(['unverifiable', 'signature']);
  const file = { ...required, artifact: { bytes: artifact } };
  expect(outcome(verifyBundle(signed, { ...file, expect: { predicateType } }))).toEqual([
    'unverifiable',
    'predicate-type',
  ]);
});

test('where a log is optional its lack does not count, but a wrong entry does', () => {
  const optional = { ...required, log: 'optional' } as const;
  const noLogs = { ...optional, trust: { ...trust, logs: [] } };
  expect(outcome(verifyBundle(signStatement(statement, { signer }), optional))).toBe('ok');
  expect(outcome(verifyBundle(attested, noLogs))).toBe('ok');
  // Strict leaves nothing in the file that nobody has verified.
  expect(outcome(verifyBundle(attested, { ...noLogs, strict: true }))).toEqual(['unverifiable', 'log']);
  const wrong = changed(attested, ({ entries }) => ({
    entries: entries.map((entry) => ({ ...entry, body: Buffer.from('{}') })),
  }));
  expect(outcome(verifyBundle(wrong, optional))).toEqual(['invalid', 'log-inclusion']);
  expect(outcome(verifyBundle(wrong, noLogs))).toEqual(['invalid', 'log-entry']);
});

test('another artefact, type or time is refused by the check that is about it', () => {
  const other = digestOf('other');
  const validFor = { start: '2026-01-01T00:00:00.000Z' };
  const at = '2025-01-01T00:00:00Z';
  const keys = [trustedKey(signer, { validFor })];
  const logs = [trustedLog(log, validFor)];
  expect(outcome(verifyBundle(attested, { ...required, artifact: { digest: other } }))).toEqual(['invalid', 'subject']);
  expect(outcome(verifyBundle(attested, { ...required, expect: { predicateType: 'x' } }))).toEqual([
    'invalid',
    'predicate-type',
  ]);
  expect(outcome(verifyBundle(attested, { ...required, at, trust: { ...trust, keys } }))).toEqual(['invalid', 'key']);
  expect(outcome(verifyBundle(attested, { ...required, at, trust: { ...trust, logs } }))).toEqual(['invalid', 'log']);
  expect(outcome(verifyBundle(attested, { ...required, at: '2026-02-01T00:00:00Z', trust: { keys, logs } }))).toBe(
    'ok',
  );
  const wrongFile = { ...required, artifact: { bytes: Buffer.from('other') } };
  expect(outcome(verifyBundle(signed, wrongFile))).toEqual(['invalid', 'signature']);
});

test('a key whose period is over counts unless a time is given, and the check says until when it signed', () => {
  const validFor = { start: '2026-01-01T00:00:00.000Z', end: '2026-02-01T00:00:00.000Z' };
  const retired = { ...trust, keys: [trustedKey(signer, { validFor })] };
  const detailOf = ({ checks }: Verification) => checks.find(({ name }) => name === 'key')?.detail;
  const timeless = verifyBundle(attested, { ...required, trust: retired });
  expect(outcome(timeless)).toBe('ok');
  expect(detailOf(timeless)).toMatch(/, which signed until 2026-02-01T00:00:00.000Z; its period was not looked at$/);
  const within = { ...required, trust: retired, at: '2026-01-15T00:00:00.000Z' };
  expect(outcome(verifyBundle(attested, within))).toBe('ok');
  const after = { ...within, at: '2026-03-01T00:00:00.000Z' };
  expect(outcome(verifyBundle(attested, after))).toEqual(['invalid', 'key']);
});

test('a trusted root of before the rotation says to get the new one; no trusted root at all does not', () => {
  const detailWith = (keys: readonly ReturnType<typeof trustedKey>[]) => {
    const verdict = verifyBundle(attested, { ...required, trust: { ...trust, keys } });
    return verdict.ok ? 'ok' : `${verdict.status}: ${verdict.failed.detail}`;
  };
  const other = trustedKey(generateKey('p256'));
  expect(detailWith([other])).toMatch(/^unverifiable: no trusted key .* get the new trusted root$/);
  expect(detailWith([])).toBe(`unverifiable: no trusted key has the hint ${signer.keyHint}`);
});

test('the entry of another signature is no proof, however valid it is', () => {
  const second = signStatement(statement, { signer, log });
  const entriesOf = (bytes: Uint8Array) => {
    const read = readBundle(bytes);
    return read.ok ? read.value.entries : [];
  };
  const swapped = (bytes: Uint8Array) => changed(attested, () => ({ entries: entriesOf(bytes) }));
  expect(outcome(verifyBundle(swapped(second), required))).toEqual(['invalid', 'log-entry']);
  expect(outcome(verifyBundle(swapped(signed), required))).toEqual(['invalid', 'log-entry']);
});

test('an entry with this signature over another digest is refused', () => {
  const bytes = changed(attested, ({ content }) => {
    const sig = content.kind === 'envelope' ? content.envelope.signatures[0]?.sig : undefined;
    const body = hashedRekordBytes(Buffer.from('something else'), sig ?? Buffer.alloc(0), signer);
    return { entries: [logEntry(log.logId, body, log.append(body))] };
  });
  expect(outcome(verifyBundle(bytes, required))).toEqual(['invalid', 'log-entry']);
});

test('an entry that names another key for the same signature is refused', () => {
  const stranger = generateKey('p256');
  const { keyHint, keyDetails } = signer;
  const { publicKey } = stranger;
  const lying = { keyHint, keyDetails, publicKey, sign: (message: Uint8Array) => signer.sign(message) };
  const bytes = signStatement(statement, { signer: lying, log });
  expect(outcome(verifyBundle(bytes, required))).toEqual(['invalid', 'log-entry']);
});

test('numbers in a proof that the checkpoint does not sign are refused', () => {
  const withProof = (change: object) =>
    changed(attested, ({ entries }) => ({
      entries: entries.map((entry) => ({ ...entry, proof: { ...entry.proof, ...change } as never })),
    }));
  expect(outcome(verifyBundle(withProof({ treeSize: 7n }), required))).toEqual(['invalid', 'log-checkpoint']);
  expect(outcome(verifyBundle(withProof({ rootHash: Buffer.alloc(32) }), required))).toEqual([
    'invalid',
    'log-checkpoint',
  ]);
  expect(outcome(verifyBundle(withProof({ logIndex: 4n }), required))).toEqual(['invalid', 'log-inclusion']);
  expect(outcome(verifyBundle(withProof({ hashes: [] }), required))).toEqual(['invalid', 'log-inclusion']);
});

test('an index beside the proof that differs from it is refused', () => {
  const bytes = changed(attested, ({ entries }) => ({ entries: entries.map((entry) => ({ ...entry, logIndex: 4n })) }));
  expect(outcome(verifyBundle(bytes, required))).toEqual(['invalid', 'log-inclusion']);
});

test('a checkpoint that states another origin is refused, though the right key signed it', () => {
  const bytes = changed(attested, ({ entries }) => ({
    entries: entries.map((entry) => {
      if (entry.proof === undefined) return entry;
      const body = formatCheckpoint('other.example.com', entry.proof.treeSize, entry.proof.rootHash);
      return { ...entry, proof: { ...entry.proof, checkpoint: signNote(body, [log.noteSigner]) } };
    }),
  }));
  expect(outcome(verifyBundle(bytes, required))).toEqual(['invalid', 'log-checkpoint']);
});

test('a checkpoint of another log is refused even when that log is trusted', () => {
  const second = memoryLog('other.example.com', ['a', 'b', 'c', 'd', 'e']);
  const both = { ...trust, logs: [trustedLog(log), trustedLog(second)] };
  const bytes = changed(signStatement(statement, { signer, log: second }), ({ entries }) => ({
    entries: entries.map((entry) => ({ ...entry, logId: log.logId })),
  }));
  expect(outcome(verifyBundle(bytes, { ...required, trust: both }))).toEqual(['invalid', 'log-checkpoint']);
});

test('strict refuses what a tolerant reader passes over', () => {
  const value = JSON.parse(attested.toString('utf8')) as Record<string, object>;
  const variants = {
    'white space': Buffer.from(JSON.stringify(value, undefined, 1)),
    'an unknown member': canonicalBytes({ ...value, extra: 1 }),
    'another media type': canonicalBytes({
      ...value,
      mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.3',
    }),
    'a time that nobody signed': changed(attested, ({ entries }) => ({
      entries: entries.map((entry) => ({ ...entry, integratedTime: 1n })),
    })),
    'a key id': changed(attested, ({ content }) => ({
      content:
        content.kind === 'envelope'
          ? {
              ...content,
              envelope: {
                ...content.envelope,
                signatures: content.envelope.signatures.map(({ sig }) => ({ sig, keyid: 'x' })),
              },
            }
          : content,
    })),
  };
  for (const [name, bytes] of Object.entries(variants)) {
    expect(outcome(verifyBundle(bytes, required)), name).toBe('ok');
    expect(outcome(verifyBundle(bytes, strict)), name).toEqual(['invalid', 'form']);
  }
});

test('what is not a bundle fails the format', () => {
  const two = JSON.parse(attested.toString('utf8')) as { dsseEnvelope: { signatures: unknown[] } };
  two.dsseEnvelope.signatures.push(two.dsseEnvelope.signatures[0]);
  const value = JSON.parse(attested.toString('utf8')) as object;
  for (const bytes of [
    Buffer.from(''),
    Buffer.from('{}'),
    Buffer.from('[['.repeat(5000)),
    Buffer.from(JSON.stringify(two)),
    canonicalBytes({ ...value, verificationMaterial: {} }),
    canonicalBytes({ ...value, dsseEnvelope: undefined }),
    canonicalBytes({ ...value, mediaType: 'application/vnd.dev.sigstore.bundle.v9+json' }),
  ]) {
    expect(outcome(verifyBundle(bytes, required))).toEqual(['invalid', 'format']);
  }
});

test('a payload that is no statement is verified as what it is, and binds no artefact', () => {
  const envelope = signEnvelope({ payloadType: 'text/plain', payload: Buffer.from('hi'), signer });
  const bytes = bundleBytes({ content: { kind: 'envelope', envelope }, keyHint: signer.keyHint, entries: [] });
  const optional = { ...required, log: 'optional' } as const;
  expect(verifyBundle(bytes, optional)).toMatchObject({ ok: true, payload: Buffer.from('hi') });
  expect(outcome(verifyBundle(bytes, { ...optional, artifact: { digest } }))).toEqual(['unverifiable', 'subject']);
});

test.each([
  ['statement', attested, strict],
  ['file signature', signed, { ...strict, artifact: { bytes: artifact } }],
])('1,000 random bit flips in the bundle of a %s are each caught by a named check', (_, bytes, options) => {
  expect(verifyBundle(bytes, options).ok).toBe(true);
  const caughtBy = new Map<string, number>();
  // A fixed sequence (Lehmer generator), so that a fault can be found again.
  let state = 1;
  for (let i = 0; i < 1000; i++) {
    state = (state * 48_271) % 2_147_483_647;
    const bit = state % (bytes.length * 8);
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    const result = verifyBundle(flipped, options);
    if (result.ok) throw new Error(`bit ${bit} changed unseen`);
    expect(result.failed.detail).not.toBe('');
    caughtBy.set(result.failed.name, (caughtBy.get(result.failed.name) ?? 0) + 1);
  }
  expect([...caughtBy.values()].reduce((a, b) => a + b)).toBe(1000);
  expect(caughtBy.size).toBeGreaterThan(4);
});
