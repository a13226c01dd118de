import { bytesOfBase64 } from './base64.ts';
import { isSigned } from './signature.ts';

/** State of a log, as the log signed it (C2SP tlog-checkpoint, signed-note). */
export interface Checkpoint {
  readonly origin: string;
  readonly size: string;
  readonly root: Uint8Array;
  readonly signed: Uint8Array<ArrayBuffer>;
  readonly signatures: readonly Uint8Array<ArrayBuffer>[];
}

export function checkpointOf(envelope: string): Checkpoint | undefined {
  const end = envelope.indexOf('\n\n');
  if (end < 0) return undefined;
  const [origin, size, root] = envelope.slice(0, end).split('\n');
  const rootBytes = bytesOfBase64(root ?? '');
  if (origin === undefined || size === undefined || rootBytes?.length !== 32) return undefined;
  return {
    origin,
    size,
    root: rootBytes,
    signed: new TextEncoder().encode(envelope.slice(0, end + 1)),
    signatures: envelope
      .slice(end + 2)
      .split('\n')
      .flatMap((line) => signatureOf(line, origin)),
  };
}

/** `— name base64(key hash of 4 bytes, signature)`; only those in the log's own name. */
function signatureOf(line: string, origin: string): Uint8Array<ArrayBuffer>[] {
  const prefix = `\u2014 ${origin} `;
  const bytes = line.startsWith(prefix) ? bytesOfBase64(line.slice(prefix.length)) : undefined;
  return bytes === undefined ? [] : [bytes.slice(4)];
}

/** @returns undefined when this browser cannot use any of the keys */
export async function isCheckpointSigned(
  checkpoint: Checkpoint,
  keys: readonly { readonly rawBytes: string; readonly keyDetails: string }[],
): Promise<boolean | undefined> {
  let answer: boolean | undefined = checkpoint.signatures.length === 0 || keys.length === 0 ? false : undefined;
  for (const key of keys) {
    for (const signature of checkpoint.signatures) {
      const is = await isSigned(key, signature, checkpoint.signed);
      if (is === true) return true;
      answer ??= is;
    }
  }
  return answer;
}
