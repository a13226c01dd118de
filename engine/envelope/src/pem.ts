import { encodeBase64 } from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';

/** One block of a PEM text (RFC 7468). */
export interface PemBlock {
  readonly label: string;
  /** The block from its first to its last dash. */
  readonly text: string;
  readonly bytes: Buffer;
}

const MAX_PEM_LENGTH = 1 << 18;
const BEGIN = '-----BEGIN ';

/**
 * All blocks in order; text between them is passed over.
 *
 * @throws AppError `KEY_INVALID` when there is none, or one has no end
 */
export function readPem(text: string, file: string): PemBlock[] {
  if (text.length > MAX_PEM_LENGTH) throw fail('KEY_INVALID', 'the key file is too large', { place: { file } });
  const blocks: PemBlock[] = [];
  for (let start = text.indexOf(BEGIN); start !== -1;) {
    const labelEnd = text.indexOf('-----', start + BEGIN.length);
    const label = labelEnd === -1 ? '' : text.slice(start + BEGIN.length, labelEnd);
    const footer = `-----END ${label}-----`;
    const end = text.indexOf(footer, labelEnd);
    if (labelEnd === -1 || end === -1) throw fail('KEY_INVALID', 'a PEM block has no end', { place: { file } });
    blocks.push({
      label,
      text: text.slice(start, end + footer.length),
      bytes: Buffer.from(text.slice(labelEnd + 5, end), 'base64'),
    });
    start = text.indexOf(BEGIN, end);
  }
  if (blocks.length === 0) throw fail('KEY_INVALID', 'there is no PEM block', { place: { file } });
  return blocks;
}

export function writePem(label: string, bytes: Uint8Array): string {
  const lines = encodeBase64(bytes).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
