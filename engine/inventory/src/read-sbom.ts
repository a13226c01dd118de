import { AppError, decode, type Digest, digestOf, parseJson } from '@stella-ops/engine-kernel';
import { assembleInventory } from './assemble.ts';
import { fromCycloneDx } from './cyclonedx/from-cyclonedx.ts';
import { fail } from './errors.ts';
import { isForeign } from './foreign/reading.ts';
import { inventoryBytes } from './inventory-bytes.ts';
import { inventoryShape } from './inventory-shape.ts';
import { LIMITS } from './limits.ts';
import { invalid, type SbomReader, type SbomReading, unreadable } from './sbom-reading.ts';
import { unsupportedJson, unsupportedText } from './unsupported.ts';
import { unwrap } from './unwrap.ts';
import { fromSpdx } from './spdx/from-spdx.ts';

/**
 * Reads an SBOM of anyone: an inventory of this product, CycloneDX JSON 1.2 to 1.7, SPDX JSON 2.2 and 2.3; the latter
 * two also inside an in-toto statement, a DSSE envelope or a Sigstore bundle, whose signatures are not verified here.
 *
 * Never throws for what the bytes hold: `error` is an `AppError` with code, place and hint, ready to be thrown.
 * `SBOM_FORMAT_UNSUPPORTED` names XML, tag-value, YAML, UTF-16, SPDX 3 and other tools' own formats.
 *
 * @param bytes the whole file
 * @param file name used in errors, and the subject's name when the document has none
 */
export function readSbom(bytes: Uint8Array, file: string): SbomReading {
  try {
    if (bytes.length > LIMITS.documentBytes) {
      throw fail('SBOM_TOO_LARGE', `${bytes.length} bytes are over the limit of ${LIMITS.documentBytes}`, {
        place: { file },
      });
    }
    const other = unsupportedText(bytes);
    if (other !== undefined) throw fail('SBOM_FORMAT_UNSUPPORTED', `${other} is not supported`, { place: { file } });
    const outer = parseJson(bytes, file, { maxBytes: LIMITS.documentBytes, maxDepth: LIMITS.depth });
    const { document, wrappings } = unwrap(outer, file);
    const read = readDocument(document, file, digestOf(bytes));
    if (!read.ok || !wrappings.includes('dsse')) return read;
    const unverified = { pointer: '', message: 'the signatures of the envelope were not verified' };
    return { ...read, warnings: [unverified, ...read.warnings] };
  } catch (error) {
    if (error instanceof AppError) return unreadable(error);
    throw error;
  }
}

function readDocument(document: unknown, file: string, digest: Digest): SbomReading {
  const reader = readerOf(document);
  if (reader !== undefined) return reader(document, file, digest);
  const other = unsupportedJson(document) ?? 'this JSON is no SBOM that we know; its format';
  throw fail('SBOM_FORMAT_UNSUPPORTED', `${other} is not supported`, { place: { file } });
}

function readerOf(document: unknown): SbomReader | undefined {
  if (!isForeign(document)) return undefined;
  if (document['format'] === 'stella.inventory/v1') return readOwn;
  if (document['bomFormat'] !== undefined) return fromCycloneDx;
  return document['spdxVersion'] === undefined ? undefined : fromSpdx;
}

/** Our own format in any layout; `parseInventory` is the strict reader for what is known by its digest. */
function readOwn(document: unknown, file: string): SbomReading {
  const decoded = decode(inventoryShape, document);
  if (!decoded.ok) return invalid(file, decoded.violations);
  const inventory = assembleInventory(decoded.value);
  try {
    inventoryBytes(inventory);
  } catch {
    return invalid(file, [{ pointer: '', message: 'a text holds a lone surrogate' }]);
  }
  return { ok: true, inventory, warnings: [] };
}
