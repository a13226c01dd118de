import { SPDX_EXCEPTION_IDS, SPDX_LICENSE_IDS } from './spdx-license-ids.ts';

/** `id`: one identifier of the list. `expression`: a valid licence expression. `custom`: the same, but it names a licence outside the list. `text`: none of these. */
export type LicenseForm = 'id' | 'expression' | 'custom' | 'text';

const MAX_LENGTH = 4096;
const MAX_DEPTH = 64;
const CUSTOM = /^(?:DocumentRef-[a-zA-Z0-9.-]+:)?LicenseRef-[a-zA-Z0-9.-]+$/;

/** What a declared licence is, by SPDX 2.3 annex D. Operators are upper case, identifiers exactly as in the list. */
export function licenseForm(text: string): LicenseForm {
  if (SPDX_LICENSE_IDS.has(text)) return 'id';
  if (text.length > MAX_LENGTH) return 'text';
  const tokens = text
    .replaceAll('(', ' ( ')
    .replaceAll(')', ' ) ')
    .split(' ')
    .filter((token) => token !== '');
  const parser = new ExpressionParser(tokens);
  if (!parser.isExpression()) return 'text';
  return parser.isCustom ? 'custom' : 'expression';
}

/** Recursive descent; the depth is limited because declared licences come from packages. */
class ExpressionParser {
  isCustom = false;
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  isExpression(): boolean {
    return this.#list(0) && this.#at === this.#tokens.length;
  }

  /** Precedence of AND over OR does not matter for validity. */
  #list(depth: number): boolean {
    if (depth > MAX_DEPTH) return false;
    while (this.#term(depth)) {
      const operator = this.#tokens[this.#at];
      if (operator !== 'AND' && operator !== 'OR') return true;
      this.#at++;
    }
    return false;
  }

  #term(depth: number): boolean {
    const token = this.#tokens[this.#at++];
    if (token === undefined) return false;
    if (token === '(') return this.#list(depth + 1) && this.#tokens[this.#at++] === ')';
    if (!this.#license(token)) return false;
    if (this.#tokens[this.#at] !== 'WITH') return true;
    const exception = this.#tokens[this.#at + 1];
    this.#at += 2;
    return exception !== undefined && SPDX_EXCEPTION_IDS.has(exception);
  }

  #license(token: string): boolean {
    if (SPDX_LICENSE_IDS.has(token.endsWith('+') ? token.slice(0, -1) : token)) return true;
    if (!CUSTOM.test(token)) return false;
    this.isCustom = true;
    return true;
  }
}
