import { compareText } from '@stella-ops/engine-kernel';
import type { Purl } from '../types.ts';

/**
 * The canonical text of a purl that {@link parsePurl} or {@link buildPurl} gave. Equal purls have equal texts.
 *
 * Source: ECMA-427 section 5.5.
 */
export function formatPurl(purl: Purl): string {
  let text = `pkg:${purl.type}/`;
  if (purl.namespace !== undefined) text += `${encodePath(purl.namespace)}/`;
  text += purl.type === 'git' ? encodePath(purl.name) : encode(purl.name);
  if (purl.version !== undefined) text += `@${encode(purl.version)}`;
  if (purl.qualifiers !== undefined) {
    const pairs = Object.entries(purl.qualifiers).sort(([a], [b]) => compareText(a, b));
    text += `?${pairs.map(([key, value]) => `${key}=${encode(value)}`).join('&')}`;
  }
  if (purl.subpath !== undefined) text += `#${encodePath(purl.subpath)}`;
  return text;
}

const PLAIN = /^[A-Za-z0-9.~_:-]*$/;

/** Everything but letters, digits, `.`, `-`, `_`, `~` and `:` is percent-encoded (ECMA-427 section 5.4). */
function encode(text: string): string {
  if (PLAIN.test(text)) return text;
  return encodeURIComponent(text.toWellFormed())
    .replaceAll('%3A', ':')
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function encodePath(path: string): string {
  return path.split('/').map(encode).join('/');
}
