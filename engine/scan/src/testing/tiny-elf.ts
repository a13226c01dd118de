const DATA_OFFSET = 0x1000;

export interface TinyElfOptions {
  /** Text of the module list, as `go version -m` prints it. */
  readonly modules?: string;
  readonly goVersion?: string;
  /** Where in the data segment the header stands. */
  readonly at?: number;
  readonly flags?: number;
  /** Flags of the program header: 6 is readable and writable. */
  readonly segmentFlags?: number;
  /** The segment ends so many bytes after the header begins. */
  readonly segmentBytes?: number;
}

/** A 64-bit little-endian ELF file with one segment and Go build information in it; the rest is zeros. */
export function tinyElf(sizeBytes: number, options: TinyElfOptions = {}): Buffer {
  const { goVersion = 'go1.26.8', at = 0, flags = 2, segmentFlags = 6 } = options;
  const bytes = Buffer.alloc(sizeBytes);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(1, 56);
  bytes.writeUInt32LE(1, 64);
  bytes.writeUInt32LE(segmentFlags, 68);
  bytes.writeBigUInt64LE(BigInt(DATA_OFFSET), 72);
  bytes.writeBigUInt64LE(BigInt(options.segmentBytes ?? sizeBytes - DATA_OFFSET), 96);

  const header = Buffer.alloc(32);
  header.write('\xff Go buildinf:', 'latin1');
  header.set([8, flags], 14);
  const sentinel = Buffer.alloc(16, 0xf3);
  const modules = options.modules ?? 'path\texample.com/tool\nmod\texample.com/tool\tv1.2.3\th1:x\n';
  const framed = modules === '' ? Buffer.alloc(0) : Buffer.concat([sentinel, Buffer.from(modules), sentinel]);
  const info = Buffer.concat([header, sized(Buffer.from(goVersion)), sized(framed)]);
  bytes.set(info, DATA_OFFSET + at);
  return bytes;
}

/** A text with its length as a varint before it. */
function sized(text: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = text.length; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.concat([Buffer.from([...length, rest]), text]);
    length.push((rest % 128) + 128);
  }
}
