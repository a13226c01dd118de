import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

type InitOptions = Parameters<NodeFS['init']>[1];

/** The parts of Emscripten's NODEFS that are patched; its own types leave them open. */
interface NodeFsStream {
  readonly nfd?: number;
  readonly node: object;
}
interface NodeFsType {
  readonly stream_ops: { fsync?: (stream: NodeFsStream) => number };
  readonly node_ops: Record<string, (...args: never[]) => unknown>;
  realPath(node: unknown): string;
}
interface EmscriptenFs {
  lookupPath(path: string): { node: { mount: { type: NodeFsType } } };
  readonly ErrnoError: new (errno: number) => Error;
}

const DATA_PATH = '/pglite/data';
/** WASI errno of EIO. */
const EIO = 29;
/** Calls that change a directory; each takes the parent node first, `rename` the node and its new parent. */
const DIRECTORY_CALLS = ['mknod', 'unlink', 'rename', 'rmdir', 'symlink'];

/**
 * A directory of the machine whose `fsync` is real. The stock file system accepts `fsync` and does nothing, so a commit
 * would be lost with the page cache. POSIX also wants the directory synced before a new name is durable: calls that
 * change a directory mark it, the next `fsync` of anything syncs it.
 */
export class DurableNodeFs extends NodeFS {
  readonly #onAbort: (reason: string) => void;
  readonly #dirty = new Set<string>();

  /** @param onAbort called when the engine gave up (a failed sync of the log is one reason); nothing may be asked after it */
  constructor(root: string, onAbort: (reason: string) => void) {
    super(root);
    this.#onAbort = onAbort;
  }

  override async init(pg: PGlite, options: InitOptions): Promise<{ emscriptenOpts: InitOptions }> {
    const { emscriptenOpts } = await super.init(pg, options);
    const patch = (module: { FS: unknown }): void => this.#patch(module.FS as EmscriptenFs);
    return {
      emscriptenOpts: {
        ...emscriptenOpts,
        onAbort: (reason: unknown) => this.#onAbort(String(reason)),
        preRun: [...(emscriptenOpts.preRun ?? []), patch],
      },
    };
  }

  #patch(fs: EmscriptenFs): void {
    const { type } = fs.lookupPath(DATA_PATH).node.mount;
    for (const name of DIRECTORY_CALLS) {
      const original = type.node_ops[name];
      if (original === undefined) throw new Error(`the embedded file system has no ${name}`);
      type.node_ops[name] = (...args: never[]): unknown => {
        // A rename leaves its old directory by the time it returns, so the path is taken before.
        const touched =
          name === 'rename' ? [dirname(type.realPath(args[0])), type.realPath(args[1])] : [type.realPath(args[0])];
        const result = original(...args);
        for (const path of touched) this.#dirty.add(path);
        return result;
      };
    }
    type.stream_ops.fsync = (stream) => {
      try {
        if (stream.nfd === undefined) this.#dirty.add(type.realPath(stream.node));
        else fsyncSync(stream.nfd);
        for (const path of this.#dirty) syncDirectory(path);
        this.#dirty.clear();
        return 0;
      } catch {
        // Only this class becomes an errno inside; anything else would be swallowed and the commit acknowledged.
        throw new fs.ErrnoError(EIO);
      }
    };
  }
}

export function syncDirectory(path: string): void {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch (error) {
    // Removed since it was marked: its parent is marked too.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
