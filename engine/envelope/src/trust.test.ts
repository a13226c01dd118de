import { canonicalBytes } from '@stella-ops/engine-kernel';
import { memoryLog } from '@stella-ops/testkit';
import { expect, test } from 'vitest';
import { publicKeyPem } from './public-key.ts';
import { generateKey } from './signer.ts';
import { mergeTrust, readTrust, trustedKey, trustedLog, writeTrust, writeTrustedRoot } from './trust.ts';
import { outsideOf } from './validity.ts';

const signer = generateKey('p256');
const log = memoryLog('log.example.com', ['a', 'b', 'c', 'd', 'e']);
const start = '2026-01-01T00:00:00.000Z';
const end = '2027-01-01T00:00:00.000Z';
const key = trustedKey(signer, { name: 'release', validFor: { start, end } });
const entry = trustedLog(log, { start });
const trust = { keys: [key], logs: [entry] };
const invalid = expect.objectContaining({ code: 'TRUST_INVALID' });

test('trust reads back as it was written', () => {
  expect(readTrust(writeTrust(trust), 'root.json')).toEqual(trust);
  expect(readTrust(writeTrustedRoot(trust.logs), 'root.json')).toEqual({ keys: [], logs: [entry] });
  const pem = Buffer.from(publicKeyPem(signer.publicKey));
  expect(readTrust(pem, 'key.pub')).toEqual({ keys: [trustedKey(signer)], logs: [] });
});

test('a trusted root has what Sigstore clients look for', () => {
  const root = JSON.parse(writeTrustedRoot(trust.logs).toString('utf8')) as { tlogs: Record<string, unknown>[] };
  const keyId = log.logId.toString('base64');
  expect(root.tlogs).toMatchObject([
    {
      baseUrl: 'https://log.example.com',
      hashAlgorithm: 'SHA2_256',
      publicKey: { keyDetails: 'PKIX_ED25519', validFor: { start } },
      logId: { keyId },
      checkpointKeyId: { keyId },
    },
  ]);
});

test('logs whose keys are of other types are passed over in a public root', () => {
  const root = JSON.parse(writeTrustedRoot(trust.logs).toString('utf8')) as { tlogs: unknown[] };
  root.tlogs.unshift({ baseUrl: 'https://x', publicKey: { rawBytes: 'AAAA' }, logId: { keyId: 'AAAA' } });
  expect(readTrust(Buffer.from(JSON.stringify(root)), 'root.json').logs).toEqual([entry]);
});

test('a trusted root of ours is read strictly', () => {
  const good = JSON.parse(writeTrust(trust).toString('utf8')) as { keys: object[] };
  const other = generateKey('p256');
  const wrong = {
    'a hint of another key': { ...good, keys: [{ ...good.keys[0], hint: other.keyHint }] },
    'a log id of another log': {
      ...good,
      trustedRoot: JSON.parse(writeTrustedRoot([{ ...entry, origin: 'other.example.com' }]).toString('utf8')) as object,
    },
  };
  for (const [name, root] of Object.entries(wrong)) {
    expect(() => readTrust(canonicalBytes(root), 'root.json'), name).toThrow(invalid);
  }
  expect(() => readTrust(canonicalBytes({ ...good, extra: 1 }), 'root.json')).toThrow(
    expect.objectContaining({ code: 'SHAPE_INVALID', place: { file: 'root.json', pointer: '/extra' } }),
  );
});

test('what is neither a key nor a trusted root is refused with its file', () => {
  expect(() => readTrust(Buffer.from('{"mediaType":"text/plain"}'), 'x.json')).toThrow(invalid);
  expect(() => readTrust(Buffer.from('nothing'), 'x')).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }));
});

test('merging keeps one of each, and every period of a key', () => {
  const later = trustedKey(signer, { validFor: { start: end } });
  const merged = mergeTrust(trust, trust, { keys: [later], logs: [] });
  expect(merged).toEqual({ keys: [key, later], logs: [entry] });
});

test('both ends of a period belong to it', () => {
  const validFor = { start, end };
  expect(outsideOf(validFor, start)).toBe(undefined);
  expect(outsideOf(validFor, end)).toBe(undefined);
  expect(outsideOf(validFor, '2025-12-31T23:59:59.999Z')).toMatch('valid from');
  expect(outsideOf(validFor, '2027-01-01T00:00:00.001Z')).toMatch('no longer valid');
  expect(outsideOf(validFor, undefined)).toBe(undefined);
});
