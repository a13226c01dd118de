import { digestOf, hexOf } from '@stella-ops/engine-kernel';
import { licenseForm } from '../licenses/license-form.ts';

export interface ExtractedLicense {
  readonly licenseId: string;
  readonly extractedText: string;
  readonly name: string;
}

/**
 * Turns declared licences into one SPDX expression (SPDX 2.3 annex D): all of them apply. What is no expression of
 * listed licences becomes a `LicenseRef-`, which the document then has to define.
 */
export class LicenseWriter {
  readonly #extracted = new Map<string, ExtractedLicense>();

  declared(licenses: readonly string[] | undefined): string {
    if (licenses === undefined || licenses.length === 0) return 'NOASSERTION';
    const [only] = licenses;
    if (licenses.length === 1 && only !== undefined) return this.#term(only);
    return licenses.map((text) => (licenseForm(text) === 'expression' ? `(${text})` : this.#term(text))).join(' AND ');
  }

  get extracted(): readonly ExtractedLicense[] {
    return [...this.#extracted.values()].sort((a, b) => (a.licenseId < b.licenseId ? -1 : 1));
  }

  #term(text: string): string {
    const form = licenseForm(text);
    if (form === 'id' || form === 'expression') return text;
    const licenseId = `LicenseRef-stella-${hexOf(digestOf(text)).slice(0, 16)}`;
    this.#extracted.set(licenseId, { licenseId, extractedText: text, name: text });
    return licenseId;
  }
}
