import type { ClaimedInventory } from '../foreign/claimed-inventory.ts';
import { type Foreign, type Reading, wordOf } from '../foreign/reading.ts';
import type { Relation } from '../types.ts';
import { DOCUMENT_ID } from './vocabulary.ts';

interface Meaning {
  readonly kind: Relation['kind'];
  readonly isReversed: boolean;
}

const forward = (kind: Relation['kind']): Meaning => ({ kind, isReversed: false });
const reversed = (kind: Relation['kind']): Meaning => ({ kind, isReversed: true });

/** Relationships of SPDX 2.3 section 11.1 that say what a package needs or holds. */
const MEANINGS = new Map<string, Meaning>([
  ['CONTAINS', forward('contains')],
  ['CONTAINED_BY', reversed('contains')],
  ['DEPENDS_ON', forward('depends-on')],
  ['HAS_PREREQUISITE', forward('depends-on')],
  ['STATIC_LINK', forward('depends-on')],
  ['DYNAMIC_LINK', forward('depends-on')],
  ['DEPENDENCY_OF', reversed('depends-on')],
  ['PREREQUISITE_FOR', reversed('depends-on')],
  ['BUILD_DEPENDENCY_OF', reversed('depends-on')],
  ['DEV_DEPENDENCY_OF', reversed('depends-on')],
  ['OPTIONAL_DEPENDENCY_OF', reversed('depends-on')],
  ['PROVIDED_DEPENDENCY_OF', reversed('depends-on')],
  ['RUNTIME_DEPENDENCY_OF', reversed('depends-on')],
  ['TEST_DEPENDENCY_OF', reversed('depends-on')],
]);

/**
 * Hands the relations between packages over and gives the identifiers that the document describes. Relations to files
 * fall away later, with everything that is no component.
 */
export function readRelationships(reading: Reading, document: Foreign, claimed: ClaimedInventory): Set<string> {
  const described = new Set(reading.texts(document, 'documentDescribes', ''));
  const packages = packageIds(document);
  for (const [relationship, pointer] of reading.objects(document, 'relationships', '')) {
    const from = reading.text(relationship, 'spdxElementId', pointer);
    const to = reading.text(relationship, 'relatedSpdxElement', pointer);
    if (from === undefined || to === undefined) continue;
    const type = wordOf(relationship['relationshipType']);
    // Old Trivy versions wrote DESCRIBE.
    if (from === DOCUMENT_ID && (type === 'DESCRIBES' || type === 'DESCRIBE')) described.add(to);
    if (to === DOCUMENT_ID && type === 'DESCRIBED_BY') described.add(from);
    const meaning = MEANINGS.get(type);
    if (meaning === undefined || !packages.has(from) || !packages.has(to)) continue;
    if (claimed.isFull) break;
    if (meaning.isReversed) claimed.relate(to, from, meaning.kind);
    else claimed.relate(from, to, meaning.kind);
  }
  return described;
}

/** Lists of files make most relations of large documents; they must not count against the limit. */
function packageIds(document: Foreign): ReadonlySet<unknown> {
  const packages: readonly unknown[] = Array.isArray(document['packages']) ? document['packages'] : [];
  return new Set(
    packages.map((item) => (typeof item === 'object' && item !== null ? (item as Foreign)['SPDXID'] : undefined)),
  );
}
