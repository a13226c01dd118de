import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ReleaseImage } from '@stella-ops/engine-compose';
import { dockerClient } from '@stella-ops/engine-docker';
import { digestOf, isDigest, parseDigest } from '@stella-ops/engine-kernel';

export const run = promisify(execFile);

/** This machine's shell, `sleep` and `cat` with the libraries that they load: the smallest image that can run. */
async function rootTar(folder: string, more: readonly string[], files: readonly string[]): Promise<string> {
  const programs = ['/bin/sh', '/bin/sleep', '/bin/cat', ...more];
  const { stdout } = await run('ldd', programs);
  const libraries = new Set([...stdout.matchAll(/(\/\S+) \(0x/g)].map((match) => match[1] ?? ''));
  const tar = join(folder, 'root.tar');
  const paths = [...programs, ...libraries, ...files].map((path) => path.slice(1));
  await run('tar', ['--dereference', '-C', '/', '-cf', tar, ...paths]);
  return tar;
}

/**
 * An image with its own digest, pushed to a registry and then gone from the engine.
 *
 * @param repository `127.0.0.1:5000/shop/web`
 * @param instructions of a Dockerfile, `ENV VERSION=1`
 * @param more another Engine than the one of `DOCKER_HOST`; programs of this machine beside the shell, and files
 */
export async function pushImage(
  folder: string,
  repository: string,
  tag: string,
  instructions: readonly string[],
  more: {
    readonly host?: string;
    readonly programs?: readonly string[];
    readonly files?: readonly string[];
  } = {},
): Promise<ReleaseImage> {
  const host = more.host ?? process.env['DOCKER_HOST'];
  const docker = dockerClient(host === undefined ? {} : { host });
  const cli = (...words: string[]) => run('docker', [...(host === undefined ? [] : ['--host', host]), ...words]);
  const root = await rootTar(folder, more.programs ?? [], more.files ?? []);
  const name = `${repository}:${tag}`;
  const changes = instructions.flatMap((one) => ['--change', one]);
  await cli('import', ...changes, root, name);
  rmSync(root);
  await cli('push', '--quiet', name);
  const { id, repoDigests, os, architecture } = await docker.inspectImage(name);
  const digest = repoDigests.find((one) => one.startsWith(`${repository}@`))?.split('@')[1];
  if (!isDigest(digest)) throw new Error(`${name} has no digest after its push`);
  await cli('rmi', '-f', id);
  return { repository, manifestDigest: parseDigest(digest), configDigest: id, platform: { os, architecture } };
}

/**
 * The same image under another tag, saying that it is built for another architecture.
 *
 * @param repository of a registry over plain HTTP: `127.0.0.1:5000/shop/web`
 */
export async function claimPlatform(
  repository: string,
  tag: string,
  other: string,
  architecture: string,
): Promise<void> {
  const [host = '', ...path] = repository.split('/');
  const base = `http://${host}/v2/${path.join('/')}`;
  const type = 'application/vnd.docker.distribution.manifest.v2+json';
  const ask = async (url: string, init: RequestInit = {}) => {
    const answer = await fetch(url, init);
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
    return answer;
  };
  const manifest = (await (await ask(`${base}/manifests/${tag}`, { headers: { accept: type } })).json()) as {
    config: { digest: string; size: number };
  };
  const config = (await (await ask(`${base}/blobs/${manifest.config.digest}`)).json()) as Record<string, unknown>;
  const bytes = Buffer.from(JSON.stringify({ ...config, architecture }));
  const digest = digestOf(bytes);
  const upload = (await ask(`${base}/blobs/uploads/`, { method: 'POST' })).headers.get('location') ?? '';
  const place = new URL(upload, base);
  place.searchParams.set('digest', digest);
  await ask(place.href, { method: 'PUT', body: bytes });
  const changed = { ...manifest, config: { ...manifest.config, digest, size: bytes.length } };
  const headers = { 'content-type': type };
  await ask(`${base}/manifests/${other}`, { method: 'PUT', headers, body: JSON.stringify(changed) });
}
