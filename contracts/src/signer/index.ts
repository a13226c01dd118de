import { EXIT } from '@stella-ops/engine-kernel/errors';
import * as z from 'zod';
import type { ErrorTable } from '../errors.ts';
import { defineEvent } from '../event.ts';
import { defineRoute } from '../route.ts';
import { Timestamp } from '../schemas.ts';

export const SIGNER_ERRORS = {
  KEY_UNAVAILABLE: {
    status: 503,
    exit: EXIT.unexpected,
    hint: 'The master key does not open the signing key: check STELLA_MASTER_KEY_FILE.',
  },
  KEY_NOT_ACTIVE: {
    status: 409,
    exit: EXIT.invalid,
    hint: 'Somebody else rotated the key just now: "stella key list" says which one is active.',
  },
  KEY_LIMIT: {
    status: 409,
    exit: EXIT.invalid,
    hint: 'A trusted root holds 1000 keys of a tenant, former ones too: rotate less often, or go on with a new tenant.',
  },
} as const satisfies ErrorTable;

/** Base64 of SHA-256 over the public key in SPKI DER: what bundles name a key by. */
const KeyHint = z.string().min(1).max(100);

export const SigningKey = z.object({
  hint: KeyHint,
  algorithm: z.enum(['ecdsa-p256', 'ed25519']),
  publicKeyPem: z.string(),
  isActive: z.boolean(),
  /** `retired`: what it signed verifies, and it signs nothing more. */
  state: z.enum(['active', 'retired']),
  createdAt: Timestamp,
  /** Null while it is active. A signature that was under way then may be a moment younger. */
  retiredAt: Timestamp.nullable(),
});
export type SigningKey = z.infer<typeof SigningKey>;

/** What a trusted root can hold. */
export const MAX_SIGNING_KEYS = 1000;

export const SIGNER_ROUTES = {
  sign: defineRoute({
    id: 'signer.sign',
    method: 'POST',
    path: '/api/v1/signer/sign',
    summary: 'Sign a payload in the DSSE pre-authentication encoding with the active key of the tenant',
    scopes: ['signer.sign'],
    body: z.strictObject({
      payloadType: z.string().min(1).max(200),
      /** Base64. */
      payload: z.base64().max(1_000_000),
    }),
    responses: {
      200: z.object({
        keyHint: z.string(),
        keyDetails: z.enum(['PKIX_ECDSA_P256_SHA_256', 'PKIX_ED25519']),
        /** Base64 SPKI DER. */
        publicKey: z.base64(),
        /** Base64; DER for ECDSA. */
        signature: z.base64(),
      }),
    },
    errors: { KEY_UNAVAILABLE: SIGNER_ERRORS.KEY_UNAVAILABLE },
  }),
  listKeys: defineRoute({
    id: 'signer.keys.list',
    method: 'GET',
    path: '/api/v1/signer/keys',
    summary: 'List the public keys of the tenant',
    scopes: ['evidence.read'],
    responses: { 200: z.object({ keys: z.array(SigningKey) }) },
    errors: {},
  }),
  rotateKey: defineRoute({
    id: 'signer.keys.rotate',
    method: 'POST',
    path: '/api/v1/signer/keys/rotate',
    summary: 'Make a new active key and retire the one that is named; what that one signed still verifies',
    scopes: ['signer.rotate'],
    body: z.strictObject({
      /** The active key as the caller knows it: of two that rotate at once, one does. */
      retire: KeyHint,
    }),
    responses: { 200: z.object({ active: SigningKey, retired: SigningKey }) },
    errors: SIGNER_ERRORS,
    idempotent: true,
  }),
} as const;

export const SIGNER_EVENTS = {
  keyRotated: defineEvent({
    type: 'signer.key.rotated',
    version: 1,
    summary: 'Another key signs for the tenant: verifiers need the new trusted root',
    scope: 'evidence.read',
    data: z.strictObject({ active: KeyHint, retired: KeyHint }),
  }),
} as const;
