import { mkdir, open, readdir, rename, rm, stat, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { guarded, systemCode } from './errors.ts';

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;

export interface WriteOptions {
  /** Survive a power cut: sync the file before it gets its name and the directory after. */
  readonly isDurable: boolean;
}

/**
 * Files that appear whole or not at all: written under a temporary name in `<root>/.tmp` and renamed, on the same file
 * system.
 */
export class AtomicFiles {
  readonly #root: string;
  readonly #temporary: string;
  readonly #options: WriteOptions;
  #counter = 0;

  constructor(root: string, options: WriteOptions) {
    this.#root = root;
    this.#temporary = join(root, '.tmp');
    this.#options = options;
  }

  /**
   * Runs `fill` on a new file and then renames it to the path that `fill` answers, replacing what is there. When
   * anything fails, nothing is left.
   *
   * @throws AppError `STORE_*`; errors of `fill` are passed on
   */
  async write(fill: (append: (bytes: Uint8Array) => Promise<void>) => Promise<string>): Promise<void> {
    const { file, path } = await guarded(this.#root, () => this.#openTemporary());
    try {
      let target: string;
      try {
        target = await fill((bytes) => guarded(path, () => writeAll(file, bytes)));
        if (this.#options.isDurable) await guarded(path, () => file.sync());
      } finally {
        await file.close();
      }
      await guarded(target, () => this.#publish(path, target));
    } catch (cause) {
      await rm(path, { force: true });
      throw cause;
    }
  }

  /** Moves a file out of the way, to `<root>/<folder>`. */
  async moveAside(path: string, folder: string, name: string): Promise<void> {
    await this.#makeDirectory(join(this.#root, folder));
    await rename(path, join(this.#root, folder, name));
  }

  /** Removes temporary files last written before a moment. */
  async sweep(beforeMs: number): Promise<number> {
    let swept = 0;
    for (const name of await namesIn(this.#temporary)) {
      const path = join(this.#temporary, name);
      const { mtimeMs } = (await unlessMissing(stat(path))) ?? { mtimeMs: Infinity };
      if (mtimeMs < beforeMs && (await unlinkIfThere(path))) swept++;
    }
    return swept;
  }

  /** Process id and counter make the name; whoever has it already (a process of another container) keeps it. */
  async #openTemporary(): Promise<{ file: FileHandle; path: string }> {
    for (;;) {
      const path = join(this.#temporary, `${process.pid}-${this.#counter++}`);
      try {
        return { file: await open(path, 'wx', FILE_MODE), path };
      } catch (cause) {
        const code = systemCode(cause);
        if (code === 'ENOENT') await this.#makeDirectory(this.#temporary);
        else if (code !== 'EEXIST') throw cause;
      }
    }
  }

  async #publish(path: string, target: string): Promise<void> {
    await this.#makeDirectory(dirname(target));
    await rename(path, target);
    if (this.#options.isDurable) await syncDirectory(dirname(target));
  }

  async #makeDirectory(path: string): Promise<void> {
    const firstMade = await mkdir(path, { recursive: true, mode: DIRECTORY_MODE });
    if (firstMade === undefined || !this.#options.isDurable) return;
    // The name of each new directory stands in its parent.
    for (let made = resolve(path); made.length >= firstMade.length; made = dirname(made)) {
      await syncDirectory(dirname(made));
    }
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten;
}

async function syncDirectory(path: string): Promise<void> {
  // Windows has no handle to sync for a directory; its file system journals names.
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What a step answers, or `undefined` when the file is not there. */
export async function unlessMissing<T>(step: Promise<T>): Promise<T | undefined> {
  try {
    return await step;
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return undefined;
    throw cause;
  }
}

/** Names in a directory in code-unit order; none when it is not there. */
export async function namesIn(path: string): Promise<string[]> {
  return ((await unlessMissing(readdir(path))) ?? []).sort();
}

/** Answers whether the file was there. */
export async function unlinkIfThere(path: string): Promise<boolean> {
  return (await unlessMissing(unlink(path).then(() => true))) ?? false;
}
