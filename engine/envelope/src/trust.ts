import {
  canonicalBytes,
  decodeOrThrow,
  isObject,
  type Json,
  parseJson,
  parseTimestamp,
  type Shape,
  shape as s,
  type Timestamp,
} from '@stella-ops/engine-kernel';
import { logIdOf, rawOfSpki } from '@stella-ops/engine-tlog';
import { attempt } from './attempt.ts';
import { fail } from './errors.ts';
import { base64, withoutNulls } from './proto-json.ts';
import { type PublicKey, readPublicKey } from './public-key.ts';

/** Both ends are part of the period. An end that is absent is open. */
export interface Validity {
  readonly start?: Timestamp;
  readonly end?: Timestamp;
}

/** A key whose signatures count. */
export interface TrustedKey extends PublicKey {
  /** For people. */
  readonly name?: string;
  readonly validFor?: Validity;
}

/** A transparency log whose checkpoints count. */
export interface TrustedLog {
  /** Name of the key in its checkpoints: a URL without scheme. */
  readonly origin: string;
  /** The whole log id. Its first four bytes are the key id of the checkpoint's signature line. */
  readonly keyId: Buffer;
  /** SPKI DER. */
  readonly publicKey: Buffer;
  readonly validFor?: Validity;
}

/** Whom to believe. No material at all is legal, and verifies nothing. */
export interface TrustMaterial {
  readonly keys: readonly TrustedKey[];
  readonly logs: readonly TrustedLog[];
}

export const TRUST_MEDIA_TYPE = 'application/vnd.stella.trusted-root.v1+json';
// cosign 3 refuses v0.2, which differs in nothing that is written here.
const TRUSTED_ROOT_MEDIA_TYPE = 'application/vnd.dev.sigstore.trustedroot+json;version=0.1';
const TRUSTED_ROOT_PREFIX = 'application/vnd.dev.sigstore.trustedroot';

/** The union; what is there twice for one period stays once. */
export function mergeTrust(...materials: readonly TrustMaterial[]): TrustMaterial {
  const period = (validFor: Validity | undefined) => `${validFor?.start}/${validFor?.end}`;
  return {
    keys: uniqueBy(
      materials.flatMap(({ keys }) => keys),
      ({ hint, validFor }) => `${hint} ${period(validFor)}`,
    ),
    logs: uniqueBy(
      materials.flatMap(({ logs }) => logs),
      ({ origin, keyId, validFor }) => `${origin} ${keyId.toString('hex')} ${period(validFor)}`,
    ),
  };
}

/**
 * Reads a public key (PEM), a Sigstore trusted root v0.1 or v0.2 (its logs), or a trusted root of this product.
 *
 * @throws AppError `TRUST_INVALID`, `KEY_INVALID`, `KEY_UNSUPPORTED`, `JSON_INVALID`
 */
export function readTrust(bytes: Uint8Array, file: string): TrustMaterial {
  const isJson = Buffer.from(bytes.subarray(0, 100)).toString('utf8').trimStart().startsWith('{');
  if (!isJson) return { keys: [readPublicKey(bytes, file)], logs: [] };
  const value = parseJson(bytes, file, { maxBytes: 1 << 24, maxDepth: 32 });
  const mediaType = isObject(value) ? value['mediaType'] : undefined;
  if (mediaType === TRUST_MEDIA_TYPE) return ofOwnRoot(value, file);
  if (typeof mediaType === 'string' && mediaType.startsWith(TRUSTED_ROOT_PREFIX)) {
    return { keys: [], logs: ofTrustedRoot(value, file) };
  }
  throw fail('TRUST_INVALID', 'the file is neither a key nor a trusted root', { place: { file } });
}

/** A trusted root of this product: keys, and a Sigstore trusted root that other tools take when it is cut out. */
export function writeTrust({ keys, logs }: TrustMaterial): Buffer {
  return canonicalBytes({
    mediaType: TRUST_MEDIA_TYPE,
    keys: keys.map(({ hint, name, keyDetails, publicKey, validFor }) => ({
      hint,
      name,
      publicKey: { rawBytes: publicKey.toString('base64'), keyDetails, validFor: validFor && { ...validFor } },
    })),
    trustedRoot: trustedRootJson(logs),
  });
}

/** A Sigstore TrustedRoot v0.1 with these logs and no certificate authorities, for cosign and other Sigstore clients. */
export function writeTrustedRoot(logs: readonly TrustedLog[]): Buffer {
  return canonicalBytes(trustedRootJson(logs));
}

/** Trust in a local log: what its `origin`, `logId` and `publicKey` say. */
export function trustedLog(log: { origin: string; logId: Buffer; publicKey: Buffer }, validFor?: Validity): TrustedLog {
  const { origin, logId: keyId, publicKey } = log;
  return validFor === undefined ? { origin, keyId, publicKey } : { origin, keyId, publicKey, validFor };
}

/** Trust in a key that signs here. */
export function trustedKey(
  signer: { keyHint: string; keyDetails: PublicKey['keyDetails']; publicKey: Buffer },
  more: { name?: string; validFor?: Validity } = {},
): TrustedKey {
  return { hint: signer.keyHint, keyDetails: signer.keyDetails, publicKey: signer.publicKey, ...more };
}

function trustedRootJson(logs: readonly TrustedLog[]): Json {
  return {
    mediaType: TRUSTED_ROOT_MEDIA_TYPE,
    tlogs: logs.map(({ origin, keyId, publicKey, validFor }) => ({
      // Clients find the key of a checkpoint line by its name, which has to be part of this URL.
      baseUrl: `https://${origin}`,
      hashAlgorithm: 'SHA2_256',
      publicKey: {
        rawBytes: publicKey.toString('base64'),
        keyDetails: readPublicKey(publicKey).keyDetails,
        // Clients refuse a log without the start of a period.
        validFor: { start: validFor?.start ?? '1970-01-01T00:00:00.000Z', end: validFor?.end },
      },
      // Both are the 32 bytes: clients compare the one with the entry and the head of the other with the signature line.
      logId: { keyId: keyId.toString('base64') },
      checkpointKeyId: { keyId: keyId.toString('base64') },
    })),
    certificateAuthorities: [],
    ctlogs: [],
    timestampAuthorities: [],
  };
}

const timestamp: Shape<Timestamp> = (value, pointer, violations) => {
  const read = attempt(() => parseTimestamp(typeof value === 'string' ? value : ''));
  if (read.ok) return read.value;
  violations.push({ pointer, message: read.detail });
  return '';
};

const ValidityShape = s.object({ start: s.optional(timestamp), end: s.optional(timestamp) });

const OwnRootShape = s.object({
  mediaType: s.literal(TRUST_MEDIA_TYPE),
  keys: s.array(
    s.object({
      hint: s.string({ max: 100 }),
      name: s.optional(s.string({ max: 200 })),
      publicKey: s.object({
        rawBytes: base64({ max: 1000 }),
        keyDetails: s.literal('PKIX_ECDSA_P256_SHA_256', 'PKIX_ED25519'),
        validFor: s.optional(ValidityShape),
      }),
    }),
    { max: 1000 },
  ),
  trustedRoot: s.anything,
});

const TrustedRootShape = s.object(
  {
    tlogs: s.optional(
      s.array(
        s.object(
          {
            baseUrl: s.string({ max: 1000 }),
            publicKey: s.object({ rawBytes: base64({ max: 10_000 }), validFor: s.optional(ValidityShape) }, 'open'),
            logId: s.object({ keyId: base64({ max: 64 }) }, 'open'),
          },
          'open',
        ),
        { max: 1000 },
      ),
    ),
  },
  'open',
);

function ofOwnRoot(value: unknown, file: string): TrustMaterial {
  const root = decodeOrThrow(OwnRootShape, value, file);
  const keys = root.keys.map(({ hint, name, publicKey: { rawBytes, keyDetails, validFor } }, index): TrustedKey => {
    const key = readPublicKey(rawBytes, file);
    if (key.hint !== hint || key.keyDetails !== keyDetails || !key.publicKey.equals(rawBytes)) {
      const place = { file, pointer: `/keys/${index}` };
      throw fail('TRUST_INVALID', 'the hint or the type does not belong to the key', { place });
    }
    return { ...key, ...(name === undefined ? {} : { name }), ...(validFor === undefined ? {} : { validFor }) };
  });
  const logs = ofTrustedRoot(root.trustedRoot, file);
  for (const { origin, keyId, publicKey } of logs) {
    const raw = rawOfSpki(publicKey);
    if (raw !== undefined && !logIdOf(origin, raw).equals(keyId)) {
      throw fail('TRUST_INVALID', `the id of the log ${origin} does not belong to its name and key`, {
        place: { file },
      });
    }
  }
  return { keys, logs };
}

/** Logs with keys of other types are left out: a public root may list what this product does not verify. */
function ofTrustedRoot(value: unknown, file: string): TrustedLog[] {
  const { tlogs = [] } = decodeOrThrow(TrustedRootShape, withoutNulls(value), file);
  return tlogs.flatMap(({ baseUrl, publicKey: { rawBytes, validFor }, logId }): TrustedLog[] => {
    const read = attempt(() => readPublicKey(rawBytes, file));
    if (!read.ok) return [];
    const origin = baseUrl.replace(/^https?:\/\//, '').replace(/\/$/, '');
    const log = { origin, keyId: logId.keyId, publicKey: read.value.publicKey };
    return [validFor === undefined ? log : { ...log, validFor }];
  });
}

function uniqueBy<T>(items: readonly T[], id: (item: T) => string): T[] {
  const seen = new Map<string, T>();
  for (const item of items) {
    if (!seen.has(id(item))) seen.set(id(item), item);
  }
  return [...seen.values()];
}
