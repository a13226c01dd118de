import { AppError, type Digest, digestOf, hexOf, newHash, parseCanonicalJson } from '@stella-ops/engine-kernel';
import { CHECKSUMS_PATH, checksumsText, decodeManifest, isSelfConsistent, MANIFEST_PATH } from './bundle-format.ts';
import { type Candidate, readBundleHeader } from './bundle-header.ts';
import { ByteSource } from './byte-source.ts';
import { fromChunks } from './chunks.ts';
import { decompress } from './decompress.ts';
import { paddingOf } from './tar-block.ts';
import { TAR_END_BYTES } from './tar-writer.ts';
import type { BundleFault, BundleManifest, BundleMember } from './types.ts';

export interface BundleLimits {
  /** Of the uncompressed archive. Default 1 GiB in memory, 64 GiB as a stream. */
  readonly maxBytes?: number;
  /** See {@link decompress}. */
  readonly maxRatio?: number;
  /** Of the manifest, and of checksums.txt. Default 64 MiB. */
  readonly maxManifestBytes?: number;
  /** Of each seal. Default 16 MiB. */
  readonly maxSealBytes?: number;
}

export interface BundleReadOptions {
  /** Paths of the files beside the manifest that vouch for it. They may be absent; what they say is the caller's to check. */
  readonly sealNames: readonly string[];
  readonly limits?: BundleLimits;
}

/** Takes the content of one file while it is read. */
export interface BundleSink {
  write(chunk: Uint8Array): void | Promise<void>;
  /** `isWhole`: size and digest are as the manifest says. What came before may only be used then. */
  end(isWhole: boolean): void | Promise<void>;
}

/** What was read. With no faults, every byte of the archive is accounted for by the manifest and the seals. */
export interface BundleReading {
  readonly manifest?: BundleManifest;
  readonly manifestBytes?: Buffer;
  /** The identity of the bundle. */
  readonly manifestDigest?: Digest;
  readonly seals: ReadonlyMap<string, Buffer>;
  readonly faults: readonly BundleFault[];
}

export interface BundleContent extends BundleReading {
  /** Only files that are whole. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** The name in faults of what belongs to no member. */
const ARCHIVE = '(archive)';
const GIB = 1024 ** 3;
const MAX_FAULTS = 1000;

/**
 * Reads a Bundle into memory. A broken one never throws: all that is wrong with it stands in `faults`, each with the file
 * and the check that failed. The archive must be what {@link packBundle} writes to the byte: canonical headers, zero
 * padding, exact end, canonical manifest, checksums.txt as derived from it, every listed file once and in order.
 * The signatures in the seals are not checked here.
 *
 * @throws only what the source throws
 */
export async function readBundle(
  source: AsyncIterable<Uint8Array> | Uint8Array,
  options: BundleReadOptions,
): Promise<BundleContent> {
  const files = new Map<string, Buffer>();
  const stream = source instanceof Uint8Array ? fromChunks([source]) : source;
  const limits = { maxBytes: GIB, ...options.limits };
  const reading = await readBundleStream(stream, { ...options, limits }, ({ path }) => {
    const chunks: Buffer[] = [];
    return {
      write: (chunk) => void chunks.push(Buffer.from(chunk)),
      end: (isWhole) => void (isWhole && files.set(path, Buffer.concat(chunks))),
    };
  });
  return { ...reading, files };
}

/**
 * {@link readBundle} for bundles of any size: each listed file is offered to `onFile` as it comes, and passed over if
 * that answers nothing. The reader waits for the sink.
 *
 * @throws only what the source, `onFile` or a sink throws
 */
export async function readBundleStream(
  source: AsyncIterable<Uint8Array>,
  options: BundleReadOptions,
  onFile: (member: BundleMember) => BundleSink | undefined,
): Promise<BundleReading> {
  return new BundleReader(source, options, onFile).read();
}

class BundleReader {
  readonly #options: BundleReadOptions;
  readonly #limits: Required<BundleLimits>;
  readonly #bytes: ByteSource;
  readonly #onFile: (member: BundleMember) => BundleSink | undefined;
  readonly #faults: BundleFault[] = [];
  readonly #seals = new Map<string, Buffer>();
  #manifestBytes: Buffer | undefined;
  #manifest: BundleManifest | undefined;

  constructor(
    source: AsyncIterable<Uint8Array>,
    options: BundleReadOptions,
    onFile: (member: BundleMember) => BundleSink | undefined,
  ) {
    this.#options = options;
    this.#limits = {
      maxBytes: 64 * GIB,
      maxRatio: 500,
      maxManifestBytes: 64 * 1024 * 1024,
      maxSealBytes: 16 * 1024 * 1024,
      ...options.limits,
    };
    this.#bytes = new ByteSource(decompress(source, 'sniff', this.#limits));
    this.#onFile = onFile;
  }

  async read(): Promise<BundleReading> {
    try {
      if ((await this.#readManifest()) && (await this.#readChecksums()) && (await this.#readMembers())) {
        await this.#readEnd();
      }
    } catch (cause) {
      if (!(cause instanceof AppError) || !cause.code.startsWith('COMPRESSION_')) throw cause;
      const isLimit = cause.code === 'COMPRESSION_TOO_LARGE' || cause.code === 'COMPRESSION_RATIO';
      this.#fault(ARCHIVE, isLimit ? 'limit' : 'compression', cause.message);
    } finally {
      await this.#bytes.close();
    }
    return {
      ...(this.#manifest !== undefined && { manifest: this.#manifest }),
      ...(this.#manifestBytes !== undefined && {
        manifestBytes: this.#manifestBytes,
        manifestDigest: digestOf(this.#manifestBytes),
      }),
      seals: this.#seals,
      faults: this.#faults,
    };
  }

  /** The steps answer whether the archive can be read on. */
  async #readManifest(): Promise<boolean> {
    const bytes = await this.#readFixed({ path: MANIFEST_PATH });
    if (bytes === undefined) return false;
    this.#manifestBytes = bytes;
    try {
      const decoded = decodeManifest(parseCanonicalJson(bytes, MANIFEST_PATH), this.#options.sealNames);
      if (decoded.ok) this.#manifest = decoded.value;
      else
        for (const one of decoded.violations) this.#fault(MANIFEST_PATH, 'manifest', `${one.pointer}: ${one.message}`);
    } catch (cause) {
      this.#fault(MANIFEST_PATH, 'manifest-canonical', (cause as Error).message);
    }
    return this.#manifest !== undefined;
  }

  async #readChecksums(): Promise<boolean> {
    const manifestHex = hexOf(digestOf(this.#manifestBytes as Buffer));
    const expected = checksumsText(manifestHex, this.#files());
    const bytes = await this.#readFixed({ path: CHECKSUMS_PATH, size: Buffer.byteLength(expected) });
    if (bytes === undefined) return false;
    const found = bytes.toString();
    if (found === expected) return true;
    if (isSelfConsistent(found) && !found.includes(`\n${manifestHex}  ${MANIFEST_PATH}\n`)) {
      this.#fault(MANIFEST_PATH, 'digest', 'checksums.txt, whole in itself, names another manifest');
    } else {
      this.#fault(CHECKSUMS_PATH, 'checksums', 'the lines do not follow from the manifest');
    }
    return true;
  }

  async #readMembers(): Promise<boolean> {
    const files = this.#files();
    const indexOf = new Map(files.map((file, index) => [file.path, index]));
    const seals = [...this.#options.sealNames].sort();
    const isKnown = (path: string) => indexOf.has(path) || seals.includes(path);
    const seen = new Set<string>();
    /** Seals and then files, each in order: the number of the next that may come. */
    let next = 0;
    const orderOf = (path: string) => {
      const seal = seals.indexOf(path);
      return seal === -1 ? seals.length + (indexOf.get(path) ?? 0) : seal;
    };
    for (;;) {
      const candidates: Candidate[] = seals.slice(next).map((path) => ({ path }));
      const nextFile = files[Math.max(0, next - seals.length)];
      if (nextFile !== undefined) candidates.push(nextFile);
      const header = await readBundleHeader(this.#bytes, candidates, isKnown);
      if (header.kind === 'end') break;
      if (header.kind === 'truncated' || header.kind === 'unknown') {
        this.#lost(header, nextFile?.path ?? ARCHIVE);
        return false;
      }
      const { path, size } = header;
      if (header.kind !== 'canonical') this.#fault(path, 'tar-canonical', header.detail);
      if (size === undefined) return false;
      if (!isKnown(path)) this.#fault(path, 'unlisted', 'the manifest does not list this member');
      else if (seen.has(path)) this.#fault(path, 'duplicate', 'the member stands in the archive twice');
      else if (orderOf(path) < next) this.#fault(path, 'order', 'the member stands behind one that it should precede');
      const isFirst = isKnown(path) && !seen.has(path);
      seen.add(path);
      if (isFirst) next = Math.max(next, orderOf(path) + 1);

      const file = isFirst ? files[indexOf.get(path) ?? -1] : undefined;
      const isSeal = isFirst && file === undefined;
      const isRead = isSeal ? await this.#readSeal(path, size) : await this.#readFile(path, size, file);
      if (!isRead || this.#faults.length >= MAX_FAULTS) return false;
    }
    for (const { path } of files) {
      if (!seen.has(path)) this.#fault(path, 'missing', 'the manifest lists this file, the archive does not hold it');
    }
    return true;
  }

  /** Two zero blocks, and then nothing. */
  async #readEnd(): Promise<void> {
    const end = await this.#bytes.take(TAR_END_BYTES);
    if (end.length < TAR_END_BYTES)
      return this.#fault(ARCHIVE, 'truncated', 'the archive does not end with two zero blocks');
    if (!isZero(end)) this.#fault(ARCHIVE, 'tar-canonical', 'the end of the archive is not zero');
    if ((await this.#bytes.peek(1)).length > 0)
      this.#fault(ARCHIVE, 'tar-canonical', 'bytes follow the end of the archive');
  }

  /** A member that has its place, read whole. */
  async #readFixed(member: Candidate): Promise<Buffer | undefined> {
    const { path } = member;
    const header = await readBundleHeader(this.#bytes, [member], (one) => one === path);
    if (header.kind === 'truncated' || header.kind === 'unknown' || header.kind === 'end') {
      this.#lost(header, path);
      return undefined;
    }
    if (header.path !== path) {
      this.#fault(path, 'order', `the member ${JSON.stringify(header.path)} stands in its place`);
      return undefined;
    }
    if (header.kind !== 'canonical') this.#fault(path, 'tar-canonical', header.detail);
    if (header.size === undefined) return undefined;
    if (header.size > this.#limits.maxManifestBytes) {
      this.#fault(path, 'limit', `${header.size} bytes are over the limit of ${this.#limits.maxManifestBytes}`);
      return undefined;
    }
    const bytes = await this.#bytes.take(header.size);
    return (await this.#readPadding(path, header.size, bytes.length)) ? bytes : undefined;
  }

  async #readSeal(path: string, size: number): Promise<boolean> {
    if (size > this.#limits.maxSealBytes) {
      this.#fault(path, 'limit', `${size} bytes are over the limit of ${this.#limits.maxSealBytes}`);
      return false;
    }
    const bytes = await this.#bytes.take(size);
    this.#seals.set(path, bytes);
    return this.#readPadding(path, size, bytes.length);
  }

  /** @param file what the manifest says; without it the bytes are only passed over */
  async #readFile(path: string, size: number, file: BundleMember | undefined): Promise<boolean> {
    const sink = file === undefined ? undefined : this.#onFile(file);
    const hash = newHash();
    let length = 0;
    for await (const chunk of this.#bytes.pass(size)) {
      length += chunk.length;
      if (file !== undefined) hash.update(chunk);
      await sink?.write(chunk);
    }
    const found = hash.digest('hex');
    const hasSize = file === undefined || size === file.size;
    const hasDigest = file === undefined || found === file.sha256;
    if (!hasSize) this.#mismatch(path, 'size', String(file.size), String(size));
    if (!hasDigest && length === size) this.#mismatch(path, 'digest', `sha256:${file.sha256}`, `sha256:${found}`);
    await sink?.end(hasSize && hasDigest);
    return this.#readPadding(path, size, length);
  }

  async #readPadding(path: string, size: number, found: number): Promise<boolean> {
    const padding = await this.#bytes.take(found < size ? 0 : paddingOf(size));
    if (found < size || padding.length < paddingOf(size)) {
      this.#fault(path, 'truncated', `the archive ends in this member, at byte ${this.#bytes.offset}`);
      return false;
    }
    if (!isZero(padding)) this.#fault(path, 'tar-canonical', 'the padding behind the content is not zero');
    return true;
  }

  #files(): readonly BundleMember[] {
    return this.#manifest?.files ?? [];
  }

  #lost(header: { kind: 'truncated' | 'unknown' | 'end'; detail?: string; path?: string }, path: string): void {
    const at = `at byte ${this.#bytes.offset}`;
    if (header.kind === 'unknown')
      this.#fault(ARCHIVE, 'tar-canonical', `no header of a bundle ${at}: ${header.detail}`);
    else if (header.kind === 'end') this.#fault(path, 'missing', `the archive ends ${at} without this member`);
    else this.#fault(header.path ?? path, 'truncated', `the archive is cut off ${at}`);
  }

  #mismatch(file: string, check: string, expected: string, found: string): void {
    this.#add({ file, check, detail: `the ${check} is not what the manifest says`, expected, found });
  }

  #fault(file: string, check: string, detail: string): void {
    this.#add({ file, check, detail });
  }

  #add(fault: BundleFault): void {
    if (this.#faults.length < MAX_FAULTS) this.#faults.push(fault);
  }
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
