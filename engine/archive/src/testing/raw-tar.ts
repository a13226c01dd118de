import { BLOCK_BYTES, FIELD, paddingOf } from '../tar-block.ts';

/** A member as bytes, with every field free to be wrong. */
export interface RawMember {
  readonly name?: string | Buffer;
  readonly type?: string;
  readonly link?: string;
  readonly prefix?: string;
  readonly body?: string | Buffer;
  /** What the size field says, when it is not the length of the body. */
  readonly size?: number | Buffer;
  readonly mode?: string;
  readonly mtime?: string;
  readonly magic?: string;
  readonly checksum?: string;
  /** Last changes to the header, before the checksum. */
  readonly patch?: (block: Buffer) => void;
}

export function rawMember(member: RawMember): Buffer {
  const body = Buffer.from(member.body ?? '');
  const block = Buffer.alloc(BLOCK_BYTES);
  Buffer.from(member.name ?? '').copy(block, FIELD.name, 0, 100);
  block.write(member.mode ?? '0000644', FIELD.mode);
  const size = member.size ?? body.length;
  if (typeof size === 'number') block.write(size.toString(8).padStart(11, '0'), FIELD.size);
  else size.copy(block, FIELD.size);
  block.write(member.mtime ?? '00000000000', FIELD.mtime);
  block.write(member.type ?? '0', FIELD.type, 'latin1');
  block.write(member.link ?? '', FIELD.link);
  block.write(member.magic ?? 'ustar\x0000', FIELD.magic, 'latin1');
  block.write(member.prefix ?? '', FIELD.prefix);
  member.patch?.(block);
  block.fill(' ', FIELD.checksum, FIELD.checksumEnd);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(member.checksum ?? `${sum.toString(8).padStart(6, '0')}\0 `, FIELD.checksum);
  return Buffer.concat([block, body, Buffer.alloc(paddingOf(body.length))]);
}

export function rawTar(...members: readonly (RawMember | Buffer)[]): Buffer {
  const parts = members.map((member) => (Buffer.isBuffer(member) ? member : rawMember(member)));
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK_BYTES)]);
}

/** The body of an extended header. */
export function paxBody(records: Readonly<Record<string, string>>): string {
  return Object.entries(records)
    .map(([key, value]) => {
      const rest = Buffer.byteLength(` ${key}=${value}\n`);
      let length = rest + String(rest).length;
      if (String(length).length > String(rest).length) length++;
      return `${length} ${key}=${value}\n`;
    })
    .join('');
}

export const pax = (records: Readonly<Record<string, string>>): RawMember => ({
  name: 'PaxHeaders/x',
  type: 'x',
  body: paxBody(records),
});
