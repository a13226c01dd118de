import { digestOf, hexOf, parseTimestamp, type Timestamp } from '@stella-ops/engine-kernel';
import { documentUuid } from '../document-uuid.ts';
import { standardName } from '../hash-algorithms.ts';
import { imagePurl } from '../image-purl.ts';
import { inventoryDigest } from '../inventory-bytes.ts';
import type { Component, Inventory } from '../types.ts';
import {
  annotation,
  COMPONENT_COMMENT,
  DISTRO_ID,
  DOCUMENT_COMMENT,
  DOCUMENT_ID,
  ROOT_ID,
  SOURCE_INFO,
} from './vocabulary.ts';
import { LicenseWriter } from './write-licenses.ts';

export interface SpdxOptions {
  readonly toolVersion: string;
  /** The standard requires a time. */
  readonly created: Timestamp;
}

interface Relationship {
  readonly spdxElementId: string;
  readonly relationshipType: 'DESCRIBES' | 'CONTAINS' | 'DEPENDS_ON';
  readonly relatedSpdxElement: string;
}

const NONE = { filesAnalyzed: false, downloadLocation: 'NOASSERTION', copyrightText: 'NOASSERTION' } as const;

const PURPOSES = {
  library: 'LIBRARY',
  application: 'APPLICATION',
  'operating-system': 'OPERATING-SYSTEM',
  file: 'FILE',
  other: 'OTHER',
} as const;

/**
 * An inventory as SPDX 2.3 JSON (ISO/IEC 5962). The namespace follows from the inventory's digest; annotations carry
 * what the format has no field for: layers, gaps, evidence, the licences as found. `fromSpdx` gives the inventory back.
 *
 * @throws AppError `ENCODING_INVALID` when `created` is no RFC 3339 time
 */
export function toSpdx(inventory: Inventory, options: SpdxOptions): Readonly<Record<string, unknown>> {
  const { subject, distro, layers, gaps, analyzers, components } = inventory;
  // Section 6.9: to the second.
  const created = `${parseTimestamp(options.created).slice(0, 19)}Z`;
  const annotator = `Tool: stella-${options.toolVersion}`;
  const licenses = new LicenseWriter();
  const extras = { subject, ...(distro !== undefined && { distro }), layers, gaps, analyzers };
  const ids = new Map(components.map((component) => [component.ref, packageId(component)]));

  const packages = [
    writeSubject(inventory),
    ...(distro === undefined ? [] : [writeDistro(distro.id, distro.versionId)]),
    ...components.map((component) => ({
      ...writePackage(component, ids.get(component.ref) ?? '', licenses),
      annotations: [annotation(COMPONENT_COMMENT, extrasOf(component), { annotator, created })],
    })),
  ];
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: DOCUMENT_ID,
    name: subject.name,
    documentNamespace: `https://stella-ops.org/spdx/${documentUuid(inventoryDigest(inventory))}`,
    creationInfo: { created, creators: [annotator] },
    documentDescribes: [ROOT_ID],
    packages,
    relationships: writeRelationships(inventory, ids),
    ...(licenses.extracted.length > 0 && { hasExtractedLicensingInfos: licenses.extracted }),
    annotations: [annotation(DOCUMENT_COMMENT, extras, { annotator, created })],
  };
}

function writeSubject({ subject }: Inventory): Record<string, unknown> {
  const digest = subject.kind === 'sbom' ? subject.describes : subject.digest;
  const purl = imagePurl(subject);
  return {
    SPDXID: ROOT_ID,
    name: subject.name,
    ...(digest !== undefined && {
      versionInfo: digest,
      checksums: [{ algorithm: 'SHA256', checksumValue: hexOf(digest) }],
    }),
    ...NONE,
    ...(purl !== undefined && { externalRefs: [purlReference(purl)] }),
    primaryPackagePurpose: subject.kind === 'directory' ? 'OTHER' : 'CONTAINER',
  };
}

/** Other tools find the distribution by an operating-system package. */
function writeDistro(name: string, version: string | undefined): Record<string, unknown> {
  return {
    SPDXID: DISTRO_ID,
    name,
    ...(version !== undefined && { versionInfo: version }),
    ...NONE,
    primaryPackagePurpose: 'OPERATING-SYSTEM',
  };
}

function writePackage(component: Component, id: string, licenses: LicenseWriter): Record<string, unknown> {
  const { name, version, supplier, source, purl, hashes = [] } = component;
  const standard = hashes.map((hash) => ({ algorithm: standardName(hash, 'spdx'), checksumValue: hash.value }));
  const checksums = standard.filter(({ algorithm }) => algorithm !== undefined);
  return {
    SPDXID: id,
    name,
    ...(version !== undefined && { versionInfo: version }),
    ...(supplier !== undefined && { supplier: `Organization: ${supplier}` }),
    ...NONE,
    ...(checksums.length > 0 && { checksums }),
    ...(source !== undefined && { sourceInfo: `${SOURCE_INFO}${source.name} ${source.version}` }),
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: licenses.declared(component.licenses),
    ...(purl !== undefined && { externalRefs: [purlReference(purl)] }),
    primaryPackagePurpose: PURPOSES[component.kind],
  };
}

const purlReference = (purl: string) => ({
  referenceCategory: 'PACKAGE-MANAGER',
  referenceType: 'purl',
  referenceLocator: purl,
});

/** The members that have no field of their own, and the hashes that the standard does not name. */
function extrasOf(component: Component): Record<string, unknown> {
  const { name: _name, version: _version, purl: _purl, supplier: _supplier, hashes = [], ...extras } = component;
  const odd = hashes.filter((hash) => standardName(hash, 'spdx') === undefined);
  return { ...extras, ...(odd.length > 0 && { hashes: odd }) };
}

/** Readable, and unique by 64 bits of the ref's digest: identifiers may hold letters, digits, `.` and `-` only (section 3.2). */
function packageId({ ref, type, name }: Component): string {
  const readable = `${type}-${name.slice(0, 64)}`.replace(/[^a-zA-Z0-9.-]/g, '-');
  return `SPDXRef-Package-${readable}-${hexOf(digestOf(ref)).slice(0, 16)}`;
}

function writeRelationships({ distro, components, relations }: Inventory, ids: ReadonlyMap<string, string>) {
  const relate = (from: string, relationshipType: Relationship['relationshipType'], to: string): Relationship => ({
    spdxElementId: from,
    relationshipType,
    relatedSpdxElement: to,
  });
  const idOf = (ref: string): string => ids.get(ref) ?? '';
  return [
    relate(DOCUMENT_ID, 'DESCRIBES', ROOT_ID),
    ...(distro === undefined ? [] : [relate(ROOT_ID, 'CONTAINS', DISTRO_ID)]),
    ...components.map(({ ref }) => relate(ROOT_ID, 'CONTAINS', idOf(ref))),
    ...relations.map(({ from, to, kind }) =>
      relate(idOf(from), kind === 'contains' ? 'CONTAINS' : 'DEPENDS_ON', idOf(to)),
    ),
  ];
}
