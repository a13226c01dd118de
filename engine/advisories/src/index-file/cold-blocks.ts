import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { ByteCursor, damaged } from './byte-cursor.ts';
import { ByteWriter } from './byte-writer.ts';
import { checkedBlock, withCheck } from './checked-block.ts';
import type { ColdPointer } from './record-block.ts';

/** A block is closed when it has at least this much content; one record is never split. */
const BLOCK_BYTES = 256 * 1024;
/** Beyond any block that a writer makes: the largest record and what may stand before it. */
const MAX_CONTENT_BYTES = 32 * 1024 * 1024;
const LEVEL = 12;

interface ColdBlock {
  readonly offset: number;
  readonly length: number;
  readonly contentBytes: number;
}

/** Packs raw records into compressed blocks. */
export class ColdWriter {
  readonly #emit: (block: Buffer) => void;
  readonly #directory = new ByteWriter();
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #blocks = 0;

  /** @param emit takes each finished block, in order */
  constructor(emit: (block: Buffer) => void) {
    this.#emit = emit;
  }

  add(raw: Uint8Array): ColdPointer {
    const pointer = { block: this.#blocks, offset: this.#pendingBytes, length: raw.length };
    this.#pending.push(raw);
    this.#pendingBytes += raw.length;
    if (this.#pendingBytes >= BLOCK_BYTES) this.#close();
    return pointer;
  }

  /** @returns the directory of all blocks */
  finish(): Buffer {
    if (this.#pendingBytes > 0) this.#close();
    return this.#directory.bytes();
  }

  #close(): void {
    const params = { [constants.ZSTD_c_compressionLevel]: LEVEL };
    const block = withCheck(zstdCompressSync(Buffer.concat(this.#pending), { params }));
    this.#directory.number(block.length);
    this.#directory.number(this.#pendingBytes);
    this.#emit(block);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#blocks++;
  }
}

/** @throws AppError `INDEX_DAMAGED` */
export function decodeColdDirectory(bytes: Buffer): ColdBlock[] {
  const cursor = new ByteCursor(bytes);
  const blocks: ColdBlock[] = [];
  let offset = 0;
  while (!cursor.isAtEnd) {
    const length = cursor.number();
    blocks.push({ offset, length, contentBytes: cursor.numberBelow(MAX_CONTENT_BYTES) });
    offset += length;
  }
  return blocks;
}

/** @throws AppError `INDEX_DAMAGED` */
export function openColdBlock(checked: Buffer, contentBytes: number): Buffer {
  const compressed = checkedBlock(checked, 'a block of records');
  let content: Buffer;
  try {
    content = zstdDecompressSync(compressed, { maxOutputLength: Math.max(contentBytes, 1) });
  } catch {
    throw damaged('a block of records cannot be unpacked');
  }
  if (content.length !== contentBytes) throw damaged('a block of records has another size');
  return content;
}
