import type { Place } from '@stella-ops/engine-kernel';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { ConfigFault } from './load-config.ts';

const MAX_CHARS = 1024 * 1024;

/** A value of a file with the place where it stands. */
export interface Located {
  readonly place: Place;
  /** Maps stay maps, so that no name can reach a prototype. */
  readonly value: ReadonlyMap<string, Located> | readonly Located[] | string | number | boolean | null;
}

/** Reads a YAML file of settings. Aliases, tags and other than text keys are faults: settings do not need them. */
export function readYaml(file: string, text: string, faults: ConfigFault[]): Located | undefined {
  if (text.length > MAX_CHARS) {
    faults.push({ place: { file }, message: `over ${MAX_CHARS} characters` });
    return undefined;
  }
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, merge: false, prettyErrors: false });
  for (const error of document.errors) faults.push({ place: placeAt(error.pos[0]), message: error.message });
  if (document.errors.length > 0 || document.contents === null) return undefined;

  const read = (node: Node | null): Located => {
    const place = placeAt(node?.range?.[0] ?? 0);
    if (isMap(node)) {
      const members = new Map<string, Located>();
      for (const { key, value } of node.items) {
        if (isScalar(key) && typeof key.value === 'string') members.set(key.value, read(value as Node | null));
        else faults.push({ place, message: 'names of settings are text' });
      }
      return { place, value: members };
    }
    if (isSeq(node)) return { place, value: node.items.map((item) => read(item as Node | null)) };
    if (isAlias(node) || node?.tag !== undefined) faults.push({ place, message: 'aliases and tags are not taken' });
    const value: unknown = isScalar(node) ? node.value : null;
    const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    return { place, value: isPlain ? value : null };
  };
  return read(document.contents);
}
