import { createReadStream } from 'node:fs';
import { type BundleManifest, type BundleMember, type BundleSink, readBundleStream } from '@stella-ops/engine-archive';
import { type Digest, parseCanonicalJson } from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';
import { BACKUP_KIND, BackupRecord, DUMP_PATH, isBackupPath, objectHex, RECORD_PATH } from './layout.ts';

export interface CheckedArchive {
  readonly record: BackupRecord;
  readonly manifest: BundleManifest;
  readonly digest: Digest;
  /** Of all files, unpacked. */
  readonly sizeBytes: number;
}

/** A log full of zeros shrinks without end; what comes out is bounded by the sizes in the manifest and by the disk. */
const LIMITS = { maxRatio: 1_000_000, maxBytes: Number.MAX_SAFE_INTEGER, maxManifestBytes: 256 * 1024 ** 2 };
const MAX_RECORD_BYTES = 64 * 1024 ** 2;

/**
 * Reads a backup from its first byte to its last and compares everything with its manifest; objects with their names too.
 *
 * @throws AppError `BACKUP_BROKEN` with the first file that is not as it was written
 */
export async function checkArchive(archive: string): Promise<CheckedArchive> {
  const chunks: Buffer[] = [];
  const { manifest, digest } = await readArchive(archive, ({ path, size }) => {
    if (path !== RECORD_PATH || size > MAX_RECORD_BYTES) return undefined;
    return { write: (chunk) => void chunks.push(Buffer.from(chunk)), end: () => undefined };
  });
  if (manifest.kind !== BACKUP_KIND) throw broken(archive, `it is a ${manifest.kind}, not a backup`);
  for (const { path, sha256 } of manifest.files) {
    if (!isBackupPath(path)) throw broken(archive, `a backup holds no ${path}`, path);
    const hex = objectHex(path);
    if (hex !== undefined && hex !== sha256) throw broken(archive, `the object ${path} is not what it is called`, path);
  }
  const record = recordOf(archive, Buffer.concat(chunks));
  const needed = record.engine === 'embedded' ? 'database/ready' : DUMP_PATH;
  if (!manifest.files.some(({ path }) => path === needed)) throw broken(archive, `${needed} is missing`, needed);
  return { record, manifest, digest, sizeBytes: manifest.files.reduce((sum, { size }) => sum + size, 0) };
}

/**
 * Offers each file of a backup to `onFile`, and throws at the end unless all of them were whole.
 *
 * @throws AppError `BACKUP_BROKEN`
 */
export async function readArchive(
  archive: string,
  onFile: (member: BundleMember) => BundleSink | undefined,
): Promise<{ readonly manifest: BundleManifest; readonly digest: Digest }> {
  const reading = await readBundleStream(createReadStream(archive), { sealNames: [], limits: LIMITS }, onFile);
  const [first, ...more] = reading.faults;
  if (first !== undefined) {
    const rest = more.length === 0 ? '' : `, and ${more.length} more`;
    throw broken(archive, `${first.file}: ${first.detail}${rest}`, first.file);
  }
  if (reading.manifest === undefined || reading.manifestDigest === undefined) throw broken(archive, 'no manifest');
  return { manifest: reading.manifest, digest: reading.manifestDigest };
}

function recordOf(archive: string, bytes: Buffer): BackupRecord {
  let value: unknown;
  try {
    value = parseCanonicalJson(bytes, RECORD_PATH);
  } catch (cause) {
    throw broken(archive, `${RECORD_PATH} cannot be read`, RECORD_PATH, cause);
  }
  const record = BackupRecord.safeParse(value);
  if (record.success) return record.data;
  throw broken(archive, `${RECORD_PATH}: ${record.error.issues[0]?.message ?? 'not understood'}`, RECORD_PATH);
}

const broken = (archive: string, why: string, member?: string, cause?: unknown) =>
  fail('BACKUP_BROKEN', `${archive} is not a whole backup: ${why}`, {
    place: { file: archive, ...(member === undefined ? {} : { pointer: `/${member}` }) },
    cause,
  });
