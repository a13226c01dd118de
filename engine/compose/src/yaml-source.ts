import { lineAndColumn, shape } from '@stella-ops/engine-kernel';
import { Composer, type CST, isAlias, isMap, isPair, isScalar, isSeq, type Node, Parser } from 'yaml';
import { DIAGNOSTIC_HINTS, type DiagnosticCode, sortDiagnostics } from './diagnostics.ts';
import type { Diagnostic } from './types.ts';

const MAX_BYTES = 1024 * 1024;
const MAX_DEPTH = 16;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

export type YamlResult =
  | { readonly ok: true; readonly source: YamlSource }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Reads one YAML 1.2 document (core schema; JSON is a part of it). Anchors, aliases, tags, merge keys, duplicate and
 * non-text keys are refused: two readers must never see two documents in the same bytes, and no input may grow when it
 * is read. Objects have no prototype.
 *
 * @param bytes UTF-8, at most 1 MiB, nested at most 16 deep
 * @param onText what a text value means, or the sentence that says why it is refused
 */
export function readYaml(
  bytes: Uint8Array,
  file: string,
  onText: (text: string) => { readonly value: string } | { readonly fault: string } = (value) => ({ value }),
): YamlResult {
  const refuse = (code: DiagnosticCode, message: string): YamlResult => ({
    ok: false,
    diagnostics: [{ file, line: 1, column: 1, pointer: '', code, message, hint: DIAGNOSTIC_HINTS[code] }],
  });
  if (bytes.length > MAX_BYTES) return refuse('TEMPLATE_TOO_LARGE', `${bytes.length} bytes; ${MAX_BYTES} are allowed`);
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    return refuse('TEMPLATE_NOT_UTF8', 'the document is not UTF-8');
  }
  const source = new YamlSource(text, file, onText);
  return source.faults.length === 0 ? { ok: true, source } : { ok: false, diagnostics: sortDiagnostics(source.faults) };
}

/** A document as plain values, with the way back from a pointer to its place in the text. */
export class YamlSource {
  readonly value: unknown;
  readonly faults: Diagnostic[] = [];
  readonly #text: string;
  readonly #file: string;
  readonly #onText: Parameters<typeof readYaml>[2] & {};
  readonly #nodes = new Map<string, Node>();
  readonly #keys = new Map<string, Node>();

  constructor(text: string, file: string, onText: Parameters<typeof readYaml>[2] & {}) {
    this.#text = text;
    this.#file = file;
    this.#onText = onText;
    this.value = this.#read();
  }

  /** A diagnostic at the value (or, with `isKey`, the member name) that the pointer names. */
  fault(code: DiagnosticCode, pointer: string, message: string, isKey = false): Diagnostic {
    const node = (isKey ? this.#keys.get(pointer) : undefined) ?? this.#nearest(pointer);
    return this.#at(code, pointer, node?.range?.[0] ?? 0, message);
  }

  /** How a scalar is written, so that `1.10` can be told from `1.1`. */
  textOf(pointer: string): string | undefined {
    const node = this.#nodes.get(pointer);
    return isScalar(node) ? node.source : undefined;
  }

  #read(): unknown {
    // The token parser is iterative and the composer is not, so depth is measured between the two.
    const tokens = [...new Parser().parse(this.#text)];
    const deep = firstTooDeep(tokens);
    if (deep !== undefined) return this.#add('TEMPLATE_TOO_DEEP', '', deep, `nested deeper than ${MAX_DEPTH}`);
    // The library's own check for duplicate keys is quadratic; #mapping does it.
    const composer = new Composer({
      version: '1.2',
      schema: 'core',
      uniqueKeys: false,
      stringKeys: true,
      keepSourceTokens: true,
      prettyErrors: false,
      logLevel: 'silent',
    });
    const [document, second] = [...composer.compose(tokens, true, this.#text.length)];
    if (second !== undefined) {
      return this.#add('YAML_FEATURE_REFUSED', '', second.range[0], 'a second document begins here');
    }
    if (document?.directives?.yaml.version !== '1.2') {
      return this.#add('YAML_FEATURE_REFUSED', '', 0, 'only YAML 1.2 is read');
    }
    for (const error of document.errors) this.#add('YAML_INVALID', '', error.pos[0], error.message);
    return this.faults.length === 0 ? this.#convert(document.contents, '') : undefined;
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

  #add(code: DiagnosticCode, pointer: string, offset: number, message: string): undefined {
    if (this.faults.length < 1000) this.faults.push(this.#at(code, pointer, offset, message));
  }

  #refuse(node: Node, pointer: string, what: string): undefined {
    this.#add('YAML_FEATURE_REFUSED', pointer, node.range?.[0] ?? 0, `${what} is not taken`);
  }

  #convert(node: unknown, pointer: string): unknown {
    if (isAlias(node)) return this.#refuse(node, pointer, 'an alias');
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return null;
    this.#nodes.set(pointer, node);
    if (node.anchor !== undefined) return this.#refuse(node, pointer, 'an anchor');
    if (node.tag !== undefined) return this.#refuse(node, pointer, 'a tag');
    if (isScalar(node)) {
      if (typeof node.value !== 'string') return node.value;
      const meant = this.#onText(node.value);
      if ('value' in meant) return meant.value;
      return this.#add('INTERPOLATION_REFUSED', pointer, node.range?.[0] ?? 0, meant.fault);
    }
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
        const message = `member "${key.slice(0, 60)}" stands twice`;
        this.#add('YAML_DUPLICATE_KEY', path, pair.key.range?.[0] ?? 0, message);
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
