import { beforeAll, expect, test } from 'vitest';
import { base64Of, bytesOfBase64, concat, hexOf, sha256 } from './base64.ts';
import { checkPacket, preAuthEncoding } from './check-packet.ts';

const text = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const TYPE = 'application/vnd.in-toto+json';
const statement = text({
  _type: 'https://in-toto.io/Statement/v1',
  predicateType: 'stella.ops/verdict@v1',
  subject: [{ name: 'shop', digest: { sha256: 'ab'.repeat(32) } }],
  predicate: { outcome: 'allow' },
});

/** A bundle as the attestor makes it: entry 2 of a log of 3. */
interface Sealed {
  mediaType: string;
  dsseEnvelope: { payload: string; payloadType: string; signatures: { sig: string }[] };
  verificationMaterial: {
    publicKey: { hint: string };
    tlogEntries: {
      logIndex: string;
      kindVersion: { kind: string; version: string };
      canonicalizedBody: string;
      inclusionProof: {
        logIndex: string;
        treeSize: string;
        rootHash: string;
        hashes: string[];
        checkpoint: { envelope: string };
      };
    }[];
  };
}
let sealed: Sealed;
let trust: { keys: { hint: string; publicKey: { rawBytes: string; keyDetails: string } }[]; trustedRoot: unknown };

beforeAll(async () => {
  const { subtle } = crypto;
  const signer = await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const log = await subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  const spki = async (key: CryptoKey) => base64Of(new Uint8Array(await subtle.exportKey('spki', key)));
  const signed = preAuthEncoding(TYPE, statement);
  const raw = new Uint8Array(await subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, signer.privateKey, signed));
  const sig = base64Of(derOf(raw));
  const body = text({
    apiVersion: '0.0.2',
    kind: 'hashedrekord',
    spec: {
      hashedRekordV002: {
        data: { algorithm: 'SHA2_256', digest: base64Of(await sha256(signed)) },
        signature: { content: sig, verifier: { publicKey: { rawBytes: await spki(signer.publicKey) } } },
      },
    },
  });
  // Three leaves: root = H(1, H(1, a, b), c); c is the entry, so its proof is the one hash of (a, b).
  const leaf = await sha256(concat(Uint8Array.of(0), body));
  const left = await sha256(text('the other two'));
  const root = base64Of(await sha256(concat(Uint8Array.of(1), left, leaf)));
  const note = `log.example\n3\n${root}\n`;
  const seal = new Uint8Array(await subtle.sign('Ed25519', log.privateKey, text(note)));
  const envelope = `${note}\n\u2014 log.example ${base64Of(concat(Uint8Array.of(1, 2, 3, 4), seal))}\n`;
  sealed = {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    dsseEnvelope: { payload: base64Of(statement), payloadType: TYPE, signatures: [{ sig }] },
    verificationMaterial: {
      publicKey: { hint: 'key' },
      tlogEntries: [
        {
          logIndex: '2',
          kindVersion: { kind: 'hashedrekord', version: '0.0.2' },
          canonicalizedBody: base64Of(body),
          inclusionProof: {
            logIndex: '2',
            treeSize: '3',
            rootHash: root,
            hashes: [base64Of(left)],
            checkpoint: { envelope },
          },
        },
      ],
    },
  };
  const keyOf = async (key: CryptoKey, keyDetails: string) => ({ rawBytes: await spki(key), keyDetails });
  trust = {
    keys: [{ hint: 'key', publicKey: await keyOf(signer.publicKey, 'PKIX_ECDSA_P256_SHA_256') }],
    trustedRoot: { tlogs: [{ baseUrl: 'https://log.example', publicKey: await keyOf(log.publicKey, 'PKIX_ED25519') }] },
  };
});

/** DER of r and s, always with the leading zero: longer than needed is still DER that OpenSSL writes for high bits. */
function derOf(raw: Uint8Array): Uint8Array {
  const side = (bytes: Uint8Array) => {
    const bare = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
    const digits = (bare[0] ?? 0) > 127 ? concat(Uint8Array.of(0), bare) : bare;
    return concat(Uint8Array.of(2, digits.length), digits);
  };
  const both = concat(side(raw.subarray(0, 32)), side(raw.subarray(32)));
  return concat(Uint8Array.of(0x30, both.length), both);
}

async function check(change: (bundle: Sealed, trusted: typeof trust) => void = () => undefined) {
  const bundle = structuredClone(sealed);
  const trusted = structuredClone(trust);
  change(bundle, trusted);
  const bytes = text(bundle);
  const packet = {
    bundleDigest: `sha256:${hexOf(await sha256(bytes))}`,
    statementDigest: `sha256:${hexOf(await sha256(statement))}`,
    predicateType: 'stella.ops/verdict@v1',
  };
  const { checks } = await checkPacket(packet, bytes, text(trusted));
  return Object.fromEntries(checks.map(({ id, state }) => [id, state]));
}

const entryOf = (bundle: Sealed) => {
  const entry = bundle.verificationMaterial.tlogEntries[0];
  if (entry === undefined) throw new Error('no entry');
  return entry;
};
const flipped = (base64: string) => {
  const bytes = bytesOfBase64(base64) ?? new Uint8Array(1);
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
  return base64Of(bytes);
};

test('a whole packet passes every check', async () => {
  expect(await check()).toEqual({
    bundle: 'passed',
    statement: 'passed',
    signature: 'passed',
    entry: 'passed',
    inclusion: 'passed',
    checkpoint: 'passed',
  });
});

test.each<[string, string, (bundle: Sealed, trusted: typeof trust) => void]>([
  ['a changed statement', 'statement', (b) => (b.dsseEnvelope.payload = base64Of(text('{}')))],
  ['a changed statement', 'signature', (b) => (b.dsseEnvelope.payload = base64Of(text('{}')))],
  ['a changed type', 'signature', (b) => (b.dsseEnvelope.payloadType = 'text/plain')],
  ['a key that is not of the tenant', 'signature', (b) => (b.verificationMaterial.publicKey.hint = 'other')],
  ['a changed entry', 'inclusion', (b) => (entryOf(b).canonicalizedBody = flipped(entryOf(b).canonicalizedBody))],
  [
    'the entry of another signature',
    'entry',
    (b) => (entryOf(b).canonicalizedBody = base64Of(text('{"kind":"hashedrekord"}'))),
  ],
  [
    'a changed proof',
    'inclusion',
    (b) => (entryOf(b).inclusionProof.hashes = [flipped(entryOf(b).inclusionProof.hashes[0] ?? '')]),
  ],
  ['a proof that stops early', 'inclusion', (b) => (entryOf(b).inclusionProof.hashes = [])],
  ['another place in the log', 'inclusion', (b) => (entryOf(b).inclusionProof.logIndex = '1')],
  ['a larger log than was signed', 'inclusion', (b) => (entryOf(b).inclusionProof.treeSize = '4')],
  [
    'a changed checkpoint',
    'checkpoint',
    (b) =>
      (entryOf(b).inclusionProof.checkpoint.envelope = entryOf(b).inclusionProof.checkpoint.envelope.replace(
        '\n3\n',
        '\n4\n',
      )),
  ],
  ['a log that is not trusted', 'checkpoint', (_, t) => (t.trustedRoot = { tlogs: [] })],
])('%s fails the check of the %s', async (_name, id, change) => {
  expect(await check(change)).toMatchObject({ [id]: 'failed' });
});

test('a key of another kind is not told apart from a wrong one by guessing', async () => {
  expect(
    await check((_, trusted) => {
      for (const key of trusted.keys) key.publicKey.keyDetails = 'PKIX_ED448';
    }),
  ).toMatchObject({ signature: 'unknown' });
});

test('bytes that are no bundle are said to be none', async () => {
  const { checks } = await checkPacket(
    { bundleDigest: '', statementDigest: '', predicateType: '' },
    text('<html>'),
    text(trust),
  );
  expect(checks.map(({ state }) => state)).toEqual(['failed', 'failed']);
});
