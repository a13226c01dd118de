import { compareText, decode, type Decoded, parseTimestamp, shape, type Violation } from '@stella-ops/engine-kernel';
import { merkleRoot } from '@stella-ops/engine-tlog';
import { isNormalPath } from './tar-header.ts';
import type { BundleManifest, BundleMember } from './types.ts';

export const BUNDLE_FORMAT = 'stella.bundle/v1';
export const MANIFEST_PATH = 'manifest.json';
export const CHECKSUMS_PATH = 'checksums.txt';

const MAX_FILES = 1_000_000;
const UNSAFE = /[\x00-\x1f\x7f\\]/;

/** True for a path a bundle may hold: in normal form, and such that `sha256sum -c` needs no escapes. */
export function isBundlePath(path: string): boolean {
  return isNormalPath(path) && !UNSAFE.test(path);
}

/** The first path that cannot stand beside the others: used twice, or a file where another needs a directory. */
export function findPathConflict(paths: readonly string[]): string | undefined {
  const all = new Set<string>();
  for (const path of paths) {
    if (all.has(path)) return path;
    all.add(path);
  }
  for (const path of paths) {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      if (all.has(path.slice(0, slash))) return path.slice(0, slash);
    }
  }
  return undefined;
}

/**
 * `checksums.txt`: `root <hex>`, the Merkle root (RFC 9162) over the lines below, each a leaf without its newline; then
 * `<sha256>  <path>` for the manifest and every file, by path. Without the first line it is what `sha256sum -c` takes.
 */
export function checksumsText(manifestSha256: string, files: readonly BundleMember[]): string {
  const listed = [{ path: MANIFEST_PATH, sha256: manifestSha256 }, ...files].sort((a, b) =>
    compareText(a.path, b.path),
  );
  const lines = listed.map(({ path, sha256 }) => `${sha256}  ${path}`);
  return `${rootLine(lines)}\n${lines.join('\n')}\n`;
}

/** Whether a checksums file is whole in itself, whatever the archive around it says. */
export function isSelfConsistent(checksums: string): boolean {
  const [root, ...lines] = checksums.split('\n');
  return lines.pop() === '' && root === rootLine(lines);
}

function rootLine(lines: readonly string[]): string {
  return `root ${merkleRoot(lines.map((line) => Buffer.from(line))).toString('hex')}`;
}

const Manifest = shape.object({
  format: shape.literal(BUNDLE_FORMAT),
  kind: shape.string({ pattern: /^[a-z][a-z0-9-]{0,63}$/, what: 'a lower-case word' }),
  created: shape.string({ max: 40 }),
  files: shape.array(
    shape.object({
      path: shape.string({ max: 4096 }),
      size: shape.integer({ min: 0 }),
      sha256: shape.string({ pattern: /^[0-9a-f]{64}$/, what: '64 lower-case hex digits' }),
    }),
    { max: MAX_FILES },
  ),
  annotations: shape.record(shape.string({ max: 65_536 }), { max: 1000 }),
});

/** Checks a manifest: members, paths, their order, and that nothing stands in the way of anything else. */
export function decodeManifest(value: unknown, sealNames: readonly string[]): Decoded<BundleManifest> {
  const decoded = decode(Manifest, value);
  if (!decoded.ok) return decoded;
  const manifest: BundleManifest = decoded.value;
  const violations: Violation[] = [];
  if (!isCanonicalTime(manifest.created)) {
    violations.push({ pointer: '/created', message: 'expected a UTC time with milliseconds' });
  }
  const paths = manifest.files.map((file) => file.path);
  const badPath = paths.findIndex((path) => !isBundlePath(path));
  if (badPath !== -1) violations.push({ pointer: `/files/${badPath}/path`, message: 'expected a safe relative path' });
  const unsorted = paths.findIndex((path, i) => i > 0 && compareText(paths[i - 1] as string, path) >= 0);
  if (unsorted !== -1)
    violations.push({ pointer: `/files/${unsorted}`, message: 'expected files in order, each once' });
  const conflict = findPathConflict([MANIFEST_PATH, CHECKSUMS_PATH, ...sealNames, ...paths]);
  if (conflict !== undefined) violations.push({ pointer: '/files', message: `the path "${conflict}" is taken twice` });
  return violations.length === 0 ? { ok: true, value: manifest } : { ok: false, violations };
}

function isCanonicalTime(text: string): boolean {
  try {
    return parseTimestamp(text) === text;
  } catch {
    return false;
  }
}
