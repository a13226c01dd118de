import * as z from 'zod';

const Key = z.object({ rawBytes: z.string(), keyDetails: z.string() });

/** What the page shows of a Sigstore bundle v0.3 with a DSSE envelope; other members are left alone. */
const Bundle = z.object({
  mediaType: z.string(),
  dsseEnvelope: z.object({
    payload: z.string(),
    payloadType: z.string(),
    signatures: z.array(z.object({ sig: z.string() })).min(1),
  }),
  verificationMaterial: z.object({
    publicKey: z.object({ hint: z.string() }).optional(),
    tlogEntries: z.array(
      z.object({
        logIndex: z.string(),
        kindVersion: z.object({ kind: z.string(), version: z.string() }),
        canonicalizedBody: z.string(),
        inclusionProof: z.object({
          logIndex: z.string(),
          treeSize: z.string(),
          rootHash: z.string(),
          hashes: z.array(z.string()).max(64),
          checkpoint: z.object({ envelope: z.string() }),
        }),
      }),
    ),
  }),
});
export type Bundle = z.infer<typeof Bundle>;

/** The product's trusted root: keys that sign for the tenant, and the log. */
const TrustedRoot = z.object({
  keys: z.array(z.object({ hint: z.string(), publicKey: Key })),
  trustedRoot: z.object({
    tlogs: z.array(z.object({ baseUrl: z.string(), publicKey: Key })),
  }),
});
export type TrustedRoot = z.infer<typeof TrustedRoot>;

const Statement = z.object({
  predicateType: z.string(),
  subject: z.array(z.object({ name: z.string().optional(), digest: z.record(z.string(), z.string()) })),
  predicate: z.unknown(),
});
export type Statement = z.infer<typeof Statement>;

export const parseBundle = (bytes: Uint8Array): Bundle | undefined => parsed(Bundle, bytes);
export const parseTrustedRoot = (bytes: Uint8Array): TrustedRoot | undefined => parsed(TrustedRoot, bytes);
export const parseStatement = (bytes: Uint8Array): Statement | undefined => parsed(Statement, bytes);

function parsed<T extends z.ZodType>(schema: T, bytes: Uint8Array): z.output<T> | undefined {
  try {
    return schema.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))).data;
  } catch {
    return undefined;
  }
}
