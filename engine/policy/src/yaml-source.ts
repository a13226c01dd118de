import { lineAndColumn, shape } from '@stella-ops/engine-kernel';
import { Composer, type CST, isAlias, isMap, isPair, isScalar, isSeq, type Node, Parser } from 'yaml';
import { type Diagnostic, DIAGNOSTIC_HINTS, type DiagnosticCode, sortDiagnostics } from './diagnostics.ts';
import { scalarOffset } from './scalar-offset.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_DEPTH = 24;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** A document as plain values, with the way back from a pointer to its place in the text. */
export interface YamlSource {
  readonly value: unknown;
  /** A diagnostic at the value (or, with `key`, the member name) that the pointer names, `within` code units into its text. */
  fault(
    code: DiagnosticCode,
    pointer: string,
    message: string,
    at?: { readonly within?: number; readonly key?: boolean },
  ): Diagnostic;
}

export type YamlResult =
  | { readonly ok: true; readonly source: YamlSource }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Reads one YAML 1.2 document (core schema; JSON is a part of it) of a format of ours. Anchors, aliases, tags, merge
 * keys, duplicate and non-text keys are refused: two readers must never see two documents in the same bytes, and no
 * input may grow when it is read. Objects have no prototype.
 *
 * @param bytes UTF-8, at most 4 MiB, nested at most 24 deep
 * @param file name used in diagnostics
 */
export function readYaml(bytes: Uint8Array, file: string): YamlResult {
  const refuse = (code: DiagnosticCode, message: string): YamlResult => ({
    ok: false,
    diagnostics: [{ file, line: 1, column: 1, pointer: '', code, message, hint: DIAGNOSTIC_HINTS[code] }],
  });
  if (bytes.length > MAX_BYTES) return refuse('DOCUMENT_TOO_LARGE', `${bytes.length} bytes; ${MAX_BYTES} are allowed`);
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    return refuse('DOCUMENT_NOT_UTF8', 'the document is not UTF-8');
  }
  return new Reader(text, file).read();
}

class Reader implements YamlSource {
  value: unknown;
  readonly #text: string;
  readonly #file: string;
  readonly #faults: Diagnostic[] = [];
  readonly #nodes = new Map<string, Node>();
  readonly #keys = new Map<string, Node>();

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  read(): YamlResult {
    // The token parser is iterative and the composer is not, so depth is measured between the two.
    const tokens = [...new Parser().parse(this.#text)];
    const deep = firstTooDeep(tokens);
    if (deep !== undefined) return this.#refused('DOCUMENT_TOO_DEEP', deep, `nested deeper than ${MAX_DEPTH}`);
    // The library's own check for duplicate keys is quadratic; #mapping does it.
    const composer = new Composer({
      version: '1.2',
      schema: 'core',
      uniqueKeys: false,
      stringKeys: true,
      prettyErrors: false,
      logLevel: 'silent',
    });
    const documents = [...composer.compose(tokens, true, this.#text.length)];
    const [document, second] = documents;
    if (second !== undefined) {
      return this.#refused('YAML_FEATURE_REFUSED', second.range[0], 'a second document begins here');
    }
    if (document?.directives?.yaml.version !== '1.2') {
      return this.#refused('YAML_FEATURE_REFUSED', 0, 'only YAML 1.2 is read');
    }
    for (const error of document.errors) this.#faults.push(this.#at('YAML_INVALID', '', error.pos[0], error.message));
    if (this.#faults.length === 0) this.value = this.#convert(document.contents, '');
    return this.#faults.length === 0
      ? { ok: true, source: this }
      : { ok: false, diagnostics: sortDiagnostics(this.#faults) };
  }

  fault(
    code: DiagnosticCode,
    pointer: string,
    message: string,
    at: { readonly within?: number; readonly key?: boolean } = {},
  ): Diagnostic {
    const node = (at.key === true ? this.#keys.get(pointer) : undefined) ?? this.#nearest(pointer);
    const start = node?.range?.[0] ?? 0;
    const offset = node === undefined || at.within === undefined ? start : scalarOffset(node, this.#text, at.within);
    return this.#at(code, pointer, offset, message);
  }

  /** The node, or for a member that is not there the object that should have it. */
  #nearest(pointer: string): Node | undefined {
    for (let path = pointer; ; path = path.slice(0, path.lastIndexOf('/'))) {
      const node = this.#nodes.get(path);
      if (node !== undefined || path === '') return node;
    }
  }

  #at(code: DiagnosticCode, pointer: string, offset: number, message: string): Diagnostic {
    const { line = 1, column = 1 } = lineAndColumn(this.#text, offset);
    return { file: this.#file, line, column, pointer, code, message, hint: DIAGNOSTIC_HINTS[code] };
  }

  #refused(code: DiagnosticCode, offset: number, message: string): YamlResult {
    return { ok: false, diagnostics: [this.#at(code, '', offset, message)] };
  }

  #refuse(node: Node, pointer: string, what: string): undefined {
    this.#faults.push(this.#at('YAML_FEATURE_REFUSED', pointer, node.range?.[0] ?? 0, `${what} is not taken`));
  }

  #convert(node: unknown, pointer: string): unknown {
    if (isAlias(node)) return this.#refuse(node, pointer, 'an alias');
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return null;
    this.#nodes.set(pointer, node);
    if (node.anchor !== undefined) return this.#refuse(node, pointer, 'an anchor');
    if (node.tag !== undefined) return this.#refuse(node, pointer, 'a tag');
    if (isScalar(node)) return node.value;
    if (isSeq(node)) return node.items.map((item, index) => this.#convert(item, shape.step(pointer, index)));
    return this.#mapping(node.items, pointer);
  }

  #mapping(items: readonly unknown[], pointer: string): Record<string, unknown> {
    const object = Object.create(null) as Record<string, unknown>;
    for (const pair of items) {
      if (!isPair(pair) || !isScalar(pair.key) || typeof pair.key.value !== 'string') continue;
      const key = pair.key.value;
      const path = shape.step(pointer, key);
      if (pair.key.anchor !== undefined || pair.key.tag !== undefined) this.#refuse(pair.key, path, 'an anchor or tag');
      if (key === '<<') this.#refuse(pair.key, path, 'a merge key');
      if (Object.hasOwn(object, key)) {
        this.#faults.push(
          this.#at('YAML_DUPLICATE_KEY', path, pair.key.range?.[0] ?? 0, `member "${key.slice(0, 60)}" stands twice`),
        );
      }
      this.#keys.set(path, pair.key);
      object[key] = this.#convert(pair.value, path);
    }
    return object;
  }
}

/** Offset of the first token nested deeper than the limit. */
function firstTooDeep(tokens: readonly CST.Token[]): number | undefined {
  const open: { readonly token: CST.Token; readonly depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > MAX_DEPTH) return token.offset;
    if (token.type === 'document' && token.value !== undefined) open.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    for (const item of token.items) {
      if (item.key !== undefined && item.key !== null) open.push({ token: item.key, depth: depth + 1 });
      if (item.value !== undefined) open.push({ token: item.value, depth: depth + 1 });
    }
  }
  return undefined;
}
