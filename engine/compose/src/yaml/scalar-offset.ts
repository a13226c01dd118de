import { isScalar, type Node } from 'yaml';

/**
 * Offset in the document of the code unit `within` a scalar's value. Folding, indentation and block headers change
 * only white space, so the n-th other character of the value is the n-th other character of its source text.
 *
 * @returns the start of the scalar where the two texts do not run side by side (`\u0041` in double quotes)
 */
export function scalarOffset(node: Node, text: string, within: number): number {
  const [start, end] = node.range ?? [0, 0];
  if (!isScalar(node) || typeof node.value !== 'string') return start;
  const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
  const isQuoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE';
  let at = isBlock ? text.indexOf('\n', start) + 1 : start + (isQuoted ? 1 : 0);
  const value = node.value;
  for (let i = 0; at < end; i++) {
    while (i < within && isWhite(value[i])) i++;
    while (at < end && isWhite(text[at])) at++;
    if (i >= within) return at;
    const escape = node.type === 'QUOTE_DOUBLE' ? '\\' : node.type === 'QUOTE_SINGLE' ? "'" : '';
    if (text[at] === escape) at++;
    if (text[at] !== value[i]) return start;
    at++;
  }
  return at;
}

const isWhite = (c: string | undefined): boolean => c === ' ' || c === '\n' || c === '\r' || c === '\t';
