import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, crc32, deflateRawSync, gzipSync } from 'node:zlib';

// Builders of archives and images that no honest tool writes. They share no code with the product on purpose.

const BLOCK = 512;
const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export interface TarPiece {
  readonly path: string;
  /** Type flag: `0` file (default), `1` hard link, `2` symbolic link, `5` directory, `x` and `g` PAX, `L` long name. */
  readonly type?: string;
  readonly link?: string;
  readonly body?: string | Uint8Array;
  /** What the header says of the size: a number, or the raw 12 bytes of the field. Default: the truth. */
  readonly size?: number | Uint8Array;
  /** Added to the checksum. */
  readonly checksumError?: number;
}

/** A ustar header, with a checksum that fits unless the piece asks for another. */
export function tarHeader(piece: TarPiece): Buffer {
  const { path, type = '0', link = '', size = bytesOf(piece.body).length, checksumError = 0 } = piece;
  const header = Buffer.alloc(BLOCK);
  header.write(path, 0, 100);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  if (typeof size === 'number') header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  else header.set(size.subarray(0, 12), 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write(type, 156);
  header.write(link, 157, 100);
  header.write('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, checksumError);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** A tar of these pieces in this order, ended by two empty blocks. */
export function tarOf(pieces: readonly TarPiece[]): Buffer {
  const blocks = pieces.flatMap((piece) => {
    const body = bytesOf(piece.body);
    return [tarHeader(piece), body, Buffer.alloc(-body.length & (BLOCK - 1))];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

/** Body of a PAX header. The length in front of each record counts itself. */
export function paxBody(records: readonly (readonly [key: string, value: string])[]): string {
  return records
    .map(([key, value]) => {
      const rest = Buffer.byteLength(` ${key}=${value}\n`);
      let length = rest + 1;
      while (`${length}`.length + rest !== length) length = `${length}`.length + rest;
      return `${length} ${key}=${value}\n`;
    })
    .join('');
}

const GZIP_HEAD = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
const deflateSegment = (bytes: Uint8Array): Buffer =>
  deflateRawSync(bytes, { level: 9, finishFlush: constants.Z_FULL_FLUSH });

/** One gzip member of `head` and then `block` many times over, made without inflating it. Its own checksum is wrong. */
export function repeatedGzip(head: Uint8Array, block: Uint8Array, times: number): Buffer {
  const segment = deflateSegment(block);
  const end = Buffer.concat([deflateRawSync(Buffer.alloc(0)), Buffer.alloc(8)]);
  return Buffer.concat([GZIP_HEAD, deflateSegment(head), ...Array.from({ length: times }, () => segment), end]);
}

/** Gzip of `head` and then zeros: about a thousandth of their size. */
export function gzipBomb(head: Uint8Array, zeroBytes: number): Buffer {
  const block = 16 * 1024 * 1024;
  return repeatedGzip(head, Buffer.alloc(block), Math.ceil(zeroBytes / block));
}

/** A zstd frame of `head` and then zeros as RLE blocks of 128 KiB, four bytes each (RFC 8878, section 3.1.1.2). */
export function zstdBomb(head: Uint8Array, zeroBytes: number): Buffer {
  const most = 128 * 1024;
  const blockHeader = (size: number, type: number, isLast: boolean): Buffer => {
    const header = Buffer.alloc(3);
    header.writeUIntLE((size << 3) | (type << 1) | (isLast ? 1 : 0), 0, 3);
    return header;
  };
  // No single segment, no checksum, no content size; a window of 8 MiB.
  const frame: Uint8Array[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 13 << 3])];
  for (let at = 0; at < head.length; at += most) {
    const raw = Buffer.from(head.subarray(at, at + most));
    frame.push(blockHeader(raw.length, 0, false), raw);
  }
  const run = Buffer.concat([blockHeader(most, 1, false), Buffer.from([0])]);
  const runs = Math.ceil(zeroBytes / most);
  return Buffer.concat([...frame, Buffer.concat(Array.from({ length: runs }, () => run)), blockHeader(0, 0, true)]);
}

export interface ZipPiece {
  readonly path: string;
  readonly body: Uint8Array;
  /** The body is compressed already: raw deflate. */
  readonly deflated?: { readonly sizeBytes: number };
}

/** A zip whose members say of themselves what they are told to. */
export function zipOf(pieces: readonly ZipPiece[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, body, deflated } of pieces) {
    const name = Buffer.from(path);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(deflated === undefined ? 0 : 8, 4);
    fields.writeUInt32LE(deflated === undefined ? crc32(body) : 0, 10);
    fields.writeUInt32LE(body.length, 14);
    fields.writeUInt32LE(deflated?.sizeBytes ?? body.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, name, body]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), fields, rest, name);
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(pieces.length, 4);
  end.writeUInt16LE(pieces.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, central, Buffer.from('PK\x05\x06'), end]);
}

/** A zip member of zeros, a thousandth of its size. */
export function zipBombMember(path: string, zeroBytes: number): ZipPiece {
  const block = 16 * 1024 * 1024;
  const times = Math.ceil(zeroBytes / block);
  const segment = deflateSegment(Buffer.alloc(block));
  const body = Buffer.concat([...Array.from({ length: times }, () => segment), deflateRawSync(Buffer.alloc(0))]);
  return { path, body, deflated: { sizeBytes: times * block } };
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';

export interface HostileLayer {
  readonly bytes: Uint8Array;
  readonly mediaType?: string;
}

export interface LayoutOptions {
  readonly layers?: readonly HostileLayer[];
  /** Laid over the manifest before it is written. */
  readonly manifest?: Readonly<Record<string, unknown>>;
  /** Laid over the one descriptor in `index.json`. */
  readonly descriptor?: Readonly<Record<string, unknown>>;
  /** Takes the place of `index.json`. */
  readonly index?: unknown;
}

/** Digests of what {@link writeLayout} wrote, and where a blob lies. */
export interface WrittenLayout {
  readonly manifest: string;
  readonly config: string;
  readonly layers: readonly string[];
  blob(digest: string): string;
}

/** Writes an OCI image layout (image-spec 1.1) of one image. What is wrong with it, the caller brings in. */
export function writeLayout(folder: string, options: LayoutOptions = {}): WrittenLayout {
  const blob = (digest: string): string => join(folder, 'blobs', 'sha256', digest.replace('sha256:', ''));
  mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true });
  const put = (bytes: Uint8Array): { digest: string; size: number } => {
    const digest = sha256(bytes);
    writeFileSync(blob(digest), bytes);
    return { digest, size: bytes.length };
  };
  const given: readonly HostileLayer[] = options.layers ?? [{ bytes: tarOf([]) }];
  const layers = given.map(({ bytes, mediaType = mediaTypeOf(bytes) }) => ({
    mediaType,
    ...put(bytes),
  }));
  const config = put(imageConfig(layers.map(({ digest }) => digest)));
  const manifest = put(
    json({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
      layers,
      ...options.manifest,
    }),
  );
  const descriptor = { mediaType: MANIFEST, ...manifest, ...options.descriptor };
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(folder, 'index.json'), json(options.index ?? { schemaVersion: 2, manifests: [descriptor] }));
  return { manifest: manifest.digest, config: config.digest, layers: layers.map(({ digest }) => digest), blob };
}

/** What `docker save` writes, of one plain layer; `manifest` takes the place of manifest.json, `null` leaves it out. */
export function dockerArchiveOf(layer: Uint8Array, manifest?: unknown): Buffer {
  const listed = manifest ?? [{ Config: 'config.json', RepoTags: ['shop:1'], Layers: ['layer.tar'] }];
  return tarOf([
    { path: 'config.json', body: imageConfig([sha256(layer)]) },
    { path: 'layer.tar', body: layer },
    ...(manifest === null ? [] : [{ path: 'manifest.json', body: json(listed) }]),
  ]);
}

/** A descriptor as it stands in an index. */
export function descriptorOf(bytes: Uint8Array, mediaType: string): Record<string, unknown> {
  return { mediaType, digest: sha256(bytes), size: bytes.length };
}

/** Gzip of a small tar, as a layer. */
export function gzipLayer(pieces: readonly TarPiece[]): HostileLayer {
  return { bytes: gzipSync(tarOf(pieces)) };
}

// The content of a layer is not hashed by a scan unless it is asked to, so any distinct digest serves as a diff id.
function imageConfig(diffIds: readonly string[]): Buffer {
  return json({ architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: diffIds } });
}

function mediaTypeOf(bytes: Uint8Array): string {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return `${LAYER}+gzip`;
  return bytes[0] === 0x28 && bytes[1] === 0xb5 ? `${LAYER}+zstd` : LAYER;
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const bytesOf = (body: string | Uint8Array = ''): Uint8Array => (typeof body === 'string' ? Buffer.from(body) : body);
