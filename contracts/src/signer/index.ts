import { EXIT } from '@stella-ops/engine-kernel/errors';
import * as z from 'zod';
import type { ErrorTable } from '../errors.ts';
import { defineRoute } from '../route.ts';
import { Timestamp } from '../schemas.ts';

export const SIGNER_ERRORS = {
  KEY_UNAVAILABLE: {
    status: 503,
    exit: EXIT.unexpected,
    hint: 'The master key does not open the signing key: check STELLA_MASTER_KEY_FILE.',
  },
} as const satisfies ErrorTable;

export const SigningKey = z.object({
  /** Base64 of SHA-256 over the public key in SPKI DER: what bundles name it by. */
  hint: z.string(),
  algorithm: z.enum(['ecdsa-p256', 'ed25519']),
  publicKeyPem: z.string(),
  isActive: z.boolean(),
  createdAt: Timestamp,
});
export type SigningKey = z.infer<typeof SigningKey>;

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
} as const;
