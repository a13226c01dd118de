import type { EvidencePacket } from '@stella-ops/contracts/evidence';
import { bytesOfBase64, concat, hexOf, isEqual, sha256 } from './base64.ts';
import {
  type Bundle,
  parseBundle,
  parseTrustedRoot,
  type Statement,
  parseStatement,
  type TrustedRoot,
} from './bundle.ts';
import { checkpointOf, isCheckpointSigned } from './checkpoint.ts';
import { rootOfProof } from './inclusion.ts';
import { isSigned } from './signature.ts';

/** `unknown`: this browser cannot tell; it says nothing against the packet. */
export interface Check {
  readonly id: 'bundle' | 'statement' | 'signature' | 'entry' | 'inclusion' | 'checkpoint';
  readonly state: 'passed' | 'failed' | 'unknown';
  readonly sentence: string;
}

export interface CheckedPacket {
  readonly bundle: Bundle | undefined;
  readonly statement: Statement | undefined;
  readonly trust: TrustedRoot | undefined;
  readonly checks: readonly Check[];
}

/**
 * Checks what a server says of a packet against the packet itself: digests, signature, log entry, proof, checkpoint.
 * The keys come from the same server, so this shows that nothing was damaged or exchanged, not that the server is
 * honest: for that the keys must come by another way, and the page says so.
 *
 * @param bundleBytes the Sigstore bundle as downloaded
 * @param trustBytes the trusted root as downloaded
 */
export async function checkPacket(
  packet: Pick<EvidencePacket, 'bundleDigest' | 'statementDigest' | 'predicateType'>,
  bundleBytes: Uint8Array<ArrayBuffer>,
  trustBytes: Uint8Array<ArrayBuffer>,
): Promise<CheckedPacket> {
  const bundle = parseBundle(bundleBytes);
  const trust = parseTrustedRoot(trustBytes);
  const isSame = `sha256:${hexOf(await sha256(bundleBytes))}` === packet.bundleDigest;
  const checks: Check[] = [
    told(
      'bundle',
      isSame,
      'The bundle has the digest that the packet names.',
      'The bundle is not the one that the packet names.',
    ),
  ];
  const payload = bundle === undefined ? undefined : bytesOfBase64(bundle.dsseEnvelope.payload);
  if (bundle === undefined || trust === undefined || payload === undefined) {
    const what = trust === undefined ? 'trusted root' : 'bundle';
    checks.push({ id: 'signature', state: 'failed', sentence: `The ${what} cannot be read.` });
    return { bundle, statement: undefined, trust, checks };
  }
  const statement = parseStatement(payload);
  const isNamed =
    `sha256:${hexOf(await sha256(payload))}` === packet.statementDigest &&
    statement?.predicateType === packet.predicateType;
  checks.push(
    told(
      'statement',
      isNamed,
      'What was signed is the statement that the packet names.',
      'What was signed is another statement.',
    ),
    ...(await sealChecks(bundle, payload, trust)),
  );
  return { bundle, statement, trust, checks };
}

async function sealChecks(bundle: Bundle, payload: Uint8Array<ArrayBuffer>, trust: TrustedRoot): Promise<Check[]> {
  const { dsseEnvelope, verificationMaterial } = bundle;
  const hint = verificationMaterial.publicKey?.hint;
  const key = trust.keys.find((one) => one.hint === hint)?.publicKey;
  const signature = bytesOfBase64(dsseEnvelope.signatures[0]?.sig ?? '');
  const signed = preAuthEncoding(dsseEnvelope.payloadType, payload);
  if (key === undefined || signature === undefined) {
    return [{ id: 'signature', state: 'failed', sentence: 'No key of this tenant made the signature.' }];
  }
  const verdict = await isSigned(key, signature, signed);
  const checks: Check[] = [
    told(
      'signature',
      verdict,
      'A key of this tenant signed it.',
      'The signature does not match the statement.',
      'This browser cannot check this kind of key.',
    ),
  ];
  const entry = verificationMaterial.tlogEntries[0];
  const body = entry === undefined ? undefined : bytesOfBase64(entry.canonicalizedBody);
  if (entry === undefined || body === undefined) {
    return [...checks, { id: 'entry', state: 'failed', sentence: 'The bundle has no entry of the log.' }];
  }
  const isThis = await isEntryOf(body, signed, dsseEnvelope.signatures[0]?.sig ?? '', key.rawBytes);
  checks.push(
    told(
      'entry',
      isThis,
      'The log entry is about this signature and this key.',
      'The log entry is about something else.',
    ),
  );
  const proof = entry.inclusionProof;
  const checkpoint = checkpointOf(proof.checkpoint.envelope);
  const root = await rootOfProof(body, proof);
  const isIn =
    root !== undefined &&
    checkpoint !== undefined &&
    isEqual(root, checkpoint.root) &&
    checkpoint.size === proof.treeSize;
  checks.push(
    told(
      'inclusion',
      isIn,
      `It is entry ${Number(proof.logIndex)} of a log of ${Number(proof.treeSize)}.`,
      'The proof does not lead from this entry to the checkpoint.',
    ),
  );
  const logs = trust.trustedRoot.tlogs.map((log) => log.publicKey);
  const isOurs = checkpoint === undefined ? false : await isCheckpointSigned(checkpoint, logs);
  checks.push(
    told(
      'checkpoint',
      isOurs,
      `The log ${checkpoint?.origin ?? ''} signed that state of itself.`,
      'No known log signed the checkpoint.',
      'This browser cannot check Ed25519 signatures.',
    ),
  );
  return checks;
}

/** What DSSE signs: https://github.com/secure-systems-lab/dsse/blob/v1.0.0/protocol.md */
export function preAuthEncoding(type: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder();
  return concat(text.encode(`DSSEv1 ${text.encode(type).length} ${type} ${payload.length} `), payload);
}

/** Whether a `hashedrekord 0.0.2` names this signature by this key over these bytes. */
async function isEntryOf(
  body: Uint8Array,
  signed: Uint8Array<ArrayBuffer>,
  signature: string,
  key: string,
): Promise<boolean> {
  try {
    const entry: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    const record = member(member(entry, 'spec'), 'hashedRekordV002');
    const digest = member(member(record, 'data'), 'digest');
    const seal = member(record, 'signature');
    const verifier = member(member(seal, 'verifier'), 'publicKey');
    const claimed = typeof digest === 'string' ? bytesOfBase64(digest) : undefined;
    return (
      member(entry, 'kind') === 'hashedrekord' &&
      claimed !== undefined &&
      isEqual(claimed, await sha256(signed)) &&
      member(seal, 'content') === signature &&
      member(verifier, 'rawBytes') === key
    );
  } catch {
    return false;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function told(id: Check['id'], is: boolean | undefined, yes: string, no: string, unknown = no): Check {
  if (is === undefined) return { id, state: 'unknown', sentence: unknown };
  return is ? { id, state: 'passed', sentence: yes } : { id, state: 'failed', sentence: no };
}
