import type { Gap } from '@stella-ops/engine-inventory';
import type { Analyzer, Files, FoundFile } from '../analyzers/analyzer.ts';
import type { FileFacts } from '../layer/layer-facts.ts';
import type { LayerStack, Node } from './layer-stack.ts';
import type { LinkResolver } from './link-resolver.ts';

/** What one analyzer gets to see of the merged layers; gathers the gaps of the files that count. */
export class FileView<F> implements Files<F> {
  readonly all: readonly FoundFile<F>[];
  readonly #gaps: Gap[] = [];
  readonly #reported = new Set<string>();
  readonly #stack: LayerStack;
  readonly #links: LinkResolver;
  readonly #analyzer: Analyzer<F>;
  readonly #byName: ReadonlySet<string>;

  constructor(stack: LayerStack, links: LinkResolver, analyzer: Analyzer<F>) {
    this.#stack = stack;
    this.#links = links;
    this.#analyzer = analyzer;
    this.#byName = new Set(analyzer.wants.paths);
    const found: FoundFile<F>[] = [];
    for (const [layer, { facts }] of stack.layers.entries()) {
      for (const file of facts.files) {
        if (file.analyzer !== analyzer.id || !stack.isVisible(layer, file.path)) continue;
        const one = this.#read(layer, file);
        if (one !== undefined) found.push(one);
      }
    }
    this.all = found.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Of the files that were looked at so far. */
  get gaps(): readonly Gap[] {
    return this.#gaps;
  }

  at(path: string): FoundFile<F> | undefined {
    const resolved = this.#links.resolve(path);
    if (resolved.state !== 'found') return undefined;
    return this.#readNode(resolved.node, resolved.path, resolved.path, resolved.node.layer);
  }

  history(path: string): readonly FoundFile<F>[] {
    const found: FoundFile<F>[] = [];
    for (const [layer, { files }] of this.#stack.layers.entries()) {
      const file = files.get(path);
      if (file?.analyzer === this.#analyzer.id) found.push(this.#file(path, layer, file.facts));
    }
    return found;
  }

  realDirectory(path: string): string | undefined {
    const resolved = this.#links.resolve(path);
    return resolved.state === 'found' && resolved.node.type === 'directory' ? resolved.path : undefined;
  }

  linkedDirectory(path: string): string | undefined {
    return this.#stack.hasLink(path) ? this.realDirectory(path) : undefined;
  }

  #read(layer: number, file: FileFacts): FoundFile<F> | undefined {
    const { path, type, link } = file;
    if (this.#analyzer.content.kind === 'none') {
      return type === 'file' || type === 'hardlink' ? this.#file(path, layer) : undefined;
    }
    if (type !== 'symlink') {
      const node: Node & { layer: number } = { type, layer, ...(link !== undefined && { link }) };
      return this.#readNode(node, path, path, layer);
    }
    const resolved = this.#links.resolve(path);
    if (resolved.state === 'nowhere') this.#report('FILE_UNREADABLE', 'a link that leads nowhere', path, layer);
    return resolved.state === 'found' ? this.#readNode(resolved.node, resolved.path, path, layer) : undefined;
  }

  /** @param place where the file counts as found: the link's path and layer, not those of the content behind it */
  #readNode(node: Node & { layer: number }, path: string, place: string, layer: number): FoundFile<F> | undefined {
    if (node.type === 'hardlink') {
      const resolved = this.#links.followHardLink(node.layer, node.link ?? '');
      if (resolved.state === 'nowhere') this.#report('FILE_UNREADABLE', 'a hard link to nothing', place, layer);
      return resolved.state === 'found' ? this.#readNode(resolved.node, resolved.path, place, layer) : undefined;
    }
    if (node.type !== 'file') {
      if (this.#byName.has(place) && this.#analyzer.content.kind !== 'none') {
        this.#report('FILE_UNREADABLE', `a ${node.type}, not a file`, place, layer);
      }
      return undefined;
    }
    if (this.#analyzer.content.kind === 'none') return this.#file(place, layer);
    const parsed = this.#stack.contentOf(node.layer, path, this.#analyzer.id);
    if (parsed === 'unknown') return undefined;
    for (const { code, detail } of parsed.problems ?? []) this.#report(code, detail, place, layer);
    return this.#file(place, layer, parsed.facts);
  }

  #file(path: string, layer: number, facts?: unknown): FoundFile<F> {
    const digest = this.#stack.layers[layer]?.digest;
    return {
      path,
      ...(digest !== undefined && { layer: digest }),
      // The facts come from this analyzer's own parser, in this process or through the cache.
      ...(facts !== undefined && { facts: facts as F }),
    };
  }

  #report(code: string, detail: string, path: string, layer: number): void {
    const digest = this.#stack.layers[layer]?.digest;
    const gap: Gap = { code, path, ...(digest !== undefined && { layer: digest }), detail };
    const key = `${code}\0${path}\0${detail}`;
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.#gaps.push(gap);
  }
}
