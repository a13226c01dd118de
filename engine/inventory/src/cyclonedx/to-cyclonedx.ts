import { canonicalJson, hexOf, parseTimestamp, type Timestamp } from '@stella-ops/engine-kernel';
import { documentUuid } from '../document-uuid.ts';
import { imagePurl } from '../image-purl.ts';
import { inventoryDigest } from '../inventory-bytes.ts';
import { groupRelations } from '../relations.ts';
import type { Distro, Inventory, Subject } from '../types.ts';
import { PROPERTY, type Property } from './vocabulary.ts';
import { writeComponent } from './write-component.ts';

export interface CycloneDxOptions {
  readonly toolVersion: string;
  /** Left out of the document when absent: then equal inventories have equal documents. */
  readonly timestamp?: Timestamp | undefined;
}

/**
 * An inventory as CycloneDX 1.6 JSON (ECMA-424, first edition). `bom-ref` is the component's ref, the serial number
 * follows from the inventory's digest, and properties named `stella:…` carry what the format has no field for: layers,
 * gaps, evidence, source packages. `fromCycloneDx` gives the inventory back.
 *
 * @throws AppError `ENCODING_INVALID` when the timestamp is no RFC 3339 time
 */
export function toCycloneDx(inventory: Inventory, options: CycloneDxOptions): Readonly<Record<string, unknown>> {
  const { subject, distro, components, gaps } = inventory;
  const refs = new Set(components.map((component) => component.ref));
  const rootRef = freeRef('stella:subject', refs);
  const contains = groupRelations(inventory.relations, 'contains');
  const dependencies = groupRelations(inventory.relations, 'depends-on');
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${documentUuid(inventoryDigest(inventory))}`,
    version: 1,
    metadata: {
      ...(options.timestamp !== undefined && { timestamp: parseTimestamp(options.timestamp) }),
      tools: { components: [{ type: 'application', name: 'stella', version: options.toolVersion }] },
      component: writeSubject(subject, rootRef),
      properties: writeMetadata(inventory),
    },
    components: [
      ...components.map((component) => writeComponent(component, contains.get(component.ref) ?? [])),
      ...(distro === undefined ? [] : [writeDistro(distro, freeRef('stella:distro', refs))]),
    ],
    dependencies: [...dependencies].map(([ref, dependsOn]) => ({ ref, dependsOn })),
    // Complete is more than a scanner can know.
    compositions: [{ aggregate: gaps.length > 0 ? 'incomplete' : 'unknown', assemblies: [rootRef] }],
  };
}

function writeSubject(subject: Subject, rootRef: string): Record<string, unknown> {
  const { kind, name } = subject;
  const digest = kind === 'sbom' ? subject.describes : subject.digest;
  const purl = imagePurl(subject);
  return {
    type: kind === 'image' || (kind === 'sbom' && digest !== undefined) ? 'container' : 'file',
    'bom-ref': rootRef,
    name,
    ...(digest !== undefined && { version: digest, hashes: [{ alg: 'SHA-256', content: hexOf(digest) }] }),
    ...(purl !== undefined && { purl }),
  };
}

function writeMetadata({ subject, layers, gaps, analyzers }: Inventory): Property[] {
  return [
    { name: PROPERTY.subject, value: canonicalJson(subject) },
    { name: PROPERTY.analyzers, value: canonicalJson(analyzers) },
    ...layers.map((layer) => ({ name: PROPERTY.layer, value: canonicalJson(layer) })),
    ...gaps.map((gap) => ({ name: PROPERTY.gap, value: canonicalJson(gap) })),
  ];
}

/** Other tools find the distribution by an operating-system component. */
function writeDistro(distro: Distro, ref: string): Record<string, unknown> {
  return {
    type: 'operating-system',
    'bom-ref': ref,
    name: distro.id,
    ...(distro.versionId !== undefined && { version: distro.versionId.slice(0, 1024) }),
    properties: [{ name: PROPERTY.distro, value: canonicalJson(distro) }],
  };
}

/** A reference that no component has. */
function freeRef(wanted: string, refs: ReadonlySet<string>): string {
  let ref = wanted;
  while (refs.has(ref)) ref += '~';
  return ref;
}
