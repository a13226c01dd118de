import { type Digest, isObject, type Violation } from '@stella-ops/engine-kernel';
import { ClaimedInventory } from '../foreign/claimed-inventory.ts';
import { claimedSubject, type DescribedSubject, isImageType } from '../foreign/claimed-subject.ts';
import type { Claim } from '../foreign/claims.ts';
import { distroOf } from '../foreign/distro-component.ts';
import { type Foreign, Reading, wordOf } from '../foreign/reading.ts';
import { invalid, type SbomReading, tooLarge } from '../sbom-reading.ts';
import type { Distro } from '../types.ts';
import { purposeOf, readPackage } from './read-package.ts';
import { readRelationships } from './read-relationships.ts';
import { DISTRO_ID, DOCUMENT_COMMENT, documentExtrasShape, ROOT_ID } from './vocabulary.ts';

/**
 * Reads SPDX JSON 2.2 and 2.3 of any writer. Packages become components; files and snippets are left out. The image that
 * a document describes is its subject and no component. A document that this product wrote comes back as the inventory
 * that it was, except that everything in it is `claimed`: anyone can have changed the document.
 *
 * @param document what `JSON.parse` gave
 * @param file name used in errors, and the subject's name when the document has none
 * @param digest of the document's bytes: the digest of the subject
 * @returns `ok: false` with `SBOM_INVALID` or `SBOM_TOO_LARGE` when nothing of it can be used
 */
export function fromSpdx(document: unknown, file: string, digest: Digest): SbomReading {
  if (!isObject(document)) return invalid(file, [{ pointer: '', message: 'expected an object' }]);
  const faults = structureFaults(document);
  if (faults.length > 0) return invalid(file, faults);

  const reading = new Reading();
  const claimed = new ClaimedInventory('spdx', reading);
  const extras = readDocumentExtras(reading, document, claimed);
  const described = readRelationships(reading, document, claimed);
  let subject: DescribedSubject = {};
  let distro: Distro | undefined = extras?.distro;
  for (const [item, pointer] of reading.objects(document, 'packages', '')) {
    if (claimed.isFull) return tooLarge(file);
    const claim = readPackage(reading, item, pointer);
    const id = claim.id ?? '';
    if (claim.own === undefined && extras !== undefined && (id === ROOT_ID || id === DISTRO_ID)) continue;
    if (claim.own === undefined && distro === undefined && isDistro(item, id)) {
      distro = distroOf(claim);
      if (distro !== undefined) continue;
    }
    if (described.has(id)) subject = claim;
    if (!described.has(id) || !isImage(item, claim)) claimed.add(claim);
  }
  if (claimed.isFull) return tooLarge(file);

  const name = subject.name ?? reading.text(document, 'name', '');
  const inventory = claimed.finish({
    subject: claimedSubject({ own: extras?.subject, described: { ...subject, name }, file, digest }),
    distro,
    layers: extras?.layers ?? [],
  });
  return { ok: true, inventory, warnings: reading.allWarnings() };
}

function structureFaults(document: Foreign): Violation[] {
  const faults: Violation[] = [];
  const version = document['spdxVersion'];
  if (version !== 'SPDX-2.2' && version !== 'SPDX-2.3') {
    faults.push({ pointer: '/spdxVersion', message: 'expected "SPDX-2.2" or "SPDX-2.3"' });
  }
  for (const list of ['packages', 'relationships']) {
    if (!Array.isArray(document[list] ?? [])) faults.push({ pointer: `/${list}`, message: 'expected a list' });
  }
  return faults;
}

/** What this product wrote about the whole; its gaps go over at once. */
function readDocumentExtras(reading: Reading, document: Foreign, claimed: ClaimedInventory) {
  for (const [annotation, pointer] of reading.objects(document, 'annotations', '')) {
    const comment = wordOf(annotation['comment']);
    if (!comment.startsWith(DOCUMENT_COMMENT)) continue;
    const extras = reading.embedded(documentExtrasShape, comment.slice(DOCUMENT_COMMENT.length), pointer);
    const unreadable = { code: 'SBOM_GAP_UNREADABLE', detail: 'the document records gaps that cannot be read' };
    for (const gap of extras?.gaps ?? [unreadable]) claimed.gap(gap);
    return extras;
  }
  return undefined;
}

/** Trivy writes no purpose in SPDX 2.2, but its identifiers say what a package is. */
const isDistro = (item: Foreign, id: string): boolean =>
  purposeOf(item) === 'OPERATING-SYSTEM' || id.startsWith(DISTRO_ID);

function isImage(item: Foreign, { id = '', purl = '' }: Claim): boolean {
  const type = purl.slice('pkg:'.length, Math.max(purl.indexOf('/'), 0));
  return purposeOf(item) === 'CONTAINER' || id.startsWith(ROOT_ID) || isImageType(type);
}
