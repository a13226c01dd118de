import { fail } from './kernel-errors.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Strict UTF-8. @throws AppError `ENCODING_INVALID` */
export function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw fail('ENCODING_INVALID', `${what} is not UTF-8`, { cause });
  }
}

/** RFC 4648 section 4 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/**
 * Decodes standard, padded base64 and nothing else: no white space, no url-safe letters, no missing padding, no
 * stray bits in the last letter. So equal bytes have one text, and a flipped bit in the text is always seen.
 *
 * @throws AppError `ENCODING_INVALID`
 */
export function decodeBase64(text: string, what: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw fail('ENCODING_INVALID', `${what} is not standard base64`);
  return bytes;
}

/** Lower-case hex of even length. @throws AppError `ENCODING_INVALID` */
export function decodeHex(text: string, what: string): Buffer {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw fail('ENCODING_INVALID', `${what} is not lower-case hex`);
  return Buffer.from(text, 'hex');
}
