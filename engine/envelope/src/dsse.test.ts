import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { envelopeBytes, pae, readEnvelope, signEnvelope, verifyEnvelope } from './dsse.ts';
import { hashedRekordBytes, readHashedRekord } from './hashedrekord.ts';
import { readPublicKey } from './public-key.ts';
import { generateKey } from './signer.ts';
import { IN_TOTO_PAYLOAD_TYPE, readStatement, statementBytes } from './statement.ts';

const alice = generateKey('p256');
const bob = generateKey('ed25519');
const [aliceKey, bobKey] = [readPublicKey(alice.publicKey), readPublicKey(bob.publicKey)];
const digest = `sha256:${'ab'.repeat(32)}` as const;

test('the encoding counts bytes, not characters', () => {
  expect(pae('http://example.com/HelloWorld', Buffer.from('hello world')).toString('utf8')).toBe(
    'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
  );
  expect(pae('é', Buffer.alloc(0)).toString('utf8')).toBe('DSSEv1 2 é 0 ');
});

test('no two pairs of type and payload have one encoding', () => {
  const pair = fc.tuple(fc.string(), fc.string());
  fc.assert(
    fc.property(pair, pair, ([type, payload], [otherType, otherPayload]) => {
      const same = type === otherType && payload === otherPayload;
      const one = pae(type, Buffer.from(payload));
      expect(one.equals(pae(otherType, Buffer.from(otherPayload)))).toBe(same);
    }),
  );
});

test('an envelope reads back and verifies with the key that signed it, and with no other', () => {
  const envelope = signEnvelope({ payloadType: 'text/plain', payload: Buffer.from('hi'), signer: alice });
  const read = readEnvelope(envelopeBytes(envelope));
  expect(read).toEqual({ ok: true, value: envelope });
  expect(verifyEnvelope(envelope, [bobKey, aliceKey])).toEqual({ ok: true, hints: [alice.keyHint] });
  expect(verifyEnvelope(envelope, [bobKey]).ok).toBe(false);
  expect(verifyEnvelope({ ...envelope, payloadType: 'text/html' }, [aliceKey]).ok).toBe(false);
});

test('a threshold counts keys: two signatures of one key are one', () => {
  const payload = { payloadType: 'text/plain', payload: Buffer.from('hi') };
  const [one, two] = [alice, alice].map((signer) => signEnvelope({ ...payload, signer }));
  const signatures = [...(one?.signatures ?? []), ...(two?.signatures ?? [])];
  const byAlice = { ...payload, signatures };
  expect(verifyEnvelope(byAlice, [aliceKey, bobKey, aliceKey], 2).ok).toBe(false);
  const byBoth = { ...payload, signatures: [...signatures, ...signEnvelope({ ...payload, signer: bob }).signatures] };
  expect(verifyEnvelope(byBoth, [aliceKey, bobKey], 2)).toEqual({ ok: true, hints: [alice.keyHint, bob.keyHint] });
});

test('a key id gives no trust', () => {
  const envelope = signEnvelope({ payloadType: 'text/plain', payload: Buffer.from('hi'), signer: bob });
  const lying = { ...envelope, signatures: envelope.signatures.map((one) => ({ ...one, keyid: alice.keyHint })) };
  expect(verifyEnvelope(lying, [aliceKey]).ok).toBe(false);
});

test('what is not an envelope is said in a sentence', () => {
  for (const text of ['', '[]', '{}', '{"payload":"?","payloadType":"x","signatures":[{"sig":""}]}']) {
    expect(readEnvelope(Buffer.from(text)).ok, text).toBe(false);
  }
});

test('a statement has the canonical bytes', () => {
  const bytes = statementBytes({
    subjects: [{ name: '_', digest }],
    predicateType: 'https://example.com/p/v1',
    predicate: { b: 1, a: [] },
  });
  expect(bytes.toString('utf8')).toBe(
    '{"_type":"https://in-toto.io/Statement/v1","predicate":{"a":[],"b":1},' +
      `"predicateType":"https://example.com/p/v1","subject":[{"digest":{"sha256":"${'ab'.repeat(32)}"},"name":"_"}]}`,
  );
  expect(readStatement(bytes)).toEqual({
    ok: true,
    value: {
      subjects: [{ name: '_', digest: { sha256: 'ab'.repeat(32) } }],
      predicateType: 'https://example.com/p/v1',
      predicate: { b: 1, a: [] },
    },
  });
});

test('a statement that says nothing of anything is not written', () => {
  const invalid = expect.objectContaining({ code: 'STATEMENT_INVALID' });
  expect(() => statementBytes({ subjects: [], predicateType: 'x', predicate: {} })).toThrow(invalid);
  expect(() => statementBytes({ subjects: [{ name: '_', digest }], predicateType: '', predicate: {} })).toThrow(
    invalid,
  );
  const short = { name: '_', digest: 'sha256:ab' as const };
  expect(() => statementBytes({ subjects: [short], predicateType: 'x', predicate: {} })).toThrow(invalid);
});

test('a digest set reaches no prototype', () => {
  const text =
    '{"_type":"https://in-toto.io/Statement/v1","predicateType":"x","subject":[{"digest":{"__proto__":"y"}}]}';
  const read = readStatement(Buffer.from(text));
  expect(read.ok && read.value.subjects[0]?.digest['sha256']).toBe(undefined);
  expect(read.ok && Object.keys(read.value.subjects[0]?.digest ?? {})).toEqual(['__proto__']);
});

test('a log entry is about the hash of the encoding, as Rekor v2 computes it', () => {
  const statement =
    `{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"${'ab'.repeat(32)}"}}],` +
    '"predicateType":"https://example.com/p/v1","predicate":{}}';
  const message = pae(IN_TOTO_PAYLOAD_TYPE, Buffer.from(statement));
  expect(createHash('sha256').update(message).digest('base64')).toBe('xSv4LEybmPzvmn5xipPBLe3Aspje6WsfZh1cyH7vaSI=');
  const bytes = hashedRekordBytes(message, Buffer.from('signature'), alice);
  expect(bytes.toString('utf8')).toBe(
    '{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":{"algorithm":"SHA2_256",' +
      '"digest":"xSv4LEybmPzvmn5xipPBLe3Aspje6WsfZh1cyH7vaSI="},"signature":{"content":"c2lnbmF0dXJl","verifier":' +
      `{"keyDetails":"PKIX_ECDSA_P256_SHA_256","publicKey":{"rawBytes":"${alice.publicKey.toString('base64')}"}}}}}}`,
  );
  expect(readHashedRekord(bytes, '0.0.2')).toMatchObject({ ok: true, value: { key: aliceKey } });
  expect(readHashedRekord(bytes, '0.0.1').ok).toBe(false);
});
