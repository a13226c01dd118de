import { isForeign } from './foreign/reading.ts';

const HEAD_BYTES = 4096;

/** Names a text format that is not JSON in UTF-8, by its first bytes; undefined when JSON is worth a try. */
export function unsupportedText(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (isMarked || first === 0 || second === 0) return 'UTF-16 or UTF-32 text';
  const head = Buffer.from(bytes.subarray(0, HEAD_BYTES))
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (head.startsWith('<')) return head.includes('cyclonedx.org') ? 'CycloneDX XML' : 'XML or RDF';
  if (head.startsWith('{') || head.startsWith('[')) return undefined;
  if (/^SPDXVersion:/m.test(head)) return 'SPDX tag-value';
  if (/^(?:spdxVersion|SPDXID|bomFormat|"spdxVersion"|"SPDXID"):/m.test(head)) return 'YAML';
  return undefined;
}

/** Names a JSON format that is an SBOM but none that is read here. */
export function unsupportedJson(document: unknown): string | undefined {
  if (!isForeign(document)) return undefined;
  const context = JSON.stringify(document['@context'] ?? '').slice(0, HEAD_BYTES);
  if (context.includes('spdx.org/rdf/3') || context.includes('spdx.github.io/spdx-3')) return 'SPDX 3 JSON-LD';
  if (isForeign(document['descriptor']) && Array.isArray(document['artifacts'])) return "Syft's own JSON";
  if (document['SchemaVersion'] !== undefined && document['Results'] !== undefined) return "Trivy's own JSON report";
  return undefined;
}
