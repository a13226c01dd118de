import { crc32 } from 'node:zlib';
import { damaged } from './byte-cursor.ts';

export const CHECK_BYTES = 4;

/** A block with its CRC-32 behind it: every accidental change of a block on disk is seen when it is read. */
export function withCheck(block: Uint8Array): Buffer {
  const checked = Buffer.allocUnsafe(block.length + CHECK_BYTES);
  checked.set(block);
  checked.writeUInt32LE(crc32(block), block.length);
  return checked;
}

/** The block inside, once its CRC-32 was found right. @throws AppError `INDEX_DAMAGED` */
export function checkedBlock(checked: Buffer, what: string): Buffer {
  const length = checked.length - CHECK_BYTES;
  if (length < 0) throw damaged(`${what} is too short`);
  const block = checked.subarray(0, length);
  if (crc32(block) !== checked.readUInt32LE(length)) throw damaged(`${what} does not have its checksum`);
  return block;
}
