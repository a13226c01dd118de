import { createBundle, signMessage } from './bundle.ts';
import { pae, signEnvelope } from './dsse.ts';
import { hashedRekordBytes } from './hashedrekord.ts';
import { type EvidenceLog, type LogEntry, logEntry } from './log-entry.ts';
import type { Signer } from './signer.ts';
import { IN_TOTO_PAYLOAD_TYPE } from './statement.ts';

interface Options {
  readonly signer: Signer;
  /** Where the signature is logged. Without it the bundle has no log entry. */
  readonly log?: EvidenceLog;
}

/**
 * Statement → envelope → log entry → bundle.
 *
 * @param statement what `statementBytes` made
 * @returns bytes of a Sigstore bundle v0.3
 * @throws what the signer and the log throw
 */
export function signStatement(statement: Uint8Array, { signer, log }: Options): Buffer {
  const envelope = signEnvelope({ payloadType: IN_TOTO_PAYLOAD_TYPE, payload: statement, signer });
  const [signature] = envelope.signatures;
  if (signature === undefined) throw new Error('a signed envelope has a signature');
  const entry = record(pae(envelope.payloadType, envelope.payload), signature.sig, signer, log);
  return createBundle({ content: { kind: 'envelope', envelope }, signer, ...entry });
}

/**
 * Signs the bytes of a file.
 *
 * @returns bytes of a Sigstore bundle v0.3 with a message signature
 * @throws what the signer and the log throw
 */
export function signArtifact(artifact: Uint8Array, { signer, log }: Options): Buffer {
  const message = signMessage(artifact, signer);
  const entry = record(artifact, message.signature, signer, log);
  return createBundle({ content: { kind: 'message', message }, signer, ...entry });
}

function record(
  message: Uint8Array,
  signature: Uint8Array,
  signer: Signer,
  log: EvidenceLog | undefined,
): { entry?: LogEntry } {
  if (log === undefined) return {};
  const body = hashedRekordBytes(message, signature, signer);
  return { entry: logEntry(log.logId, body, log.append(body)) };
}
