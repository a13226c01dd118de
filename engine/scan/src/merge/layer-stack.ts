import type { TarEntryType } from '@stella-ops/engine-archive';
import type { Digest } from '@stella-ops/engine-kernel';
import type { Parsed } from '../analyzers/analyzer.ts';
import type { Answer } from '../layer/answer.ts';
import type { FileFacts, LayerFacts } from '../layer/layer-facts.ts';
import { hashOfPath } from '../paths/path-hash.ts';
import { parentOf } from '../paths/path-text.ts';
import { Questions } from './questions.ts';

export interface StackedLayer {
  readonly digest?: Digest;
  readonly facts: LayerFacts;
}

/** What stands at a path: `unknown` until a question is answered. */
export type Node =
  | { readonly type: TarEntryType; readonly layer: number; readonly link?: string }
  | { readonly type: 'unknown' | 'absent' };

const ABSENT: Node = { type: 'absent' };
const UNKNOWN: Node = { type: 'unknown' };

interface IndexedLayer extends StackedLayer {
  readonly files: ReadonlyMap<string, FileFacts>;
  readonly links: ReadonlyMap<string, string>;
  readonly whiteouts: ReadonlySet<string>;
  readonly opaque: ReadonlySet<string>;
  readonly answers: Map<string, Answer>;
}

/**
 * The layers of an image put on top of each other as overlayfs does it, by paths alone: a whiteout hides what is below
 * its layer wherever it stands in the tar; an opaque directory hides lower content but not itself; anything that is no
 * directory hides the whole tree below it; a directory takes the place of a lower symbolic link and does not follow it.
 *
 * Most paths of a layer are only known as hashes. Where one of them would hide something, the path itself is asked for
 * ({@link questions}); until the answer is there nothing is hidden.
 */
export class LayerStack {
  readonly layers: readonly IndexedLayer[];
  readonly questions = new Questions();
  readonly #linkPaths: ReadonlySet<string>;
  readonly #floors = new Map<string, number>();

  /** @param layers lowest first */
  constructor(layers: readonly StackedLayer[]) {
    this.layers = layers.map(({ digest, facts }) => ({
      ...(digest !== undefined && { digest }),
      facts,
      files: new Map(facts.files.map((file) => [file.path, file])),
      links: new Map(facts.links),
      whiteouts: new Set(facts.whiteouts),
      opaque: new Set(facts.opaque),
      answers: new Map(),
    }));
    this.#linkPaths = new Set(layers.flatMap(({ facts }) => facts.links.map(([path]) => path)));
  }

  /** Whether any layer has a symbolic link at exactly this path among those that are kept by name. */
  hasLink(path: string): boolean {
    return this.#linkPaths.has(path);
  }

  addAnswers(layer: number, answers: Iterable<Answer>): void {
    const known = this.#at(layer).answers;
    for (const answer of answers) {
      const contents = [...(known.get(answer.path)?.contents ?? []), ...(answer.contents ?? [])];
      known.set(answer.path, { ...answer, contents });
    }
    // What was taken as shown for lack of an answer may be hidden now.
    this.#floors.clear();
  }

  /** Whether what `layer` has at `path` is there when all layers are on top of each other. */
  isVisible(layer: number, path: string): boolean {
    if (layer < this.#floorOf(parentOf(path))) return false;
    const hash = hashOfPath(path);
    for (let above = layer + 1; above < this.layers.length; above++) {
      if (this.#at(above).whiteouts.has(path)) return false;
      const node = this.#nodeIn(above, path, hash, true);
      if (node.type !== 'absent' && node.type !== 'unknown') return false;
    }
    return true;
  }

  /** What stands at exactly this path. Symbolic links are not followed. */
  lookup(path: string, below = this.layers.length): Node {
    if (path === '') return { type: 'directory', layer: 0 };
    const hash = hashOfPath(path);
    const floor = this.#floorOf(parentOf(path));
    for (let layer = below - 1; layer >= floor; layer--) {
      let node = this.#nodeIn(layer, path, hash, false);
      // By its hash it is a directory. That is only questioned where it would replace something else.
      if (node.type === 'directory' && this.#hasOtherBelow(layer, floor, path, hash)) {
        node = this.#nodeIn(layer, path, hash, true);
      }
      if (node.type !== 'absent') return node;
      if (this.#at(layer).whiteouts.has(path)) return ABSENT;
    }
    return ABSENT;
  }

  /** What an analyzer made of a regular file of one layer; `unknown` when nobody has read it for this analyzer yet. */
  contentOf(layer: number, path: string, analyzer: string): Parsed<unknown> | 'unknown' {
    const { files, answers } = this.#at(layer);
    const file = files.get(path);
    if (file?.type === 'file' && file.analyzer === analyzer) return file;
    const answer = answers.get(path);
    const parsed = answer?.contents?.find((content) => content.analyzer === analyzer);
    if (parsed !== undefined) return parsed;
    this.questions.ask(layer, path, analyzer);
    return 'unknown';
  }

  /** The lowest layer whose content of a directory is not hidden. */
  #floorOf(directory: string): number {
    const known = this.#floors.get(directory);
    if (known !== undefined) return known;
    let floor = directory === '' ? 0 : this.#floorOf(parentOf(directory));
    const hash = directory === '' ? undefined : hashOfPath(directory);
    for (let layer = this.layers.length - 1; layer > floor; layer--) {
      if (this.#hidesLowerContent(layer, directory, hash)) floor = layer;
    }
    this.#floors.set(directory, floor);
    return floor;
  }

  #hidesLowerContent(layer: number, directory: string, hash: number | undefined): boolean {
    const { whiteouts, opaque, facts } = this.#at(layer);
    if (opaque.has(directory) || whiteouts.has(directory)) return true;
    if (hash === undefined || !facts.others.has(hash) || facts.directories.has(hash)) return false;
    const { type } = this.#nodeIn(layer, directory, hash, true);
    return type !== 'absent' && type !== 'unknown' && type !== 'directory';
  }

  /** What one layer has at a path. `isDecisive`: hashes are not enough, ask. */
  #nodeIn(layer: number, path: string, hash: number, isDecisive: boolean): Node {
    const { files, links, answers, facts } = this.#at(layer);
    const isDirectory = facts.directories.has(hash);
    if (!isDirectory && !facts.others.has(hash)) return ABSENT;
    const file = files.get(path);
    if (file !== undefined) return { type: file.type, layer, ...(file.link !== undefined && { link: file.link }) };
    const link = links.get(path);
    if (link !== undefined) return { type: 'symlink', layer, link };
    if (isDirectory && !isDecisive) return { type: 'directory', layer };
    const answer = answers.get(path);
    if (answer === undefined) {
      this.questions.ask(layer, path);
      return UNKNOWN;
    }
    if (answer.type === 'absent') return ABSENT;
    return { type: answer.type, layer, ...(answer.link !== undefined && { link: answer.link }) };
  }

  #hasOtherBelow(layer: number, floor: number, path: string, hash: number): boolean {
    for (let below = layer - 1; below >= floor; below--) {
      const { files, links, facts } = this.#at(below);
      if (files.has(path) || links.has(path) || facts.others.has(hash)) return true;
    }
    return false;
  }

  #at(layer: number): IndexedLayer {
    const found = this.layers[layer];
    if (found === undefined) throw new RangeError(`there is no layer ${layer}`);
    return found;
  }
}
