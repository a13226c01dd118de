import { EXIT } from '@stella-ops/engine-kernel/errors';
import * as z from 'zod';
import type { ErrorTable } from '../errors.ts';
import { SIGNER_ERRORS } from '../signer/index.ts';
import { bytes, defineRoute } from '../route.ts';
import { JsonValue } from '../schemas.ts';

export const ATTESTOR_ERRORS = {
  STATEMENT_INVALID: { status: 422, exit: EXIT.invalid, hint: 'Send an in-toto Statement v1 in RFC 8785 form.' },
  ENTRY_INVALID: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'Send a hashedrekord 0.0.2 request whose signature verifies.',
  },
  RANGE_INVALID: { status: 422, exit: EXIT.invalid, hint: 'Ask within the size of the tree.' },
  LOG_FORKED: {
    status: 503,
    exit: EXIT.verification,
    hint: 'The log and its signed state disagree: nothing more is signed. Call the operator.',
  },
  LOG_KEY_UNAVAILABLE: {
    status: 503,
    exit: EXIT.unexpected,
    hint: 'The master key does not open the key of the log: check STELLA_MASTER_KEY_FILE.',
  },
} as const satisfies ErrorTable;

const position = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
/** RFC 9162 section 2.1.4.1: hashes of 32 bytes in base64. */
const proof = z.object({ hashes: z.array(z.base64()) });
const readErrors = {
  LOG_FORKED: ATTESTOR_ERRORS.LOG_FORKED,
  LOG_KEY_UNAVAILABLE: ATTESTOR_ERRORS.LOG_KEY_UNAVAILABLE,
};

export const ATTESTOR_ROUTES = {
  attest: defineRoute({
    id: 'attestor.attest',
    method: 'POST',
    path: '/api/v1/attestations',
    summary: 'Sign an in-toto statement, log the signature, and answer with the Sigstore bundle',
    scopes: ['attestor.attest'],
    body: z.strictObject({
      /** Base64 of the statement. */
      statement: z.base64().max(1_000_000),
    }),
    responses: {
      200: z.object({
        /** Base64 of the bundle v0.3 as JSON bytes: keep these bytes. */
        bundle: z.base64(),
        logIndex: z.int(),
      }),
    },
    errors: {
      STATEMENT_INVALID: ATTESTOR_ERRORS.STATEMENT_INVALID,
      KEY_UNAVAILABLE: SIGNER_ERRORS.KEY_UNAVAILABLE,
      ...readErrors,
    },
  }),
  appendEntry: defineRoute({
    id: 'attestor.entries.append',
    method: 'POST',
    path: '/api/v2/log/entries',
    summary: 'Append a hashedrekord to the log (the shape of Rekor v2)',
    scopes: ['attestor.append'],
    body: z.strictObject({
      hashedRekordRequestV002: z.strictObject({
        digest: z.base64().max(200),
        signature: z.strictObject({
          content: z.base64().max(2000),
          verifier: z.strictObject({
            publicKey: z.strictObject({ rawBytes: z.base64().max(4000) }),
            keyDetails: z.string().max(100),
          }),
        }),
      }),
    }),
    responses: { 201: JsonValue },
    errors: { ENTRY_INVALID: ATTESTOR_ERRORS.ENTRY_INVALID, ...readErrors },
  }),
  getCheckpoint: defineRoute({
    id: 'attestor.checkpoint.get',
    method: 'GET',
    path: '/api/v1/log/checkpoint',
    summary: 'Read the signed checkpoint of the log',
    scopes: ['evidence.read'],
    responses: { 200: bytes('text/plain') },
    errors: readErrors,
  }),
  getEntry: defineRoute({
    id: 'attestor.entries.get',
    method: 'GET',
    path: '/api/v1/log/entries/{logIndex}',
    summary: 'Read an entry with its proof against the present checkpoint',
    scopes: ['evidence.read'],
    params: z.strictObject({
      /** Decimal, without leading zeros. */
      logIndex: z.string().regex(/^(?:0|[1-9][0-9]{0,14})$/),
    }),
    responses: { 200: JsonValue },
    errors: readErrors,
  }),
  getConsistency: defineRoute({
    id: 'attestor.consistency.get',
    method: 'GET',
    path: '/api/v1/log/consistency',
    summary: 'Prove that a later tree holds an earlier one',
    scopes: ['evidence.read'],
    query: z.strictObject({ from: position, to: position }),
    responses: { 200: proof },
    errors: { RANGE_INVALID: ATTESTOR_ERRORS.RANGE_INVALID, ...readErrors },
  }),
  getTrust: defineRoute({
    id: 'attestor.trust.get',
    method: 'GET',
    path: '/api/v1/trust',
    summary: 'Download the trusted root: keys of the tenant and the log, for verifying offline',
    scopes: ['evidence.read'],
    responses: { 200: bytes('application/json') },
    errors: readErrors,
  }),
} as const;
