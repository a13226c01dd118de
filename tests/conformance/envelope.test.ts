import { createPublicKey } from 'node:crypto';
import {
  hintOf,
  pae,
  readBundle,
  readEnvelope,
  readPublicKey,
  readStatement,
  readTrust,
  verifyBundle,
  verifyEnvelope,
  verifyLogEntry,
  verifySignature,
} from '@stella-ops/engine-envelope';
import { corpusBytes, corpusTar, describeNeeding } from '@stella-ops/testkit';
import { expect, test } from 'vitest';

describeNeeding(['corpus'], 'the DSSE vector', () => {
  interface Vector {
    payload_utf8: string;
    payloadType: string;
    pae_utf8: string;
    public_x_dec: string;
    public_y_dec: string;
    envelope: unknown;
  }

  test('its encoding is ours and its signature verifies once it is DER', () => {
    const [vector] = JSON.parse(corpusBytes('signing/dsse-vector.json').toString('utf8')) as Vector[];
    if (vector === undefined) throw new Error('the vector is missing');
    expect(pae(vector.payloadType, Buffer.from(vector.payload_utf8)).toString('utf8')).toBe(vector.pae_utf8);

    const coordinate = (decimal: string) => Buffer.from(BigInt(decimal).toString(16).padStart(64, '0'), 'hex');
    const [x, y] = [coordinate(vector.public_x_dec), coordinate(vector.public_y_dec)];
    const jwk = { kty: 'EC', crv: 'P-256', x: x.toString('base64url'), y: y.toString('base64url') };
    const spki = createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'der', type: 'spki' });

    const read = readEnvelope(Buffer.from(JSON.stringify(vector.envelope)));
    if (!read.ok) throw new Error(read.detail);
    const der = read.value.signatures.map(({ keyid, sig }) => ({ keyid, sig: derOfRaw(sig) }));
    const verdict = verifyEnvelope({ ...read.value, signatures: der }, [readPublicKey(spki)]);
    expect(verdict).toEqual({ ok: true, hints: [hintOf(spki)] });
  });
});

/** ASN.1 SEQUENCE of two INTEGERs from r || s: the vector's form into that of bundles. */
function derOfRaw(raw: Buffer): Buffer {
  const integer = (bytes: Buffer) => {
    let start = 0;
    while (bytes[start] === 0 && start < bytes.length - 1) start++;
    const short = bytes.subarray(start);
    const value = (short[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), short]) : short;
    return Buffer.concat([Buffer.from([0x02, value.length]), value]);
  };
  const body = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

describeNeeding(['corpus'], 'in-toto examples', () => {
  test('every whole statement of the specification is read', () => {
    const examples = [...corpusTar('signing/in-toto-examples.tar.zst')].filter(([path]) => path.endsWith('.json'));
    const statements = examples.filter(([, bytes]) => bytes.includes('"https://in-toto.io/Statement/'));
    for (const [path, bytes] of statements) {
      const read = readStatement(bytes);
      expect(read, path).toMatchObject({ ok: true });
    }
    expect([examples.length, statements.length]).toEqual([10, 6]);
  });
});

describeNeeding(['corpus'], 'bundles of the JavaScript client', () => {
  test('all versions are read, and none verifies without trust in its signer', () => {
    const bundles = [...corpusTar('signing/sigstore-js-bundles.tar.zst')].filter(([path]) =>
      path.endsWith('.sigstore'),
    );
    for (const [path, bytes] of bundles) {
      expect(readBundle(bytes), path).toMatchObject({ ok: true });
      const result = verifyBundle(bytes, { trust: { keys: [], logs: [] }, log: 'optional' });
      expect(result, path).toMatchObject({ ok: false, status: 'unverifiable', failed: { name: 'key' } });
    }
    expect(bundles.length).toBe(6);
  });
});

describeNeeding(['corpus'], 'Sigstore client conformance', () => {
  const root = 'test/assets/bundle-verify';
  const files = corpusTar('signing/sigstore-conformance.tar.zst');
  const cases = [...new Set([...files.keys()].filter((path) => path.endsWith('/bundle.sigstore.json')))].map((path) => {
    const name = path.split('/').at(-2) ?? '';
    const file = (part: string) => files.get(`${root}/${name}/${part}`);
    const artifact = file('artifact') ?? files.get(`${root}/a.txt`) ?? Buffer.alloc(0);
    return { name, bundle: files.get(path) ?? Buffer.alloc(0), artifact, file };
  });

  test('a bundle of a managed key verifies with its key, its root and its artefact, and with none less', () => {
    const one = cases.find(({ name }) => name === 'managed-key-and-trusted-root');
    if (one === undefined) throw new Error('the case is missing');
    const key = readTrust(one.file('key.pub') ?? Buffer.alloc(0), 'key.pub');
    const logs = readTrust(one.file('trusted_root.json') ?? Buffer.alloc(0), 'trusted_root.json');
    const trust = { keys: key.keys, logs: logs.logs };
    const options = { trust, log: 'required', artifact: { bytes: one.artifact } } as const;
    expect(verifyBundle(one.bundle, options)).toMatchObject({
      ok: true,
      log: { origin: 'rekor.sigstage.dev', index: 20_071_232n, treeSize: 20_071_233n },
    });
    expect(verifyBundle(one.bundle, { ...options, trust: key })).toMatchObject({ ok: false, failed: { name: 'log' } });
    expect(verifyBundle(one.bundle, { ...options, trust: logs })).toMatchObject({ ok: false, failed: { name: 'key' } });
    const other = { ...options, artifact: { bytes: Buffer.from('other') } };
    expect(verifyBundle(one.bundle, other)).toMatchObject({ ok: false, status: 'invalid' });
  });

  test('no case that must fail passes, and certificates are said to be unsupported, not wrong', () => {
    const outcomes = new Map<string, number>();
    for (const { name, bundle, artifact, file } of cases) {
      const key = file('key.pub');
      const logs = file('trusted_root.json');
      const trust = {
        keys: key === undefined ? [] : readTrust(key, 'key.pub').keys,
        logs: logs === undefined ? [] : readTrust(logs, 'trusted_root.json').logs,
      };
      const result = verifyBundle(bundle, { trust, log: 'required', artifact: { bytes: artifact } });
      expect(result.ok, name).toBe(name === 'managed-key-and-trusted-root');
      const outcome = result.ok ? 'ok' : `${result.status} ${result.failed.name}`;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      // What is right must never be called wrong, even where it cannot be verified.
      if (!name.endsWith('_fail')) expect(result.ok || result.status === 'unverifiable', name).toBe(true);
    }
    expect(Object.fromEntries(outcomes)).toEqual({
      ok: 1,
      'unverifiable key': 36,
      'invalid format': 5,
      'invalid log-checkpoint': 3,
      'invalid log-entry': 6,
      'invalid subject': 1,
    });
  });

  test('entries of Rekor v2 have the wanted verdict on checkpoint and inclusion', () => {
    const wrong = ['missing-log-signature', 'missing-origin', 'missing-root-hash'].map(
      (part) => `rekor2-checkpoint-${part}_fail`,
    );
    let right = 0;
    for (const { name, bundle, file } of cases.filter((one) => one.name.startsWith('rekor2-'))) {
      const read = readBundle(bundle);
      if (!read.ok) throw new Error(`${name}: ${read.detail}`);
      const { logs } = readTrust(file('trusted_root.json') ?? Buffer.alloc(0), 'trusted_root.json');
      for (const entry of read.value.entries) {
        const { log, checks } = verifyLogEntry(entry, { logs, strict: false });
        expect(log !== undefined, `${name} ${JSON.stringify(checks)}`).toBe(!wrong.includes(name));
        if (log !== undefined) right++;
      }
    }
    expect(right).toBe(15);
  });
});

interface Wycheproof {
  testGroups: {
    publicKeyPem?: string;
    publicKeyDer?: string;
    tests: { tcId: number; msg: string; sig: string; result: 'valid' | 'invalid' | 'acceptable'; comment: string }[];
  }[];
}

describeNeeding(['corpus'], 'Wycheproof signatures', () => {
  const files = corpusTar('signing/wycheproof.tar.zst');

  test.each([
    ['ecdsa_secp256r1_sha256_test.json', 366],
    ['ed25519_test.json', 106],
  ])('%s: every test has the wanted outcome', (name, count) => {
    const suite = JSON.parse((files.get(name) ?? Buffer.alloc(0)).toString('utf8')) as Wycheproof;
    let tests = 0;
    for (const group of suite.testGroups) {
      const { publicKey } = readPublicKey(group.publicKeyPem ?? Buffer.from(group.publicKeyDer ?? '', 'hex'));
      for (const { tcId, msg, sig, result, comment } of group.tests) {
        const accepted = verifySignature(publicKey, Buffer.from(msg, 'hex'), Buffer.from(sig, 'hex'));
        expect(accepted, `${tcId} ${comment}`).toBe(result === 'valid');
        tests++;
      }
    }
    expect(tests).toBe(count);
  });
});
