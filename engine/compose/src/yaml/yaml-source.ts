import { lineAndColumn, shape } from '@stella-ops/engine-kernel';
import { Composer, type CST, isAlias, isMap, isPair, isScalar, isSeq, type Node, Parser } from 'yaml';
import { type Diagnostic, sortDiagnostics, type YamlCode } from './diagnostics.ts';
import { scalarOffset } from './scalar-offset.ts';

/** More faults than this are not even collected; {@link sortDiagnostics} keeps the first hundred. */
const MAX_FAULTS = 1000;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** What documents of one kind may be, and what their faults are called. */
export interface YamlFormat<Code extends string> {
  readonly maxBytes: number;
  readonly maxDepth: number;
  readonly codes: Readonly<Record<'tooLarge' | 'tooDeep' | 'notUtf8', Code>>;
  /** Every fault that such a document can have, with what its author can do about it. */
  readonly hints: Readonly<Record<Code | YamlCode, string>>;
  /** What a text value means, or why it is refused. Without it a text means itself. */
  readonly onText?: (text: string) => { readonly value: string } | { readonly code: Code; readonly message: string };
}

export type YamlResult<Code extends string> =
  | { readonly ok: true; readonly source: YamlSource<Code> }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic<Code | YamlCode>[] };

/**
 * Reads one YAML 1.2 document (core schema; JSON is a part of it). Anchors, aliases, tags, merge keys, duplicate and
 * non-text keys are refused: two readers must never see two documents in the same bytes, and no input may grow when it
 * is read. Objects have no prototype.
 *
 * @param bytes UTF-8, as large and as deep as the format allows
 * @param file name used in diagnostics
 */
export function readYaml<Code extends string>(
  bytes: Uint8Array,
  file: string,
  format: YamlFormat<Code>,
): YamlResult<Code> {
  const refuse = (code: Code, message: string): YamlResult<Code> => ({
    ok: false,
    diagnostics: [{ file, line: 1, column: 1, pointer: '', code, message, hint: format.hints[code] }],
  });
  const { codes, maxBytes } = format;
  if (bytes.length > maxBytes) return refuse(codes.tooLarge, `${bytes.length} bytes; ${maxBytes} are allowed`);
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    return refuse(codes.notUtf8, 'the document is not UTF-8');
  }
  const source = new YamlSource(text, file, format);
  return source.faults.length === 0 ? { ok: true, source } : { ok: false, diagnostics: sortDiagnostics(source.faults) };
}

/** A document as plain values, with the way back from a pointer to its place in the text. */
export class YamlSource<Code extends string> {
  readonly value: unknown;
  readonly faults: Diagnostic<Code | YamlCode>[] = [];
  readonly #text: string;
  readonly #file: string;
  readonly #format: YamlFormat<Code>;
  readonly #nodes = new Map<string, Node>();
  readonly #keys = new Map<string, Node>();

  constructor(text: string, file: string, format: YamlFormat<Code>) {
    this.#text = text;
    this.#file = file;
    this.#format = format;
    this.value = this.#read();
  }

  /** A diagnostic at the value (or, with `key`, the member name) that the pointer names, `within` code units into its text. */
  fault(
    code: Code | YamlCode,
    pointer: string,
    message: string,
    at: { readonly within?: number; readonly key?: boolean } = {},
  ): Diagnostic<Code | YamlCode> {
    const node = (at.key === true ? this.#keys.get(pointer) : undefined) ?? this.#nearest(pointer);
    const start = node?.range?.[0] ?? 0;
    const offset = node === undefined || at.within === undefined ? start : scalarOffset(node, this.#text, at.within);
    return this.#at(code, pointer, offset, message);
  }

  /** How a scalar is written, so that `1.10` can be told from `1.1`. */
  textOf(pointer: string): string | undefined {
    const node = this.#nodes.get(pointer);
    return isScalar(node) ? node.source : undefined;
  }

  #read(): unknown {
    const { codes, maxDepth } = this.#format;
    // The token parser is iterative and the composer is not, so depth is measured between the two.
    const tokens = [...new Parser().parse(this.#text)];
    const deep = firstDeeper(tokens, maxDepth);
    if (deep !== undefined) return this.#add(codes.tooDeep, '', deep, `nested deeper than ${maxDepth}`);
    // The library's own check for duplicate keys is quadratic; #mapping does it.
    const composer = new Composer({
      version: '1.2',
      schema: 'core',
      uniqueKeys: false,
      stringKeys: true,
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

  #at(code: Code | YamlCode, pointer: string, offset: number, message: string): Diagnostic<Code | YamlCode> {
    const { line = 1, column = 1 } = lineAndColumn(this.#text, offset);
    return { file: this.#file, line, column, pointer, code, message, hint: this.#format.hints[code] };
  }

  #add(code: Code | YamlCode, pointer: string, offset: number, message: string): undefined {
    if (this.faults.length < MAX_FAULTS) this.faults.push(this.#at(code, pointer, offset, message));
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
    if (isScalar(node)) return this.#scalar(node.value, pointer, node.range?.[0] ?? 0);
    if (isSeq(node)) return node.items.map((item, index) => this.#convert(item, shape.step(pointer, index)));
    return this.#mapping(node.items, pointer);
  }

  #scalar(value: unknown, pointer: string, offset: number): unknown {
    const { onText } = this.#format;
    if (typeof value !== 'string' || onText === undefined) return value;
    const meant = onText(value);
    return 'value' in meant ? meant.value : this.#add(meant.code, pointer, offset, meant.message);
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
function firstDeeper(tokens: readonly CST.Token[], maxDepth: number): number | undefined {
  const open: { readonly token: CST.Token; readonly depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > maxDepth) return token.offset;
    if (token.type === 'document' && token.value !== undefined) open.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    for (const item of token.items) {
      if (item.key !== undefined && item.key !== null) open.push({ token: item.key, depth: depth + 1 });
      if (item.value !== undefined) open.push({ token: item.value, depth: depth + 1 });
    }
  }
  return undefined;
}
