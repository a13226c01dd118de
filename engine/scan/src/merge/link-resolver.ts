import { BOUNDS } from '../limits.ts';
import type { LayerStack, Node } from './layer-stack.ts';

export type Resolved =
  | { readonly state: 'found'; readonly path: string; readonly node: Node & { readonly layer: number } }
  /** Nothing there, a loop, or too many links. */
  | { readonly state: 'nowhere' }
  /** An answer of the stack is missing. */
  | { readonly state: 'unknown' };

const NOWHERE: Resolved = { state: 'nowhere' };
const UNKNOWN: Resolved = { state: 'unknown' };

/** As PATH_MAX: no system resolves more parts of a path. */
const MAX_PARTS = 4096;
/** Steps for one image; a real one takes some thousands. */
const MAX_STEPS = 5_000_000;

/** Follows links through merged layers, as a process with the image as its root would. */
export class LinkResolver {
  readonly #stack: LayerStack;
  #stepsLeft = MAX_STEPS;

  constructor(stack: LayerStack) {
    this.#stack = stack;
  }

  /** True when links were left unfollowed because there were too many of them. */
  get isExhausted(): boolean {
    return this.#stepsLeft <= 0;
  }

  /** Symbolic links in all parts are followed inside the root; `..` cannot leave it. */
  resolve(path: string): Resolved {
    const parts = path.split('/').reverse();
    const done: string[] = [];
    let node: Node = { type: 'directory', layer: 0 };
    for (let hops = 0; parts.length > 0;) {
      if (--this.#stepsLeft < 0 || parts.length > MAX_PARTS) return NOWHERE;
      const part = parts.pop();
      if (part === undefined || part === '' || part === '.') continue;
      if (part === '..') {
        done.pop();
        node = { type: 'directory', layer: 0 };
        continue;
      }
      node = this.#stack.lookup(done.length === 0 ? part : `${done.join('/')}/${part}`);
      if (node.type === 'unknown') return UNKNOWN;
      if (node.type === 'absent') return NOWHERE;
      if (node.type !== 'symlink') {
        done.push(part);
        continue;
      }
      if (++hops > BOUNDS.linkHops) return NOWHERE;
      const target: string = node.link ?? '';
      if (target.startsWith('/')) done.length = 0;
      parts.push(...target.split('/').reverse());
      node = { type: 'directory', layer: 0 };
    }
    return 'layer' in node ? { state: 'found', path: done.join('/'), node } : NOWHERE;
  }

  /** The regular file behind a hard link: in the layer of the link, else in the nearest one below that has the path. */
  followHardLink(layer: number, target: string): Resolved {
    let below = layer + 1;
    let path = target;
    for (let hops = 0; hops < BOUNDS.linkHops && --this.#stepsLeft >= 0; hops++) {
      const node = this.#stack.lookup(path, below);
      if (node.type === 'unknown') return UNKNOWN;
      if (node.type === 'absent') return NOWHERE;
      if (node.type === 'file') return { state: 'found', path, node };
      if (node.type !== 'hardlink' || node.link === undefined || node.link === path) return NOWHERE;
      path = node.link;
      below = node.layer + 1;
    }
    return NOWHERE;
  }
}
