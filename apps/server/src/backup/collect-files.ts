import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { BundleSource } from '@stella-ops/engine-archive';
import { newHash } from '@stella-ops/engine-kernel';
import { objectHex } from './layout.ts';

/** A file that is read once for its digest and once for the archive. */
export async function fileSource(path: string, file: string): Promise<BundleSource> {
  const hash = newHash();
  let size = 0;
  await pipeline(createReadStream(file), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      size += chunk.length;
    }
  });
  return { path, size, sha256: hash.digest('hex'), open: () => createReadStream(file) };
}

/**
 * The embedded database of a server that is stopped: every file of the cluster, and every folder.
 *
 * @param folder `…/database`
 */
export async function databaseFiles(folder: string): Promise<{
  readonly files: readonly BundleSource[];
  readonly folders: readonly string[];
}> {
  const files = [await fileSource('database/ready', join(folder, 'ready'))];
  const folders: string[] = [];
  const walk = async (path: string, from: string): Promise<void> => {
    folders.push(path);
    for (const entry of await readdir(from, { withFileTypes: true })) {
      const [name, file] = [`${path}/${entry.name}`, join(from, entry.name)];
      if (entry.isDirectory()) await walk(name, file);
      else files.push(await fileSource(name, file));
    }
  };
  await walk('database/cluster', join(folder, 'cluster'));
  return { files, folders };
}

/**
 * Every object of every tenant. Their names are their digests, so they are read once only: by whoever packs them, which
 * notices one that is not what it is called. What is being written, or was set aside, is no object.
 */
export async function objectFiles(root: string): Promise<readonly BundleSource[]> {
  const files: BundleSource[] = [];
  const walk = async (path: string, from: string): Promise<void> => {
    for (const entry of await entriesOf(from)) {
      const [name, file] = [`${path}/${entry.name}`, join(from, entry.name)];
      if (entry.isDirectory()) await walk(name, file);
      const sha256 = objectHex(name);
      if (sha256 === undefined || !entry.isFile()) continue;
      const size = await stat(file).then(({ size: bytes }) => bytes, unlessGone);
      if (size !== undefined) files.push({ path: name, size, sha256, open: () => createReadStream(file) });
    }
  };
  await walk('objects/tenants', join(root, 'tenants'));
  return files;
}

/** The files of one folder, by name; none when it is not there. */
export async function plainFiles(path: string, folder: string): Promise<readonly BundleSource[]> {
  const entries = (await entriesOf(folder)).filter((entry) => entry.isFile());
  return Promise.all(entries.map(({ name }) => fileSource(`${path}/${name}`, join(folder, name))));
}

/** A sweep may remove a folder or an object that nothing names any more while a server runs on PostgreSQL. */
const entriesOf = async (folder: string) => (await readdir(folder, { withFileTypes: true }).catch(unlessGone)) ?? [];

function unlessGone(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
}
