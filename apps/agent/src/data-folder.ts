import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Where an agent keeps what outlives it. */
export interface DataFolder {
  readonly path: string;
  /** Key, certificate, authority, address: one file, so that a renewal is one rename. */
  readonly identity: string;
  /** Keeps a second process out. */
  readonly lock: string;
  /** A folder for each task that the server does not yet know the end of. */
  readonly tasks: string;
  /** What a target looks like to people on the host: lock file, version. */
  target(name: string): string;
}

/** Makes the folders, for their owner only. */
export async function openDataFolder(path: string): Promise<DataFolder> {
  const root = resolve(path);
  const folder: DataFolder = {
    path: root,
    identity: join(root, 'identity.json'),
    lock: join(root, 'agent.pid'),
    tasks: join(root, 'tasks'),
    target: (name) => join(root, 'targets', name),
  };
  for (const made of [root, folder.tasks, join(root, 'targets')]) await mkdir(made, { recursive: true, mode: 0o700 });
  return folder;
}
