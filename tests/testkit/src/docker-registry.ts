import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

/** `deploy` with the password `open sesame`, as htpasswd writes it. */
const HTPASSWD = 'deploy:$2b$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW\n';

/** Debian's registry (distribution 2.8: no referrers API) on a loopback port, over plain HTTP. */
export interface DockerRegistry {
  /** `127.0.0.1:port` */
  readonly host: string;
  stop(): Promise<void>;
}

/**
 * Needs the part `registry`.
 *
 * @param folder a new folder, which the caller removes
 * @param isProtected lets in only `deploy` with the password `open sesame`
 */
export async function startDockerRegistry(folder: string, isProtected = false): Promise<DockerRegistry> {
  mkdirSync(folder);
  const host = `127.0.0.1:${await freePort()}`;
  const htpasswd = join(folder, 'htpasswd');
  writeFileSync(htpasswd, HTPASSWD);
  const config = {
    version: 0.1,
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: host, secret: 'test' },
    ...(isProtected ? { auth: { htpasswd: { realm: 'test', path: htpasswd } } } : {}),
  };
  const path = join(folder, 'config.yml');
  writeFileSync(path, JSON.stringify(config));
  const child = spawn('docker-registry', ['serve', path], { stdio: 'ignore' });
  await answering(`http://${host}/v2/`, child);
  return {
    host,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    },
  };
}

const START_MS = 120_000;

async function answering(url: string, child: ChildProcess): Promise<void> {
  for (const endsAtMs = performance.now() + START_MS; performance.now() < endsAtMs;) {
    if (child.exitCode !== null) throw new Error(`the registry ended with ${child.exitCode}`);
    if (await fetch(url).catch(() => undefined)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error('the registry does not answer');
}
