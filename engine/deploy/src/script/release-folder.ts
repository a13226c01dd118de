import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { PlannedImage, ScriptPlan } from '@stella-ops/engine-compose';
import { type Digest, digestOfJson, hexOf, isObject, type Timestamp } from '@stella-ops/engine-kernel';
import { diskError, syncFolder, writeDurably } from '../durable-file.ts';

const FOLDER = /^[0-9a-f]{64}$/;
const VERSION = 'stella.version.json';

/** What the host says runs there. */
export interface InstalledRelease {
  readonly project: string;
  readonly environment: string;
  readonly releaseId: string;
  readonly deploymentId: string;
  readonly folder: string;
  readonly hooksDigest: string;
  readonly services: readonly {
    readonly service: string;
    readonly image: string;
    readonly manifestDigest: Digest;
    readonly configDigest: Digest | null;
  }[];
  readonly recordedAt: string;
}

export const folderOf = (plan: ScriptPlan): string => hexOf(plan.contentDigest);
export const pathOf = (root: string, folder: string): string => join(root, 'releases', folder);

/** The folder that `current` points to; null when there is none. */
export function currentFolder(root: string): string | null {
  const link = join(root, 'current');
  if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return null;
  const folder = basename(readlinkSync(link));
  return FOLDER.test(folder) && existsSync(pathOf(root, folder)) ? folder : null;
}

/** Makes `current` point to a folder in one step; null takes it away. @throws AppError `DEPLOY_DISK` */
export function switchTo(root: string, folder: string | null): void {
  const link = join(root, 'current');
  try {
    if (folder === null) rmSync(link, { force: true });
    else {
      const temporary = join(root, '.current.new');
      rmSync(temporary, { force: true });
      symlinkSync(join('releases', folder), temporary);
      renameSync(temporary, link);
    }
    syncFolder(root);
  } catch (cause) {
    throw diskError(cause, link);
  }
}

export const isUnpacked = (root: string, folder: string): boolean => existsSync(pathOf(root, folder));

/**
 * Fills a folder under another name and renames it when it is whole, so that a folder of a release is never half made.
 *
 * @param fill writes the files of the archive
 */
export async function makeFolder(
  root: string,
  plan: ScriptPlan,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = folderOf(plan);
  if (isUnpacked(root, folder)) return;
  const temporary = join(root, 'releases', `.${folder}.new`);
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true, mode: 0o755 });
  await fill(temporary);
  try {
    for (const { path, content, isExecutable } of plan.files) {
      const target = join(temporary, path);
      removeLinks(temporary, path);
      mkdirSync(dirname(target), { recursive: true });
      rmSync(target, { recursive: true, force: true });
      writeFileSync(target, content);
      chmodSync(target, isExecutable ? 0o755 : 0o644);
    }
    renameSync(temporary, pathOf(root, folder));
    syncFolder(join(root, 'releases'));
  } catch (cause) {
    throw diskError(cause, temporary);
  }
}

/** A link of the archive on the way to a file of the template could lead out of the folder. */
function removeLinks(root: string, path: string): void {
  const parts = path.split('/').slice(0, -1);
  parts.forEach((_, index) => {
    const at = join(root, ...parts.slice(0, index + 1));
    const found = lstatSync(at, { throwIfNoEntry: false });
    if (found !== undefined && !found.isDirectory()) rmSync(at, { force: true });
  });
}

/** Removes the oldest folders beyond those that stay; those in use never. */
export function pruneFolders(root: string, keep: number, inUse: readonly (string | null)[]): readonly string[] {
  const base = join(root, 'releases');
  const folders = existsSync(base)
    ? readdirSync(base).filter((name) => FOLDER.test(name) && !inUse.includes(name))
    : [];
  const newestFirst = folders
    .map((name) => ({ name, madeMs: statSync(join(base, name)).mtimeMs }))
    .sort((a, b) => b.madeMs - a.madeMs || (a.name < b.name ? -1 : 1));
  const gone = newestFirst.slice(keep).map((one) => one.name);
  for (const name of gone) rmSync(join(base, name), { recursive: true, force: true });
  return gone;
}

export function recordRelease(root: string, plan: ScriptPlan, recordedAt: Timestamp): void {
  const { project, environment, releaseId, deploymentId } = plan;
  const service = ({ component, image }: { component: string; image: PlannedImage }) => ({
    service: component,
    image: image.reference,
    manifestDigest: image.manifestDigest,
    configDigest: image.configDigest,
  });
  const release: InstalledRelease & { readonly format: string; readonly planDigest: Digest } = {
    format: 'stella.version/v1',
    project,
    environment,
    releaseId,
    deploymentId,
    planDigest: digestOfJson(plan),
    folder: folderOf(plan),
    hooksDigest: digestOfJson(plan.hooks),
    services: plan.components.map(service),
    recordedAt,
  };
  writeDurably(join(root, VERSION), `${JSON.stringify(release, null, 2)}\n`);
}

/** What `stella.version.json` says; undefined when there is none or somebody else wrote it. */
export function installedRelease(root: string): InstalledRelease | undefined {
  const path = join(root, VERSION);
  if (!existsSync(path)) return undefined;
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const isOurs = isObject(value) && value['format'] === 'stella.version/v1' && Array.isArray(value['services']);
    return isOurs ? (value as unknown as InstalledRelease) : undefined;
  } catch {
    return undefined;
  }
}
